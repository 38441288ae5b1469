//! Without allocation: blocks alternate between the system's allocator and an arena in which a heap block costs a few
//! instructions. The allocator asks a switch at each call, on both sides.

use super::super::compare::Pair;
use super::super::process::myself;
use super::super::session::known;
use super::super::{Effort, Instrument, Job, NoNumber, Reading};
use super::{SEED, ceiling, is_switched, settled, survey, takes_long, try_out};
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
        try_out(job, QUICK_ITERATION_NS)?;
        // The system's time over the arena's.
        let mut pair = Pair::without_allocation(myself()?, job.id().clone(), SEED);
        let slower = |ratio| {
            format!(
                "with blocks that cost nothing it runs at {ratio:.2} of its speed, because the arena goes on through other \
                 memory where the system's allocator uses the same again"
            )
        };
        Ok(vec![ceiling(job, Metric::CeilingAllocation, &settled(&mut pair, job.effort)?, slower)?])
    }
}
