//! iai-callgrind's side: its macros make a program that hands a list of commands to the runner. This
//! executable, started again with [`PLAN_VARIABLE`], is that program.

use std::process::ExitCode;

use serde::{Deserialize, Serialize};

use super::{callgrind, counted};
use crate::instruments::process::myself;
use crate::record::CaseId;

/// Names the variable that makes this executable the harness.
pub(super) const PLAN_VARIABLE: &str = "PERFLAB_COUNT";

/// What the harness is to count.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Plan {
    pub(super) id: CaseId,
    /// Iterations to the unit of [`counted::PARTS`].
    pub(super) n: u64,
    /// How many processes count the same.
    pub(super) runs: usize,
    /// Whether threads of the workload's are counted.
    pub(super) threads: bool,
}

/// Runs the harness, if [`PLAN_VARIABLE`] asks for it.
pub(super) fn serve() -> Option<ExitCode> {
    std::env::var_os(PLAN_VARIABLE)?;
    crate::instruments::process::die_with_parent();
    macros::harness();
    Some(ExitCode::SUCCESS)
}

fn plan() -> Result<(Plan, std::path::PathBuf), String> {
    let json = std::env::var(PLAN_VARIABLE).map_err(|error| error.to_string())?;
    let plan = serde_json::from_str(&json).map_err(|error| format!("{PLAN_VARIABLE}: {error}"))?;
    let executable = myself()?;
    Ok((plan, executable))
}

/// One benchmark a run of the plan, under ids of our own.
fn benchmarks(group: &mut iai_callgrind::BinaryBenchmarkGroup) {
    let (plan, executable) = match plan() {
        Ok(plan) => plan,
        Err(message) => {
            eprintln!("{message}");
            return;
        }
    };
    let mut config = iai_callgrind::BinaryBenchmarkConfig::default();
    config
        .pass_through_envs(callgrind::KEPT_VARIABLES)
        .tool(iai_callgrind::Callgrind::with_args(callgrind::arguments(plan.threads)));
    let mut benchmark = iai_callgrind::BinaryBenchmark::new("case");
    benchmark.config(config);
    for run in 0..plan.runs {
        let mut bench = iai_callgrind::Bench::new(format!("run_{run}"));
        bench.command(
            iai_callgrind::Command::new(&executable).args(counted::arguments(&plan.id, plan.n)).build(),
        );
        benchmark.bench(bench);
    }
    group.binary_benchmark(benchmark);
}

/// What the macros of iai-callgrind expand to: a module of public functions and a `main` without a result.
mod macros {
    #![allow(
        missing_docs,
        unreachable_pub,
        clippy::unwrap_used,
        reason = "another crate's macros write this"
    )]

    use super::benchmarks;

    // With semicolons: the form with commas calls itself by its bare name.
    iai_callgrind::binary_benchmark_group!(
        name = counts;
        benchmarks = |group: &mut BinaryBenchmarkGroup| benchmarks(group)
    );
    iai_callgrind::main!(binary_benchmark_groups = counts);

    pub(super) fn harness() {
        main();
    }
}
