//! Wilcoxon's signed-rank test and what comes of turning it round: the middle by Hodges and Lehmann, and an interval that
//! supposes nothing of the values but that each errs to either side alike.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, PoisonError};

/// Of so many values all lie to one side of the middle in 1 of 16 cases: their range leaves out little more than 5 %.
const FEWEST: i32 = 5;

/// The Walsh averages of a sample, (xᵢ + xⱼ) / 2 for i ≤ j, the smallest first. The sum of the ranks of the values above a
/// point is the number of averages above it (Tukey 1949; Lehmann, Nonparametrics, 1975, section 4.3), so that test, middle
/// and interval are all counts of these.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct WalshAverages {
    sorted: Vec<f64>,
    /// P(T ≤ t) for t = 0, 1, … up to the middle of its range.
    shares: Arc<[f64]>,
}

/// [`null`] of each number of values that was asked for: looks are made at the same few numbers of starts again and again.
static KNOWN: Mutex<BTreeMap<usize, Arc<[f64]>>> = Mutex::new(BTreeMap::new());

impl WalshAverages {
    /// Of a sample that is not empty.
    pub(super) fn of(sample: &[f64]) -> Self {
        let pairs =
            sample.iter().enumerate().flat_map(|(i, one)| sample[i..].iter().map(move |other| one + other));
        let mut sorted: Vec<f64> = pairs.map(|sum| sum / 2.0).collect();
        sorted.sort_unstable_by(f64::total_cmp);
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        let shares = known.entry(sample.len()).or_insert_with(|| null(sample.len()).into());
        Self { sorted, shares: shares.clone() }
    }

    /// Their median (Hodges & Lehmann, Annals of Mathematical Statistics 34, 1963).
    pub(super) fn middle(&self) -> f64 {
        let n = self.sorted.len();
        (self.sorted[(n - 1) / 2] + self.sorted[n / 2]) / 2.0
    }

    /// The interval that leaves out the middle of what was drawn from with probability `tail` at most at each end; none
    /// where there are too few values for that.
    pub(super) fn interval(&self, tail: f64) -> Option<RangeInclusive<f64>> {
        let rank = self.shares.iter().take_while(|share| **share <= tail).count();
        (rank > 0).then(|| self.sorted[rank - 1]..=self.sorted[self.sorted.len() - rank])
    }

    /// The same with `tail` itself at each end, not at most: so far between the average that leaves out less and the next, which
    /// leaves out more, as `tail` lies between the two (after Hettmansperger & Sheather, Statistics & Probability Letters 4,
    /// 1986, who do it for the sign test). By as much beyond the least and the greatest of [`FEWEST`] values, where these leave
    /// out more already; none of fewer.
    pub(super) fn interpolated(&self, tail: f64) -> Option<RangeInclusive<f64>> {
        if self.shares[0] > 0.5_f64.powi(FEWEST) {
            return None;
        }
        let rank = self.shares.iter().take_while(|share| **share <= tail).count().max(1);
        let (less, more) = (self.shares[rank - 1], *self.shares.get(rank)?);
        let part = (tail - less) / (more - less);
        let from_end = |end: f64, next: f64| end + part * (next - end);
        let last = self.sorted.len() - rank;
        let low = from_end(self.sorted[rank - 1], self.sorted[rank]);
        Some(low..=from_end(self.sorted[last], self.sorted[last - 1]))
    }

    /// The probability of so few averages at `bound` or below, were the middle there: small where it lies above.
    pub(super) fn above(&self, bound: f64) -> f64 {
        self.share_of(self.sorted.partition_point(|average| *average <= bound))
    }

    /// The same for a middle below `bound`.
    pub(super) fn below(&self, bound: f64) -> f64 {
        self.share_of(self.sorted.len() - self.sorted.partition_point(|average| *average < bound))
    }

    fn share_of(&self, count: usize) -> f64 {
        self.shares.get(count).copied().unwrap_or(1.0)
    }
}

