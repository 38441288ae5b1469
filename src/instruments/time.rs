//! Time: criterion for each case alone, with its own pages; then ratios to the baseline. A ratio of two times taken minutes
//! apart compares the machine's moods, so both sides of one run in turn: in pairs by the paired engine, process start by
//! process start; where that would take too long, in rounds of a family's members within one process.

mod arguments;
mod copies;
mod estimates;
mod lone;
mod pairs;
mod rounds;

pub use estimates::{Median, parse as parse_estimates};
pub(super) use lone::run_batches;
pub(super) use rounds::baseline_of;

use std::process::ExitCode;

use super::session::{Session, run_steps};
use super::{Effort, compare, machine};
use crate::catalogue::{Catalogue, serve_workers};
use crate::record::{InstrumentName, InstrumentState, State};

/// The main function of benches/time.rs. Criterion's own flags pass through.
pub fn main(catalogue: &Catalogue) -> ExitCode {
    serve_workers();
    if let Some(code) = compare::serve(catalogue) {
        return code;
    }
    if let Some(code) = lone::serve_directly(catalogue) {
        return code;
    }
    let arguments = match arguments::Arguments::parse() {
        Ok(arguments) => arguments,
        Err(error) => error.exit(),
    };
    let is_ordered = std::env::var_os(super::wire::JOB_VARIABLE).is_some();
    if !is_ordered {
        match lone::answer_directly(catalogue, &arguments) {
            Ok(None) => {}
            Ok(Some(code)) => return code,
            Err(error) => {
                eprintln!("error: {error}");
                return ExitCode::from(2);
            }
        }
    }
    let steps: [&dyn super::Instrument; 4] =
        [&lone::Lone, &pairs::Pairs::First, &rounds::Rounds, &pairs::Pairs::Again];
    run_steps(catalogue, &steps, || Session {
        catalogue,
        options: arguments.options,
        harness_args: arguments.harness_args,
    })
}

pub(super) fn survey() -> InstrumentState {
    survey_of(machine::is_debug_build())
}

fn survey_of(debug: bool) -> InstrumentState {
    InstrumentState {
        name: InstrumentName::Time,
        state: if debug { State::Unavailable } else { State::Ready },
        detail: "criterion 0.8, each case alone in a process; ratios from interleaved blocks".to_owned(),
        reason: debug.then(|| "this is a debug build; its times say nothing of a release".to_owned()),
        remedy: debug.then(|| "cargo bench --bench time".to_owned()),
        seconds: 0.0,
    }
}

/// What a case's time is spent on.
struct Budget {
    /// Criterion's warm-up, seconds.
    warm_up_s: f64,
    /// Criterion's measurement, seconds.
    measurement_s: f64,
    /// Criterion's samples.
    samples: usize,
    /// Resamples of criterion's bootstrap. Its pages take time in proportion: 10,000 cost half a second a case.
    resamples: usize,
    /// Shortest block of an interleaved round, nanoseconds: clock reads of 28 ns are then below 0.01 %.
    block_ns: u64,
    /// Interleaved rounds.
    rounds: usize,
    /// Time after which rounds end early, nanoseconds a member.
    member_ns: u64,
}

impl Budget {
    const fn of(effort: Effort) -> Self {
        match effort {
            Effort::Quick => Self {
                warm_up_s: 0.1,
                measurement_s: 0.3,
                samples: 25,
                resamples: 1_000,
                block_ns: 1_000_000,
                rounds: 41,
                member_ns: 250_000_000,
            },
            Effort::Thorough => Self {
                warm_up_s: 1.0,
                measurement_s: 5.0,
                samples: 100,
                resamples: 20_000,
                block_ns: 2_000_000,
                rounds: 301,
                member_ns: 5_000_000_000,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_debug_build_is_refused_with_the_command_to_use() {
        let state = survey_of(true);
        assert_eq!(state.state, State::Unavailable);
        assert!(state.reason.is_some_and(|reason| reason.contains("debug build")));
        assert!(state.remedy.is_some_and(|remedy| remedy.contains("cargo bench")));
        assert_eq!(survey_of(false).state, State::Ready);
    }
}
