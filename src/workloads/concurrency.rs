//! Threads, processes, pools, waiting, sharing.

pub(crate) mod channels;
pub(crate) mod children;
pub(crate) mod dispatch;
pub(crate) mod factorize;
pub(crate) mod forms;
pub(crate) mod gcd;
pub(crate) mod is_prime;
pub(crate) mod kernel;
pub(crate) mod map_reduce;
mod montgomery;
pub(crate) mod pipeline;
mod pool;
pub(crate) mod processes;
mod queue;
pub(crate) mod scaling;
mod schedule;
pub(crate) mod shared_counter;
mod sharing;
pub(crate) mod stop_flag;
mod stop_words;
mod threads;
mod ticket;
mod turns;
pub(crate) mod wait;
pub(crate) mod worker;

/// What hand-written synchronisation is made of, in one place: tests/loom has another with the same names, in which
/// every order of events is tried.
mod sync {
    pub(super) use std::sync::{Arc, Condvar, Mutex, MutexGuard, atomic};
    pub(super) use std::thread;

    /// Stands between two looks at a flag. Here it is nothing: what is measured is the look. A model must be told that
    /// another thread's turn has come.
    pub(super) fn look_again() {}
}
