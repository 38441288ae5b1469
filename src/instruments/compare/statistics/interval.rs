//! A range of ratios, made of log ratios.

/// Log ratios are not known better than this, however alike they look: the clock tells whole nanoseconds, one of which in a
/// block of 25 µs moves its quad's log ratio by 2·10⁻⁵, and a median may be off by half of such a step.
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

    /// Between two log ratios, and no narrower than the clock allows.
    pub(super) fn between(low: f64, high: f64) -> Self {
        Self::around((low + high) / 2.0, ((high - low) / 2.0).max(RESOLUTION))
    }

    /// Between two log ratios, and beyond either by what the clock allows: what lies outside is shown.
    pub(super) fn beyond(low: f64, high: f64) -> Self {
        Self { low: (low - RESOLUTION).exp(), high: (high + RESOLUTION).exp() }
    }

    /// Half its length, of log ratios.
    pub(super) fn reach(&self) -> f64 {
        (self.high / self.low).ln() / 2.0
    }
}
