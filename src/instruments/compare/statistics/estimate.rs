//! The ratio of B to A over process starts, with what it is worth.

use super::start::{Middle, Start};
use super::student::{quantile, tail};

/// A range of ratios B / A: 1.02 is two percent slower.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

/// How much a start's own addresses move the ratio, beyond what the noise within starts explains.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Layout {
    /// The standard deviation of the starts' own effects, of log ratios; 0 where noise explains all that was seen.
    pub spread: f64,
    /// The layout band: where the effect of a single further start lies in 95 % of cases, as a factor on the ratio.
    pub band: Interval,
}

/// What is known of B / A after some process starts.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// Process starts that had enough quads to count.
    pub starts: usize,
    /// Kept quads in them.
    pub quads: usize,
    /// B / A: the geometric mean over starts of the starts' median ratios.
    pub ratio: f64,
    /// Its 95 % interval over starts; of one start alone, over its quads, and then it holds for that start's layout.
    pub interval: Interval,
    /// Its interval at the level at which verdicts are made, every look so far and to come paid for.
    pub certain: Interval,
    /// The standard error of one start's median by the noise within starts, of log ratios.
    pub within_error: f64,
    /// What layout does; of one start nobody knows.
    pub layout: Option<Layout>,
    /// The smallest effect that would have been told from none in 95 of 100 repetitions: 0.01 is one percent.
    pub smallest_effect: f64,
    middle: f64,
    error: f64,
    freedom: usize,
    share: f64,
    allowance: f64,
}

/// With how much of the false-alarm rate a look is made.
#[derive(Debug, Clone, Copy)]
pub(super) struct Level {
    /// The false-alarm rate of the whole verdict, both sides together.
    pub(super) false_alarm: f64,
    /// This look's share of it.
    pub(super) share: f64,
}

/// What layout may hide while there are too few starts to see it: no ratio of two copies of the same code was
/// measured further from 1 (−4.6 to +2.7 % for memcpy).
const UNSEEN_LAYOUT: f64 = 0.05;

/// Log ratios are not known better than this, however alike they look: a nanosecond in a block of 100 µs.
const RESOLUTION: f64 = 1e-5;

/// What the reported interval leaves out at each end if the number of starts is fixed. To stop by what was seen costs up
/// to two points of coverage, so an interval made at 96 % holds 95 (simulated: 93 to 97, docs/method.md).
const LEFT_OUT: f64 = 0.02;

/// How surely the smallest effect would have been found.
const MISSED: f64 = 0.05;

impl Estimate {
    /// Of the starts that have enough quads; none if there is none.
    pub(super) fn of(starts: &[Start], level: Level) -> Option<Self> {
        let middles: Vec<Middle> = starts.iter().filter_map(Start::middle).collect();
        let count = middles.len();
        if count == 0 {
            return None;
        }
        let quads: usize = middles.iter().map(|start| start.quads).sum();
        let mean = |of: &dyn Fn(&Middle) -> f64| middles.iter().map(of).sum::<f64>() / count as f64;
        let middle = mean(&|start| start.median);
        let within = mean(&|start| start.error.powi(2)).max(RESOLUTION.powi(2));
        let (between, freedom) = if count == 1 {
            (within, quads - 1)
        } else {
            (mean(&|start| (start.median - middle).powi(2)) * count as f64 / (count - 1) as f64, count - 1)
        };
        let root = (count as f64).sqrt();
        let around =
            |centre: f64, half: f64| Interval { low: (centre - half).exp(), high: (centre + half).exp() };
        let layout = (count > 1).then(|| {
            let spread = (between - within).max(0.0).sqrt();
            let band = around(0.0, quantile(0.025, freedom) * spread * (1.0 + 1.0 / count as f64).sqrt());
            Layout { spread, band }
        });
        // Starts that happen to agree better than their own noise allows are luck, and a verdict does not lean on it.
        let error = between.max(within).sqrt() / root;
        let reach = quantile(level.false_alarm * level.share / 2.0, freedom) * error;
        let allowance =
            if count < starts_that_show_layout(level.false_alarm) { UNSEEN_LAYOUT.ln_1p() } else { 0.0 };
        Some(Self {
            starts: count,
            quads,
            ratio: middle.exp(),
            interval: around(middle, quantile(LEFT_OUT, freedom) * between.sqrt().max(RESOLUTION) / root),
            certain: around(middle, reach),
            within_error: within.sqrt(),
            layout,
            smallest_effect: (allowance + reach + quantile(MISSED, freedom) * error).exp_m1(),
            middle,
            error,
            freedom,
            share: level.share,
            allowance,
        })
    }

