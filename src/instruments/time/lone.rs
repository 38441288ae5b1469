//! Each case alone, by criterion: its samples, its bootstrap, its pages.

use std::process::{Command, ExitCode};
use std::time::{Duration, Instant, SystemTime};

use criterion::measurement::WallTime;
use criterion::{BenchmarkFilter, BenchmarkGroup, BenchmarkId, Criterion, Throughput};
use serde::{Deserialize, Serialize};

use super::arguments::Arguments;
use super::{Budget, estimates, survey};
use crate::catalogue::{CaseRef, Catalogue};
use crate::instruments::compare::note_what_is_told_apart;
use crate::instruments::flamegraph::CriterionProfiler;
use crate::instruments::process::myself;
use crate::instruments::session::id_of;
use crate::instruments::{
    Effort, Instrument, Job, NoNumber, Reading, Selection, SelectionError, run_in_foreground,
};
use crate::record::{CaseId, Environment, InstrumentName, InstrumentState, Layout, Metric};
use crate::system::this_program;
use crate::workload::Case;

/// Above this, one iteration fills a sample by itself, and criterion's fewest samples (10) are enough to wait for.
const SLOW_ITERATION: Duration = Duration::from_millis(15);

pub(super) struct Lone;

impl Instrument for Lone {
    fn name(&self) -> InstrumentName {
        InstrumentName::Time
    }

    fn survey(&self) -> InstrumentState {
        survey()
    }

    fn opens(&self, cases: &[CaseRef], time_out: Duration, environment: &mut Environment) {
        // Without itself it measures nothing, and then says so.
        if let Ok(executable) = myself() {
            note_what_is_told_apart(environment, &executable, cases, time_out);
        }
    }

    fn measure(&self, job: &Job) -> Result<Vec<Reading>, NoNumber> {
        let began = SystemTime::now();
        let budget = Budget::of(job.effort);
        let first = Instant::now();
        run_batches(job.prepared(), 1);
        let slow = first.elapsed() > SLOW_ITERATION && job.effort == Effort::Quick;
        let mut criterion = configured(&budget, &job.layout)
            .sample_size(if slow { 10 } else { budget.samples })
            .configure_from_args()
            .with_benchmark_filter(BenchmarkFilter::Exact(criterion_id(&job.cases[0].case)));
        let case = &job.cases[0].case;
        let mut group = criterion.benchmark_group(case.family.name);
        // Criterion draws a family's page from the cases registered beside the one it measures.
        let registered: Vec<CaseRef> =
            if job.last_of_family { case.family.cases().collect() } else { vec![*case] };
        for other in registered {
            let prepared = (id_of(&other) == *job.id()).then(|| job.prepared());
            register(&mut group, &other, prepared);
        }
        group.finish();
        if job.last_of_family {
            criterion.final_summary();
        }
        let folder = job.layout.criterion().join(Layout::criterion_case(job.id())).join("new");
        let median = estimates::read(&folder, began)?;
        Ok(vec![job.reading(Metric::TimeNs, median.point_ns, median.low_ns, median.high_ns)])
    }
}

fn configured(budget: &Budget, layout: &Layout) -> Criterion {
    Criterion::default()
        .output_directory(&layout.criterion())
        .nresamples(budget.resamples)
        .warm_up_time(Duration::from_secs_f64(budget.warm_up_s))
        .measurement_time(Duration::from_secs_f64(budget.measurement_s))
}

/// Criterion's own spelling of a case id, from its group, function and parameter.
fn criterion_id(case: &CaseRef) -> String {
    format!("{}/{}/{}", case.family.name, case.entry.name, case.size)
}

