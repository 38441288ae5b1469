//! One lock that is handed on in the order in which threads asked for it. Knows no kernel.
//!
//! Model-checked: tests/loom compiles this file against loom, so it names threads and locks by `super::sync` alone.

use super::sync::{Condvar, Mutex, MutexGuard};

/// The tickets drawn, and whose turn it is.
struct Queue {
    drawn: u64,
    served: u64,
}

/// The lock.
pub(crate) struct Turns {
    queue: Mutex<Queue>,
    next: Condvar,
}

impl Turns {
    /// A lock that nobody holds.
    pub(crate) fn new() -> Self {
        Self { queue: Mutex::new(Queue { drawn: 0, served: 0 }), next: Condvar::new() }
    }

    /// Waits for the lock. It is let go when the turn is dropped.
    pub(crate) fn take(&self) -> Turn<'_> {
        self.wait(self.queue());
        Turn { turns: self }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().expect("no holder panics")
    }

    fn wait(&self, mut queue: MutexGuard<'_, Queue>) {
        let ticket = queue.drawn;
        queue.drawn += 1;
        while queue.served != ticket {
            queue = self.next.wait(queue).expect("no holder panics");
        }
    }

    fn serve_next(&self, queue: &mut Queue) {
        queue.served += 1;
        // All of them: only the one whose ticket it is goes on.
        self.next.notify_all();
    }
}

/// The lock, held.
pub(crate) struct Turn<'turns> {
    turns: &'turns Turns,
}

impl Turn<'_> {
    /// Lets whoever waits go first, and waits for the lock again; at once back where nobody waits.
    pub(crate) fn pass_on(&mut self) {
        let mut queue = self.turns.queue();
        if queue.drawn > queue.served + 1 {
            self.turns.serve_next(&mut queue);
            self.turns.wait(queue);
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.turns.serve_next(&mut self.turns.queue());
    }
}
