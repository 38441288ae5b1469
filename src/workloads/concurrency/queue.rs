//! A queue that threads take from, asleep while it is empty. Knows nothing of what stands in it.
//!
//! Model-checked: tests/loom compiles this file against loom, so it names threads and locks by `super::sync` alone.

use std::collections::VecDeque;

use super::sync::{Condvar, Mutex, MutexGuard};

/// First in, first out, for any number of givers and takers.
pub(super) struct Queue<T> {
    line: Mutex<Line<T>>,
    /// Told of every item, and of the end.
    changed: Condvar,
}

struct Line<T> {
    items: VecDeque<T>,
    is_closed: bool,
}

impl<T> Queue<T> {
    /// An empty queue.
    pub(super) fn new() -> Self {
        let line = Line { items: VecDeque::new(), is_closed: false };
        Self { line: Mutex::new(line), changed: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, Line<T>> {
        self.line.lock().expect("no holder panics: items are moved under the lock, and never run or dropped")
    }

    /// Puts `item` at the end, and wakes one who waits for it.
    pub(super) fn push(&self, item: T) {
        self.lock().items.push_back(item);
        // After the lock is free, or the woken thread would only go to sleep again. Nobody can miss it: who found the
        // queue empty held the lock until it slept.
        self.changed.notify_one();
    }

    /// Takes the first item; sleeps until there is one. `None` once the queue is closed and empty.
    pub(super) fn pop(&self) -> Option<T> {
        let mut line = self.lock();
        loop {
            if let Some(item) = line.items.pop_front() {
                return Some(item);
            }
            if line.is_closed {
                return None;
            }
            line = self.changed.wait(line).expect("no holder panics");
        }
    }

    /// Nothing comes any more: whoever waits, or comes when all is taken, gets `None`.
    pub(super) fn close(&self) {
        self.lock().is_closed = true;
        self.changed.notify_all();
    }
}
