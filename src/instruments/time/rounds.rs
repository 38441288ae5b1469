//! Ratios to the baseline where the paired engine gave none, from rounds in which every such member of a family runs once,
//! in shuffled order, in one process: long iterations, and families whose sizes count workers.
//!
//! The estimate is the median of the rounds' ratios, its interval the sign test's.

use std::convert::Infallible;

use super::lone::run_batches;
use super::{Budget, survey};
use crate::catalogue::{CaseRef, Counts};
use crate::instruments::compare::stolen_ns;
use crate::instruments::interleaved::{
    self, MedianInterval, Member, Timed, block_size, median_interval, undisturbed,
};
use crate::instruments::session::{has_failed, id_of, known};
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
        let has_ratio = |case: &CaseRef| known(run, case, Metric::TimeRatio).is_some();
        let mut groups: Vec<Vec<CaseRef>> = Vec::new();
        for case in cases.iter().filter(|case| !has_ratio(case)) {
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
                let ratio = |[numerator, denominator]: [f64; 2]| numerator / denominator;
                let ratios = undisturbed(&rounds, [numerator, denominator], FEWEST_ROUNDS, ratio);
                let MedianInterval { median, low, high } = median_interval(&ratios);
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
pub(in crate::instruments) fn baseline_of(case: &CaseRef) -> Option<CaseRef> {
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

/// A row a round, a column a case.
fn take_rounds(cases: &[PreparedCase], budget: &Budget) -> Vec<Vec<Timed>> {
    let mut members: Vec<Member<'_, Infallible>> = cases
        .iter()
        .map(|case| {
            let member: Member<'_, _> = Box::new(|iterations| Ok(run_batches(&*case.prepared, iterations)));
            member
        })
        .collect();
    let rounds =
        interleaved::Budget { rounds: budget.rounds, fewest: FEWEST_ROUNDS, member_ns: budget.member_ns };
    let blocks: Result<Vec<u64>, Infallible> =
        members.iter_mut().map(|member| block_size(member, budget.block_ns)).collect();
    let Ok(taken) =
        blocks.and_then(|blocks| interleaved::take_rounds(&mut members, &blocks, &rounds, stolen_ns));
    taken
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
}
