//! What the instrument does on Linux: the books of each case from /proc, rusage, CPU clocks and perf events.

use std::time::Duration;

use super::books::Account;
use super::drawing::{caption, fold};
use super::measure::{Plan, measure_windows};
use super::{Proc, Sources};
use crate::instruments::folded::draw_to;
use crate::instruments::{Effort, Job, NoNumber, Reading, folder_of, remove_stale};
use crate::record::{InstrumentState, Metric, State, WaitParts, WaitsLedger, write_atomically};

/// Wall time a case that declares other threads or processes, in a quick run.
const QUICK: Duration = Duration::from_millis(500);
/// And one that declares none: three windows tell whether its one thread waits.
const QUICK_ALONE: Duration = Duration::from_millis(300);
const THOROUGH: Duration = Duration::from_secs(5);
/// The loop is cut into this many stretches, and the range over them is shown.
const STRETCHES: usize = 5;

pub(in crate::instruments::waits) fn survey(state: &mut InstrumentState) {
    let sources = Sources::survey(Proc::system());
    state.detail = "/proc, rusage and CPU clocks; a sampler thread for calls and the timeline".to_owned();
    let missing = sources.missing();
    if !missing.is_empty() {
        state.state = State::Degraded;
        state.reason = Some(missing.join("; "));
        state.remedy = sources.remedy();
    }
}

fn measure_ledger(job: &Job) -> Result<(WaitsLedger, Vec<Account>), String> {
    let wall = match job.effort {
        Effort::Quick if job.cases[0].case.entry.concurrency.is_any() => QUICK,
        Effort::Quick => QUICK_ALONE,
        Effort::Thorough => THOROUGH,
    };
    measure_windows(job.prepared(), Plan { wall, sampler: true }, &Sources::survey(Proc::system()))
}

pub(in crate::instruments::waits) fn measure(job: &Job) -> Result<Vec<Reading>, NoNumber> {
    let (id, layout) = (job.id(), &job.layout);
    let (file, folded, svg) = (layout.waits_ledger(id), layout.waits_folded(id), layout.waits_flamegraph(id));
    // What an earlier run left must not pass for this one's.
    for stale in [&file, &folded, &svg] {
        remove_stale(stale)?;
    }
    folder_of(&file)?;
    let (ledger, accounts) = measure_ledger(job)?;
    let json = serde_json::to_vec(&ledger).map_err(|error| error.to_string())?;
    write_atomically(&file, &json).map_err(|error| error.to_string())?;
    let stacks = fold(&ledger);
    // A loop of less than a microsecond has no picture.
    if stacks.total() > 0 {
        stacks.write(&folded).map_err(|error| error.to_string())?;
        draw_to(&stacks, &svg, &caption(id, &ledger)).map_err(|error| error.to_string())?;
    }
    Ok(readings(job, &ledger, &accounts))
}

/// A stretch of the loop, or all of it.
struct Stretch {
    parts: WaitParts,
    children_cpu_ns: u64,
    iterations: u64,
}

type Part = fn(&Stretch) -> f64;

const PARTS: [(Metric, Part); 7] = [
    (Metric::WallNs, |stretch| stretch.parts.wall_ns as f64),
    (Metric::CpuUserNs, |stretch| stretch.parts.user_ns as f64),
    (Metric::CpuKernelNs, |stretch| stretch.parts.kernel_ns as f64),
    (Metric::RunqueueNs, |stretch| stretch.parts.runqueue_ns as f64),
    (Metric::BlockedNs, |stretch| stretch.parts.blocked_ns as f64),
    (Metric::ResidualNs, |stretch| stretch.parts.residual_ns as f64),
    (Metric::ChildrenCpuNs, |stretch| stretch.children_cpu_ns as f64),
];

/// Every part an iteration, with its range over stretches of the loop.
fn readings(job: &Job, ledger: &WaitsLedger, accounts: &[Account]) -> Vec<Reading> {
    let length = accounts.len().div_ceil(STRETCHES).max(1);
    let stretches: Vec<Stretch> = accounts.chunks(length).map(stretch).collect();
    let whole = stretch(accounts);
    let runqueue_is_told = ledger.total.runqueue_ns > 0 || ledger.slices > 0;
    let mut readings: Vec<Reading> = PARTS
        .into_iter()
        .filter(|(metric, _)| *metric != Metric::RunqueueNs || runqueue_is_told)
        .map(|(metric, part)| {
            let an_iteration = |stretch: &Stretch| part(stretch) / stretch.iterations as f64;
            let value = an_iteration(&whole);
            let each = stretches.iter().map(an_iteration);
            let (low, high) = each.fold((value, value), |(low, high), one| (low.min(one), high.max(one)));
            job.reading(metric, value, low, high)
        })
        .collect();
    readings.push(job.exact(Metric::Threads, ledger.most_threads as f64));
    readings.extend(ledger.children.map(|children| job.exact(Metric::Children, children)));
    readings
}

/// Windows put together.
fn stretch(accounts: &[Account]) -> Stretch {
    let mut parts = WaitParts::default();
    accounts.iter().flat_map(|account| &account.threads).for_each(|thread| parts.add(&thread.parts));
    Stretch {
        parts,
        children_cpu_ns: accounts.iter().map(|account| account.children_cpu_ns).sum(),
        iterations: accounts.iter().map(|account| account.iterations).sum::<u64>().max(1),
    }
}
