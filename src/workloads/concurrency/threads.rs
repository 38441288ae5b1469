//! Threads started with an error that says what to do: at the system's limit, std's own words name no remedy.

use std::sync::Mutex;
use std::thread::{Builder, JoinHandle, Scope, ScopedJoinHandle};

use super::pool::Pool;

/// As `std::thread::spawn`.
pub(super) fn start<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    Builder::new().spawn(work).unwrap_or_else(|error| panic!("{}", refused("a thread", &error)))
}

/// As `Scope::spawn`.
pub(super) fn start_in<'scope, T: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    work: impl FnOnce() -> T + Send + 'scope,
) -> ScopedJoinHandle<'scope, T> {
    Builder::new().spawn_scoped(scope, work).unwrap_or_else(|error| panic!("{}", refused("a thread", &error)))
}

/// A [`Pool`] of `threads`.
pub(super) fn pool(threads: usize) -> Pool {
    Pool::new(threads).unwrap_or_else(|error| panic!("{}", refused("the threads of a pool", &error)))
}

/// A pool of rayon's.
pub(super) fn rayon_pool(threads: usize) -> rayon::ThreadPool {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    pool.unwrap_or_else(|error| panic!("{}", refused("the threads of rayon's pool", &error)))
}

/// A runtime of tokio's. It panics where it is refused a thread, without a word on what would help, and then waits for the threads
/// that it was not refused; so as many are tried first.
pub(super) fn tokio_runtime(threads: usize) -> tokio::runtime::Runtime {
    let what = "the threads of tokio's runtime";
    let tried = at_once(threads);
    let runtime =
        tried.and_then(|()| tokio::runtime::Builder::new_multi_thread().worker_threads(threads).build());
    runtime.unwrap_or_else(|error| panic!("{}", refused(what, &error)))
}

/// Starts so many threads that live at once, and ends them.
fn at_once(threads: usize) -> std::io::Result<()> {
    let gate = Mutex::new(());
    std::thread::scope(|scope| {
        let closed = gate.lock();
        let wait = || drop(gate.lock());
        let started: Vec<_> = (0..threads).map(|_| Builder::new().spawn_scoped(scope, wait)).collect();
        drop(closed);
        // Joined, they have ended for the system too, and count against its limit no more.
        let mut tried = Ok(());
        for thread in started {
            tried = tried.and(thread.map(|thread| drop(thread.join())));
        }
        tried
    })
}

/// What became of wanting to start `what`.
pub(super) fn refused(what: &str, error: &dyn std::error::Error) -> String {
    format!("cannot start {what}: {error}; `ulimit -u` shows how many threads and processes are allowed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_what_was_wanted_and_where_to_look() {
        // EAGAIN, as at the limit.
        let refused = refused("a thread", &std::io::Error::from_raw_os_error(11));
        assert!(refused.starts_with("cannot start a thread: "), "{refused}");
        assert!(refused.contains("ulimit -u") && !refused.contains('\n'), "{refused}");
    }
}
