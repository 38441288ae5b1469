//! All divisors of four numbers, by trial.
//!
//! The algorithm is the study notes': every i from 1 to n that divides n. Each number's divisors are a list, ascending.

use super::kernel::{Kernel, Mirrors};
use crate::workload::Answer;

pub(crate) mod algorithms;

/// The study notes' numbers, in their order, with their prime factors and exponents, which coreutils' `factor` prints.
const KNOWN: [(u64, &[(u64, u32)]); 4] = [
    (2_139_079, &[(101, 1), (21_179, 1)]),
    (1_214_759, &[(7, 2), (13, 1), (1_907, 1)]),
    (1_516_637, &[(19, 1), (79_823, 1)]),
    (1_852_285, &[(5, 1), (271, 1), (1_367, 1)]),
];

/// By every number up to n. One function for all that try, as in `gcd`.
#[inline(never)]
fn to_n(n: u64) -> Vec<u64> {
    (1..=n).filter(|i| n.is_multiple_of(*i)).collect()
}

pub(crate) struct Factorize;

impl Kernel for Factorize {
    type Item = u64;
    type Found = Vec<u64>;
    const MIRRORS: Mirrors =
        Mirrors { serial: Some("factorize/serial"), thread_each: Some("factorize/threads"), ..Mirrors::NONE };

    /// The first `size` numbers, over again where there are more.
    fn items(size: usize) -> Vec<u64> {
        KNOWN.iter().map(|(number, _)| *number).cycle().take(size).collect()
    }

    fn work(n: u64) -> Vec<u64> {
        to_n(n)
    }

    /// Each divides, none is there twice, and there are as many as the exponents allow: the product of each plus one
    /// (Hardy and Wright, An Introduction to the Theory of Numbers, theorem 273).
    fn is_right(n: u64, divisors: &Vec<u64>) -> bool {
        KNOWN.iter().find(|(number, _)| *number == n).is_some_and(|(_, factors)| {
            let count: u32 = factors.iter().map(|(_, exponent)| exponent + 1).product();
            divisors.len() == count as usize
                && divisors.is_sorted_by(|a, b| a < b)
                && divisors.iter().all(|divisor| *divisor > 0 && n.is_multiple_of(*divisor))
        })
    }

    fn cost(n: u64) -> u64 {
        n
    }

    fn estimate(n: u64) -> u64 {
        n
    }

    /// Each list with its length in front.
    fn answer(lists: &[Vec<u64>]) -> Answer {
        Answer::of_sequence(
            lists.iter().flat_map(|list| std::iter::once(list.len() as u64).chain(list.iter().copied())),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workloads::concurrency::schedule;

    #[test]
    fn the_known_factors_are_prime_and_multiply_to_their_number() {
        for (number, factors) in KNOWN {
            let product: u64 = factors.iter().map(|(prime, exponent)| prime.pow(*exponent)).product();
            assert_eq!(product, number);
            assert!(factors.iter().all(|(prime, _)| to_n(*prime).len() == 2), "{number}");
        }
    }

    #[test]
    fn a_list_that_lacks_a_divisor_or_holds_another_is_wrong() {
        let right = to_n(1_214_759);
        assert!(Factorize::is_right(1_214_759, &right));
        assert!(!Factorize::is_right(1_214_759, &right[1..].to_vec()));
        let mut other = right.clone();
        other[1] = 6;
        assert!(!Factorize::is_right(1_214_759, &other));
        other[1] = 1;
        assert!(!Factorize::is_right(1_214_759, &other));
    }

    #[test]
    fn the_order_alone_decides_what_two_threads_gain() {
        let costs = Factorize::items(4);
        let bound = |costs: &[u64]| format!("{:.2}", schedule::speedup(costs, 2));
        assert_eq!(bound(&costs), "1.68");
        let sorted: Vec<u64> =
            schedule::longest_first(&costs).into_iter().map(|place| costs[place]).collect();
        assert_eq!(bound(&sorted), "2.00");
    }
}
