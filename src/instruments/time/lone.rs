//! Each case alone, by criterion: its samples, its bootstrap, its pages.

use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime};

use criterion::measurement::WallTime;
use criterion::{BenchmarkFilter, BenchmarkGroup, BenchmarkId, Criterion, Throughput};

use super::arguments::Arguments;
use super::{Budget, estimates, survey};
use crate::catalogue::{CaseRef, Catalogue};
use crate::instruments::flamegraph::CriterionProfiler;
use crate::instruments::session::id_of;
use crate::instruments::{Effort, Instrument, Job, NoNumber, Reading, Selection};
use crate::record::{InstrumentName, InstrumentState, Layout, Metric};
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
pub(super) fn run_batches(case: &dyn Case, iterations: u64) -> Duration {
    let mut measured = Duration::ZERO;
    case.in_batches(iterations, |case, batch| {
        let began = Instant::now();
        case.run(batch);
        measured += began.elapsed();
    });
    measured
}

/// What needs no session: `--list`, and the modes in which criterion keeps no numbers (`--test`,
/// `--profile-time`) or only loads them (`--load-baseline`). All of them run in this process.
pub(super) fn answer_directly(catalogue: &Catalogue, arguments: &Arguments) -> Option<ExitCode> {
    let direct = ["--test", "--profile-time", "--load-baseline"];
    let asked = arguments.harness_args.iter().any(|flag| direct.contains(&flag.as_str()));
    if !arguments.list && !asked {
        return None;
    }
    let options = &arguments.options;
    let selection = match Selection::new(catalogue, options.filter.as_deref(), options.exact) {
        Ok(selection) => selection,
        Err(error) => {
            eprintln!("error: {error}");
            return Some(ExitCode::from(2));
        }
    };
    if arguments.list {
        for case in selection.cases() {
            println!("{case}: benchmark");
        }
        return Some(ExitCode::SUCCESS);
    }
    let mut criterion = configured(&Budget::of(options.effort()), &options.layout())
        .with_profiler(CriterionProfiler::default())
        .configure_from_args()
        .with_benchmark_filter(BenchmarkFilter::AcceptAll);
    for family in catalogue.families() {
        let cases = selection.cases().iter().filter(|case| case.family.name == family.name);
        let mut group = criterion.benchmark_group(family.name);
        for case in cases {
            register(&mut group, case, None);
        }
        group.finish();
    }
    criterion.final_summary();
    Some(ExitCode::SUCCESS)
}
