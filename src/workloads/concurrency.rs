//! Threads, processes, pools, waiting, sharing.

pub(crate) mod channels;
pub(crate) mod children;
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
pub(crate) mod shared_counter;
pub(crate) mod stop_flag;
mod system;
mod threads;
pub(crate) mod wait;
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