/// P(T ≤ t) for t = 0, 1, … up to the middle of its range, T the sum of those of the ranks 1 … n that fall to one side,
/// each with probability ½ (Wilcoxon, Biometrics Bulletin 1, 1945): exact, a rank added at a time.
fn null(values: usize) -> Vec<f64> {
    let mut shares = vec![0.0; values * (values + 1) / 4 + 1];
    shares[0] = 1.0;
    for rank in 1..=values {
        for sum in (0..shares.len()).rev() {
            let with = if sum >= rank { shares[sum - rank] } else { 0.0 };
            shares[sum] = (shares[sum] + with) / 2.0;
        }
    }
    let mut total = 0.0;
    for share in &mut shares {
        total += *share;
        *share = total;
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All 2ⁿ ways in which signs can fall, counted one by one.
    fn counted(values: usize, at_most: usize) -> f64 {
        let sum = |signs: u32| (1..=values).filter(|rank| signs >> (rank - 1) & 1 == 1).sum::<usize>();
        (0..1_u32 << values).filter(|signs| sum(*signs) <= at_most).count() as f64
            / f64::from(1_u32 << values)
    }

    #[test]
    fn the_distribution_is_that_of_all_signs_counted_one_by_one() {
        for values in 1..=12 {
            for (sum, share) in null(values).into_iter().enumerate() {
                assert!((share - counted(values, sum)).abs() < 1e-15, "{values} values, sum {sum}: {share}");
            }
        }
    }

    #[test]
    fn critical_values_are_those_of_the_printed_tables() {
        // The largest T with P ≤ 0.025 and ≤ 0.005 (Wilcoxon & Wilcox, Some Rapid Approximate Statistical Procedures, 1964;
        // Lehmann's table G): 8 for 10 values at 0.025, 52 for 20, 434 for 50.
        for (values, tail, critical) in [
            (6, 0.025, 0),
            (8, 0.025, 3),
            (10, 0.025, 8),
            (20, 0.025, 52),
            (50, 0.025, 434),
            (10, 0.005, 3),
            (20, 0.005, 37),
        ] {
            let shares = null(values);
            assert_eq!(
                shares.iter().take_while(|share| **share <= tail).count(),
                critical + 1,
                "{values}, {tail}"
            );
        }
    }

    #[test]
    fn the_tail_stays_exact_for_many_values() {
        let shares = null(160);
        // 2⁻¹⁶⁰ for 0, 1 and 2 each; 3 is 3 or 1 + 2.
        let unit = 0.5_f64.powi(160);
        assert!((shares[3] / unit - 5.0).abs() < 1e-12, "{}", shares[3] / unit);
        // The middle of a symmetric distribution: half, and half of the middle value's own share.
        let n = 160.0_f64;
        let deviation = (n * (n + 1.0) * (2.0 * n + 1.0) / 24.0).sqrt();
        let expected = 0.5 + 0.5 / (deviation * std::f64::consts::TAU.sqrt());
        assert!(
            (shares[shares.len() - 1] - expected).abs() < 1e-5,
            "{} {expected}",
            shares[shares.len() - 1]
        );
    }

    #[test]
    fn middle_interval_and_test_are_those_by_hand() {
        // Darwin's maize, fifteen pairs (Hollander & Wolfe, Nonparametric Statistical Methods, and others): T⁻ = 24.
        let eighths =
            [49.0, -67.0, 8.0, 16.0, 6.0, 23.0, 28.0, 41.0, 14.0, 29.0, 56.0, 24.0, 75.0, 60.0, -48.0];
        let averages = WalshAverages::of(&eighths);
        let below_zero = averages.sorted.iter().filter(|average| **average <= 0.0).count();
        assert_eq!(below_zero, 24, "ranks of |−67| = 14 and |−48| = 10");
        assert!((averages.above(0.0) - counted(15, 24)).abs() < 1e-15);
        // The Walsh averages, all 120 written out and sorted, have these in the middle.
        let mut all = Vec::new();
        for i in 0..15 {
            for j in i..15 {
                all.push((eighths[i] + eighths[j]) / 2.0);
            }
        }
        all.sort_by(f64::total_cmp);
        assert_eq!(averages.middle(), (all[59] + all[60]) / 2.0);
        // T ≤ 25 has 0.0240, T ≤ 26 has 0.0277: 25 averages are left out at each end at 0.025.
        assert_eq!(averages.interval(0.025), Some(all[25]..=all[94]));
    }

    #[test]
    fn the_interval_ends_where_the_test_begins_to_tell() {
        let sample: Vec<f64> = (0..17_i32).map(|i| f64::from(i * 7 % 17) + 0.25 * f64::from(i % 3)).collect();
        let averages = WalshAverages::of(&sample);
        for tail in [1e-4, 1e-3, 0.02, 0.2] {
            let interval = averages.interval(tail).expect("values enough");
            for bound in &averages.sorted {
                assert_eq!(averages.above(*bound) <= tail, bound < interval.start(), "{tail}, {bound}");
                assert_eq!(averages.below(*bound) <= tail, bound > interval.end(), "{tail}, {bound}");
            }
        }
    }

    #[test]
    fn between_two_ranks_the_interval_ends_where_the_share_does() {
        let averages = WalshAverages::of(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        // The least and the greatest leave out 1 in 64 each, the averages next to them, 1.5 and 5.5, 2 in 64.
        for (sixty_fourths, ends) in [(1.0, 1.0..=6.0), (1.5, 1.25..=5.75), (1.75, 1.375..=5.625)] {
            assert_eq!(averages.interpolated(sixty_fourths / 64.0), Some(ends));
        }
        // Of five the least and the greatest leave out more than that: half as far beyond them as the next lie within.
        let five = WalshAverages::of(&[1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(five.interpolated(1.0 / 64.0), Some(0.75..=5.25));
        assert_eq!(WalshAverages::of(&[1.0; 4]).interpolated(1.0 / 64.0), None);
    }

    #[test]
    fn few_values_have_no_interval_at_a_small_tail() {
        assert_eq!(WalshAverages::of(&[1.0; 5]).interval(0.025), None);
        assert_eq!(WalshAverages::of(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]).interval(0.025), Some(1.0..=6.0));
        assert_eq!(WalshAverages::of(&[3.0]).middle(), 3.0);
        assert_eq!(WalshAverages::of(&[3.0]).above(2.0), 0.5);
    }
}
