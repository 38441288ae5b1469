//! Synchronisation with a known mistake each, under the models that the real one passes: loom must find it.

use std::collections::VecDeque;

use loom::sync::atomic::{AtomicBool, Ordering};
use loom::sync::{Condvar, Mutex};
use loom::thread::{self, Thread};

use crate::queues::{Line, one_taker_of_two};
use crate::words::{Word, stop_when_told};

/// As [`Queue`](crate::queue::Queue), but it wakes the taker before the item is there.
struct Hasty {
    items: Mutex<VecDeque<u32>>,
    changed: Condvar,
}

impl Line for Hasty {
    fn empty() -> Self {
        Self { items: Mutex::new(VecDeque::new()), changed: Condvar::new() }
    }

    fn put(&self, item: u32) {
        self.changed.notify_one();
        self.items.lock().expect("nobody panics with it").push_back(item);
    }

    fn take(&self) -> Option<u32> {
        let mut items = self.items.lock().expect("nobody panics with it");
        loop {
            match items.pop_front() {
                Some(item) => return Some(item),
                None => items = self.changed.wait(items).expect("nobody panics with it"),
            }
        }
    }
}

#[test]
#[should_panic(expected = "deadlock")]
fn a_wake_up_before_the_item_is_found_to_leave_the_taker_asleep() {
    one_taker_of_two::<Hasty>();
}

/// As [`LookedAt`](crate::stop_words::LookedAt), but its flag orders nothing.
struct Unordered(AtomicBool);

impl Word for Unordered {
    fn not_given() -> Self {
        Self(AtomicBool::new(false))
    }

    fn heed(&self) {
        while !self.0.load(Ordering::Relaxed) {
            thread::yield_now();
        }
    }

    fn give(&self, _: &[&Thread]) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
#[should_panic(expected = "does not see what was done before the word")]
fn a_flag_without_order_is_found_to_hide_what_was_done_before_it() {
    stop_when_told::<Unordered>(1);
}

/// As [`SleptOn`](crate::stop_words::SleptOn), but the flag is set and looked at outside of the lock.
struct Unlocked {
    given: AtomicBool,
    lock: Mutex<()>,
    changed: Condvar,
}

impl Word for Unlocked {
    fn not_given() -> Self {
        Self { given: AtomicBool::new(false), lock: Mutex::new(()), changed: Condvar::new() }
    }

    fn heed(&self) {
        while !self.given.load(Ordering::Acquire) {
            let lock = self.lock.lock().expect("nobody panics with it");
            drop(self.changed.wait(lock).expect("nobody panics with it"));
        }
    }

    fn give(&self, _: &[&Thread]) {
        self.given.store(true, Ordering::Release);
        self.changed.notify_all();
    }
}

#[test]
#[should_panic(expected = "deadlock")]
fn a_word_between_a_look_and_the_sleep_is_found_to_be_missed() {
    stop_when_told::<Unlocked>(2);
}

/// As [`ParkedOn`](crate::stop_words::ParkedOn), but the workers are unparked before the flag is set.
struct TooSoon(AtomicBool);

impl Word for TooSoon {
    fn not_given() -> Self {
        Self(AtomicBool::new(false))
    }

    fn heed(&self) {
        while !self.0.load(Ordering::Acquire) {
            thread::park();
        }
    }

    fn give(&self, workers: &[&Thread]) {
        for worker in workers {
            worker.unpark();
        }
        self.0.store(true, Ordering::Release);
    }
}

#[test]
#[should_panic(expected = "deadlock")]
fn a_thread_that_is_unparked_before_the_flag_is_set_is_found_to_park_for_good() {
    stop_when_told::<TooSoon>(2);
}
