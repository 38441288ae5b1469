//! A share of a whole with its interval, and what it is worth. Knows no stacks.

use crate::analysis::Estimate;

/// A share of a whole, 0 to 1, with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// The estimate.
    pub value: f64,
    /// Lower end of the 95 % interval; the value itself where it is exact.
    pub low: f64,
    /// Upper end of the same.
    pub high: f64,
}

/// 97.5 % of the normal distribution lie below.
const Z: f64 = 1.959_963_985;

impl Share {
    /// A share that was counted.
    pub fn exact(value: f64) -> Self {
        Self { value, low: value, high: value }
    }

    /// A share that was sampled: `hits` of `samples`. The interval is Wilson's, which holds near 0 and 1 and for few
    /// samples, where the usual one does not (E. B. Wilson, "Probable inference, the law of succession, and statistical
    /// inference", Journal of the American Statistical Association 22, 1927).
    pub fn sampled(hits: u128, samples: u128) -> Self {
        let n = samples.max(1) as f64;
        let value = hits as f64 / n;
        let centre = (value + Z * Z / (2.0 * n)) / (1.0 + Z * Z / n);
        let half = Z / (1.0 + Z * Z / n) * (value * (1.0 - value) / n + Z * Z / (4.0 * n * n)).sqrt();
        Self { value, low: (centre - half).clamp(0.0, value), high: (centre + half).clamp(value, 1.0) }
    }

    /// The share of the time that is spared where something is so many `times` as fast.
    pub fn saved(times: Estimate) -> Self {
        let of = |times: f64| (1.0 - 1.0 / times).max(0.0);
        Self { value: of(times.value), low: of(times.low), high: of(times.high) }
    }

    /// The same where it is known to be no more than `most`.
    pub fn at_most(self, most: f64) -> Self {
        Self { value: self.value.min(most), low: self.low.min(most), high: self.high.min(most) }
    }

    /// Of a whole of which only `part` is this share's own whole: the widest interval that both allow.
    pub fn of_part(self, part: Self) -> Self {
        Self { value: self.value * part.value, low: self.low * part.low, high: self.high * part.high }
    }

    /// What it leaves of the whole.
    pub fn rest(self) -> Self {
        Self { value: 1.0 - self.value, low: 1.0 - self.high, high: 1.0 - self.low }
    }

    /// How many times as fast at most if this share were nothing: 1 / (1 − share). Amdahl's law for an infinite
    /// speed-up of one part ("Validity of the single processor approach", AFIPS 1967). `None` where nothing would be
    /// left.
    pub fn ceiling(&self) -> Option<f64> {
        (self.value < 0.9995).then(|| 1.0 / (1.0 - self.value))
    }

    /// Whether the interval has a width.
    pub fn is_exact(&self) -> bool {
        self.low == self.high
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilsons_interval_is_the_published_one() {
        // Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17, 1998, table I.
        for (hits, samples, low, high) in [
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0, 0.1611),
            (1, 29, 0.0061, 0.1718),
        ] {
            let share = Share::sampled(hits, samples);
            assert!((share.low - low).abs() < 5e-5, "{share:?}");
            assert!((share.high - high).abs() < 5e-5, "{share:?}");
        }
    }

    #[test]
    fn a_share_of_a_part_is_as_uncertain_as_both() {
        let half = Share { value: 0.5, low: 0.25, high: 0.75 };
        assert_eq!(Share::exact(0.5).of_part(half), Share { value: 0.25, low: 0.125, high: 0.375 });
        assert_eq!(Share::exact(0.5).of_part(Share::exact(1.0)), Share::exact(0.5));
        assert_eq!(half.rest(), half);
        assert_eq!(Share::exact(0.25).rest(), Share::exact(0.75));
    }
}
