//! The ceilings instrument: how many times as fast a case is without one of its costs, by running it without.
//!
//! Allocation: the same loop in one process, in blocks that alternate between the system's allocator and an arena in
//! which a block costs a few instructions. The allocator asks a switch at each call, on both sides. The target that
//! calls [`main`] must set `#[global_allocator] static ALLOC: SwitchedAllocator = SwitchedAllocator;`.

mod allocator;
mod arena;

use std::process::ExitCode;
use std::time::Duration;

pub use allocator::{FreeBlocks, SwitchedAllocator, is_switched};

use super::compare::statistics::{Estimate, Rule};
use super::compare::{self, Budget, Pair, StartError, settle};
use super::time::run_batches;
use super::{Effort, Instrument, Job, NoNumber, Reading, id_of, session};
use crate::catalogue::{CaseRef, Catalogue};
use crate::record::{InstrumentName, InstrumentState, Metric, Run, State};

/// The rule by which a comparison ends: a gain of 2 % or more is shown, or equality within 1 %.
const PRECISION: f64 = 0.01;
/// Process starts of one case at most: enough that a layout of two states cannot hide (11 for 1 in 1,000).
const MOST_STARTS: usize = 16;
/// What one case may take, beyond which no further process is started.
const QUICK: Duration = Duration::from_millis(250);
/// The same where there is time.
const THOROUGH: Duration = Duration::from_secs(3);
/// A case whose every start was disturbed is tried again so often in all.
const ATTEMPTS: usize = 3;
/// Iterations that take longer than this leave a quick run no room for six quads of blocks in each of several starts.
const QUICK_ITERATION_NS: f64 = 2e6;
/// A case whose threads are blocked for this share of their time waits (as in the verdicts on waits): what allocation
/// costs is hidden behind what it waits for.
const BLOCKED: f64 = 2.0 / 3.0;

/// What the ceilings target can do on this machine; it needs nothing but to have the allocator that can be switched.
pub(super) fn survey(switched: bool) -> InstrumentState {
    InstrumentState {
        name: InstrumentName::Ceilings,
        state: if switched { State::Ready } else { State::Unavailable },
        detail: "interleaved blocks of 50 µs with the system's allocator and with an arena, in processes started anew"
            .to_owned(),
        reason: (!switched).then(|| "this program's allocator cannot be switched".to_owned()),
        remedy: (!switched).then(|| {
            "run `cargo bench --bench ceilings`, or set `#[global_allocator] static ALLOC: SwitchedAllocator = \
             SwitchedAllocator;` in your own target"
                .to_owned()
        }),
        seconds: 0.0,
    }
}

/// The instrument, as the session sees it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ceilings;

/// The main function of the ceilings target: measures what the arguments select.
pub fn main(catalogue: &Catalogue) -> ExitCode {
    crate::catalogue::serve_workers();
    match compare::serve(catalogue) {
        Some(code) => code,
        None => session::run(catalogue, &Ceilings),
    }
}

impl Instrument for Ceilings {
    fn name(&self) -> InstrumentName {
        InstrumentName::Ceilings
    }

    /// Asks the allocator of *this* program: one that is not the ceilings target answers Unavailable.
    fn survey(&self) -> InstrumentState {
        survey(is_switched())
    }

    fn leaves_out(&self, case: &CaseRef, effort: Effort, run: &Run) -> Option<String> {
        if case.entry.concurrency.processes {
            return Some(
                "its other processes have heaps of their own, which the switch does not reach".into(),
            );
        }
        let known = |metric| {
            Some(run.case(&id_of(case))?.measurement(metric)?.value).filter(|value| value.is_finite())
        };
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
        takes_long(known(Metric::TimeNs)?, effort)
    }

    fn measure(&self, job: &Job) -> Result<Vec<Reading>, NoNumber> {
        // Where no time is recorded yet, one iteration tells.
        let took = run_batches(job.prepared(), 1);
        if let Some(reason) = takes_long(took.as_nanos() as f64, job.effort) {
            return Err(NoNumber::LeftOut(reason));
        }
        let executable = std::env::current_exe().map_err(|error| format!("cannot find myself: {error}"))?;
        let (most, time_out) = match job.effort {
            Effort::Quick => (QUICK, Duration::from_secs(30)),
            Effort::Thorough => (THOROUGH, Duration::from_secs(600)),
        };
        let mut pair = Pair::without_allocation(executable, job.id().clone(), SEED);
        let rule = Rule::with_precision(PRECISION, MOST_STARTS);
        for _ in 0..ATTEMPTS {
            match settle(&mut pair, &rule, &Budget::ordinary(time_out), most) {
                Ok(outcome) => {
                    if let Some(estimate) = outcome.verdict.estimate() {
                        return Ok(vec![ceiling(job, estimate)?]);
                    }
                }
                Err(StartError::Refused(reason)) => return Err(NoNumber::LeftOut(reason)),
                Err(error) => return Err(NoNumber::Failed(error.to_string())),
            }
        }
        Err(NoNumber::LeftOut("every process start was disturbed; run it again".to_owned()))
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

/// Why a case of so long an iteration is not measured.
fn takes_long(iteration_ns: f64, effort: Effort) -> Option<String> {
    (effort == Effort::Quick && iteration_ns > QUICK_ITERATION_NS)
        .then(|| format!("an iteration takes {:.1} ms; --thorough measures it", iteration_ns / 1e6))
}

/// Every case draws the same starts in every run.
const SEED: u64 = 0x00ce_1119;
