//! criterion's verdict: a baseline stored by one process, and compared with by the next.

use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context;
use criterion::Criterion;

use super::side::{Builds, Printed, Role, printed_by};
use super::verdict::Verdict;
use super::{criterion_words, functions};

/// The baseline's name.
const BASELINE: &str = "before";

/// What criterion is told beside its defaults.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Times {
    /// Seconds of warming up.
    pub(crate) warm_up: f64,
    /// Seconds of measuring.
    pub(crate) measurement: f64,
}

/// Stores a baseline of `function`, then compares `after` with it, which does `share` thousandths of its work.
pub(crate) fn compare(
    builds: &Builds,
    function: &str,
    share: usize,
    times: Times,
) -> Result<Verdict, String> {
    // A folder of its own, so that nothing of an earlier comparison can be read for this one's.
    let home = tempfile::tempdir_in(builds.folder()).map_err(|error| error.to_string())?;
    let run = |build, flag| {
        let Printed { text, death } = printed_by(build, Role::Criterion, function, share, |command| {
            command
                .env("CRITERION_HOME", home.path())
                .args(["--bench", "--noplot", flag, BASELINE])
                .args(["--warm-up-time", &times.warm_up.to_string()])
                .args(["--measurement-time", &times.measurement.to_string()])
        })?;
        death.map_or(Ok(text), |death| Err(format!("criterion: {death}")))
    };
    run(&builds.before, "--save-baseline")?;
    let printed = run(&builds.after, "--baseline")?;
    let file = home.path().join(function).join("change/estimates.json");
    let change = std::fs::read(&file).map_err(|error| format!("criterion compared nothing: {error}"))?;
    criterion_words::read(&printed, &change)
}

/// This process is criterion's benchmark.
pub(crate) fn serve(function: &str, share: usize) -> anyhow::Result<ExitCode> {
    let call = functions::prepare(function, share).context("no such function")?;
    let mut criterion = Criterion::default().configure_from_args();
    criterion.bench_function(function, |bencher| {
        bencher.iter_custom(|calls| {
            let start = Instant::now();
            call.run(calls);
            start.elapsed()
        });
    });
    criterion.final_summary();
    Ok(ExitCode::SUCCESS)
}
