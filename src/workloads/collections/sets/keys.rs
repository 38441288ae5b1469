//! What the members read: ascending integers, or shuffled numbers of which half repeat.

use crate::workloads::seeded::SplitMix64;

/// A source of keys whose distinct values are known without looking at them: the multiples of
/// [`STEP`](Self::STEP) below [`bound`](Self::bound).
pub(crate) trait Keys: 'static {
    /// Distance between neighbouring distinct values.
    const STEP: u64;
    /// Whether the study notes ask this question too.
    const IN_NOTES: bool;
    /// What the keys are read from.
    type Input;

    /// How many distinct values there are at `size`.
    fn distinct(size: usize) -> usize;
    /// Builds the input of `size`.
    fn input(size: usize) -> Self::Input;
    /// How many keys are read, repeats included.
    fn count(input: &Self::Input) -> usize;
    /// The keys, in the order in which they are read.
    fn keys(input: &Self::Input) -> impl Iterator<Item = u64>;
    /// One more than the largest key that is possible.
    fn bound(input: &Self::Input) -> u64;

    /// Whether `found` holds every distinct key once and nothing else.
    fn are_exactly(input: &Self::Input, found: impl IntoIterator<Item = u64>) -> bool {
        let mut missing = vec![true; Self::bound(input).div_ceil(Self::STEP) as usize];
        let mut left = missing.len();
        for key in found {
            if key % Self::STEP != 0 {
                return false;
            }
            // A key found twice, or out of bounds, is not missing any more.
            match missing.get_mut((key / Self::STEP) as usize) {
                Some(is_missing) if *is_missing => *is_missing = false,
                _ => return false,
            }
            left -= 1;
        }
        left == 0
    }
}

/// `0, 1, …, n − 1`, in this order.
pub(crate) struct Ascending;

impl Keys for Ascending {
    const STEP: u64 = 1;
    const IN_NOTES: bool = true;
    type Input = usize;

    fn distinct(size: usize) -> usize {
        size
    }

    fn input(size: usize) -> usize {
        size
    }

    fn count(size: &usize) -> usize {
        *size
    }

    fn keys(size: &usize) -> impl Iterator<Item = u64> {
        0..*size as u64
    }

    fn bound(size: &usize) -> u64 {
        *size as u64
    }
}

/// n numbers, n/2 distinct values: each multiple of 4 below 2n twice (one of them once when n is odd), shuffled.
pub(crate) struct Shuffled;

impl Keys for Shuffled {
    const STEP: u64 = 4;
    const IN_NOTES: bool = false;
    type Input = Vec<u64>;

    fn distinct(size: usize) -> usize {
        size.div_ceil(2)
    }

    fn input(size: usize) -> Vec<u64> {
        let distinct = Self::distinct(size) as u64;
        let mut numbers: Vec<u64> = (0..size as u64).map(|i| i % distinct * Self::STEP).collect();
        SplitMix64::new(0).shuffle(&mut numbers);
        numbers
    }

    fn count(numbers: &Vec<u64>) -> usize {
        numbers.len()
    }

    fn keys(numbers: &Vec<u64>) -> impl Iterator<Item = u64> {
        numbers.iter().copied()
    }

    fn bound(numbers: &Vec<u64>) -> u64 {
        numbers.len().div_ceil(2) as u64 * Self::STEP
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_a_repeated_and_a_foreign_key_are_rejected() {
        assert!(Ascending::are_exactly(&3, [2, 0, 1]));
        assert!(!Ascending::are_exactly(&3, [0, 1]));
        assert!(!Ascending::are_exactly(&3, [0, 1, 1]));
        assert!(!Ascending::are_exactly(&3, [0, 1, 2, 2]));
        assert!(!Ascending::are_exactly(&3, [0, 1, 3]));
        assert!(!Shuffled::are_exactly(&Shuffled::input(4), [0, 5]));
        assert!(Shuffled::are_exactly(&Shuffled::input(4), [4, 0]));
    }

    #[test]
    fn half_of_the_shuffled_numbers_repeat_and_no_order_is_left() {
        let numbers = Shuffled::input(1_000);
        let mut sorted = numbers.clone();
        sorted.sort_unstable();
        assert!(sorted.chunks(2).zip(0..500).all(|(pair, i)| pair == [4 * i, 4 * i]));
        let ascents = numbers.windows(2).filter(|pair| pair[0] < pair[1]).count();
        assert!((400..600).contains(&ascents), "{ascents} of 999 neighbours ascend");
    }
}
