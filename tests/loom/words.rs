//! Models of the words that stop workers.

use std::sync::Arc;

use loom::sync::atomic::{AtomicU32, Ordering};
use loom::thread::{self, JoinHandle, Thread};

use crate::bounded;
use crate::stop_words::{LookedAt, ParkedOn, SleptOn};

/// A word, as its model knows it.
pub(crate) trait Word: 'static {
    fn not_given() -> Self;
    fn heed(&self);
    fn give(&self, workers: &[&Thread]);
}

/// A word of the library's, and how it is given.
macro_rules! word {
    ($kind:ty, |$word:ident, $workers:ident| $give:expr) => {
        impl Word for $kind {
            fn not_given() -> Self {
                Self::new()
            }
            fn heed(&self) {
                Self::heed(self);
            }
            fn give(&self, $workers: &[&Thread]) {
                let $word = self;
                $give;
            }
        }
    };
}

word!(LookedAt, |word, _workers| word.give());
word!(SleptOn, |word, _workers| word.give());
word!(ParkedOn, |word, workers| word.give(workers));

/// Workers heed the word, and each sees what was done before it was given.
pub(crate) fn stop_when_told<W: Word>(workers: usize) {
    bounded(move || {
        // Not loom's: dropping that one while loom's finding unwinds would panic again, and abort.
        let told = Arc::new((W::not_given(), AtomicU32::new(0)));
        let spawn = |_| {
            let told = Arc::clone(&told);
            thread::spawn(move || {
                told.0.heed();
                told.1.load(Ordering::Relaxed)
            })
        };
        let workers: Vec<_> = (0..workers).map(spawn).collect();
        told.1.store(7, Ordering::Relaxed);
        told.0.give(&workers.iter().map(JoinHandle::thread).collect::<Vec<_>>());
        for worker in workers {
            let seen = worker.join().expect("it ends well");
            assert_eq!(seen, 7, "a worker does not see what was done before the word");
        }
    });
}

/// Of those who look there is one: two could give each other the turn for ever, which loom's scheduler allows. They only
/// read, so that a second one is to the first as if it were not there.
#[test]
fn a_worker_that_looks_stops_when_told() {
    stop_when_told::<LookedAt>(1);
}

#[test]
fn workers_that_sleep_stop_when_told_before_they_sleep_and_after() {
    stop_when_told::<SleptOn>(2);
}

#[test]
fn workers_that_are_parked_stop_when_told_before_they_park_and_after() {
    stop_when_told::<ParkedOn>(2);
}