    /// The two-sided p value against "B and A are equal", every look paid for.
    pub fn p_equal(&self) -> f64 {
        self.p_beyond(0.0)
    }

    /// The two-sided p value against "B is within ±`tolerance` of A", every look paid for; below the rule's false-alarm
    /// rate exactly when `certain` lies wholly beyond the tolerance, and beyond what layout may hide in few starts.
    pub fn p_within(&self, tolerance: f64) -> f64 {
        self.p_beyond(tolerance)
    }

    fn p_beyond(&self, tolerance: f64) -> f64 {
        let bound = if self.middle > 0.0 { tolerance.ln_1p() } else { -(-tolerance).ln_1p() };
        let excess = self.middle.abs() - bound - self.allowance;
        if excess <= 0.0 {
            return 1.0;
        }
        (2.0 * tail(excess / self.error, self.freedom) / self.share).min(1.0)
    }

    /// Whether the ratio is shown to be above 1 + `tolerance`.
    pub(super) fn is_above(&self, tolerance: f64) -> bool {
        self.certain.low.ln() - self.allowance > tolerance.ln_1p()
    }

    /// Whether the ratio is shown to be below 1 − `tolerance`.
    pub(super) fn is_below(&self, tolerance: f64) -> bool {
        self.certain.high.ln() + self.allowance < (-tolerance).ln_1p()
    }

    /// Whether the ratio is shown to lie within 1 ± `precision`. One start shows no such thing: another may differ.
    pub(super) fn is_within(&self, precision: f64) -> bool {
        self.starts > 1 && self.certain.low > 1.0 - precision && self.certain.high < 1.0 + precision
    }

    /// Half the length of the interval that verdicts are made by, of log ratios.
    pub(super) fn reach(&self) -> f64 {
        (self.certain.high / self.certain.low).ln() / 2.0
    }
}

