//! Hand-written synchronisation under loom: each model is run in every order of events that its threads allow.
//!
//! The files under test are the library's own, compiled here against loom's threads and locks by the `sync` module
//! that they name. A planted copy with a known mistake shows that the models would find it.

#![cfg(test)]

#[path = "../../src/workloads/concurrency/pool.rs"]
mod pool;
#[path = "../../src/workloads/concurrency/queue.rs"]
mod queue;
#[path = "../../src/workloads/concurrency/ticket.rs"]
mod ticket;
#[path = "../../src/workloads/concurrency/turns.rs"]
mod turns;

mod planted;
mod pools;
mod queues;
mod turns_model;

/// The library's `sync` names std's.
mod sync {
    pub(super) use loom::sync::{Arc, Condvar, Mutex, MutexGuard};
    pub(super) use loom::thread;
}

/// Tries fewer orders than all. With two threads beside the caller there are more switches than loom can try in a minute without a bound. Two preemptions a thread
/// find most mistakes: Musuvathi, Qadeer, "Iterative context bounding", PLDI 2007.
fn bounded(model: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(2);
    builder.check(model);
}
