//! Tasks handed to threads that are there already, or are made once for all the tasks of a run.

use rayon::prelude::*;
use tokio::runtime::Runtime;

use super::{Done, Numbers, WORKERS, double_here, doubled, is_right, numbers};
use crate::workload::{Answer, Concurrency, Spare, Workload};
use crate::workloads::concurrency::pool::Pool;
use crate::workloads::concurrency::threads;

fn map(pool: &Pool, numbers: &Numbers) -> Vec<Done> {
    let done = pool.map(numbers.iter().copied(), double_here);
    done.unwrap_or_else(|panicked| panic!("{panicked}"))
}

pub(crate) struct PoolReady;

impl Workload for PoolReady {
    const NAME: &'static str = "pool-ready";
    const ABOUT: &'static str =
        "a ticket for each task from two sleeping threads: a lock and a condition variable there and back";
    const SPARES: &'static [Spare] = &[Spare::spawning("pool-made")];
    const MIRRORS: Option<&'static str> = Some("thread-pool");
    const CONCURRENCY: Concurrency = Concurrency::THREADS;
    type Input = (Numbers, Pool);
    doubled!();

    fn input(size: usize) -> (Numbers, Pool) {
        (numbers(size), threads::pool(WORKERS))
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
    const ABOUT: &'static str = "the same, with the two threads started and joined each time";
    const CONCURRENCY: Concurrency = Concurrency::THREADS;
    type Input = Numbers;
    doubled!();

    fn input(size: usize) -> Numbers {
        numbers(size)
    }

    fn run(numbers: &Numbers) -> Vec<Done> {
        map(&threads::pool(WORKERS), numbers)
    }

    fn check(numbers: &Numbers, done: &Vec<Done>) -> bool {
        is_right(numbers, done, |workers| workers <= WORKERS)
    }
}

pub(crate) struct RayonReady;

impl Workload for RayonReady {
    const NAME: &'static str = "rayon-ready";
    const ABOUT: &'static str =
        "a parallel iterator on two waiting threads: halves are stolen, not tasks handed out one by one";
    const CONCURRENCY: Concurrency = Concurrency::SPINNING;
    type Input = (Numbers, rayon::ThreadPool);
    doubled!();

    fn input(size: usize) -> (Numbers, rayon::ThreadPool) {
        (numbers(size), threads::rayon_pool(WORKERS))
    }

    fn run((numbers, pool): &(Numbers, rayon::ThreadPool)) -> Vec<Done> {
        pool.install(|| numbers.par_iter().map(|number| double_here(*number)).collect())
    }

    fn check((numbers, _): &(Numbers, rayon::ThreadPool), done: &Vec<Done>) -> bool {
        is_right(numbers, done, |workers| workers <= WORKERS)
    }
}

pub(crate) struct FuturesReady;

impl Workload for FuturesReady {
    const NAME: &'static str = "futures-ready";
    const ABOUT: &'static str =
        "a future for each task, spawned on the two waiting threads of tokio's runtime";
    const CONCURRENCY: Concurrency = Concurrency::SPINNING;
    type Input = (Numbers, Runtime);
    doubled!();

    fn input(size: usize) -> (Numbers, Runtime) {
        (numbers(size), threads::tokio_runtime(WORKERS))
    }

    fn run((numbers, runtime): &(Numbers, Runtime)) -> Vec<Done> {
        runtime.block_on(async {
            let spawn = |number: &u64| {
                let number = *number;
                tokio::spawn(async move { double_here(number) })
            };
            let tasks: Vec<_> = numbers.iter().map(spawn).collect();
            let mut done = Vec::with_capacity(tasks.len());
            for task in tasks {
                done.push(task.await.unwrap_or_else(|panicked| panic!("{panicked}")));
            }
            done
        })
    }

    fn check((numbers, _): &(Numbers, Runtime), done: &Vec<Done>) -> bool {
        is_right(numbers, done, |workers| workers <= WORKERS)
    }
}
