//! Multiplication modulo an odd number of 64 bits without a division: Montgomery, "Modular multiplication without
//! trial division", Mathematics of Computation 44(170), 1985. Knows no kernel.
//!
//! A number x is kept as x × 2^64 mod n. n may use all 64 bits.

/// An odd modulus, and what its reductions need.
#[derive(Clone, Copy)]
pub(super) struct Montgomery {
    modulus: u64,
    /// The modulus times this is 1 modulo 2^64.
    inverse: u64,
    /// The form of 1.
    pub(super) one: u64,
    /// The form of 2^64: a product with it brings a number into the form.
    square: u64,
}

impl Montgomery {
    /// The arithmetic of `modulus`, which is odd and above 1.
    #[inline]
    pub(super) fn new(modulus: u64) -> Self {
        // Five bits are right (Montgomery's own start), and each step of Newton's doubles them.
        let mut inverse = modulus.wrapping_mul(3) ^ 2;
        for _ in 0..4 {
            inverse = inverse.wrapping_mul(2_u64.wrapping_sub(modulus.wrapping_mul(inverse)));
        }
        let one = modulus.wrapping_neg() % modulus;
        let mut arithmetic = Self { modulus, inverse, one, square: 0 };
        // 2, squared six times, is 2^64.
        let mut power = arithmetic.sum(one, one);
        for _ in 0..6 {
            power = arithmetic.product(power, power);
        }
        arithmetic.square = power;
        arithmetic
    }

    /// The form of any `x`.
    #[inline]
    pub(super) fn of(&self, x: u64) -> u64 {
        self.product(x, self.square)
    }

    /// The form of −1.
    #[inline]
    pub(super) fn minus_one(&self) -> u64 {
        self.modulus - self.one
    }

    /// The form of the product. One factor must be below the modulus, the other may be any.
    #[inline]
    pub(super) fn product(&self, x: u64, y: u64) -> u64 {
        let product = u128::from(x) * u128::from(y);
        let quotient = (product as u64).wrapping_mul(self.inverse);
        let carried = ((u128::from(quotient) * u128::from(self.modulus)) >> 64) as u64;
        let (difference, below) = ((product >> 64) as u64).overflowing_sub(carried);
        if below { difference.wrapping_add(self.modulus) } else { difference }
    }

    /// The form of the sum of two forms.
    #[inline]
    pub(super) fn sum(&self, x: u64, y: u64) -> u64 {
        let (sum, over) = x.overflowing_add(y);
        if over || sum >= self.modulus { sum.wrapping_sub(self.modulus) } else { sum }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workloads::seeded::SplitMix64;

    #[test]
    fn products_and_sums_are_those_of_wide_arithmetic() {
        let mut random = SplitMix64::new(11);
        let edges =
            [3, 5, 7, 9, (1 << 32) - 1, (1 << 32) + 1, (1 << 63) - 1, (1 << 63) + 1, u64::MAX - 2, u64::MAX];
        let mut moduli: Vec<u64> = edges.to_vec();
        moduli.extend((0..500).map(|_| random.next() | 1).filter(|modulus| *modulus > 1));
        for n in moduli {
            let arithmetic = Montgomery::new(n);
            let plain = |form: u64| arithmetic.product(form, 1);
            assert_eq!((plain(arithmetic.one), plain(arithmetic.minus_one())), (1, n - 1), "{n}");
            for (x, y) in [(0, 1), (n - 1, n - 1), (u64::MAX, n - 1), (random.next(), random.next())] {
                let (a, b) = (arithmetic.of(x), arithmetic.of(y));
                let wide = |value: u128| (value % u128::from(n)) as u64;
                assert_eq!(plain(a), x % n, "{x} modulo {n}");
                assert_eq!(
                    plain(arithmetic.product(a, b)),
                    wide(u128::from(x) * u128::from(y)),
                    "{x} × {y} modulo {n}"
                );
                assert_eq!(
                    plain(arithmetic.sum(a, b)),
                    wide(u128::from(x) + u128::from(y)),
                    "{x} + {y} modulo {n}"
                );
            }
        }
    }
}
