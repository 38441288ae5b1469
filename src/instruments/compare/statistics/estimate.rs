//! The ratio of B to A over process starts, with what it is worth.

use super::interval::{Interval, RESOLUTION};
use super::layout::Layout;
use super::over_starts::{LEFT_OUT, mean_and_deviation, reported};
use super::signed_rank::WalshAverages;
use super::start::{Middle, Start};
use super::student::{quantile, tail};

/// What is known of B / A after some process starts.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// Process starts that had enough quads to count.
    pub starts: usize,
    /// Kept quads in them.
    pub quads: usize,
    /// B / A: the middle of the starts' median ratios by Hodges and Lehmann.
    pub ratio: f64,
    /// Its 95 % interval over starts; of one start alone, over its quads, and then it holds for that start's layout.
    pub interval: Interval,
    /// Its interval at the level at which verdicts are made, every look so far and to come paid for.
    pub certain: Interval,
    /// The standard error of one start's median by the noise within starts, of log ratios: half of the starts have less.
    pub within_error: f64,
    /// What layout does; of one start nobody knows.
    pub layout: Option<Layout>,
    /// The smallest effect that would have been told from none in 95 of 100 repetitions: 0.01 is one percent. `None`
    /// where not even a factor of two would have been.
    pub smallest_effect: Option<f64>,
    evidence: Evidence,
    share: f64,
}

/// What tells a ratio from a bound.
#[derive(Debug, Clone, PartialEq)]
enum Evidence {
    /// Starts enough for the signed-rank test, which supposes only that a start errs to either side alike.
    Ranks(WalshAverages),
    /// Too few for it to tell anything at this level: Student's t around their mean, and beside it what layout may hide.
    Means {
        /// Of the starts' medians.
        mean: f64,
        /// The mean's standard error.
        error: f64,
        /// Degrees of freedom.
        freedom: usize,
    },
}

/// With how much of the false-alarm rate a look is made.
#[derive(Debug, Clone, Copy)]
pub(super) struct Level {
    /// The false-alarm rate of the whole verdict, both sides together.
    pub(super) false_alarm: f64,
    /// This look's share of it.
    pub(super) share: f64,
}

/// What layout may hide while there are too few starts for ranks: twice as far as any ratio of two copies of the same code
/// was measured from 1 (−4.6 to +2.7 % for memcpy), so that states at ±6 % deceive nobody about a change of 2 % either.
const UNSEEN_LAYOUT: f64 = 0.1;

/// What a normal deviate exceeds in 5 of 100 cases: the smallest effect is missed so often.
const MISSED: f64 = 1.644_853_6;

/// What it exceeds in 2.5 of 100. The ends of an interval far out err by more than its middle, so that ranks miss 5 in
/// 100 at twice as sure a deviate of the middle's error (simulated: docs/method.md).
const MISSED_BY_RANKS: f64 = 1.959_964;

