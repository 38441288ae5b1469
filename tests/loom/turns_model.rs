//! The lock that is handed on in order: one holder at a time, nobody forgotten.

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::thread;

use crate::turns::Turns;

/// What loom complains of when two threads are inside at once.
struct Inside(UnsafeCell<u32>);

// SAFETY: only the holder of the lock under test touches it; loom reports it where that is not so.
unsafe impl Sync for Inside {}

impl Inside {
    fn count(&self) {
        self.0.with_mut(|count| {
            // SAFETY: as above.
            unsafe { *count += 1 };
        });
    }
}

fn held_by(threads: usize, passes: usize) {
    let turns = Arc::new(Turns::new());
    let inside = Arc::new(Inside(UnsafeCell::new(0)));
    let spawn = |_| {
        let (turns, inside) = (Arc::clone(&turns), Arc::clone(&inside));
        thread::spawn(move || {
            let mut turn = turns.take();
            inside.count();
            for _ in 0..passes {
                turn.pass_on();
                inside.count();
            }
        })
    };
    let threads: Vec<_> = (0..threads).map(spawn).collect();
    let entered = threads.len() * (passes + 1);
    threads.into_iter().for_each(|thread| thread.join().expect("no thread panics"));
    let _last = turns.take();
    inside.0.with(|count| {
        // SAFETY: as above.
        assert_eq!(unsafe { *count } as usize, entered);
    });
}

#[test]
fn two_threads_pass_a_turn_back_and_forth() {
    loom::model(|| held_by(2, 2));
}

#[test]
fn three_threads_take_turns() {
    crate::bounded(|| held_by(3, 1));
}
