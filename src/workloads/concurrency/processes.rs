//! A kernel's work shared among worker processes: made for it, or ready and waiting.

use std::cell::RefCell;
use std::marker::PhantomData;

use super::forms::WORKERS;
use super::kernel::{Kernel, Remote, all_right, costs};
use super::schedule;
use super::worker::{self, Worker};
use crate::workload::{Answer, Concurrency, Spare, Workload};

/// Two processes with one thread each, and beside the measuring thread one for each that sends and receives.
const CONCURRENCY: Concurrency = Concurrency { threads: true, ..Concurrency::PROCESSES };

fn hire<K: Remote>() -> Vec<Worker> {
    let start = || Worker::start(K::TASK.name).unwrap_or_else(|error| panic!("{error}"));
    (0..WORKERS).map(|_| start()).collect()
}

fn share<K: Remote>(workers: &mut [Worker], items: &[K::Item]) -> Vec<K::Found> {
    let requests: Vec<_> = items.iter().copied().map(K::request).collect();
    let replies = worker::share(workers, &requests).unwrap_or_else(|error| panic!("{error}"));
    let found = |reply: Vec<u8>| {
        K::found(&reply).unwrap_or_else(|| {
            panic!("worker process `{}` answered {} bytes that say nothing", K::TASK.name, reply.len())
        })
    };
    replies.into_iter().map(found).collect()
}

fn speedup_bound<K: Kernel>(size: usize, cores: usize) -> Option<f64> {
    Some(schedule::speedup_on_cores(&costs::<K>(size), WORKERS, cores))
}

/// Items, and the workers that wait for them.
pub(crate) struct Staffed<K: Kernel> {
    items: Vec<K::Item>,
    workers: RefCell<Vec<Worker>>,
}

pub(crate) struct TwoProcessesReady<K>(PhantomData<K>);

impl<K: Remote> Workload for TwoProcessesReady<K> {
    const NAME: &'static str = "two-processes-ready";
    const ABOUT: &'static str = "each of two waiting worker processes takes the next item once it is free";
    const SPARES: &'static [Spare] = &[Spare::spawning("two-processes")];
    const MIRRORS: Option<&'static str> = K::MIRRORS.processes;
    const CONCURRENCY: Concurrency = CONCURRENCY;
    type Input = Staffed<K>;
    type Output = Vec<K::Found>;

    fn input(size: usize) -> Staffed<K> {
        Staffed { items: K::items(size), workers: RefCell::new(hire::<K>()) }
    }

    fn run(staffed: &Staffed<K>) -> Vec<K::Found> {
        share::<K>(&mut staffed.workers.borrow_mut(), &staffed.items)
    }

    fn check(staffed: &Staffed<K>, found: &Vec<K::Found>) -> bool {
        all_right::<K>(&staffed.items, found)
    }

    fn answer(found: &Vec<K::Found>) -> Answer {
        K::answer(found)
    }

    fn unavailable(_size: usize) -> Option<String> {
        worker::unavailable()
    }

    fn speedup_bound(size: usize, cores: usize) -> Option<f64> {
        speedup_bound::<K>(size, cores)
    }
}

pub(crate) struct TwoProcesses<K>(PhantomData<K>);

impl<K: Remote> Workload for TwoProcesses<K> {
    const NAME: &'static str = "two-processes";
    const ABOUT: &'static str = "the same, with the two processes started and ended each time";
    const CONCURRENCY: Concurrency = CONCURRENCY;
    type Input = Vec<K::Item>;
    type Output = Vec<K::Found>;

    fn input(size: usize) -> Vec<K::Item> {
        K::items(size)
    }

    fn run(items: &Vec<K::Item>) -> Vec<K::Found> {
        let mut workers = hire::<K>();
        let found = share::<K>(&mut workers, items);
        worker::end(workers);
        found
    }

    fn check(items: &Vec<K::Item>, found: &Vec<K::Found>) -> bool {
        all_right::<K>(items, found)
    }

    fn answer(found: &Vec<K::Found>) -> Answer {
        K::answer(found)
    }

    fn unavailable(_size: usize) -> Option<String> {
        worker::unavailable()
    }

    fn speedup_bound(size: usize, cores: usize) -> Option<f64> {
        speedup_bound::<K>(size, cores)
    }
}