impl Estimate {
    /// Of the starts that have enough quads; none if there is none.
    pub(super) fn of(starts: &[Start], level: Level) -> Option<Self> {
        let middles: Vec<Middle> = starts.iter().filter_map(Start::middle).collect();
        let count = middles.len();
        if count == 0 {
            return None;
        }
        let medians: Vec<f64> = middles.iter().map(|start| start.median).collect();
        let quads: usize = middles.iter().map(|start| start.quads).sum();
        // The median of the errors: a start in a bad stretch of the host has one that says nothing of the others.
        let errors = middles.iter().map(|start| start.error).collect();
        let within = super::super::median(errors).max(RESOLUTION);
        let (mean, between, freedom) = if count == 1 {
            (medians[0], within, quads - 1)
        } else {
            let (mean, deviation) = mean_and_deviation(&medians);
            (mean, deviation, count - 1)
        };
        let root = (count as f64).sqrt();
        let averages = WalshAverages::of(&medians);
        let middle = averages.middle();
        let interval = reported(&averages, mean, between.max(RESOLUTION) / root, freedom);
        let layout = (count > 1).then(|| Layout::of(&medians, middle, within));
        let tail_share = level.false_alarm * level.share / 2.0;
        let (certain, smallest, evidence) = if let Some(ends) = averages.interval(tail_share) {
            let certain = Interval::beyond(*ends.start(), *ends.end());
            // What the middle errs by, from an interval of known coverage (Lehmann, Annals of Mathematical Statistics 34, 1963).
            let error = interval.reach() / quantile(LEFT_OUT, freedom);
            (certain, certain.reach() + MISSED_BY_RANKS * error, Evidence::Ranks(averages))
        } else {
            // Starts that happen to agree better than their own noise allows are luck, and a verdict does not lean on it.
            let error = between.max(within) / root;
            let t = quantile(tail_share, freedom);
            // The error is known no better than from so few starts (the noncentral t by Johnson & Welch, Biometrika 31, 1940).
            let missed = MISSED * (1.0 + t * t / (2 * freedom) as f64).sqrt();
            let smallest = UNSEEN_LAYOUT.ln_1p() + (t + missed) * error;
            let reach = t * error;
            (Interval::around(mean, reach), smallest, Evidence::Means { mean, error, freedom })
        };
        Some(Self {
            starts: count,
            quads,
            ratio: middle.exp(),
            interval,
            certain,
            within_error: within,
            layout,
            smallest_effect: Some(smallest.exp_m1()).filter(|effect| *effect <= 1.0),
            evidence,
            share: level.share,
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
        let (above, below) = (tolerance.ln_1p(), (-tolerance).ln_1p());
        let one_sided = match &self.evidence {
            Evidence::Ranks(averages) => {
                averages.above(above + RESOLUTION).min(averages.below(below - RESOLUTION))
            }
            Evidence::Means { mean, error, freedom } => {
                let excess = (mean - above).max(below - mean) - UNSEEN_LAYOUT.ln_1p();
                if excess <= 0.0 {
                    return 1.0;
                }
                tail(excess / error, *freedom)
            }
        };
        (2.0 * one_sided / self.share).min(1.0)
    }

    /// Whether the ratio is shown to be above 1 + `tolerance`.
    pub(super) fn is_above(&self, tolerance: f64) -> bool {
        self.certain.low.ln() - self.allowance() > tolerance.ln_1p()
    }

    /// Whether the ratio is shown to be below 1 − `tolerance`.
    pub(super) fn is_below(&self, tolerance: f64) -> bool {
        self.certain.high.ln() + self.allowance() < (-tolerance).ln_1p()
    }

    /// Whether the ratio is shown to lie within 1 ± `precision`. One start shows no such thing: another may differ.
    pub(super) fn is_within(&self, precision: f64) -> bool {
        self.starts > 1 && self.certain.low > 1.0 - precision && self.certain.high < 1.0 + precision
    }

    /// Whether there are starts enough for ranks to show a difference.
    pub(super) fn has_ranks(&self) -> bool {
        matches!(self.evidence, Evidence::Ranks(_))
    }

    /// Half the length of the interval that verdicts are made by, of log ratios.
    pub(super) fn reach(&self) -> f64 {
        self.certain.reach()
    }

    fn allowance(&self) -> f64 {
        match self.evidence {
            Evidence::Ranks(_) => 0.0,
            Evidence::Means { .. } => UNSEEN_LAYOUT.ln_1p(),
        }
    }
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
    fn of_few_starts_the_p_value_is_scipys_students_t_and_so_is_the_interval_of_four() {
        // ttest_1samp(medians + 0.1, log 1.05): SciPy 1.17.1. The allowance for unseen layout is log 1.1, so the starts lie
        // higher by log 1.1 − log 1.05. The fifteen Walsh averages have 0.011 in the middle.
        let estimate = Estimate::of(&starts(&MEDIANS, 1e-6), WHOLE).expect("starts have quads");
        assert!((estimate.ratio - 0.011_f64.exp()).abs() < 1e-9, "{estimate:?}");
        // Their range leaves out 1 in 32 at each end, the averages next to it 2: 0.28 times as far beyond it leaves out 2.25 %.
        assert!((estimate.interval.low - 0.007_86_f64.exp()).abs() < 1e-9, "{estimate:?}");
        assert!((estimate.interval.high - 0.014_14_f64.exp()).abs() < 1e-9, "{estimate:?}");
        // exp(0.0105 ∓ 3.321609 · √7e-6 / 2): the closed form of Student's t of three degrees of freedom at 2.25 %.
        let four = Estimate::of(&starts(&MEDIANS[..4], 1e-6), WHOLE).expect("starts have quads");
        assert!((four.interval.low - 1.006_124_603_8).abs() < 1e-9, "{four:?}");
        assert!((four.interval.high - 1.015_005_544_8).abs() < 1e-9, "{four:?}");
        let higher = MEDIANS.map(|median| median + 0.1 + (1.1_f64 / 1.05).ln());
        let p_equal = Estimate::of(&starts(&higher, 1e-6), WHOLE).expect("starts have quads").p_equal();
        assert!((p_equal / 6.755_069_090_961_497e-7 - 1.0).abs() < 1e-6, "{p_equal}");
        let half = Level { share: 0.5, ..WHOLE };
        let p_half = Estimate::of(&starts(&higher, 1e-6), half).expect("starts have quads").p_equal();
        assert!((p_half / p_equal - 2.0).abs() < 1e-9, "half the share costs twice the p value");
    }

    #[test]
    fn of_many_starts_interval_and_p_value_are_those_of_the_signed_ranks() {
        // 0.001, 0.002, … 0.016: 136 Walsh averages from 0.001 to 0.016, in steps of half a thousandth.
        let medians: Vec<f64> = (1..=16_i32).map(|i| f64::from(i) / 1_000.0).collect();
        let estimate = Estimate::of(&starts(&medians, 1e-6), WHOLE).expect("starts have quads");
        assert!((estimate.ratio.ln() - 0.008_5).abs() < 1e-9, "{estimate:?}");
        // All signs one way: 2 · 2⁻¹⁶.
        assert!((estimate.p_equal() - 2.0 / 65_536.0).abs() < 1e-12, "{}", estimate.p_equal());
        // At 0.0005 each end: P(T ≤ 8) = 25 / 65,536 still is, P(T ≤ 9) = 33 / 65,536 is not; so the ninth average, of
        // 1, 1.5, 2, 2, 2.5, 2.5, 3, 3, 3 thousandths.
        assert!((estimate.certain.low.ln() - (0.003 - RESOLUTION)).abs() < 1e-12, "{estimate:?}");
        assert!((estimate.certain.high.ln() - (0.014 + RESOLUTION)).abs() < 1e-12, "{estimate:?}");
    }

    #[test]
    fn wild_starts_widen_nothing_much() {
        let mut medians: Vec<f64> = (0..45_i32).map(|i| f64::from(i * 7 % 45 - 22) / 10_000.0).collect();
        let clean = Estimate::of(&starts(&medians, 1e-6), WHOLE).expect("starts have quads");
        for (start, wild) in [(3, 0.9), (11, -0.4), (20, 0.2), (40, -0.1)] {
            medians[start] = wild;
        }
        let estimate = Estimate::of(&starts(&medians, 1e-6), WHOLE).expect("starts have quads");
        assert!((estimate.ratio / clean.ratio - 1.0).abs() < 3e-4, "{estimate:?}");
        assert!(estimate.reach() < 2.0 * clean.reach(), "{estimate:?} {clean:?}");
        assert!(estimate.is_within(0.005), "{estimate:?}");
    }

    #[test]
    fn what_noise_within_starts_explains_is_not_layout_and_narrows_no_verdict() {
        let loud = Estimate::of(&starts(&MEDIANS, 0.01), WHOLE).expect("starts have quads");
        assert_eq!(loud.layout.expect("several starts").spread, 0.0, "{loud:?}");
        assert!(
            loud.reach() > 10.0 * 0.01 / 5.0_f64.sqrt(),
            "luck between starts narrows no verdict: {loud:?}"
        );
    }

    #[test]
    fn one_start_knows_no_layout_and_shows_no_equality() {
        let estimate = Estimate::of(&starts(&[0.0], 1e-5), WHOLE).expect("starts have quads");
        assert_eq!(estimate.layout, None);
        assert!(estimate.certain.high < 1.001 && !estimate.is_within(0.5), "{estimate:?}");
        assert!(estimate.smallest_effect.is_some_and(|effect| effect > UNSEEN_LAYOUT), "{estimate:?}");
        let slow = Estimate::of(&starts(&[0.04], 1e-5), WHOLE).expect("starts have quads");
        assert!(!slow.is_above(0.0), "layout may do that: {slow:?}");
        let slower = Estimate::of(&starts(&[0.3], 1e-5), WHOLE).expect("starts have quads");
        assert!(slower.is_above(0.02), "layout does not: {slower:?}");
    }

    #[test]
    fn ratios_that_are_all_the_same_leave_the_clocks_resolution() {
        let estimate = Estimate::of(&starts(&[0.0; 16], 0.0), WHOLE).expect("starts have quads");
        assert!(estimate.interval.low < 1.0 && estimate.interval.high > 1.0, "{estimate:?}");
        assert_eq!(estimate.p_equal(), 1.0);
        assert!(estimate.smallest_effect.is_some_and(|effect| effect > 0.0 && effect < 1e-4), "{estimate:?}");
    }

    #[test]
    fn the_p_value_and_the_interval_say_the_same() {
        for shift in [-0.1, -0.05, -0.03, 0.0, 0.012, 0.02, 0.03, 0.05, 0.1] {
            for count in [5, 11, 16, 45] {
                let medians: Vec<f64> = (0..count).map(|i| shift + 0.002 * f64::from(i % 3)).collect();
                let estimate = Estimate::of(&starts(&medians, 1e-4), WHOLE).expect("starts have quads");
                let beyond = estimate.is_above(0.02) || estimate.is_below(0.02);
                assert_eq!(estimate.p_within(0.02) < 1e-3, beyond, "{shift}, {count}: {estimate:?}");
                let differs = estimate.is_above(0.0) || estimate.is_below(0.0);
                assert_eq!(estimate.p_equal() < 1e-3, differs, "{shift}, {count}: {estimate:?}");
            }
        }
    }

    #[test]
    fn starts_that_disagree_wildly_tell_no_figure_apart() {
        let estimate = Estimate::of(&starts(&[0.3, -0.3], 0.01), WHOLE).expect("starts have quads");
        assert_eq!(estimate.smallest_effect, None, "{estimate:?}");
        assert_eq!(estimate.p_equal(), 1.0);
    }
}