/// Tells criterion of a case. One that is not `prepared` is there for its place on the family's page, or is
/// prepared when criterion calls it.
fn register(group: &mut BenchmarkGroup<'_, WallTime>, case: &CaseRef, prepared: Option<&dyn Case>) {
    group.throughput(Throughput::Elements(case.size as u64));
    let mut own = None;
    group.bench_function(BenchmarkId::new(case.entry.name, case.size), |bencher| {
        let prepared = match prepared {
            Some(prepared) => prepared,
            None => &**own.get_or_insert_with(|| case.prepare()),
        };
        bencher.iter_custom(|iterations| run_batches(prepared, iterations));
    });
}

/// Wall time of `iterations`, staging left out.
pub(in crate::instruments) fn run_batches(case: &dyn Case, iterations: u64) -> Duration {
    let mut measured = Duration::ZERO;
    case.in_batches(iterations, |case, batch| {
        let began = Instant::now();
        case.run(batch);
        measured += began.elapsed();
    });
    measured
}

/// Names the variable that makes this executable hand its arguments to criterion as they are.
pub(super) const DIRECT_VARIABLE: &str = "PERFLAB_DIRECT";

/// What criterion is run over when it keeps no numbers: our own part of the arguments, which it must not see.
#[derive(Serialize, Deserialize)]
struct Direct {
    cases: Vec<CaseId>,
    layout: Layout,
    effort: Effort,
}

/// What needs no session: `--list`, and the modes in which criterion keeps no numbers (`--test`,
/// `--profile-time`) or only loads them (`--load-baseline`). Criterion reads the arguments of its process, so it
/// gets one of its own.
///
/// # Errors
/// A selection that is empty, or a process that cannot be started.
pub(super) fn answer_directly(
    catalogue: &Catalogue,
    arguments: &Arguments,
) -> Result<Option<ExitCode>, SelectionError> {
    let modes = ["--test", "--profile-time", "--load-baseline"];
    let asked = arguments.harness_args.iter().any(|flag| modes.contains(&flag.as_str()));
    if !arguments.list && !asked {
        return Ok(None);
    }
    let options = &arguments.options;
    let selection = Selection::of(catalogue, options)?;
    if arguments.list {
        for case in selection.cases() {
            println!("{case}: benchmark");
        }
        return Ok(Some(ExitCode::SUCCESS));
    }
    let direct = Direct {
        cases: selection.cases().iter().map(id_of).collect(),
        layout: options.layout(),
        effort: options.effort(),
    };
    let json = serde_json::to_string(&direct).expect("names and numbers are JSON");
    let status = this_program().and_then(|executable| {
        let mut command = Command::new(executable);
        command.env(DIRECT_VARIABLE, json).arg("--bench").args(&arguments.harness_args);
        run_in_foreground(&mut command)
    });
    let code = match status {
        Ok(status) => u8::try_from(status.code().unwrap_or(1)).unwrap_or(1),
        Err(error) => {
            eprintln!("error: cannot start criterion in a process of its own: {error}");
            1
        }
    };
    Ok(Some(ExitCode::from(code)))
}

/// Criterion over what [`DIRECT_VARIABLE`] names, if it is set.
pub(super) fn serve_directly(catalogue: &Catalogue) -> Option<ExitCode> {
    let json = std::env::var(DIRECT_VARIABLE).ok()?;
    let direct: Direct = match serde_json::from_str(&json) {
        Ok(direct) => direct,
        Err(error) => {
            eprintln!("error: {DIRECT_VARIABLE} is malformed: {error}");
            return Some(ExitCode::FAILURE);
        }
    };
    let mut criterion = configured(&Budget::of(direct.effort), &direct.layout)
        .with_profiler(CriterionProfiler::default())
        .configure_from_args()
        .with_benchmark_filter(BenchmarkFilter::AcceptAll);
    for family in catalogue.families() {
        let mut group = criterion.benchmark_group(family.name);
        for case in family.cases().filter(|case| direct.cases.contains(&id_of(case))) {
            register(&mut group, &case, None);
        }
        group.finish();
    }
    criterion.final_summary();
    Some(ExitCode::SUCCESS)
}