/// The fewest starts that can all fall to one side with probability `false_alarm` at most, if up and down are as
/// likely: with fewer, a layout that has two states only may show one of them every time (11 starts for 1 in 1,000).
fn starts_that_show_layout(false_alarm: f64) -> usize {
    (1.0 - false_alarm.log2()).ceil() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: Level = Level { false_alarm: 1e-3, share: 1.0 };

    /// Starts of seven quads each, spread evenly around these medians by ±3 · `step`.
    fn starts(medians: &[f64], step: f64) -> Vec<Start> {
        let around = |median: f64| [0.0, 3.0, -1.0, 2.0, -3.0, 1.0, -2.0].map(|i| median + i * step).to_vec();
        medians.iter().map(|median| Start { ratios: around(*median) }).collect()
    }

    const MEDIANS: [f64; 5] = [0.011, 0.008, 0.014, 0.009, 0.013];

    #[test]
    fn ratio_interval_and_p_value_are_scipys() {
        // exp(mean), exp(t.interval(0.96, 4, mean, sd / √5)), ttest_1samp(medians + 0.1, log 1.05): SciPy 1.17.1. The
        // allowance for unseen layout is log 1.05.
        let estimate = Estimate::of(&starts(&MEDIANS, 1e-6), WHOLE).unwrap();
        assert!((estimate.ratio - 1.011_060_722_4).abs() < 1e-9, "{estimate:?}");
        assert!((estimate.interval.low - 1.007_609_96).abs() < 1e-7, "{estimate:?}");
        assert!((estimate.interval.high - 1.014_523_3).abs() < 1e-6, "{estimate:?}");
        let higher = MEDIANS.map(|median| median + 0.1);
        let p_equal = Estimate::of(&starts(&higher, 1e-6), WHOLE).unwrap().p_equal();
        assert!((p_equal / 6.755_069_090_961_497e-7 - 1.0).abs() < 1e-6, "{p_equal}");
        let half = Level { share: 0.5, ..WHOLE };
        let p_half = Estimate::of(&starts(&higher, 1e-6), half).unwrap().p_equal();
        assert!((p_half / p_equal - 2.0).abs() < 1e-9, "half the share costs twice the p value");
    }

    #[test]
    fn what_noise_within_starts_explains_is_not_layout() {
        let quiet = Estimate::of(&starts(&MEDIANS, 1e-6), WHOLE).unwrap().layout.unwrap();
        // The medians' own standard deviation, next to no noise.
        assert!((quiet.spread - 0.002_549_5).abs() < 1e-5, "{quiet:?}");
        let band = (2.776_445_1 * 0.002_549_51 * 1.2_f64.sqrt()).exp();
        assert!(
            (quiet.band.high - band).abs() < 1e-5 && (quiet.band.low - 1.0 / band).abs() < 1e-5,
            "{quiet:?}"
        );
        let loud = Estimate::of(&starts(&MEDIANS, 0.01), WHOLE).unwrap();
        assert_eq!(loud.layout.unwrap().spread, 0.0, "{loud:?}");
        assert!(
            loud.reach() > 10.0 * 0.01 / 5.0_f64.sqrt(),
            "luck between starts narrows no verdict: {loud:?}"
        );
    }

    #[test]
    fn one_start_knows_no_layout_and_shows_no_equality() {
        let estimate = Estimate::of(&starts(&[0.0], 1e-5), WHOLE).unwrap();
        assert_eq!(estimate.layout, None);
        assert!(estimate.certain.high < 1.001 && !estimate.is_within(0.5), "{estimate:?}");
        assert!(estimate.smallest_effect > UNSEEN_LAYOUT, "{estimate:?}");
        let slow = Estimate::of(&starts(&[0.04], 1e-5), WHOLE).unwrap();
        assert!(!slow.is_above(0.0), "layout may do that: {slow:?}");
        let slower = Estimate::of(&starts(&[0.3], 1e-5), WHOLE).unwrap();
        assert!(slower.is_above(0.02), "layout does not: {slower:?}");
    }

    #[test]
    fn ratios_that_are_all_the_same_leave_the_clocks_resolution() {
        let estimate = Estimate::of(&starts(&[0.0; 11], 0.0), WHOLE).unwrap();
        assert!(estimate.interval.low < 1.0 && estimate.interval.high > 1.0, "{estimate:?}");
        assert_eq!(estimate.p_equal(), 1.0);
        assert!(estimate.smallest_effect > 0.0 && estimate.smallest_effect < 1e-4, "{estimate:?}");
    }

    #[test]
    fn the_p_value_and_the_interval_say_the_same() {
        for shift in [-0.1, -0.05, -0.03, 0.0, 0.012, 0.02, 0.03, 0.05, 0.1] {
            for count in [5, 11] {
                let medians: Vec<f64> = (0..count).map(|i| shift + 0.002 * f64::from(i % 3)).collect();
                let estimate = Estimate::of(&starts(&medians, 1e-4), WHOLE).unwrap();
                let beyond = estimate.is_above(0.02) || estimate.is_below(0.02);
                assert_eq!(estimate.p_within(0.02) < 1e-3, beyond, "{shift}, {count}: {estimate:?}");
                let differs = estimate.is_above(0.0) || estimate.is_below(0.0);
                assert_eq!(estimate.p_equal() < 1e-3, differs, "{shift}, {count}: {estimate:?}");
            }
        }
    }

    #[test]
    fn eleven_starts_show_a_layout_of_two_states_at_one_in_a_thousand() {
        assert_eq!([1e-3, 0.05, 0.5].map(starts_that_show_layout), [11, 6, 2]);
    }
}
