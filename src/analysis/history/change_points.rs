//! Where a series changed.
//!
//! **Counts** are exact: any difference is a change. Where a hasher's seed makes a range of it, a range that is
//! disjoint from all that was seen since the last change is a change; one that overlaps it is none.
//!
//! **Ratios of times** carry intervals of one process start, and starts differ by more than that (docs/method.md).
//! The cuts are those that leave the least sum of squares of the logarithms, found exactly (Jackson et al., IEEE
//! Signal Processing Letters 12, 2005; PELT, Killick et al., JASA 107, 2012, is the same optimum with pruning, which
//! a few hundred points do not need). How many cuts: the most of which each one stands Student's test between the two
//! levels beside it, as in Hunter (Fleming et al., ICPE 2023), which left the permutation test of E-divisive (Daly et
//! al., ICPE 2020) for it because permutations cannot reach a small probability on short series. The noise in that
//! test is the larger of two: what the points show about their levels, and what their own intervals allow.
//! Student's test holds its promise for normal noise; process starts also choose between a few layouts. So the series
//! as a whole must stand E-divisive's own test too: its best cuts must explain more than those of all but one in a
//! hundred of its shuffles.
//!
//! # Limits
//! [`FEWEST`] points on either side of a change, and ten or so in all: fewer have too few arrangements. A slow drift is told as steps or not at all. Points are taken to be
//! independent: a build whose code lies elsewhere moves every run of that build, and is told as a change, which it is;
//! the exact instruction count beside it says whether the work changed.

use super::student;
use crate::analysis::Estimate;

/// Fewest points between two changes, and before the first and after the last: two points have no spread to speak of.
pub const FEWEST: usize = 3;

/// How often a series of normal noise may show a change: once in a thousand, as a catalogue has hundreds of series.
const FALSE_ALARMS: f64 = 0.001;

/// How often a series without a change may show one, whatever its noise is like.
const WHATEVER_THE_NOISE: f64 = 0.01;

/// Shuffles that a series is held against.
const SHUFFLES: usize = 999;

/// Most changes looked for in a series. A history with more is told its largest ones.
const MOST_CHANGES: usize = 12;

/// Newest points looked at: the work grows with the square.
const NEWEST: usize = 200;

/// Half the width of a 95 % interval, in standard errors.
const HALF_WIDTH: f64 = 1.96;

/// A change, and the levels beside it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Step {
    /// The first point of the new level.
    pub(super) at: usize,
    pub(super) before: f64,
    pub(super) after: f64,
}

/// The changes of a series of counts.
pub(super) fn count_changes(points: &[Estimate]) -> Vec<Step> {
    let mut steps = Vec::new();
    let Some(first) = points.first() else { return steps };
    let mut seen = *first;
    for (at, point) in points.iter().enumerate().skip(1) {
        if point.lies_above(&seen) || seen.lies_above(point) {
            steps.push(Step { at, before: points[at - 1].value, after: point.value });
            seen = *point;
        } else {
            seen =
                Estimate { value: seen.value, low: seen.low.min(point.low), high: seen.high.max(point.high) };
        }
    }
    steps
}

/// The changes of a series of ratios of times. One that is not positive has no logarithm; such a record is damaged
/// and its series shows no change.
pub(super) fn time_changes(points: &[Estimate]) -> Vec<Step> {
    let skipped = points.len().saturating_sub(NEWEST);
    let points = &points[skipped..];
    if points.len() < 2 * FEWEST || points.iter().any(|point| point.low <= 0.0) {
        return Vec::new();
    }
    let logs: Vec<f64> = points.iter().map(|point| point.value.ln()).collect();
    let sums = Sums::of(&logs);
    let most = MOST_CHANGES.min(logs.len() / FEWEST - 1);
    let partitions = best_partitions(&sums, most);
    let interval_variance = interval_variance(points);
    let shown = partitions.iter().rev().find(|cuts| all_stand(&sums, cuts, interval_variance));
    let Some(cuts) = shown.filter(|cuts| beats_its_shuffles(&logs, cuts.len())) else { return Vec::new() };
    let bounds = with_ends(cuts, logs.len());
    let level = |segment: usize| sums.mean(bounds[segment], bounds[segment + 1]).exp();
    (0..cuts.len())
        .map(|cut| Step { at: skipped + cuts[cut], before: level(cut), after: level(cut + 1) })
        .collect()
}

/// The median of the squared standard errors that the intervals give: one start that went badly does not set it.
fn interval_variance(points: &[Estimate]) -> f64 {
    let mut variances: Vec<f64> =
        points.iter().map(|point| ((point.high / point.low).ln() / (2.0 * HALF_WIDTH)).powi(2)).collect();
    variances.sort_by(f64::total_cmp);
    variances[variances.len() / 2]
}

