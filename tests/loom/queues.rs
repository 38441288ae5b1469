//! Models of the queue and of the ticket.

use loom::sync::Arc;
use loom::thread;

use crate::bounded;
use crate::queue::Queue;
use crate::ticket::ticket;

/// A queue, as far as the model of one taker needs it.
pub(crate) trait Line: 'static {
    fn empty() -> Self;
    fn put(&self, item: u32);
    fn take(&self) -> Option<u32>;
}

impl Line for Queue<u32> {
    fn empty() -> Self {
        Self::new()
    }

    fn put(&self, item: u32) {
        self.push(item);
    }

    fn take(&self) -> Option<u32> {
        self.pop()
    }
}

/// A taker that may find nothing, and two items that come.
pub(crate) fn one_taker_of_two<Q: Line>() {
    loom::model(|| {
        // Not loom's: dropping that one while loom's finding unwinds would panic again, and abort.
        let queue = std::sync::Arc::new(Q::empty());
        let taker = thread::spawn({
            let queue = std::sync::Arc::clone(&queue);
            move || (queue.take(), queue.take())
        });
        queue.put(1);
        queue.put(2);
        assert_eq!(taker.join().expect("it ends well"), (Some(1), Some(2)));
    });
}

#[test]
fn a_taker_that_found_nothing_is_woken_by_what_comes() {
    one_taker_of_two::<Queue<u32>>();
}

#[test]
fn two_takers_take_each_item_once_and_the_end_wakes_both() {
    bounded(|| {
        let queue = Arc::new(Queue::new());
        let takers: Vec<_> = (0..2)
            .map(|_| {
                let queue = Arc::clone(&queue);
                thread::spawn(move || std::iter::from_fn(|| queue.pop()).collect::<Vec<u32>>())
            })
            .collect();
        queue.push(1);
        queue.push(2);
        queue.close();
        let mut taken: Vec<u32> =
            takers.into_iter().flat_map(|taker| taker.join().expect("it ends well")).collect();
        taken.sort_unstable();
        assert_eq!(taken, [1, 2]);
    });
}

#[test]
fn a_ticket_is_answered_whether_its_holder_or_its_worker_comes_first() {
    loom::model(|| {
        let (promise, ticket) = ticket();
        let worker = thread::spawn(move || promise.keep(Ok(7)));
        assert_eq!(ticket.wait(), Ok(7));
        worker.join().expect("it ends well");
    });
}
