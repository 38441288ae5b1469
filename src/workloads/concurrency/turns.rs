//! One lock that is handed on in the order in which threads asked for it. Knows no kernel.

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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn one_at_a_time_a_thousand_times() {
        for _ in 0..1_000 {
            let turns = Turns::new();
            let inside = AtomicUsize::new(0);
            let total = AtomicUsize::new(0);
            std::thread::scope(|scope| {
                for _ in 0..3 {
                    scope.spawn(|| {
                        let mut turn = turns.take();
                        for _ in 0..4 {
                            assert_eq!(inside.fetch_add(1, Ordering::Relaxed), 0);
                            total.fetch_add(1, Ordering::Relaxed);
                            inside.fetch_sub(1, Ordering::Relaxed);
                            turn.pass_on();
                        }
                    });
                }
            });
            assert_eq!(total.into_inner(), 12);
        }
    }

    #[test]
    fn a_turn_passed_on_with_nobody_waiting_is_kept() {
        let turns = Turns::new();
        turns.take().pass_on();
        drop(turns.take());
        let queue = turns.queue();
        assert_eq!((queue.drawn, queue.served), (2, 2));
    }
}
