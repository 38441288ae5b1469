//! A range of ratios, made of log ratios.

/// Log ratios are not known better than this, however alike they look: a nanosecond in a block of 100 µs.
pub(super) const RESOLUTION: f64 = 1e-5;

/// A range of what starts tell: of ratios B / A, where 1.02 is two percent slower, or of times.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

impl Interval {
    /// So far around a middle, both of log ratios.
    pub(super) fn around(middle: f64, reach: f64) -> Self {
        Self { low: (middle - reach).exp(), high: (middle + reach).exp() }
    }

    /// Between two log ratios, and never narrower than the clock allows.
    pub(super) fn between(low: f64, high: f64) -> Self {
        Self { low: (low - RESOLUTION).exp(), high: (high + RESOLUTION).exp() }
    }

    /// Half its length, of log ratios.
    pub(super) fn reach(&self) -> f64 {
        (self.high / self.low).ln() / 2.0
    }
}
