//! Without allocation: blocks alternate between the system's allocator and an arena in which a heap block costs a few
//! instructions. The allocator asks a switch at each call, on both sides. One case that takes no block runs along as a
//! control: what it is told to gain is what this step is off by.

use super::super::compare::Pair;
use super::super::process::myself;
use super::super::session::id_of;
use super::super::{Effort, Instrument, Job, NoNumber, Reading};
use super::{SEED, ceiling, is_switched, settled, survey, takes_long, try_out, weigh};
use crate::catalogue::CaseRef;
use crate::record::{CaseId, CaseRecord, InstrumentName, InstrumentState, Metric, Run};

/// Iterations that take longer than this leave a quick run no room for six quads of blocks in each of several starts.
const QUICK_ITERATION_NS: f64 = 2e6;
/// A case whose threads are blocked for this share of their time waits (as in the verdicts on waits): what allocation
/// costs is hidden behind what it waits for.
const BLOCKED: f64 = 2.0 / 3.0;
/// The least iteration of a control, so that the empty loop, which takes about one nanosecond, is a hundredth of it: there is
/// something in it to be disturbed.
const CONTROL_NS: f64 = 100.0;
/// What a control may seem to gain or lose with its whole interval: from here on a gain of a case is shown
/// (`PRECISION`), so that a step that is off by as much would show some that are not there.
const OFF: f64 = 1.02;

/// The step that takes the cost of heap blocks away.
#[derive(Debug, Clone, Copy, Default)]
pub struct WithoutAllocation;

impl Instrument for WithoutAllocation {
    fn name(&self) -> InstrumentName {
        InstrumentName::Ceilings
    }

    /// Asks the allocator of *this* program: one that is not the ceilings target answers Unavailable.
    fn survey(&self) -> InstrumentState {
        survey(is_switched())
    }

    fn takes(&self) -> Option<Metric> {
        Some(Metric::CeilingAllocation)
    }

    fn leaves_out(&self, case: &CaseRef, effort: Effort, run: &Run) -> Option<String> {
        if case.entry.concurrency.processes {
            return Some(
                "its other processes have heaps of their own, which the switch does not reach".into(),
            );
        }
        let id = id_of(case);
        let record = run.case(&id)?;
        if takes_no_block(record) && control(run, effort) != Some(&id) {
            return Some("it takes no heap block, so without allocation it is as fast by definition".into());
        }
        hidden(record, effort)
    }

    fn warns(&self, run: &Run) -> Option<String> {
        let controls = run.cases.iter().filter(|record| takes_no_block(record));
        let mut told =
            controls.filter_map(|record| Some((&record.id, record.measurement(Metric::CeilingAllocation)?)));
        let (id, number) = told.find(|(_, number)| number.low > OFF || number.high < 1.0 / OFF)?;
        Some(format!(
            "{id} takes no heap block, and yet was {:.2} times as fast without allocation [{:.2}, {:.2}]: the machine was \
             disturbed, and what this run says of allocation is off by as much; run it again",
            number.value, number.low, number.high
        ))
    }

    fn measure(&self, job: &Job) -> Result<Vec<Reading>, NoNumber> {
        try_out(job, QUICK_ITERATION_NS)?;
        // The system's time over the arena's.
        let mut pair = Pair::without_allocation(myself()?, job.id().clone(), SEED);
        let slower = |ratio| {
            format!(
                "with blocks that cost nothing it runs at {ratio:.2} of its speed: the arena may go on through other memory \
                 where the system's allocator uses the same again"
            )
        };
        let estimate = settled(&mut pair, job.effort)?;
        let ((), taken) = weigh(|| job.prepared().in_batches(1, |case, batch| case.run(batch)));
        if taken.largest == 0 {
            // A control is told to whichever side it falls.
            let (low, high) = (estimate.interval.low, estimate.interval.high);
            return Ok(vec![job.reading(Metric::CeilingAllocation, estimate.ratio, low, high)]);
        }
        Ok(vec![ceiling(job, Metric::CeilingAllocation, &estimate, slower)?])
    }
}

fn number(record: &CaseRecord, metric: Metric) -> Option<f64> {
    Some(record.measurement(metric)?.value).filter(|value| value.is_finite())
}

fn takes_no_block(record: &CaseRecord) -> bool {
    number(record, Metric::HeapBlocks) == Some(0.0)
}

/// The first case of `run` that takes no block and would be measured if it took some: of one thread, which has no others
/// to disturb it, and long enough.
fn control(run: &Run, effort: Effort) -> Option<&CaseId> {
    let is_control = |record: &&CaseRecord| {
        let alone = number(record, Metric::Threads).is_none_or(|threads| threads <= 1.0)
            && number(record, Metric::ChildrenCpuNs).is_none_or(|ns| ns == 0.0);
        let works = number(record, Metric::TimeNs).is_some_and(|ns| ns >= CONTROL_NS);
        takes_no_block(record) && alone && works && hidden(record, effort).is_none()
    };
    run.cases.iter().find(is_control).map(|record| &record.id)
}

