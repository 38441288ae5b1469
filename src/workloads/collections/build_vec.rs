//! How should a vector of n integers be built? Every member makes `0, 1, …, n − 1`.

use crate::workload::{Answer, Floor, Spare, Workload};

/// Each place holds its own index.
fn counts_up(size: usize, numbers: &[u64]) -> bool {
    numbers.len() == size && numbers.iter().enumerate().all(|(place, number)| *number == place as u64)
}

/// What members share: the input is the size, the output must count up.
macro_rules! counting_up {
    ($output:ty) => {
        type Input = usize;
        type Output = $output;

        fn input(size: usize) -> usize {
            size
        }

        fn check(size: &usize, numbers: &$output) -> bool {
            counts_up(*size, numbers)
        }

        fn answer(numbers: &$output) -> Answer {
            Answer::of_sequence(numbers.iter().copied())
        }
    };
}

pub(crate) struct Push;

impl Workload for Push {
    const NAME: &'static str = "push";
    const ABOUT: &'static str = "growth: one element at a time into a vector that must move when full";
    const MIRRORS: Option<&'static str> = Some("f6");
    counting_up!(Vec<u64>);

    fn run(size: &usize) -> Vec<u64> {
        let mut numbers = Vec::new();
        for i in 0..*size as u64 {
            numbers.push(i);
        }
        numbers
    }

    /// Each of n integers of 8 bytes is written, to a block that holds them.
    fn floor(size: usize) -> Option<Floor> {
        Some(Floor { bytes_written: 8 * size as u64, allocations: 1, ..Floor::default() })
    }
}

pub(crate) struct PushReserved;

impl Workload for PushReserved {
    const NAME: &'static str = "push-reserved";
    const ABOUT: &'static str =
        "the baseline less its growth: one allocation, but each push still asks whether it is full";
    const SPARES: &'static [Spare] = &[Spare::growth("push")];
    counting_up!(Vec<u64>);

    fn run(size: &usize) -> Vec<u64> {
        let mut numbers = Vec::with_capacity(*size);
        for i in 0..*size as u64 {
            numbers.push(i);
        }
        numbers
    }
}

pub(crate) struct Collect;

impl Workload for Collect {
    const NAME: &'static str = "collect";
    const ABOUT: &'static str = "an iterator that knows its length: one allocation, no checks in the loop";
    const MIRRORS: Option<&'static str> = Some("f2");
    counting_up!(Vec<u64>);

    fn run(size: &usize) -> Vec<u64> {
        (0..*size as u64).collect()
    }
}

pub(crate) struct CollectMapped;

impl Workload for CollectMapped {
    const NAME: &'static str = "collect-mapped";
    const ABOUT: &'static str =
        "collect through a closure that converts each element; the length stays known";
    const MIRRORS: Option<&'static str> = Some("f8");
    counting_up!(Vec<u64>);

    fn run(size: &usize) -> Vec<u64> {
        (0..*size).map(|i| i as u64).collect()
    }
}

pub(crate) struct CollectHiddenLength;

impl Workload for CollectHiddenLength {
    const NAME: &'static str = "collect-hidden-length";
    const ABOUT: &'static str = "collect from an iterator that cannot tell its length: grows as push does";
    counting_up!(Vec<u64>);

    fn run(size: &usize) -> Vec<u64> {
        let mut rest = 0..*size as u64;
        std::iter::from_fn(|| rest.next()).collect()
    }
}

pub(crate) struct Extend;

impl Workload for Extend {
    const NAME: &'static str = "extend";
    const ABOUT: &'static str =
        "extend of an empty vector by an iterator that knows its length: reserves once";
    counting_up!(Vec<u64>);

    fn run(size: &usize) -> Vec<u64> {
        let mut numbers = Vec::new();
        numbers.extend(0..*size as u64);
        numbers
    }
}

pub(crate) struct ResizeWith;

impl Workload for ResizeWith {
    const NAME: &'static str = "resize-with";
    const ABOUT: &'static str =
        "resize_with on an empty vector: one reservation, a closure called for each element";
    counting_up!(Vec<u64>);

    fn run(size: &usize) -> Vec<u64> {
        let mut numbers = Vec::new();
        let mut next = 0;
        numbers.resize_with(*size, || {
            next += 1;
            next - 1
        });
        numbers
    }
}

pub(crate) struct Repeat;

impl Workload for Repeat {
    const NAME: &'static str = "repeat";
    const ABOUT: &'static str =
        "vec![0; n], memory asked for as zeroed, then each element overwritten by its index";
    counting_up!(Vec<u64>);

    fn run(size: &usize) -> Vec<u64> {
        let mut numbers = vec![0; *size];
        for (place, number) in numbers.iter_mut().enumerate() {
            *number = place as u64;
        }
        numbers
    }
}

pub(crate) struct ExtendFromSlice;

impl Workload for ExtendFromSlice {
    const NAME: &'static str = "extend-from-slice";
    const ABOUT: &'static str = "one allocation and one copy of n integers that lie in memory already";
    type Input = Vec<u64>;
    type Output = Vec<u64>;

    fn input(size: usize) -> Vec<u64> {
        (0..size as u64).collect()
    }

    fn run(source: &Vec<u64>) -> Vec<u64> {
        let mut numbers = Vec::new();
        numbers.extend_from_slice(source);
        numbers
    }

    fn check(source: &Vec<u64>, numbers: &Vec<u64>) -> bool {
        counts_up(source.len(), numbers)
    }

    fn answer(numbers: &Vec<u64>) -> Answer {
        Answer::of_sequence(numbers.iter().copied())
    }
}

pub(crate) struct BoxedSlice;

impl Workload for BoxedSlice {
    const NAME: &'static str = "boxed-slice";
    const ABOUT: &'static str =
        "collect into a Box<[u64]>: one exact allocation, no spare room, never grows again";
    counting_up!(Box<[u64]>);

    fn run(size: &usize) -> Box<[u64]> {
        (0..*size as u64).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_vector_is_rejected() {
        assert!(counts_up(4, &[0, 1, 2, 3]));
        assert!(!counts_up(4, &[0, 1, 2]));
        assert!(!counts_up(4, &[0, 1, 1, 4]), "the sum and the order alone would let this pass");
        assert!(!counts_up(4, &[0, 1, 3, 2]));
    }
}
