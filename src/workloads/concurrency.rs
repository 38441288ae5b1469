//! Threads, processes, pools, waiting, sharing.

pub(crate) mod dispatch;
pub(crate) mod gcd;
pub(crate) mod map_reduce;
pub(crate) mod pipeline;
mod pool;
mod queue;
mod schedule;
mod threads;
mod ticket;
pub(crate) mod worker;

/// What hand-written synchronisation is made of, in one place: tests/loom has another with the same names, in which
/// every order of events is tried.
mod sync {
    pub(super) use std::sync::{Arc, Condvar, Mutex, MutexGuard};
    pub(super) use std::thread;
}
