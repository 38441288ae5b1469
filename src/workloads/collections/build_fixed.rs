//! How should a tuple-like, fixed-size sequence be built? Every member makes `start, start + 1, …`, as many
//! as the size says. `start` is 0 but read from the input, else the compiler would store a finished array.

use std::sync::Arc;

use arrayvec::ArrayVec;
use smallvec::SmallVec;

use crate::workload::{Answer, Floor, Workload};

/// The numbers to write, as the measured code learns of them.
pub(crate) struct Count {
    start: u64,
    size: usize,
}

impl Count {
    fn numbers(&self) -> std::ops::Range<u64> {
        self.start..self.start + self.size as u64
    }
}

/// Each place holds its own index.
fn counts_up(count: &Count, numbers: &[u64]) -> bool {
    numbers.len() == count.size && numbers.iter().enumerate().all(|(place, number)| *number == place as u64)
}

/// What members share: the count they write, and an output whose numbers must count up.
macro_rules! counting_up {
    ($output:ty, $sequence:ident => $numbers:expr) => {
        type Input = Count;
        type Output = $output;

        fn input(size: usize) -> Count {
            Count { start: 0, size }
        }

        fn check(count: &Count, $sequence: &$output) -> bool {
            counts_up(count, $numbers)
        }

        fn answer($sequence: &$output) -> Answer {
            Answer::of_sequence($numbers.iter().copied())
        }
    };
}

pub(crate) struct FromFn<const N: usize>;

impl<const N: usize> Workload for FromFn<N> {
    const NAME: &'static str = "array-from-fn";
    const ABOUT: &'static str =
        "an array on the stack, its length in its type: no allocation; moved by copying";
    const SIZES: Option<&'static [usize]> = Some(&[N]);
    counting_up!([u64; N], array => array);

    fn run(count: &Count) -> [u64; N] {
        std::array::from_fn(|place| count.start + place as u64)
    }

    /// Each of n integers of 8 bytes is written; no heap is needed for a length that is known.
    fn floor(size: usize) -> Option<Floor> {
        Some(Floor { bytes_written: 8 * size as u64, ..Floor::default() })
    }
}

pub(crate) struct Map<const N: usize>;

impl<const N: usize> Workload for Map<N> {
    const NAME: &'static str = "array-map";
    const ABOUT: &'static str =
        "an array made by mapping an array of nothing, a running number in the closure";
    const SIZES: Option<&'static [usize]> = Some(&[N]);
    counting_up!([u64; N], array => array);

    fn run(count: &Count) -> [u64; N] {
        let mut next = count.start;
        [(); N].map(|()| {
            next += 1;
            next - 1
        })
    }
}

pub(crate) struct BoxedSlice;

impl Workload for BoxedSlice {
    const NAME: &'static str = "boxed-slice";
    const ABOUT: &'static str =
        "Box<[u64]>: one exact allocation, its length known at run time, as a Python tuple's";
    const MIRRORS: Option<&'static str> = Some("f3");
    counting_up!(Box<[u64]>, slice => slice);

    fn run(count: &Count) -> Box<[u64]> {
        count.numbers().collect()
    }
}

pub(crate) struct ArcSlice;

impl Workload for ArcSlice {
    const NAME: &'static str = "arc-slice";
    const ABOUT: &'static str =
        "Arc<[u64]>: one allocation that holds two counts too, and an atomic decrement at its drop";
    counting_up!(Arc<[u64]>, slice => slice);

    fn run(count: &Count) -> Arc<[u64]> {
        count.numbers().collect()
    }
}

pub(crate) struct Small<const N: usize>;

impl<const N: usize> Workload for Small<N> {
    const NAME: &'static str = "small-vec";
    const ABOUT: &'static str =
        "SmallVec with room inside for all: no allocation, but it stays able to spill to the heap";
    const SIZES: Option<&'static [usize]> = Some(&[N]);
    counting_up!(SmallVec<[u64; N]>, vector => vector);

    fn run(count: &Count) -> SmallVec<[u64; N]> {
        count.numbers().collect()
    }
}

pub(crate) struct Inline<const N: usize>;

impl<const N: usize> Workload for Inline<N> {
    const NAME: &'static str = "array-vec";
    const ABOUT: &'static str =
        "ArrayVec with room for exactly all: no allocation, a length beside the array, never spills";
    const SIZES: Option<&'static [usize]> = Some(&[N]);
    counting_up!(ArrayVec<u64, N>, vector => vector);

    fn run(count: &Count) -> ArrayVec<u64, N> {
        count.numbers().collect()
    }
}

type Twelve = (u64, u64, u64, u64, u64, u64, u64, u64, u64, u64, u64, u64);

pub(crate) struct Tuple;

impl Workload for Tuple {
    const NAME: &'static str = "tuple";
    const ABOUT: &'static str =
        "a tuple of 12, the longest that std compares and prints: fields written one by one, no loop";
    const SIZES: Option<&'static [usize]> = Some(&[12]);
    counting_up!(Twelve, tuple => &<[u64; 12]>::from(*tuple));

    #[rustfmt::skip] // one line of a kind
    fn run(count: &Count) -> Twelve {
        let s = count.start;
        (s, s + 1, s + 2, s + 3, s + 4, s + 5, s + 6, s + 7, s + 8, s + 9, s + 10, s + 11)
    }
}

pub(crate) struct Vector;

impl Workload for Vector {
    const NAME: &'static str = "vec";
    const ABOUT: &'static str =
        "the control: a growable vector, one allocation, its room remembered beside its length";
    counting_up!(Vec<u64>, vector => vector);

    fn run(count: &Count) -> Vec<u64> {
        count.numbers().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_sequence_is_rejected() {
        let count = Count { start: 0, size: 3 };
        assert!(counts_up(&count, &[0, 1, 2]));
        assert!(!counts_up(&count, &[0, 1]));
        assert!(!counts_up(&count, &[0, 2, 1]));
    }
}
