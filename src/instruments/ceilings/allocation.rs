//! Without allocation: blocks alternate between the system's allocator and an arena in which a heap block costs a few
//! instructions. The allocator asks a switch at each call, on both sides.

use super::super::compare::Pair;
use super::super::compare::statistics::Estimate;
use super::super::time::run_batches;
use super::super::{Effort, Instrument, Job, NoNumber, Reading};
use super::{SEED, is_switched, known, myself, settled, survey, takes_long};
use crate::catalogue::CaseRef;
use crate::record::{InstrumentName, InstrumentState, Metric, Run};

/// Iterations that take longer than this leave a quick run no room for six quads of blocks in each of several starts.
const QUICK_ITERATION_NS: f64 = 2e6;
/// A case whose threads are blocked for this share of their time waits (as in the verdicts on waits): what allocation
/// costs is hidden behind what it waits for.
const BLOCKED: f64 = 2.0 / 3.0;

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
        let known = |metric| known(run, case, metric);
        if known(Metric::HeapBlocks) == Some(0.0) {
            return Some("it takes no heap block, so without allocation it is as fast by definition".into());
        }
        if let (Some(blocked), Some(wall)) = (known(Metric::BlockedNs), known(Metric::WallNs))
            && blocked >= BLOCKED * wall
        {
            return Some(format!(
                "its threads are blocked for {:.0} % of their time",
                blocked / wall * 100.0
            ));
        }
        takes_long(known(Metric::TimeNs)?, QUICK_ITERATION_NS, effort)
    }

    fn measure(&self, job: &Job) -> Result<Vec<Reading>, NoNumber> {
        // Where no time is recorded yet, one iteration tells.
        let took = run_batches(job.prepared(), 1);
        if let Some(reason) = takes_long(took.as_nanos() as f64, QUICK_ITERATION_NS, job.effort) {
            return Err(NoNumber::LeftOut(reason));
        }
        let mut pair = Pair::without_allocation(myself()?, job.id().clone(), SEED);
        Ok(vec![ceiling(job, &settled(&mut pair, job.effort)?)?])
    }
}

/// The system's time over the arena's, which is the pair's ratio; none where the arena is shown to be slower.
fn ceiling(job: &Job, estimate: &Estimate) -> Result<Reading, NoNumber> {
    let Estimate { ratio, interval, .. } = estimate;
    if interval.high < 1.0 {
        return Err(NoNumber::LeftOut(format!(
            "no ceiling: with blocks that cost nothing it runs at {ratio:.2} of its speed, because the arena goes on \
             through other memory where the system's allocator uses the same again"
        )));
    }
    Ok(job.reading(Metric::CeilingAllocation, *ratio, interval.low, interval.high))
}
