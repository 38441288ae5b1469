//! What proves that a number is prime, or is not, and is quickly gone through: the other way to know the answer.

/// A proof.
pub(super) enum Certificate {
    /// The distinct prime factors of n − 1, and a generator of the numbers modulo n: its powers return to 1 after n − 1
    /// steps and not before (Lucas's converse of Fermat's theorem; Pratt, "Every prime has a succinct certificate",
    /// SIAM J. Comput. 4(3), 1975).
    Prime {
        /// The generator.
        generator: u64,
        /// The factors, each once.
        factors: &'static [u64],
    },
    /// A divisor: the smallest but 1.
    Composite {
        /// The divisor.
        by: u64,
    },
}

impl Certificate {
    /// Whether this proves that `n` is prime, or that it is not, as `is_prime` says.
    pub(super) fn proves(&self, n: u64, is_prime: bool) -> bool {
        match *self {
            Self::Prime { generator, factors } => {
                let mut rest = n - 1;
                for factor in factors {
                    while rest.is_multiple_of(*factor) {
                        rest /= factor;
                    }
                }
                let returns_after = |steps| power(generator, steps, n) == 1;
                is_prime
                    && rest == 1
                    && returns_after(n - 1)
                    && !factors.iter().any(|factor| returns_after((n - 1) / factor))
            }
            Self::Composite { by } => !is_prime && 1 < by && by < n && n.is_multiple_of(by),
        }
    }
}

/// `base` to the power `exponent` modulo `n`, by 128-bit arithmetic.
fn power(base: u64, exponent: u64, n: u64) -> u64 {
    let times = |x: u64, y: u64| (u128::from(x) * u128::from(y) % u128::from(n)) as u64;
    (0..u64::BITS).rev().fold(1, |result, bit| {
        let squared = times(result, result);
        if exponent >> bit & 1 == 1 { times(squared, base) } else { squared }
    })
}

#[cfg(test)]
mod tests {
    use super::super::{IsPrime, KNOWN, NUMBERS, by_odd_trial};
    use super::*;
    use crate::workloads::concurrency::kernel::Kernel;

    #[test]
    fn each_number_has_a_proof_and_none_of_the_opposite() {
        for (number, is_prime) in NUMBERS.into_iter().zip([true, true, true, true, true, false]) {
            assert!(IsPrime::is_right(number, &is_prime), "{number}");
            assert!(!IsPrime::is_right(number, &!is_prime), "{number}");
        }
        assert!(!IsPrime::is_right(7, &true), "there is no proof for it");
    }

    #[test]
    fn the_factors_in_the_proofs_are_prime() {
        for (number, certificate) in KNOWN {
            match certificate {
                Certificate::Prime { factors, .. } => {
                    assert!(factors.iter().all(|factor| by_odd_trial(*factor)), "{number}");
                }
                Certificate::Composite { by } => assert!(by_odd_trial(by), "{number}"),
            }
        }
    }

    #[test]
    fn a_false_proof_proves_nothing() {
        // 2 does not generate the numbers modulo 7, 3 does; 91 is 7 × 13, and 3 returns to 1 after 6 steps.
        let proof = |generator, factors| Certificate::Prime { generator, factors };
        assert!(proof(3, &[2, 3]).proves(7, true));
        assert!(!proof(2, &[2, 3]).proves(7, true));
        assert!(!proof(3, &[2]).proves(7, true), "a factor is missing");
        assert!(!proof(3, &[2, 3, 5]).proves(91, true));
        assert!(!Certificate::Composite { by: 91 }.proves(91, false));
        assert!(!Certificate::Composite { by: 1 }.proves(91, false));
    }
}
