//! Tasks handed to threads of their own, started for them.

use std::thread;

use super::{Done, Numbers, WORKERS, double_here, doubled, is_right, numbers};
use crate::workload::{Answer, Concurrency, Workload};
use crate::workloads::concurrency::threads::{start, start_in};

/// A thread for each of 1,000 tasks, alive at once, meets the limits that containers set.
const FEW: &[usize] = &[1, 10, 100];

/// What members share that need nothing but the numbers.
macro_rules! of_numbers {
    () => {
        const CONCURRENCY: Concurrency = Concurrency::THREADS;
        type Input = Numbers;
        doubled!();

        fn input(size: usize) -> Numbers {
            numbers(size)
        }
    };
}

pub(crate) struct ThreadEach;

impl Workload for ThreadEach {
    const NAME: &'static str = "thread-each";
    const ABOUT: &'static str = "std::thread::spawn for each task, then join each";
    const SIZES: Option<&'static [usize]> = Some(FEW);
    of_numbers!();

    fn run(numbers: &Numbers) -> Vec<Done> {
        let hand_out = |number: &u64| {
            let number = *number;
            start(move || double_here(number))
        };
        let threads: Vec<_> = numbers.iter().map(hand_out).collect();
        threads.into_iter().map(|thread| thread.join().expect("doubling does not panic")).collect()
    }

    fn check(numbers: &Numbers, done: &Vec<Done>) -> bool {
        is_right(numbers, done, |workers| workers == done.len())
    }
}

pub(crate) struct ScopedEach;

impl Workload for ScopedEach {
    const NAME: &'static str = "scoped-each";
    const ABOUT: &'static str = "the same in a scope: tasks may borrow, and the scope waits for all";
    const SIZES: Option<&'static [usize]> = Some(FEW);
    of_numbers!();

    fn run(numbers: &Numbers) -> Vec<Done> {
        thread::scope(|scope| {
            let threads: Vec<_> =
                numbers.iter().map(|number| start_in(scope, || double_here(*number))).collect();
            threads.into_iter().map(|thread| thread.join().expect("doubling does not panic")).collect()
        })
    }

    fn check(numbers: &Numbers, done: &Vec<Done>) -> bool {
        is_right(numbers, done, |workers| workers == done.len())
    }
}

pub(crate) struct ScopedHalves;

impl Workload for ScopedHalves {
    const NAME: &'static str = "scoped-halves";
    const ABOUT: &'static str = "two scoped threads, each given half of the tasks at once";
    of_numbers!();

    fn run(numbers: &Numbers) -> Vec<Done> {
        let half = numbers.len().div_ceil(WORKERS).max(1);
        let work = |half: &[u64]| half.iter().map(|number| double_here(*number)).collect::<Vec<_>>();
        thread::scope(|scope| {
            let threads: Vec<_> =
                numbers.chunks(half).map(|half| start_in(scope, move || work(half))).collect();
            threads.into_iter().flat_map(|thread| thread.join().expect("doubling does not panic")).collect()
        })
    }

    fn check(numbers: &Numbers, done: &Vec<Done>) -> bool {
        is_right(numbers, done, |workers| workers == WORKERS.min(done.len()))
    }
}
