//! How should all divisors of a number be found? The four numbers on one thread, by better algorithms than trial to n.

use super::{Factorize, to_n};
use crate::workloads::concurrency::kernel::Algorithm;

pub(crate) struct ToN;

impl Algorithm for ToN {
    type Of = Factorize;
    const NAME: &'static str = "to-n";
    const ABOUT: &'static str = "every number up to n: a division each";

    fn find(n: u64) -> Vec<u64> {
        to_n(n)
    }
}

/// Divisors come in pairs, of which one is at most the square root.
fn to_root(n: u64) -> Vec<u64> {
    let root = n.isqrt();
    let mut divisors: Vec<u64> = (1..=root).filter(|i| n.is_multiple_of(*i)).collect();
    for place in (0..divisors.len()).rev() {
        let (small, large) = (divisors[place], n / divisors[place]);
        if small != large {
            divisors.push(large);
        }
    }
    divisors
}

pub(crate) struct ToRoot;

impl Algorithm for ToRoot {
    type Of = Factorize;
    const NAME: &'static str = "to-sqrt-n";
    const ABOUT: &'static str = "every number up to the square root, each with its partner";

    fn find(n: u64) -> Vec<u64> {
        to_root(n)
    }
}

/// All products of primes with their exponents, ascending.
fn products(factors: impl Iterator<Item = (u64, u32)>) -> Vec<u64> {
    let mut divisors = vec![1];
    for (prime, exponent) in factors {
        let without = divisors.len();
        divisors.reserve(without * exponent as usize);
        let mut power = 1;
        for _ in 0..exponent {
            power *= prime;
            divisors.extend_from_within(..without);
            let end = divisors.len();
            divisors[end - without..].iter_mut().for_each(|divisor| *divisor *= power);
        }
    }
    divisors.sort_unstable();
    divisors
}

/// Calls `found` with each prime factor of `n` and its exponent: small candidates, each divided out, until what is left
/// can only be prime.
fn prime_factors(n: u64, mut found: impl FnMut(u64, u32)) {
    let mut rest = n;
    let mut divide_out = |candidate: u64, rest: &mut u64| {
        let mut exponent = 0;
        while rest.is_multiple_of(candidate) {
            *rest /= candidate;
            exponent += 1;
        }
        if exponent > 0 {
            found(candidate, exponent);
        }
    };
    divide_out(2, &mut rest);
    divide_out(3, &mut rest);
    // What has no factor with 6 lies next to a multiple of 6.
    let mut candidate = 5;
    while candidate * candidate <= rest {
        divide_out(candidate, &mut rest);
        divide_out(candidate + 2, &mut rest);
        candidate += 6;
    }
    if rest > 1 {
        found(rest, 1);
    }
}

fn by_primes(n: u64) -> Vec<u64> {
    if n == 0 {
        return Vec::new();
    }
    // 15 distinct primes at most: the product of the first 16 is above 2^64.
    let (mut factors, mut count) = ([(0, 0); 15], 0);
    prime_factors(n, |prime, exponent| {
        factors[count] = (prime, exponent);
        count += 1;
    });
    products(factors[..count].iter().copied())
}

pub(crate) struct ByPrimes;

impl Algorithm for ByPrimes {
    type Of = Factorize;
    const NAME: &'static str = "by-primes";
    const ABOUT: &'static str =
        "prime factors divided out, then all their products: what is left to try shrinks";

    fn find(n: u64) -> Vec<u64> {
        by_primes(n)
    }
}

pub(crate) struct MachineFactor;

impl Algorithm for MachineFactor {
    type Of = Factorize;
    const NAME: &'static str = "machine-factor";
    const ABOUT: &'static str =
        "the library's prime factors: small primes, then Pollard's rho; then all their products";

    fn find(n: u64) -> Vec<u64> {
        let found = machine_factor::factorize(n);
        products((0..found.len).map(|place| (found.factors[place], u32::from(found.powers[place]))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workloads::seeded::SplitMix64;

    #[test]
    fn every_algorithm_agrees_with_trial_to_n_up_to_ten_thousand() {
        for n in 1..=10_000 {
            let naive = to_n(n);
            assert_eq!(to_root(n), naive, "{n}");
            assert_eq!(by_primes(n), naive, "{n}");
            assert_eq!(MachineFactor::find(n), naive, "{n}");
        }
        assert!(to_n(0).is_empty() && to_root(0).is_empty() && by_primes(0).is_empty());
    }

    #[test]
    fn squares_powers_and_large_primes_are_taken_apart() {
        let product = |factors: &[(u64, u32)]| factors.iter().map(|(p, e)| p.pow(*e)).product::<u64>();
        let known: [&[(u64, u32)]; 8] = [
            &[(2, 63)],
            &[(3, 40)],
            &[(1_048_573, 2)],
            &[(65_521, 1), (65_537, 1)],
            &[(2, 1), (4_294_967_291, 1)],
            // 2^32 − 1 and 2^32 + 1: Fermat's numbers, and Euler's factor of the fifth.
            &[(3, 1), (5, 1), (17, 1), (257, 1), (65_537, 1)],
            &[(641, 1), (6_700_417, 1)],
            // 2^64 − 1 is the product of both.
            &[(3, 1), (5, 1), (17, 1), (257, 1), (641, 1), (65_537, 1), (6_700_417, 1)],
        ];
        for factors in known {
            let n = product(factors);
            let count: u32 = factors.iter().map(|(_, exponent)| exponent + 1).product();
            for divisors in [by_primes(n), MachineFactor::find(n)] {
                assert_eq!(divisors.len(), count as usize, "{n}");
                assert!(divisors.is_sorted_by(|a, b| a < b), "{n}");
                assert!(divisors.iter().all(|divisor| n.is_multiple_of(*divisor)), "{n}");
            }
        }
        assert_eq!(product(known[7]), u64::MAX);
    }

    #[test]
    fn the_library_agrees_on_random_numbers() {
        let mut random = SplitMix64::new(9);
        for _ in 0..2_000 {
            let n = 1 + random.below(1 << 36);
            assert_eq!(MachineFactor::find(n), by_primes(n), "{n}");
        }
    }
}
