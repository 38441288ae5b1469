//! The words that stop workers, as far as they are written by hand: a flag that is looked at, a flag that is slept on,
//! a flag beside threads that are parked. Knows no kernel.
//!
//! Model-checked: tests/loom compiles this file against loom, so it names threads and locks by `super::sync` alone.

use super::sync::atomic::{AtomicBool, Ordering};
use super::sync::thread::{self, Thread};
use super::sync::{Condvar, Mutex, look_again};

/// A flag that workers look at again and again.
pub(crate) struct LookedAt(AtomicBool);

impl LookedAt {
    /// The word, not yet given.
    pub(super) fn new() -> Self {
        Self(AtomicBool::new(false))
    }

    /// Looks until the word is given. What was done before it is then seen.
    pub(super) fn heed(&self) {
        // The notes' worker looks after each step of its work; here a step is nothing, because what is measured is the
        // flag and not the rest of a step.
        while !self.0.load(Ordering::Acquire) {
            look_again();
        }
    }

    /// Gives the word.
    pub(super) fn give(&self) {
        self.0.store(true, Ordering::Release);
    }
}

/// A flag under a lock, and a sleep that its change ends.
pub(crate) struct SleptOn {
    given: Mutex<bool>,
    changed: Condvar,
}

impl SleptOn {
    /// The word, not yet given.
    pub(super) fn new() -> Self {
        Self { given: Mutex::new(false), changed: Condvar::new() }
    }

    /// Sleeps until the word is given. What was done before it is then seen.
    pub(super) fn heed(&self) {
        let mut given = self.given.lock().expect("no holder panics");
        while !*given {
            given = self.changed.wait(given).expect("no holder panics");
        }
    }

    /// Gives the word, and wakes all who sleep.
    pub(super) fn give(&self) {
        *self.given.lock().expect("no holder panics") = true;
        // After the lock is free, or the woken threads would only go to sleep again. Nobody can miss it: who found the
        // flag unset held the lock until it slept.
        self.changed.notify_all();
    }
}

/// A flag beside threads that are parked.
pub(crate) struct ParkedOn(AtomicBool);

impl ParkedOn {
    /// The word, not yet given.
    pub(super) fn new() -> Self {
        Self(AtomicBool::new(false))
    }

    /// Parks until the word is given. What was done before it is then seen.
    pub(super) fn heed(&self) {
        // A parked thread may wake for no reason (std::thread::park).
        while !self.0.load(Ordering::Acquire) {
            thread::park();
        }
    }

    /// Gives the word, and unparks each of `workers`.
    pub(super) fn give(&self, workers: &[&Thread]) {
        // First the flag: who is unparked before it is set looks, finds nothing and parks for good.
        self.0.store(true, Ordering::Release);
        for worker in workers {
            worker.unpark();
        }
    }
}
