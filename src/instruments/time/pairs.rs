//! Ratios to the baseline by the paired engine: blocks of both that alternate, in processes that are started anew, so that
//! what a start fixes (where code and data lie, a hasher's seed) is within the interval and not beside it.

use std::time::Duration;

use super::lone::run_batches;
use super::rounds::baseline_of;
use super::survey;
use crate::catalogue::{CaseRef, Counts};
use crate::instruments::compare::statistics::{FIRST_LOOK, Interval, Rule, over_starts};
use crate::instruments::compare::{self, Modes, Pair, Slowness, settle};
use crate::instruments::process::myself;
use crate::instruments::session::{has_failed, id_of, known};
use crate::instruments::{Effort, Instrument, Job, NoNumber, PreparedCase, Reading};
use crate::record::{FULL_CORE, InstrumentName, InstrumentState, Metric, Run};

/// Pairs, and later those once more beside which the host gave less than its whole core: its mood changes within minutes.
pub(super) enum Pairs {
    First,
    Again,
}

/// Equality is shown within this much, which ends a comparison.
const PRECISION: f64 = 0.01;
/// Fewest starts for a ratio: those of the first look. Fewer tell next to nothing of what a start fixes.
const FEWEST_STARTS: usize = FIRST_LOOK;
/// Six quads of blocks that hold one longer iteration leave no room for five starts: rounds in one process compare these.
const LONGEST_ITERATION_NS: f64 = 1e6;
/// Of one answer from a measuring process.
const TIME_OUT: Duration = Duration::from_secs(30);
/// Draws the same starts in every run.
const SEED: u64 = 0x0007_41e5;

/// Most process starts of one pair, and the time after which none is started any more.
const fn budget(effort: Effort) -> (usize, Duration) {
    match effort {
        Effort::Quick => (16, Duration::from_millis(400)),
        Effort::Thorough => (45, Duration::from_secs(5)),
    }
}

impl Instrument for Pairs {
    fn name(&self) -> InstrumentName {
        InstrumentName::Time
    }

    fn survey(&self) -> InstrumentState {
        survey()
    }

    /// Each case behind the baseline of its size; the baseline, and whoever has none, with itself, which tells its time on the
    /// full core. Where sizes count workers, all sizes are held against one: rounds do that.
    fn groups(&self, cases: &[CaseRef], run: &Run) -> Vec<Vec<CaseRef>> {
        let is_within =
            |case: &CaseRef, most_ns: f64| known(run, case, Metric::TimeNs).is_none_or(|ns| ns <= most_ns);
        let is_short = |case: &CaseRef| is_within(case, LONGEST_ITERATION_NS);
        let tells_modes = |case: &CaseRef| {
            is_within(case, Modes::LONGEST_BLOCK_NS as f64) && !case.entry.concurrency.is_any()
        };
        let pair_of = |case: &CaseRef| {
            let other = baseline_of(case).filter(|baseline| id_of(baseline) != id_of(case));
            let Some(baseline) = other else {
                return tells_modes(case).then(|| vec![*case]);
            };
            let stands = baseline.unavailable().is_none() && !has_failed(run, &baseline);
            (stands && is_short(case) && is_short(&baseline)).then(|| vec![baseline, *case])
        };
        let counts_work = |case: &&CaseRef| case.family.axis.counts == Counts::Work;
        let fastest = run.canary_ns();
        let is_slowed = |case: &CaseRef| {
            run.case(&id_of(case)).zip(fastest).and_then(|(told, ns)| told.slowed(ns)).is_some()
        };
        let is_due = |case: &&CaseRef| matches!(self, Self::First) || is_slowed(case);
        cases.iter().filter(counts_work).filter(is_due).filter_map(pair_of).collect()
    }

