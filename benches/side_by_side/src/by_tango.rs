//! tango-bench's verdict: two builds, in two processes at the same time.

use std::process::ExitCode;

use anyhow::Context;

use super::side::{Builds, Role, printed_by};
use super::verdict::Verdict;
use super::{functions, tango_words};

/// Compares two builds of `function` for so many seconds, `after` doing `share` thousandths of its work.
pub(crate) fn compare(
    builds: &Builds,
    function: &str,
    share: usize,
    seconds: f64,
) -> Result<Verdict, String> {
    let printed = printed_by(&builds.after, Role::Tango, function, share, |command| {
        command.arg("compare").arg(&builds.before).args(["--time", &seconds.to_string()])
    })?;
    // It ends with 1 when it found a regression, and when it failed: what it printed tells the two apart.
    tango_words::read(&printed.text, function)
        .map_err(|reason| printed.death.map_or(reason, |death| format!("tango-bench: {death}")))
}

/// This process is tango-bench's benchmark: its runner, or one of the two that it starts.
pub(crate) fn serve(function: &str, share: usize) -> anyhow::Result<ExitCode> {
    let name = function.to_owned();
    functions::prepare(function, share).context("no such function")?;
    let benchmark = tango_bench::benchmark_fn(function.to_owned(), move |bencher| {
        let call = functions::prepare(&name, share).expect("it was prepared before");
        bencher.iter(move || call.run(1))
    });
    tango_bench::cli::run(vec![benchmark])
}
