//! Tasks handed to threads that are there already, or made for all the tasks of a run.

use super::{Done, Numbers, WORKERS, double_here, doubled, is_right, numbers};
use crate::workload::{Answer, Concurrency, Workload};
use crate::workloads::concurrency::pool::Pool;

/// A pool made, or the reason why not.
fn pool() -> Pool {
    Pool::new(WORKERS)
        .unwrap_or_else(|error| panic!("cannot start {WORKERS} threads: {error}; see `ulimit -u`"))
}

fn map(pool: &Pool, numbers: &Numbers) -> Vec<Done> {
    let done = pool.map(numbers.iter().copied(), double_here);
    done.unwrap_or_else(|panicked| panic!("{panicked}"))
}

pub(crate) struct PoolReady;

impl Workload for PoolReady {
    const NAME: &'static str = "pool-ready";
    const ABOUT: &'static str =
        "a ticket for each task from two waiting threads behind one queue, a lock and a condition variable";
    const MIRRORS: Option<&'static str> = Some("thread-pool");
    const CONCURRENCY: Concurrency = Concurrency::THREADS;
    type Input = (Numbers, Pool);
    doubled!();

    fn input(size: usize) -> (Numbers, Pool) {
        (numbers(size), pool())
    }

    fn run((numbers, pool): &(Numbers, Pool)) -> Vec<Done> {
        map(pool, numbers)
    }

    fn check((numbers, _): &(Numbers, Pool), done: &Vec<Done>) -> bool {
        is_right(numbers, done, |workers| workers <= WORKERS)
    }
}

pub(crate) struct PoolMade;

impl Workload for PoolMade {
    const NAME: &'static str = "pool-made";
    const ABOUT: &'static str = "the same, with the pool's two threads started and joined each time";
    const CONCURRENCY: Concurrency = Concurrency::THREADS;
    type Input = Numbers;
    doubled!();

    fn input(size: usize) -> Numbers {
        numbers(size)
    }

    fn run(numbers: &Numbers) -> Vec<Done> {
        map(&pool(), numbers)
    }

    fn check(numbers: &Numbers, done: &Vec<Done>) -> bool {
        is_right(numbers, done, |workers| workers <= WORKERS)
    }
}
