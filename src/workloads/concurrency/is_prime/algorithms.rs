//! How should a number be told to be prime? The six numbers on one thread, by better algorithms than odd trial.

use super::{IsPrime, by_odd_trial};
use crate::workloads::concurrency::kernel::Algorithm;
use crate::workloads::concurrency::montgomery::Montgomery;

pub(crate) struct OddTrial;

impl Algorithm for OddTrial {
    type Of = IsPrime;
    const NAME: &'static str = "odd-trial";
    const ABOUT: &'static str = "every odd divisor up to the square root: a division each";

    fn find(n: u64) -> bool {
        by_odd_trial(n)
    }
}

/// From each number that has no factor with 30 to the next one; from 7 on (Pritchard, "Explaining the wheel sieve",
/// Acta Informatica 17, 1982).
const WHEEL: [u64; 8] = [4, 2, 4, 2, 4, 6, 2, 6];

fn by_wheel(n: u64) -> bool {
    if let Some(small) = [2, 3, 5].into_iter().find(|prime| n.is_multiple_of(*prime)) {
        return n == small;
    }
    if n < 2 {
        return false;
    }
    let root = n.isqrt();
    let mut i = 7;
    loop {
        for step in WHEEL {
            if i > root {
                return true;
            }
            if n.is_multiple_of(i) {
                return false;
            }
            i += step;
        }
    }
}

pub(crate) struct Wheel;

impl Algorithm for Wheel {
    type Of = IsPrime;
    const NAME: &'static str = "wheel-30";
    const ABOUT: &'static str = "trial by the divisors that have no factor with 30: 8 of 30 instead of 15";

    fn find(n: u64) -> bool {
        by_wheel(n)
    }
}

/// The bases that tell every 64-bit composite: found by Jim Sinclair, 2011, <https://miller-rabin.appspot.com/>, and
/// checked by him against Feitsma's list of all pseudoprimes to base 2 below 2^64. The first of them alone tells most.
const FIRST_BASE: u64 = 2;
const OTHER_BASES: [u64; 6] = [325, 9_375, 28_178, 450_775, 9_780_504, 1_795_265_022];

/// Miller, "Riemann's hypothesis and tests for primality", J. Comput. Syst. Sci. 13(3), 1976, and Rabin,
/// "Probabilistic algorithm for testing primality", J. Number Theory 12(1), 1980; without probability, by bases that
/// are known to leave no doubt (Jaeschke, "On strong pseudoprimes to several bases", Math. Comp. 61(204), 1993).
fn by_miller_rabin(n: u64) -> bool {
    if n < 3 || n.is_multiple_of(2) {
        return n == 2;
    }
    let arithmetic = Montgomery::new(n);
    // A product must wait for the one before; those of other bases need not, so the rest goes side by side.
    passes(&arithmetic, n, [FIRST_BASE]) && passes(&arithmetic, n, OTHER_BASES)
}

/// Whether the odd `n` passes for a prime to each of `bases`.
#[inline]
fn passes<const BASES: usize>(arithmetic: &Montgomery, n: u64, bases: [u64; BASES]) -> bool {
    let twos = (n - 1).trailing_zeros();
    let odd = (n - 1) >> twos;
    let (one, minus_one) = (arithmetic.one, arithmetic.minus_one());
    let bases = bases.map(|base| arithmetic.of(base));
    let mut powers = bases;
    for bit in (0..odd.ilog2()).rev() {
        powers = powers.map(|power| arithmetic.product(power, power));
        if odd >> bit & 1 == 1 {
            for (power, base) in powers.iter_mut().zip(bases) {
                *power = arithmetic.product(*power, base);
            }
        }
    }
    // A base that n divides says nothing.
    let mut passed = [false; BASES];
    for ((passed, power), base) in passed.iter_mut().zip(powers).zip(bases) {
        *passed = base == 0 || power == one || power == minus_one;
    }
    for _ in 1..twos {
        powers = powers.map(|power| arithmetic.product(power, power));
        for (passed, power) in passed.iter_mut().zip(powers) {
            *passed |= power == minus_one;
        }
    }
    passed == [true; BASES]
}

pub(crate) struct MillerRabin;

impl Algorithm for MillerRabin {
    type Of = IsPrime;
    const NAME: &'static str = "miller-rabin";
    const ABOUT: &'static str = "powers of seven bases that leave no doubt below 2^64, without a division";

    fn find(n: u64) -> bool {
        by_miller_rabin(n)
    }
}

pub(crate) struct MachinePrime;

impl Algorithm for MachinePrime {
    type Of = IsPrime;
    const NAME: &'static str = "machine-prime";
    const ABOUT: &'static str =
        "the library's, the one to use: small divisors, then one base or two from a table of half a MiB";

    fn find(n: u64) -> bool {
        machine_prime::is_prime(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workloads::seeded::SplitMix64;

    fn is_prime_naively(n: u64) -> bool {
        n > 1 && (2..n).take_while(|i| i * i <= n).all(|i| !n.is_multiple_of(i))
    }

    #[test]
    fn every_algorithm_agrees_with_naive_trial_up_to_ten_thousand() {
        for n in 0..=10_000 {
            let expected = is_prime_naively(n);
            for find in [OddTrial::find, Wheel::find, MillerRabin::find, MachinePrime::find] {
                // Of 0 the library says nothing.
                assert!(n == 0 || find(n) == expected, "{n}");
            }
        }
        assert!(!by_odd_trial(0) && !by_wheel(0) && !by_miller_rabin(0));
    }

    #[test]
    fn strong_pseudoprimes_and_carmichael_numbers_are_no_primes() {
        let composites = [
            // The smallest that pass the first k prime bases (OEIS A014233).
            2_047,
            1_373_653,
            25_326_001,
            3_215_031_751,
            2_152_302_898_747,
            3_474_749_660_383,
            341_550_071_728_321,
            3_825_123_056_546_413_051,
            // Carmichael numbers, small and large (OEIS A002997).
            561,
            1_105,
            1_729,
            294_409,
            56_052_361,
            118_901_521,
            172_947_529,
            // Squares of the Wieferich primes, which pass base 2.
            1_093 * 1_093,
            3_511 * 3_511,
            // 2^32 − 5 squared, the largest square of a prime; the largest numbers of all.
            4_294_967_291 * 4_294_967_291,
            u64::MAX,
            u64::MAX - 2,
        ];
        for n in composites {
            assert!(!by_miller_rabin(n) && !machine_prime::is_prime(n), "{n}");
        }
    }

    #[test]
    fn primes_at_the_edges_are_primes() {
        // Around 2^32 and 2^64 (primes just below and above powers of two, Primes Page), 2^61 − 1 (Mersenne's), and
        // the bases' own prime factors.
        let primes = [
            4_294_967_291,
            4_294_967_311,
            (1 << 61) - 1,
            u64::MAX - 58,
            u64::MAX - 82,
            3,
            5,
            13,
            19,
            73,
            193,
            299_210_837,
            407_521,
        ];
        for n in primes {
            assert!(by_miller_rabin(n) && machine_prime::is_prime(n), "{n}");
        }
    }

    #[test]
    fn the_fast_algorithms_agree_with_trial_and_with_each_other_on_random_numbers() {
        let mut random = SplitMix64::new(5);
        for _ in 0..2_000 {
            let n = random.below(1 << 32);
            assert_eq!(by_miller_rabin(n), by_wheel(n), "{n}");
        }
        for _ in 0..100_000 {
            let n = random.next() >> random.below(32);
            assert_eq!(by_miller_rabin(n), machine_prime::is_prime(n), "{n}");
        }
    }
}
