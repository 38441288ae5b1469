//! Starting threads, and what is said where the system starts no more.

use std::io;
use std::thread::{Builder, JoinHandle, Scope, ScopedJoinHandle};

/// Starts a thread that may outlive its caller.
pub(super) fn start<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    Builder::new().spawn(work).unwrap_or_else(|error| refused(&error))
}

/// Starts a thread that ends before `scope` does.
pub(super) fn start_in<'scope, T: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    work: impl FnOnce() -> T + Send + 'scope,
) -> ScopedJoinHandle<'scope, T> {
    Builder::new().spawn_scoped(scope, work).unwrap_or_else(|error| refused(&error))
}

/// `std::thread::spawn` panics as well, but names no next command.
fn refused(error: &io::Error) -> ! {
    panic!(
        "cannot start a thread: {error}; `ulimit -a` shows how many threads and how much memory are allowed"
    )
}
