//! A queue with a known mistake, under the model that the real one passes: loom must find it.

use std::collections::VecDeque;
// Not loom's: dropping that one while loom's finding unwinds would panic again, and abort.
use std::sync::Arc;

use loom::sync::{Condvar, Mutex};
use loom::thread;

/// As [`Queue`](crate::queue::Queue), but it wakes the taker before the item is there.
struct Hasty {
    items: Mutex<VecDeque<u32>>,
    changed: Condvar,
}

impl Hasty {
    fn push(&self, item: u32) {
        self.changed.notify_one();
        self.items.lock().expect("nobody panics with it").push_back(item);
    }

    fn pop(&self) -> u32 {
        let mut items = self.items.lock().expect("nobody panics with it");
        loop {
            match items.pop_front() {
                Some(item) => return item,
                None => items = self.changed.wait(items).expect("nobody panics with it"),
            }
        }
    }
}

#[test]
#[should_panic(expected = "deadlock")]
fn a_wake_up_before_the_item_is_found_to_leave_the_taker_asleep() {
    loom::model(|| {
        let queue = Arc::new(Hasty { items: Mutex::new(VecDeque::new()), changed: Condvar::new() });
        let taker = thread::spawn({
            let queue = Arc::clone(&queue);
            move || queue.pop()
        });
        queue.push(1);
        assert_eq!(taker.join().expect("it ends well"), 1);
    });
}
