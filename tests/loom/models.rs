//! Hand-written synchronisation under loom: each model is run in every order of events that its threads allow.
//!
//! The files under test are the library's own, compiled here against loom's threads and locks by the `sync` module
//! that they name. Copies with a known mistake are run through the very same models, which must find it.

#![cfg(test)]

#[path = "../../src/workloads/concurrency/pool.rs"]
mod pool;
#[path = "../../src/workloads/concurrency/queue.rs"]
mod queue;
#[path = "../../src/workloads/concurrency/stop_words.rs"]
mod stop_words;
#[path = "../../src/workloads/concurrency/ticket.rs"]
mod ticket;
#[path = "../../src/workloads/concurrency/turns.rs"]
mod turns;

mod planted;
mod pools;
mod queues;
mod turns_model;
mod words;

/// The library's `sync` names std's.
mod sync {
    pub(super) use loom::sync::{Arc, Condvar, Mutex, MutexGuard, atomic};
    pub(super) use loom::thread;

    /// Another thread's turn: a loop that only looks would be tried without end.
    pub(super) fn look_again() {
        thread::yield_now();
    }
}

/// Tries fewer orders than all. With two threads beside the caller there are more switches than loom can try in a minute
/// without a bound. Two preemptions a thread find most mistakes: Musuvathi, Qadeer, "Iterative context bounding", PLDI 2007.
fn bounded(model: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(2);
    builder.check(model);
}
