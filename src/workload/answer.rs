//! What an output says, small enough to compare across members of a family and across processes.

use crate::fnv;

/// A count and a digest. Two outputs that say the same have equal answers; the digest is FNV-1a over
/// the canonical form, so that unequal answers are almost surely told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Answer {
    /// How many elements or bytes the output holds.
    pub count: u64,
    /// FNV-1a, 64 bits, of the canonical form.
    pub digest: u64,
}

impl Answer {
    /// The answer of numbers whose order matters.
    pub fn of_sequence(numbers: impl IntoIterator<Item = u64>) -> Self {
        let mut answer = Self { count: 0, digest: fnv::EMPTY };
        for number in numbers {
            answer.count += 1;
            answer.digest = fnv::extend(answer.digest, &number.to_le_bytes());
        }
        answer
    }

    /// The answer of numbers whose order does not matter: their ascending sequence.
    pub fn of_set(numbers: impl IntoIterator<Item = u64>) -> Self {
        let mut numbers: Vec<u64> = numbers.into_iter().collect();
        numbers.sort_unstable();
        Self::of_sequence(numbers)
    }

    /// The answer of a text; `count` is in bytes.
    pub fn of_text(text: &str) -> Self {
        Self { count: text.len() as u64, digest: fnv::digest(text.as_bytes()) }
    }

    /// The answer of counted words, in any order: the sum of each pair's digest.
    pub fn of_counts<'a>(counts: impl IntoIterator<Item = (&'a str, u64)>) -> Self {
        let mut answer = Self { count: 0, digest: 0 };
        for (word, count) in counts {
            answer.count += 1;
            let digest = fnv::extend(fnv::digest(word.as_bytes()), &count.to_le_bytes());
            answer.digest = answer.digest.wrapping_add(digest);
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_matters_for_a_sequence_and_not_for_a_set() {
        assert_ne!(Answer::of_sequence([1, 2, 3]), Answer::of_sequence([3, 2, 1]));
        assert_eq!(Answer::of_set([1, 2, 3]), Answer::of_set([3, 2, 1]));
    }

    #[test]
    fn repeated_elements_change_a_sets_answer() {
        assert_ne!(Answer::of_set([1, 2]), Answer::of_set([1, 2, 2]));
    }

    #[test]
    fn digest_is_fnv_1a() {
        // Published vector: FNV-1a 64 of "a".
        assert_eq!(Answer::of_text("a").digest, 0xaf63_dc4c_8601_ec8c);
    }

    #[test]
    fn counts_compare_in_any_order() {
        assert_eq!(Answer::of_counts([("a", 1), ("b", 2)]), Answer::of_counts([("b", 2), ("a", 1)]));
        assert_ne!(Answer::of_counts([("a", 1), ("b", 2)]), Answer::of_counts([("a", 2), ("b", 1)]));
    }
}
