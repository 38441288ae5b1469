//! The ceilings instrument: how many times as fast a case is without one of its costs, by running it without. A step for
//! each cost, and a comparison of its own for each case and step: quads of blocks with the cost and without, in processes
//! started anew. The target that calls [`main`] must set
//! `#[global_allocator] static ALLOC: SwitchedAllocator = SwitchedAllocator;`.
//!
//! | step | takes away | how |
//! |---|---|---|
//! | [`WithoutAllocation`] | heap blocks' cost | an arena in the allocator's place |
//! | [`InCache`] | the way to memory | a smaller size, as many elements |
//! | [`OnOneCpu`] | what threads cost each other | all threads on one CPU |

mod allocation;
mod allocator;
mod arena;
mod memory;
mod one_cpu;
mod scale;

use std::process::ExitCode;
use std::time::{Duration, Instant};

pub use allocation::WithoutAllocation;
pub use allocator::{FreeBlocks, SwitchedAllocator, came_free, is_switched};
pub use memory::InCache;
pub use one_cpu::OnOneCpu;
pub use scale::{Weight, weigh};

use super::compare::statistics::{Estimate, Rule, Unknown, Verdict};
use super::compare::{self, Budget, Pair, StartError, settle};
use super::time::run_batches;
use super::{Effort, Instrument, Job, NoNumber, Reading, session};
use crate::catalogue::Catalogue;
use crate::record::{InstrumentName, InstrumentState, Metric, State};

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
/// Every case draws the same starts in every run.
const SEED: u64 = 0x00ce_1119;

/// What the ceilings target can do on this machine; it needs nothing but to have the allocator that can be switched.
pub(super) fn survey(switched: bool) -> InstrumentState {
    InstrumentState {
        name: InstrumentName::Ceilings,
        state: if switched { State::Ready } else { State::Unavailable },
        detail: "interleaved blocks of 25 µs with a cost and without it, in processes started anew".to_owned(),
        reason: (!switched).then(|| "this program's allocator cannot be switched".to_owned()),
        remedy: (!switched).then(|| {
            "run `cargo bench --bench ceilings`, or set `#[global_allocator] static ALLOC: SwitchedAllocator = \
             SwitchedAllocator;` in your own target"
                .to_owned()
        }),
        seconds: 0.0,
    }
}

/// The main function of the ceilings target: measures what the arguments select.
pub fn main(catalogue: &Catalogue) -> ExitCode {
    crate::catalogue::serve_workers();
    match compare::serve(catalogue) {
        Some(code) => code,
        None => {
            let steps: [&dyn Instrument; 3] = [&WithoutAllocation, &InCache, &OnOneCpu];
            session::run_all(catalogue, &steps)
        }
    }
}

/// Compares `pair` as far as the effort allows.
fn settled(pair: &mut Pair, effort: Effort) -> Result<Estimate, NoNumber> {
    let (most, time_out) = match effort {
        Effort::Quick => (QUICK, Duration::from_secs(30)),
        Effort::Thorough => (THOROUGH, Duration::from_secs(600)),
    };
    let rule = Rule::with_precision(PRECISION, MOST_STARTS);
    let began = Instant::now();
    let mut why = "every process start was disturbed; run it again".to_owned();
    for attempt in 0..ATTEMPTS {
        // Long blocks are seldom left alone, and to try for long changes nothing.
        if attempt > 0 && began.elapsed() > ATTEMPTS as u32 * most {
            break;
        }
        match settle(pair, &rule, &Budget::ordinary(time_out), most) {
            Ok(outcome) => {
                if let Verdict::CannotTell(Err(Unknown::TooLong(reason))) = outcome.verdict {
                    return Err(NoNumber::LeftOut(reason));
                }
                if let Some(estimate) = outcome.verdict.estimate() {
                    let (low, high) = (estimate.interval.low, estimate.interval.high);
                    if tells(low, high) {
                        return Ok(estimate.clone());
                    }
                    why = format!(
                        "the machine was too busy to tell: from {low:.2} to {high:.2} times; run it again"
                    );
                }
            }
            Err(StartError::Refused(reason)) => return Err(NoNumber::LeftOut(reason)),
            Err(error) => return Err(NoNumber::Failed(error.to_string())),
        }
    }
    Err(NoNumber::LeftOut(why))
}

/// Whether an interval says anything: a ratio that is not even known within a factor of two to either side is none.
fn tells(low: f64, high: f64) -> bool {
    low > 0.0 && high <= low * 4.0
}

/// Runs the first iteration, which makes what is made once, and leaves the case out where that tells that a quick run has
/// no room for its iterations, which are to take `most_ns` at most.
fn try_out(job: &Job, most_ns: f64) -> Result<(), NoNumber> {
    let took = run_batches(job.prepared(), 1);
    takes_long(took.as_nanos() as f64, most_ns, job.effort)
        .map_or(Ok(()), |reason| Err(NoNumber::LeftOut(reason)))
}

/// The ceiling that `estimate` is; none where the case is shown to be slower without the cost, for which `why` has words
/// that follow on the speed.
fn ceiling(
    job: &Job,
    metric: Metric,
    estimate: &Estimate,
    why: impl FnOnce(f64) -> String,
) -> Result<Reading, NoNumber> {
    let Estimate { ratio, interval, .. } = estimate;
    if interval.high < 1.0 {
        return Err(NoNumber::LeftOut(format!("no ceiling: {}", why(*ratio))));
    }
    Ok(job.reading(metric, *ratio, interval.low, interval.high))
}

/// Why a case of so long an iteration is not measured, where a quick run has room for iterations of `most_ns`.
fn takes_long(iteration_ns: f64, most_ns: f64, effort: Effort) -> Option<String> {
    (effort == Effort::Quick && iteration_ns > most_ns)
        .then(|| format!("an iteration takes {:.1} ms; --thorough measures it", iteration_ns / 1e6))
}

/// Iterations that take longer than this leave a quick run no room for one start of six quads: four blocks of one
/// iteration each are then a quarter of a second in all.
const ONE_START_NS: f64 = 10e6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_that_allows_anything_is_no_number() {
        assert!(tells(1.0, 1.1) && tells(0.5, 2.0));
        assert!(!tells(0.5, 2.1) && !tells(0.0, 1.0) && !tells(f64::NAN, 1.0));
    }

    #[test]
    fn only_a_quick_run_has_no_time_for_long_iterations() {
        assert_eq!(takes_long(9e6, ONE_START_NS, Effort::Quick), None);
        assert_eq!(takes_long(11e6, ONE_START_NS, Effort::Thorough), None);
        let reason = takes_long(11e6, ONE_START_NS, Effort::Quick).expect("it is long");
        assert!(reason.contains("11.0 ms"), "{reason}");
    }
}
