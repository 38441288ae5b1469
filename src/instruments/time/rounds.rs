//! Ratios to the baseline, from rounds in which every member of a family runs once, in shuffled order.
//!
//! Within a round the members meet the same mood of the machine; the ratio of a round cancels it. The
//! estimate is the median of the rounds' ratios; its interval is the sign test's, which assumes nothing of
//! the noise but that a round is as likely to err up as down.

use std::time::{Duration, Instant};

use super::lone::run_batches;
use super::{Budget, survey};
use crate::catalogue::{CaseRef, Counts};
use crate::instruments::session::{has_failed, id_of};
use crate::instruments::{Instrument, Job, NoNumber, PreparedCase, Reading};
use crate::record::{InstrumentName, InstrumentState, Metric, Run};

pub(super) struct Rounds;

impl Instrument for Rounds {
    fn name(&self) -> InstrumentName {
        InstrumentName::Time
    }

    fn survey(&self) -> InstrumentState {
        survey()
    }

    /// The cases of a family at a size, with their baseline in front even where the filter left it out; or, where a
    /// size counts workers, of a family at all sizes, with the baseline of its first size in front. A lone baseline
    /// has nothing to be compared with, and one that failed or cannot run here is nothing to compare with.
    fn groups(&self, cases: &[CaseRef], run: &Run) -> Vec<Vec<CaseRef>> {
        let mut groups: Vec<Vec<CaseRef>> = Vec::new();
        for case in cases {
            let Some(baseline) = baseline_of(case) else { continue };
            let together = |group: &&mut Vec<CaseRef>| id_of(&group[0]) == id_of(&baseline);
            if let Some(group) = groups.iter_mut().find(together) {
                if id_of(&group[0]) != id_of(case) {
                    group.push(*case);
                }
            } else if baseline.unavailable().is_none() && !has_failed(run, &baseline) {
                let mut group = vec![baseline];
                if id_of(&baseline) != id_of(case) {
                    group.push(*case);
                }
                groups.push(group);
            }
        }
        groups.retain(|group| group.len() > 1);
        groups
    }

    fn measure(&self, job: &Job) -> Result<Vec<Reading>, NoNumber> {
        let budget = Budget::of(job.effort);
        let rounds = take_rounds(&job.cases, &budget);
        let mut readings = Vec::new();
        for (index, case) in job.cases.iter().enumerate().skip(1) {
            let mut compare = |metric, numerator: usize, denominator: usize| {
                let ratios: Vec<f64> =
                    rounds.iter().map(|round| round[numerator] / round[denominator]).collect();
                let Interval { median, low, high } = median_interval(&ratios);
                readings.push(Reading { case: case.id.clone(), metric, value: median, low, high });
            };
            if case.case.family.axis.counts == Counts::Workers {
                compare(Metric::Speedup, 0, index);
            }
            if let Some(baseline) = same_size_baseline(&job.cases, index) {
                compare(Metric::TimeRatio, index, baseline);
            }
        }
        Ok(readings)
    }
}

/// What `case` is compared with: the baseline at its size, or at the first size where sizes count workers.
fn baseline_of(case: &CaseRef) -> Option<CaseRef> {
    let family = case.family;
    let size = match family.axis.counts {
        Counts::Work => case.size,
        Counts::Workers => family.sizes().next()?,
    };
    family.case(family.baseline(), size)
}

/// Where the baseline of the same size stands in the group, if it does and is not the case itself.
fn same_size_baseline(cases: &[PreparedCase], index: usize) -> Option<usize> {
    let PreparedCase { id, case, .. } = &cases[index];
    let place = cases
        .iter()
        .position(|other| other.id.workload == case.family.baseline() && other.id.size == id.size)?;
    (place != index).then_some(place)
}

/// Fewest rounds: below six, the sign test has no 95 % interval at all.
const FEWEST_ROUNDS: usize = 11;

/// Nanoseconds an iteration: a row a round, a column a case.
fn take_rounds(cases: &[PreparedCase], budget: &Budget) -> Vec<Vec<f64>> {
    let iterations: Vec<u64> = cases.iter().map(|case| block_size(case, budget.block_ns)).collect();
    let allowed = Duration::from_nanos(budget.member_ns) * u32::try_from(cases.len()).unwrap_or(1);
    let mut order: Vec<usize> = (0..cases.len()).collect();
    let mut shuffle = Shuffle(0x5eed);
    let mut rounds = Vec::new();
    let began = Instant::now();
    while rounds.len() < budget.rounds && (rounds.len() < FEWEST_ROUNDS || began.elapsed() < allowed) {
        shuffle.shuffle(&mut order);
        let mut round = vec![0.0; cases.len()];
        for &index in &order {
            let elapsed = run_batches(&*cases[index].prepared, iterations[index]);
            round[index] = elapsed.as_nanos() as f64 / iterations[index] as f64;
        }
        rounds.push(round);
    }
    rounds
}

/// A block that takes this many times `block_ns` with its staging is long enough, however little of it is measured.
const STAGING: u32 = 20;