    /// What cannot be settled in this way has no ratio, and is left to the rounds.
    fn measure(&self, job: &Job) -> Result<Vec<Reading>, NoNumber> {
        let (Some(first), Some(case)) = (job.cases.first(), job.cases.last()) else { return Ok(Vec::new()) };
        let takes = |case: &PreparedCase| run_batches(&*case.prepared, 1).as_nanos() as f64;
        if takes(first).max(takes(case)) > LONGEST_ITERATION_NS {
            return Ok(Vec::new());
        }
        let (most_starts, most) = budget(job.effort);
        let executable = myself()?;
        if let Some(fastest) = job.canary_ns {
            compare::hear_of(&executable, fastest);
        }
        let mut pair =
            Pair::together(executable.clone(), [(first.id.clone(), 0), (case.id.clone(), 0)], SEED);
        let rule = Rule::with_precision(PRECISION, most_starts);
        let outcome = settle(&mut pair, &rule, &compare::Budget::ordinary(TIME_OUT), most)
            .map_err(|error| error.to_string())?;
        // A second attempt that met a neighbour too is no better than the first.
        if matches!(self, Self::Again) && outcome.slowness.is_none_or(|slowness| slowness.middle > FULL_CORE)
        {
            return Ok(Vec::new());
        }
        let reading = |metric, value, Interval { low, high }| Reading {
            case: case.id.clone(),
            metric,
            value,
            low,
            high,
        };
        let known = outcome.verdict.estimate().filter(|estimate| estimate.starts >= FEWEST_STARTS);
        let ratio = known
            .filter(|_| first.id != case.id)
            .map(|estimate| reading(Metric::TimeRatio, estimate.ratio, estimate.interval));
        let starts = outcome.modes[1].on_full_core_ns();
        let on_full_core = over_starts(&starts)
            .filter(|_| starts.len() >= FEWEST_STARTS)
            .map(|told| reading(Metric::TimeFullCoreNs, told.middle, told.interval));
        let is_told = first.id == case.id || ratio.is_some();
        let slowness = outcome.slowness.filter(|_| is_told).map(|Slowness { middle, least, most }| {
            reading(Metric::CanarySlowness, middle, Interval { low: least, high: most })
        });
        let exact = |metric, ns| reading(metric, ns, Interval { low: ns, high: ns });
        let fastest = slowness.as_ref().and_then(|_| compare::fastest_ns(&executable));
        let fastest = fastest.map(|ns| exact(Metric::CanaryNs, ns));
        Ok(ratio.into_iter().chain(slowness).chain(fastest).chain(on_full_core).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::CATALOGUE;
    use crate::instruments::new_run;
    use crate::record::{CaseRecord, Measurement};

    fn cases(matching: &str) -> Vec<CaseRef> {
        CATALOGUE.cases().filter(|case| case.to_string().starts_with(matching)).collect()
    }

    fn pairs(wanted: &[CaseRef], run: &Run) -> Vec<String> {
        let told = |pair: &Vec<CaseRef>| pair.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        Pairs::First.groups(wanted, run).iter().map(told).collect()
    }

    fn took(id: &str, value: f64) -> CaseRecord {
        told(id, &[(Metric::TimeNs, value)])
    }

    fn told(id: &str, numbers: &[(Metric, f64)]) -> CaseRecord {
        let measurement =
            |(metric, value): &(Metric, f64)| Measurement::undated(*metric, *value, InstrumentName::Time);
        CaseRecord {
            id: id.parse().expect("a well-formed id"),
            measurements: numbers.iter().map(measurement).collect(),
            failures: Vec::new(),
            left_out: Vec::new(),
        }
    }

    #[test]
    fn each_member_is_compared_with_the_baseline_of_its_size_and_that_with_itself() {
        let run = new_run();
        assert_eq!(pairs(&cases("build-vec/push@100")[..1], &run), ["build-vec/push@100"]);
        assert_eq!(pairs(&cases("noop/"), &run), ["noop/noop@1"]);
        // Threads run on other CPUs than the one whose canary sings.
        assert!(pairs(&cases("shared-counter/mutex@"), &run).is_empty());
        assert_eq!(
            pairs(&cases("build-vec/collect@100")[..1], &run),
            ["build-vec/push@100 build-vec/collect@100"]
        );
    }

    #[test]
    fn what_was_compared_beside_a_neighbour_is_compared_again_by_what_the_whole_run_heard() {
        let beside = |id: &str, slowness, heard| {
            told(id, &[(Metric::CanarySlowness, slowness), (Metric::CanaryNs, heard)])
        };
        let mut run = new_run();
        // The second was taken before anybody had heard the canary on the full core.
        run.cases = vec![
            beside("build-vec/collect@100", 1.003, 7_000.0),
            beside("build-vec/extend@100", 1.003, 7_400.0),
            beside("build-vec/repeat@100", 1.5, 7_000.0),
        ];
        let again: Vec<String> =
            Pairs::Again.groups(&cases("build-vec/"), &run).iter().map(|pair| pair[1].to_string()).collect();
        assert_eq!(again, ["build-vec/extend@100", "build-vec/repeat@100"]);
        assert!(Pairs::Again.groups(&cases("build-vec/"), &new_run()).is_empty());
    }

    #[test]
    fn what_takes_long_and_what_counts_workers_is_left_to_the_rounds() {
        let mut run = new_run();
        let wanted = cases("build-vec/collect@10000");
        let short: Vec<CaseRef> = wanted.iter().filter(|case| case.size == 10_000).copied().collect();
        for (ns, compared) in [(9e5, 1), (1.1e6, 0)] {
            run.cases = vec![took("build-vec/push@10000", ns), took("build-vec/collect@10000", 1e3)];
            assert_eq!(pairs(&short, &run).len(), compared, "{ns}");
        }
        let workers: Vec<CaseRef> =
            CATALOGUE.cases().filter(|case| case.family.axis.counts == Counts::Workers).collect();
        assert!(!workers.is_empty() && pairs(&workers, &new_run()).is_empty());
    }
}
