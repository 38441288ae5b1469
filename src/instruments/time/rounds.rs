//! Ratios to the baseline where the paired engine gave none, from rounds in which every such member of a family runs once,
//! in shuffled order, in one process: long iterations, and families whose sizes count workers.
//!
//! The estimate is the median of the rounds' ratios, its interval the sign test's.

use std::collections::BTreeSet;
use std::time::Duration;

use super::copies::{Copies, Shared, shared_by};
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
        let rounds = Rows::take(&job.cases, &budget)?;
        Ok(rounds.readings(&job.cases, shared_by))
    }
}

/// What rounds took: a column a case, and then one for each number of copies of the first.
struct Rows {
    rows: Vec<Vec<Timed>>,
    copies: Vec<usize>,
}

impl Rows {
    /// Rounds of `cases`, and of as many copies of the first as each needs CPUs.
    fn take(cases: &[PreparedCase], budget: &Budget) -> Result<Self, String> {
        let baseline = cases[0].case;
        let wanted: BTreeSet<usize> =
            cases.iter().skip(1).filter_map(|case| Some(shared_by(&case.case)?.cpus)).collect();
        let most = wanted.last().copied().unwrap_or(0);
        let ready = Copies::of(move || baseline.prepare(), most)?;
        // While one member computes, the other CPUs sleep, and a host takes its time to give them back: in its first iteration
        // who shares a computation may meet a single core. Loops go on, so an iteration that is not counted wakes them.
        let wakes = most > 1;
        let of_cases =
            cases.iter().map(|case| awake(wakes, |iterations| Ok(run_batches(&*case.prepared, iterations))));
        let of_copies = wanted.iter().map(|count| awake(wakes, |iterations| ready.run(*count, iterations)));
        let mut members: Vec<Member<'_, String>> = of_cases.chain(of_copies).collect();
        let rounds = interleaved::Budget {
            rounds: budget.rounds,
            fewest: FEWEST_ROUNDS,
            waited_for: cases.len(),
            member_ns: budget.member_ns,
        };
        let blocks: Vec<u64> = members
            .iter_mut()
            .map(|member| block_size(member, budget.block_ns))
            .collect::<Result<_, String>>()?;
        let rows = interleaved::take_rounds(&mut members, &blocks, &rounds, stolen_ns)?;
        drop(members);
        Ok(Self { rows, copies: wanted.into_iter().collect() })
    }

    /// What they tell of the cases; `shared` is what is known of a computation that a case shares.
    fn readings(&self, cases: &[PreparedCase], shared: impl Fn(&CaseRef) -> Option<Shared>) -> Vec<Reading> {
        let mut readings = Vec::new();
        for (index, case) in cases.iter().enumerate().skip(1) {
            let mut tell = |metric, ratios: &[f64]| {
                let MedianInterval { median, low, high } = median_interval(ratios);
                readings.push(Reading { case: case.id.clone(), metric, value: median, low, high });
            };
            let over = |[one, other]: [f64; 2]| one / other;
            let undisturbed = |one, other| undisturbed(&self.rows, [one, other], FEWEST_ROUNDS, over);
            if case.case.family.axis.counts == Counts::Workers {
                tell(Metric::Speedup, &undisturbed(0, index));
            }
            if let Some(baseline) = same_size_baseline(cases, index) {
                tell(Metric::TimeRatio, &undisturbed(index, baseline));
            }
            let Some(Shared { bound, cpus }) = shared(&case.case) else { continue };
            if let Some(place) = self.copies.iter().position(|count| *count == cpus) {
                // Of all rounds: a CPU that was taken away is what the copies are there for.
                let place = cases.len() + place;
                let of_all = |times: f64, one: usize, other: usize| -> Vec<f64> {
                    self.rows.iter().map(|row| times * row[one].ns / row[other].ns).collect()
                };
                tell(Metric::Capacity, &of_all(cpus as f64, 0, place));
                // The speed-up over the bound, and that over the share of the CPUs which was given.
                tell(Metric::BoundReached, &of_all(1.0 / bound, place, index));
            }
        }
        readings
    }
}

/// The member that runs by `run`; first for one iteration that is not counted, if it `wakes` CPUs by it.
fn awake<'a>(wakes: bool, mut run: impl FnMut(u64) -> Result<Duration, String> + 'a) -> Member<'a, String> {
    Box::new(move |iterations| {
        if wakes {
            run(1)?;
        }
        run(iterations)
    })
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
    fn what_a_schedule_reaches_is_held_against_what_the_machine_gave_copies_in_the_same_rounds() {
        let prepared = |name: &str| {
            let case = CATALOGUE.case("gcd", name, 10).expect("it is in the catalogue");
            PreparedCase { id: id_of(&case), case, prepared: case.prepare() }
        };
        let cases = [prepared("serial"), prepared("two-threads")];
        let (bound, cpus) = (1.9, 2);
        // One CPU in ten is taken away from copies and threads alike, and sharing costs nothing; then a tenth of the work.
        for (sharing, reached) in [(1.0, 1.0), (1.1, 1.0 / 1.1)] {
            let row = [100.0, 100.0 / bound / 0.9 * sharing, 100.0 / 0.9];
            let rows = vec![row.map(|ns| Timed { ns, stolen: true }).to_vec(); 11];
            let readings =
                Rows { rows, copies: vec![cpus] }.readings(&cases, |_| Some(Shared { bound, cpus }));
            let of =
                |metric| readings.iter().find(|reading| reading.metric == metric).expect("a reading").value;
            assert!((of(Metric::Capacity) - 1.8).abs() < 1e-9, "{readings:?}");
            assert!((of(Metric::BoundReached) - reached).abs() < 1e-9, "{readings:?}");
        }
    }

    #[test]
    fn who_wakes_cpus_runs_an_iteration_more_which_is_not_counted() {
        let asked = |wakes| {
            let mut asked = Vec::new();
            let took = awake(wakes, |iterations| {
                asked.push(iterations);
                Ok(Duration::from_nanos(iterations))
            })(7);
            assert_eq!(took, Ok(Duration::from_nanos(7)));
            asked
        };
        assert_eq!((asked(false), asked(true)), (vec![7], vec![1, 7]));
    }

    #[test]
    fn a_lone_baseline_is_not_compared_with_itself() {
        let wanted: Vec<CaseRef> = CATALOGUE.cases().filter(|case| case.family.name == "noop").collect();
        assert!(Rounds.groups(&wanted, &an_empty_run()).is_empty());
    }
}