/// Why a case cannot be measured, whether it takes blocks or not.
fn hidden(record: &CaseRecord, effort: Effort) -> Option<String> {
    if let (Some(blocked), Some(wall)) = (number(record, Metric::BlockedNs), number(record, Metric::WallNs))
        && blocked >= BLOCKED * wall
    {
        return Some(format!("its threads are blocked for {:.0} % of their time", blocked / wall * 100.0));
    }
    takes_long(number(record, Metric::TimeNs)?, QUICK_ITERATION_NS, effort)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::CATALOGUE;
    use crate::instruments::new_run;
    use crate::record::Measurement;

    /// A run that recorded these numbers of these cases.
    fn run(cases: &[(&str, &[(Metric, f64)])]) -> Run {
        let record = |(id, numbers): &(&str, &[(Metric, f64)])| CaseRecord {
            id: id.parse().expect("a case id"),
            measurements: numbers
                .iter()
                .map(|(metric, value)| Measurement::undated(*metric, *value, InstrumentName::Time))
                .collect(),
            failures: Vec::new(),
            left_out: Vec::new(),
        };
        Run { cases: cases.iter().map(record).collect(), ..new_run() }
    }

    const NONE: (Metric, f64) = (Metric::HeapBlocks, 0.0);

    #[test]
    fn the_first_case_without_blocks_that_works_alone_is_the_control_and_the_others_are_left_out() {
        let blocked = [NONE, (Metric::TimeNs, 1e6), (Metric::BlockedNs, 9e5), (Metric::WallNs, 1e6)];
        let run = run(&[
            ("noop/noop@1", &[NONE, (Metric::TimeNs, 0.6)]),
            ("build-vec/push@100", &[(Metric::HeapBlocks, 6.0), (Metric::TimeNs, 2e5)]),
            ("gcd/serial@10", &[NONE, (Metric::TimeNs, 8e6)]),
            ("wait/serial@2", &blocked),
            ("gcd/two-threads-ready@10", &[NONE, (Metric::TimeNs, 1e6), (Metric::Threads, 3.0)]),
            ("dispatch/process-ready@1", &[NONE, (Metric::TimeNs, 1e5), (Metric::ChildrenCpuNs, 5e4)]),
            ("gcd-algorithm/euclid@10", &[NONE, (Metric::TimeNs, 1_500.0), (Metric::Threads, 1.0)]),
            ("gcd-algorithm/binary@10", &[NONE, (Metric::TimeNs, 1_200.0), (Metric::Threads, 1.0)]),
        ]);
        let reason = |id: &str| {
            let case = CATALOGUE.cases().find(|case| case.to_string() == id).expect("a case");
            WithoutAllocation.leaves_out(&case, Effort::Quick, &run)
        };
        assert_eq!(
            control(&run, Effort::Quick).map(ToString::to_string).as_deref(),
            Some("gcd-algorithm/euclid@10")
        );
        assert_eq!(reason("gcd-algorithm/euclid@10"), None);
        assert_eq!(reason("build-vec/push@100"), None);
        for id in ["noop/noop@1", "gcd/serial@10", "gcd/two-threads-ready@10", "gcd-algorithm/binary@10"] {
            assert!(reason(id).is_some_and(|reason| reason.contains("no heap block")), "{id}");
        }
        // Where there is time, a long iteration is no hindrance.
        let thorough = control(&run, Effort::Thorough).map(ToString::to_string);
        assert_eq!(thorough.as_deref(), Some("gcd/serial@10"));
    }

    #[test]
    fn a_control_that_gains_or_loses_something_marks_the_run_and_one_that_does_not_leaves_it() {
        let warning = |blocks: f64, [value, low, high]: [f64; 3]| {
            let mut run = run(&[("gcd/serial@10", &[(Metric::HeapBlocks, blocks)])]);
            let told = Measurement::undated(Metric::CeilingAllocation, value, InstrumentName::Ceilings);
            run.cases[0].measurements.push(Measurement { low, high, ..told });
            WithoutAllocation.warns(&run)
        };
        assert_eq!(warning(0.0, [1.0, 0.99, 1.01]), None);
        assert_eq!(warning(0.0, [1.05, 1.01, 1.09]), None, "its interval holds what is nothing");
        assert_eq!(warning(6.0, [1.5, 1.4, 1.6]), None, "it is no control");
        for off in [[1.05, 1.03, 1.07], [0.95, 0.93, 0.97]] {
            let told = warning(0.0, off).expect("it is off");
            assert!(told.contains("gcd/serial@10") && told.contains("disturbed"), "{told}");
        }
    }
}
