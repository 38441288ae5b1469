//! How should greatest common divisors be found? The ten pairs on one thread, by better algorithms than trial.

use num_integer::Integer;

use super::{Gcd, by_trial, euclid};
use crate::workloads::concurrency::kernel::Algorithm;

pub(crate) struct Trial;

impl Algorithm for Trial {
    type Of = Gcd;
    const NAME: &'static str = "trial";
    const ABOUT: &'static str =
        "every number from the smaller one down, until one divides both: a division each";

    fn find(pair: (u64, u64)) -> u64 {
        by_trial(pair)
    }
}

pub(crate) struct Euclid;

impl Algorithm for Euclid {
    type Of = Gcd;
    const NAME: &'static str = "euclid";
    const ABOUT: &'static str =
        "the remainder takes the larger number's place: about a dozen divisions a pair";

    fn find((a, b): (u64, u64)) -> u64 {
        euclid(a, b)
    }
}

/// Stein, "Computational problems associated with Racah algebra", J. Computational Physics 1(3), 1967.
fn binary(mut a: u64, mut b: u64) -> u64 {
    if a == 0 || b == 0 {
        return a | b;
    }
    let twos = (a | b).trailing_zeros();
    a >>= a.trailing_zeros();
    b >>= b.trailing_zeros();
    while a != b {
        if a > b {
            a -= b;
            a >>= a.trailing_zeros();
        } else {
            b -= a;
            b >>= b.trailing_zeros();
        }
    }
    a << twos
}

pub(crate) struct Binary;

impl Algorithm for Binary {
    type Of = Gcd;
    const NAME: &'static str = "binary";
    const ABOUT: &'static str = "Stein's: shifts and subtractions, no division; a branch on which is larger";

    fn find((a, b): (u64, u64)) -> u64 {
        binary(a, b)
    }
}

/// The same without that branch. The ten pairs come again in every iteration, so a processor learns the branch by
/// heart; numbers that it never saw before would not let it.
fn binary_branchless(a: u64, b: u64) -> u64 {
    if a == 0 || b == 0 {
        return a | b;
    }
    let twos = (a | b).trailing_zeros();
    let mut odd = b >> b.trailing_zeros();
    let mut rest = a;
    while rest != 0 {
        rest >>= rest.trailing_zeros();
        let difference = rest.abs_diff(odd);
        odd = odd.min(rest);
        rest = difference;
    }
    odd << twos
}

pub(crate) struct BinaryBranchless;

impl Algorithm for BinaryBranchless {
    type Of = Gcd;
    const NAME: &'static str = "binary-branchless";
    const ABOUT: &'static str =
        "the same without the branch, which ten pairs that come again let a processor learn";

    fn find((a, b): (u64, u64)) -> u64 {
        binary_branchless(a, b)
    }
}

pub(crate) struct NumInteger;

impl Algorithm for NumInteger {
    type Of = Gcd;
    const NAME: &'static str = "num-integer";
    const ABOUT: &'static str = "the library's, the one to use: Stein's too, with the branch";

    fn find((a, b): (u64, u64)) -> u64 {
        a.gcd(&b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workloads::seeded::SplitMix64;

    /// Every algorithm but trial, which is too slow for large numbers.
    const FAST: [fn((u64, u64)) -> u64; 4] =
        [Euclid::find, Binary::find, BinaryBranchless::find, NumInteger::find];

    #[test]
    fn every_algorithm_agrees_with_trial_on_small_pairs() {
        for a in 0..120 {
            for b in 0..120 {
                let naive = Trial::find((a, b));
                assert!(FAST.iter().all(|find| find((a, b)) == naive), "{a}, {b}: {naive}");
            }
        }
    }

    #[test]
    fn every_algorithm_finds_a_planted_divisor_at_the_edges() {
        let edges =
            [1, 1 << 32, (1 << 32) - 1, (1 << 32) + 1, 1 << 63, (1 << 63) + 1, u64::MAX - 1, u64::MAX];
        for a in edges {
            for b in edges {
                // Neighbours have nothing in common, so a divisor of both is known by construction.
                assert!(
                    FAST.iter().all(|find| find((a, b)) == find((b, a)) && a % find((a, b)) == 0),
                    "{a}, {b}"
                );
                assert!(FAST.iter().all(|find| find((a, b)) == FAST[0]((a, b))), "{a}, {b}");
            }
            assert!(FAST.iter().all(|find| find((a, a - 1)) == 1), "{a}");
            assert!(
                FAST.iter().all(|find| find((a, 0)) == a && find((0, a)) == a && find((a, a)) == a),
                "{a}"
            );
        }
        let mut random = SplitMix64::new(3);
        for _ in 0..10_000 {
            let (divisor, k) = (1 + random.below(1 << 20), 1 + random.below(1 << 40));
            assert!(
                FAST.iter().all(|find| find((divisor * k, divisor * (k + 1))) == divisor),
                "{divisor}, {k}"
            );
        }
    }
}