/// Whether each cut parts two levels by Student's test. The probability is multiplied by the number of places where
/// a cut could have lain (Bonferroni): they were searched.
fn all_stand(sums: &Sums, cuts: &[usize], interval_variance: f64) -> bool {
    let length = sums.length();
    let bounds = with_ends(cuts, length);
    let within: f64 = bounds.windows(2).map(|ends| sums.squares_about_mean(ends[0], ends[1])).sum();
    let freedom = length - bounds.len() + 1;
    let variance = (within / freedom as f64).max(interval_variance);
    let places = length - 2 * FEWEST + 1;
    bounds.windows(3).all(|ends| {
        let (before, after) = ((ends[1] - ends[0]) as f64, (ends[2] - ends[1]) as f64);
        let difference = sums.mean(ends[1], ends[2]) - sums.mean(ends[0], ends[1]);
        let error = (variance * (1.0 / before + 1.0 / after)).sqrt();
        // A series without any spread at all: every difference is beyond chance, no difference is none.
        if error == 0.0 {
            return difference != 0.0;
        }
        student::two_sided(difference / error, freedom) * (places as f64) < FALSE_ALARMS
    })
}

/// Whether the best cuts of a series explain more than the best of all but few of its shuffles: if nothing changed,
/// every order of the points was as likely. Two cuts at most: a shuffle that has a pulse has it with two.
fn beats_its_shuffles(logs: &[f64], cuts: usize) -> bool {
    let unexplained = |sums: &Sums| {
        let partitions = best_partitions(sums, cuts.min(2));
        let cuts = partitions.last().map_or([].as_slice(), Vec::as_slice);
        with_ends(cuts, logs.len())
            .windows(2)
            .map(|ends| sums.squares_about_mean(ends[0], ends[1]))
            .sum::<f64>()
    };
    let found = unexplained(&Sums::of(logs));
    let scale = Sums::of(logs).squares_about_mean(0, logs.len());
    let mut shuffled = logs.to_vec();
    // xorshift64*, seeded: the same series gives the same answer.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut as_good = 1;
    for _ in 0..SHUFFLES {
        for last in (1..shuffled.len()).rev() {
            state ^= state >> 12;
            state ^= state << 25;
            state ^= state >> 27;
            let other = (state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % (last + 1);
            shuffled.swap(last, other);
        }
        // Sums in another order differ in their last digits.
        as_good += usize::from(unexplained(&Sums::of(&shuffled)) <= found + 1e-9 * scale);
        if as_good as f64 > WHATEVER_THE_NOISE * (SHUFFLES + 1) as f64 {
            return false;
        }
    }
    true
}

fn with_ends(cuts: &[usize], length: usize) -> Vec<usize> {
    let mut bounds = vec![0];
    bounds.extend_from_slice(cuts);
    bounds.push(length);
    bounds
}

/// For one cut, for two, … up to `most`: where they lie best.
fn best_partitions(sums: &Sums, most: usize) -> Vec<Vec<usize>> {
    let length = sums.length();
    // `cost[end]`: the least sum of squares of the points before `end` in so many segments.
    let mut cost: Vec<f64> = (0..=length)
        .map(|end| if end < FEWEST { f64::INFINITY } else { sums.squares_about_mean(0, end) })
        .collect();
    // `last[cuts][end]`: where the last of so many cuts lies.
    let mut last: Vec<Vec<usize>> = Vec::new();
    let mut partitions = Vec::new();
    for cuts in 1..=most {
        let mut next = vec![f64::INFINITY; length + 1];
        let mut places = vec![0; length + 1];
        for end in FEWEST * (cuts + 1)..=length {
            for (cut, before) in cost.iter().enumerate().take(end - FEWEST + 1).skip(FEWEST * cuts) {
                let total = before + sums.squares_about_mean(cut, end);
                if total < next[end] {
                    next[end] = total;
                    places[end] = cut;
                }
            }
        }
        cost = next;
        last.push(places);
        let mut partition = Vec::new();
        let mut end = length;
        for places in last.iter().rev() {
            end = places[end];
            partition.push(end);
        }
        partition.reverse();
        partitions.push(partition);
    }
    partitions
}

/// Sums from the start up to each point, of values and of squares, so that a segment costs one subtraction.
struct Sums {
    /// The first value: squares of numbers far from zero would cancel, so sums are about it.
    origin: f64,
    values: Vec<f64>,
    squares: Vec<f64>,
}

impl Sums {
    fn of(values: &[f64]) -> Self {
        let origin = values.first().copied().unwrap_or_default();
        let mut sums = Self { origin, values: vec![0.0], squares: vec![0.0] };
        let (mut value, mut square) = (0.0, 0.0);
        for number in values {
            value += number - origin;
            square += (number - origin).powi(2);
            sums.values.push(value);
            sums.squares.push(square);
        }
        sums
    }

    fn length(&self) -> usize {
        self.squares.len() - 1
    }

    fn mean(&self, from: usize, to: usize) -> f64 {
        self.origin + (self.values[to] - self.values[from]) / (to - from) as f64
    }

    fn squares_about_mean(&self, from: usize, to: usize) -> f64 {
        let sum = self.values[to] - self.values[from];
        (self.squares[to] - self.squares[from] - sum * sum / (to - from) as f64).max(0.0)
    }
}

#[cfg(test)]
mod tests;
