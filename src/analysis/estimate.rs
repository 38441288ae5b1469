//! A value with its interval, and the ratio of two.

use crate::record::Measurement;

/// A value and its 95 % interval (or range), in whatever unit its context gives.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The estimate.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// An [`Estimate`] of one member's time over the baseline's, and how it was come by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ratio {
    /// The multiple of the baseline.
    pub estimate: Estimate,
    /// Whether it comes from interleaved blocks. If not, it divides two medians taken at different moments, and
    /// a change of the machine between them is in it.
    pub paired: bool,
    /// How many times its fastest a loop of plain arithmetic took beside it, where the host gave the CPU less than its whole core:
    /// on a core to itself the ratio may be another.
    pub slowed: Option<f64>,
}

/// No count or time of an iteration lies beyond: 10^18 ns are 31 years. What does is a damaged record, and no axis
/// could hold it.
const PLAUSIBLE: std::ops::Range<f64> = 1e-12..1e18;

impl Estimate {
    /// Reads a measurement. `None` when it is not zero or a plausible positive number: such a value ranks nothing.
    /// An interval that does not hold its value is widened until it does.
    pub fn of(measurement: &Measurement) -> Option<Self> {
        let Measurement { value, low, high, .. } = *measurement;
        let sound = [value, low, high].iter().all(|number| *number == 0.0 || PLAUSIBLE.contains(number));
        sound.then(|| Self { value, low: low.min(high).min(value), high: high.max(low).max(value) })
    }

    /// An exact value.
    pub fn exact(value: f64) -> Self {
        Self { value, low: value, high: value }
    }

    /// Whether the interval has no width.
    pub fn is_exact(&self) -> bool {
        self.low == self.high
    }

    /// All three divided by a positive number.
    pub fn per(&self, divisor: f64) -> Self {
        Self { value: self.value / divisor, low: self.low / divisor, high: self.high / divisor }
    }

    /// `self / other`, with the widest interval that both allow: low over high, high over low.
    /// `None` when `other` may be zero.
    pub fn over(&self, other: &Self) -> Option<Self> {
        (other.low > 0.0).then(|| Self {
            value: self.value / other.value,
            low: self.low / other.high,
            high: self.high / other.low,
        })
    }

    /// `self - other`, with the widest interval that both allow.
    pub fn minus(&self, other: &Self) -> Self {
        Self { value: self.value - other.value, low: self.low - other.high, high: self.high - other.low }
    }

    /// Whether all of this interval lies above all of `other`'s.
    pub fn lies_above(&self, other: &Self) -> bool {
        self.low > other.high
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quotient_has_the_widest_interval_that_both_allow() {
        let member = Estimate { value: 20.0, low: 18.0, high: 24.0 };
        let baseline = Estimate { value: 100.0, low: 90.0, high: 120.0 };
        let ratio = member.over(&baseline).expect("the baseline is above zero");
        assert_eq!((ratio.value, ratio.low, ratio.high), (0.2, 0.15, 24.0 / 90.0));
    }

    #[test]
    fn a_difference_has_the_widest_interval_that_both_allow() {
        let member = Estimate { value: 20.0, low: 18.0, high: 24.0 };
        let other = Estimate { value: 10.0, low: 9.0, high: 12.0 };
        assert_eq!(member.minus(&other), Estimate { value: 10.0, low: 6.0, high: 15.0 });
    }

    #[test]
    fn nothing_is_a_multiple_of_what_may_be_zero() {
        assert_eq!(Estimate::exact(1.0).over(&Estimate::exact(0.0)), None);
        assert_eq!(Estimate::exact(1.0).over(&Estimate { value: 1.0, low: 0.0, high: 2.0 }), None);
    }

    #[test]
    fn intervals_that_touch_do_not_lie_above_each_other() {
        let low = Estimate { value: 1.0, low: 0.9, high: 1.1 };
        assert!(!Estimate { value: 1.2, low: 1.1, high: 1.3 }.lies_above(&low));
        assert!(Estimate { value: 1.2, low: 1.11, high: 1.3 }.lies_above(&low));
    }
}
