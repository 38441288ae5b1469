//! Seeded series: planted steps are found where they lie, and flat noise of several kinds shows none.

use super::*;

/// No change.
const NONE: [usize; 0] = [];

/// Numbers that repeat: xorshift64*, seeded.
struct Noise(u64);

impl Noise {
    fn uniform(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// About normal, of variance 1: twelve uniform numbers.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }

    /// As [`normal`](Self::normal), and one in twenty five times as far off.
    fn with_outliers(&mut self) -> f64 {
        let far = if self.uniform() < 0.05 { 5.0 } else { 1.0 };
        self.normal() * far
    }
}

fn ratio(value: f64, half_width: f64) -> Estimate {
    Estimate { value, low: value * (1.0 - half_width), high: value * (1.0 + half_width) }
}

/// A ratio of 0.5 whose level `level` sets at each point, with noise of `noise` and intervals of ±0.3 %.
fn series(length: usize, mut noise: impl FnMut() -> f64, level: impl Fn(usize) -> f64) -> Vec<Estimate> {
    (0..length).map(|at| ratio(0.5 * level(at) * noise().exp(), 0.003)).collect()
}

fn places(points: &[Estimate]) -> Vec<usize> {
    time_changes(points).iter().map(|step| step.at).collect()
}

/// How many of 600 flat series of this noise show a change.
fn alarms(mut draw: impl FnMut(&mut Noise) -> f64) -> usize {
    let mut alarms = 0;
    for length in [6, 15, 30] {
        for seed in 1..=200 {
            let mut noise = Noise(0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(seed));
            alarms += usize::from(!places(&series(length, || draw(&mut noise), |_| 1.0)).is_empty());
        }
    }
    alarms
}

#[test]
fn flat_normal_noise_shows_no_change() {
    // One in a thousand is promised.
    assert!(alarms(|noise| 0.01 * noise.normal()) <= 1);
}

#[test]
fn flat_noise_of_other_shapes_shows_one_in_a_hundred_at_most() {
    assert!(alarms(|noise| 0.01 * noise.with_outliers()) <= 6);
    // Two layouts that a process start chooses between, as often or seldom.
    assert!(alarms(|noise| if noise.uniform() < 0.5 { 0.02 } else { 0.0 }) <= 6);
    assert!(alarms(|noise| if noise.uniform() < 0.15 { 0.03 } else { 0.002 * noise.normal() }) <= 9);
}

#[test]
fn a_planted_step_is_found_where_it_lies() {
    for (length, at, step) in [(11, 5, 1.15), (12, 8, 1.10), (30, 20, 1.05), (30, 27, 0.90), (60, 3, 1.08)] {
        let mut exact = 0;
        for seed in 1..=20 {
            let mut noise = Noise(0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(seed));
            let points =
                series(length, || 0.008 * noise.normal(), |index| if index < at { 1.0 } else { step });
            let found = time_changes(&points);
            if let [only] = found.as_slice() {
                let moved = only.after / only.before;
                assert!((moved / step - 1.0).abs() < 0.02, "{length}, {at}: {moved} for {step}");
                exact += usize::from(only.at.abs_diff(at) <= 1);
            }
        }
        assert!(exact >= 18, "{exact} of 20 steps of {step} at {at} of {length} were found");
    }
}

#[test]
fn two_steps_that_undo_each_other_are_both_found() {
    let mut noise = Noise(7);
    let level = |index: usize| if (10..18).contains(&index) { 1.12 } else { 1.0 };
    let points = series(30, || 0.01 * noise.normal(), level);
    assert_eq!(places(&points), [10, 18]);
}

#[test]
fn what_the_intervals_allow_is_no_change() {
    let points = |half_width| -> Vec<Estimate> {
        (0..12)
            .map(|at| ratio(if at < 5 { 1.0 } else { 1.05 } + 0.001 * f64::from(at % 3), half_width))
            .collect()
    };
    assert_eq!(places(&points(0.005)), [5], "narrow intervals: the step is shown");
    assert_eq!(places(&points(0.15)), NONE, "each interval holds both levels with room to spare");
}

#[test]
fn two_points_on_either_side_are_too_few() {
    let points: Vec<Estimate> = (0..15).map(|at| ratio(if at < 12 { 1.0 } else { 2.0 }, 0.001)).collect();
    assert_eq!(places(&points[..14]), NONE);
    assert_eq!(places(&points), [12]);
    assert_eq!(places(&points[8..]), NONE, "seven points have too few arrangements");
}

#[test]
fn damaged_numbers_and_a_long_history_do_no_harm() {
    assert_eq!(places(&[ratio(0.0, 0.1); 10]), NONE);
    assert_eq!(places(&[ratio(1.0, 0.0); 10]), NONE, "no spread and no difference");
    let mut noise = Noise(3);
    let level = |index: usize| if index < 900 { 1.0 } else { 1.1 };
    assert_eq!(places(&series(1_000, || 0.01 * noise.normal(), level)), [900]);
}

#[test]
fn disjoint_ranges_of_counts_are_a_change_and_overlapping_ones_are_none() {
    let range = |low: f64, high: f64| Estimate { value: (low + high) / 2.0, low, high };
    let at = |points: &[Estimate]| count_changes(points).iter().map(|step| step.at).collect::<Vec<_>>();
    assert_eq!(at(&[range(10.0, 12.0), range(11.0, 14.0), range(13.0, 15.0), range(16.0, 18.0)]), [3]);
    assert_eq!(at(&[range(10.0, 10.0), range(10.0, 10.0), range(11.0, 11.0), range(10.0, 10.0)]), [2, 3]);
    assert_eq!(at(&[range(0.0, 0.0), range(1.0, 1.0)]), [1]);
    assert_eq!(at(&[]), NONE);
}
