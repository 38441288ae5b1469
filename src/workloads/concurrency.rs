//! Threads, processes, pools, waiting, sharing.

pub(crate) mod factorize;
pub(crate) mod forms;
pub(crate) mod gcd;
pub(crate) mod is_prime;
pub(crate) mod kernel;
mod montgomery;
mod pool;
pub(crate) mod processes;
mod queue;
pub(crate) mod scaling;
mod schedule;
mod sharing;
mod ticket;
mod turns;
pub(crate) mod worker;

/// What hand-written synchronisation is made of, in one place: tests/loom has another with the same names, in which
/// every order of events is tried.
mod sync {
    pub(super) use std::sync::{Arc, Condvar, Mutex, MutexGuard};
    pub(super) use std::thread;
}
