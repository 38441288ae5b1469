//! Ratios to the baseline by the paired engine: blocks of both that alternate, in processes that are started anew, so that
//! what a start fixes (where code and data lie, a hasher's seed) is within the interval and not beside it.

use std::time::Duration;

use super::lone::run_batches;
use super::rounds::baseline_of;
use super::survey;
use crate::catalogue::{CaseRef, Counts};
use crate::instruments::compare::statistics::{Interval, Rule, over_starts};
use crate::instruments::compare::{self, Modes, Pair, settle};
use crate::instruments::process::myself;
use crate::instruments::session::{has_failed, id_of, known};
use crate::instruments::{Effort, Instrument, Job, NoNumber, PreparedCase, Reading};
use crate::record::{InstrumentName, InstrumentState, Metric, Run};

pub(super) struct Pairs;

/// Equality is shown within this much, which ends a comparison.
const PRECISION: f64 = 0.01;
/// Fewest starts for a ratio: those of the first look. Fewer tell next to nothing of what a start fixes.
const FEWEST_STARTS: usize = 5;
/// Six quads of blocks that hold one longer iteration leave no room for five starts: rounds in one process compare these.
const LONGEST_ITERATION_NS: f64 = 1e6;
/// Of one answer from a measuring process.
const TIME_OUT: Duration = Duration::from_secs(30);
/// Draws the same starts in every run.
const SEED: u64 = 0x0007_41e5;

/// Most process starts of one pair, and the time after which none is started any more.
const fn budget(effort: Effort) -> (usize, Duration) {
    match effort {
        Effort::Quick => (16, Duration::from_millis(200)),
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
        cases.iter().filter(counts_work).filter_map(pair_of).collect()
    }

    /// What cannot be settled in this way has no ratio, and is left to the rounds.
    fn measure(&self, job: &Job) -> Result<Vec<Reading>, NoNumber> {
        let (Some(first), Some(case)) = (job.cases.first(), job.cases.last()) else { return Ok(Vec::new()) };
        let takes = |case: &PreparedCase| run_batches(&*case.prepared, 1).as_nanos() as f64;
        if takes(first).max(takes(case)) > LONGEST_ITERATION_NS {
            return Ok(Vec::new());
        }
        let (most_starts, most) = budget(job.effort);
        let mut pair = Pair::together(myself()?, [(first.id.clone(), 0), (case.id.clone(), 0)], SEED);
        let rule = Rule::with_precision(PRECISION, most_starts);
        let outcome = settle(&mut pair, &rule, &compare::Budget::ordinary(TIME_OUT), most)
            .map_err(|error| error.to_string())?;
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
        Ok(ratio.into_iter().chain(on_full_core).collect())
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
        Pairs.groups(wanted, run).iter().map(told).collect()
    }

    fn took(id: &str, value: f64) -> CaseRecord {
        let measurement = Measurement {
            metric: Metric::TimeNs,
            value,
            low: value,
            high: value,
            unit: Metric::TimeNs.unit(),
            instrument: InstrumentName::Time,
            taken_at: String::new(),
            revision: String::new(),
        };
        CaseRecord {
            id: id.parse().expect("a well-formed id"),
            measurements: vec![measurement],
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
