//! Threads started with an error that says what to do: at the system's limit, std's own words name no remedy.

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