/// Iterations that fill a block of `block_ns`, found by doubling; this is the warm-up too. One long block proves
/// nothing, a neighbour may have held it up: it must be long twice.
fn block_size(case: &PreparedCase, block_ns: u64) -> u64 {
    let longest = Duration::from_nanos(block_ns) * STAGING;
    let mut iterations = 1;
    loop {
        let began = Instant::now();
        let elapsed = run_batches(&*case.prepared, iterations).as_nanos() as u64;
        if began.elapsed() > longest || iterations > u64::MAX / 4 {
            return iterations;
        }
        let elapsed = match elapsed {
            long if long >= block_ns => run_batches(&*case.prepared, iterations).as_nanos() as u64,
            short => short,
        };
        if elapsed >= block_ns / 2 {
            return iterations;
        }
        iterations = match elapsed {
            0 => iterations * 2,
            _ => (iterations * block_ns / elapsed + 1).clamp(iterations + 1, iterations * 2),
        };
    }
}

struct Interval {
    median: f64,
    low: f64,
    high: f64,
}

/// The median and its 95 % interval by the sign test: the order statistics k and n + 1 − k, where k is the
/// largest for which Binomial(n, ½) puts at most 2.5 % below k. (Conover, Practical Nonparametric Statistics,
/// 3rd ed., § 3.2.)
fn median_interval(ratios: &[f64]) -> Interval {
    let mut sorted = ratios.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let n = sorted.len();
    let median = if n % 2 == 1 { sorted[n / 2] } else { (sorted[n / 2 - 1] + sorted[n / 2]) / 2.0 };
    let k = lower_rank(n);
    Interval { median, low: sorted[k - 1], high: sorted[n - k] }
}

/// The rank of the lower end, from 1; 1 where even the extremes do not reach 95 %.
fn lower_rank(n: usize) -> usize {
    let mut probability = 0.5_f64.powi(i32::try_from(n).unwrap_or(i32::MAX));
    let mut below = 0.0;
    let mut k = 0;
    while below + probability <= 0.025 {
        below += probability;
        probability *= (n - k) as f64 / (k + 1) as f64;
        k += 1;
    }
    k.max(1)
}

/// Fisher and Yates by SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): the same order in every run.
struct Shuffle(u64);

impl Shuffle {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn shuffle(&mut self, order: &mut [usize]) {
        for last in (1..order.len()).rev() {
            order.swap(last, (self.next() % (last as u64 + 1)) as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::CATALOGUE;
    use crate::instruments::new_run;
    use crate::record::{CaseRecord, Failure};

    fn an_empty_run() -> Run {
        new_run()
    }

    #[test]
    fn a_baseline_that_failed_is_nothing_to_compare_with() {
        let wanted: Vec<CaseRef> =
            CATALOGUE.cases().filter(|case| case.to_string() == "build-vec/collect@100").collect();
        let mut run = an_empty_run();
        run.cases.push(CaseRecord {
            id: "build-vec/push@100".parse().expect("a well-formed id"),
            measurements: Vec::new(),
            failures: vec![Failure { instrument: InstrumentName::Time, reason: "timed out".into() }],
            left_out: Vec::new(),
        });
        assert!(Rounds.groups(&wanted, &run).is_empty());
    }

    #[test]
    fn the_sign_tests_ranks_are_the_tables() {
        // Conover's table A3 for p = 0.5: n = 11 leaves 1 below, 17 leaves 4, 25 leaves 7, 41 leaves 13.
        for (n, rank) in [(6, 1), (11, 2), (17, 5), (25, 8), (41, 14)] {
            assert_eq!(lower_rank(n), rank, "n = {n}");
        }
    }

    #[test]
    fn one_wild_round_moves_neither_median_nor_interval_far() {
        let mut ratios = vec![2.0; 40];
        ratios.push(1e9);
        let Interval { median, low, high } = median_interval(&ratios);
        assert_eq!((median, low, high), (2.0, 2.0, 2.0));
    }

    #[test]
    fn a_group_is_a_family_at_a_size_with_its_baseline_in_front() {
        let wanted: Vec<CaseRef> =
            CATALOGUE.cases().filter(|case| case.to_string() == "build-vec/collect@100").collect();
        let groups = Rounds.groups(&wanted, &an_empty_run());
        let ids: Vec<String> = groups.concat().iter().map(ToString::to_string).collect();
        assert_eq!(ids, ["build-vec/push@100", "build-vec/collect@100"]);
    }

    #[test]
    fn a_lone_baseline_is_not_compared_with_itself() {
        let wanted: Vec<CaseRef> = CATALOGUE.cases().filter(|case| case.family.name == "noop").collect();
        assert!(Rounds.groups(&wanted, &an_empty_run()).is_empty());
    }

    #[test]
    fn every_order_holds_every_member_once() {
        let mut order: Vec<usize> = (0..9).collect();
        Shuffle(1).shuffle(&mut order);
        assert_ne!(order, (0..9).collect::<Vec<_>>());
        order.sort_unstable();
        assert_eq!(order, (0..9).collect::<Vec<_>>());
    }
}
