//! How should a vector of n integers be built? Every member makes `0, 1, …, n − 1`.

use crate::workload::{Answer, Workload};

/// The sum and the ends of `0..n` are known without building it: n(n − 1)/2, 0 and n − 1.
fn counts_up(size: usize, numbers: &[u64]) -> bool {
    let n = size as u64;
    numbers.len() == size
        && numbers.iter().sum::<u64>() == n * n.saturating_sub(1) / 2
        && numbers.is_sorted()
        && numbers.first().is_none_or(|first| *first == 0)
}

pub(crate) struct Push;

impl Workload for Push {
    const NAME: &'static str = "push";
    const ABOUT: &'static str = "growth: one element at a time into a vector that must move when full";
    const MIRRORS: Option<&'static str> = Some("f6");
    type Input = usize;
    type Output = Vec<u64>;

    fn input(size: usize) -> usize {
        size
    }

    fn run(size: &usize) -> Vec<u64> {
        let mut numbers = Vec::new();
        for i in 0..*size as u64 {
            numbers.push(i);
        }
        numbers
    }

    fn check(size: &usize, numbers: &Vec<u64>) -> bool {
        counts_up(*size, numbers)
    }

    fn answer(numbers: &Vec<u64>) -> Answer {
        Answer::of_sequence(numbers.iter().copied())
    }
}

pub(crate) struct Collect;

impl Workload for Collect {
    const NAME: &'static str = "collect";
    const ABOUT: &'static str = "an iterator that knows its length: one allocation, no checks in the loop";
    const MIRRORS: Option<&'static str> = Some("f2");
    type Input = usize;
    type Output = Vec<u64>;

    fn input(size: usize) -> usize {
        size
    }

    fn run(size: &usize) -> Vec<u64> {
        (0..*size as u64).collect()
    }

    fn check(size: &usize, numbers: &Vec<u64>) -> bool {
        counts_up(*size, numbers)
    }

    fn answer(numbers: &Vec<u64>) -> Answer {
        Answer::of_sequence(numbers.iter().copied())
    }
}
