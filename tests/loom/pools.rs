//! Models of the pool.

use crate::bounded;
use crate::pool::Pool;

#[test]
fn tasks_come_back_in_order_from_one_thread() {
    loom::model(|| {
        let pool = Pool::new(1).expect("loom refuses no thread");
        assert_eq!(pool.map([1, 2], |number| 2 * number), Ok(vec![2, 4]));
    });
}

#[test]
fn tasks_come_back_in_order_from_two_threads() {
    bounded(|| {
        let pool = Pool::new(2).expect("loom refuses no thread");
        assert_eq!(pool.map([1, 2], |number| 2 * number), Ok(vec![2, 4]));
    });
}

#[test]
fn a_pool_that_is_dropped_finishes_what_was_submitted() {
    bounded(|| {
        let pool = Pool::new(2).expect("loom refuses no thread");
        let ticket = pool.submit(|| 7);
        drop(pool);
        assert_eq!(ticket.wait(), Ok(7));
    });
}

#[test]
fn a_pool_that_nobody_uses_ends() {
    loom::model(|| drop(Pool::new(2).expect("loom refuses no thread")));
}

#[test]
fn a_panic_reaches_who_waits_and_the_thread_goes_on() {
    // Not a panic!, whose message would be printed in each of the many orders.
    bounded(|| {
        let pool = Pool::new(1).expect("loom refuses no thread");
        let panicked = pool.submit(|| std::panic::resume_unwind(Box::new("it broke")));
        let next = pool.submit(|| 7);
        let nothing: Result<(), _> = panicked.wait();
        assert_eq!(nothing.expect_err("it panicked").to_string(), "a task panicked: it broke");
        assert_eq!(next.wait(), Ok(7));
    });
}
