//! Measures a case: windows of iterations between two edges, under the sampler, until the budget is spent.

use std::time::{Duration, Instant};

use super::births::Births;
use super::books::{Account, Setting, account};
use super::census;
use super::edge::{Edges, Window};
use super::kernel_records::KernelRecords;
use super::ledger::{Measured, Names, ledger};
use super::sampler::{Sampler, Samples};
use super::sources::{self, Sources};
use super::timeline;
use crate::instruments::clock;
use crate::record::WaitsLedger;
use crate::workload::Case;

/// How long to measure.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Wall time in the measured loop.
    pub wall: Duration,
    /// Whether the sampler looks, and the census before it; without them blocked time is not split by call, other
    /// threads are seen at the edges alone, and children are not counted.
    pub sampler: bool,
}

/// A window is at least this long, where a batch may be: its edges then take less than a thousandth of it.
const WINDOW: Duration = Duration::from_millis(100);
/// A quick case is calibrated until this long.
const CALIBRATION: Duration = Duration::from_millis(10);
/// An iteration shorter than this is watched thrice by the census.
const SHORT: Duration = Duration::from_millis(50);
const CENSUSES: usize = 3;
/// A case that must be staged for long may take this many times its budget by the clock on the wall.
const PATIENCE: u32 = 4;

/// Measures `case`, whose answer has been checked, as `plan` says, with the `sources` there are.
///
/// # Errors
/// One line, when the system starts no sampler.
pub fn measure_case(case: &dyn Case, plan: Plan, sources: &Sources) -> Result<WaitsLedger, String> {
    Ok(measure_windows(case, plan, sources)?.0)
}

/// As [`measure_case`], and the accounts of the windows, for the spread.
pub(super) fn measure_windows(
    case: &dyn Case,
    plan: Plan,
    sources: &Sources,
) -> Result<(WaitsLedger, Vec<Account>), String> {
    let mut missing = sources.missing();
    let wanted = plan.sampler && sources.lists_threads && sources.records_births;
    let mut unrecorded = |refusal: String| missing.push(sources::without_births(&refusal));
    let started = wanted.then(KernelRecords::start).transpose();
    let mut records = started.map_err(&mut unrecorded).unwrap_or_default();
    let began = Instant::now();
    let mut census = census::count(case, sources, plan.sampler, records.as_mut())?;
    let first = began.elapsed();
    let mut last = first;
    for _ in 1..if first < SHORT && plan.sampler { CENSUSES } else { 1 } {
        let began = Instant::now();
        let again = census::count(case, sources, plan.sampler, records.as_mut())?;
        census = census.and(again);
        last = began.elapsed();
    }
    let records = records.map(|records| records.go_on(last)).transpose();
    let records = records.map_err(&mut unrecorded).unwrap_or_default();
    let iterations = iterations_a_window(case, first);
    // One clock, read twice.
    let (origin, origin_ns) = (Instant::now(), clock::monotonic_ns());
    let sampler = if plan.sampler && sources.lists_threads {
        Some(Sampler::start(sources, origin, records)?)
    } else {
        None
    };
    let sampler_number = sampler.as_ref().map(|sampler| sampler.number);
    let mut edges = Edges::new(sources, origin, sampler_number);
    let mut windows = Vec::new();
    let mut measured = Duration::ZERO;
    // Two windows give a range; a second one is not worth waiting for where one iteration takes seconds.
    let wanted = |windows: &[Window], measured: Duration| match windows.len() {
        0 => true,
        1 => measured < plan.wall * PATIENCE,
        _ => measured < plan.wall && origin.elapsed() < plan.wall * PATIENCE,
    };
    while wanted(&windows, measured) {
        case.in_batches(iterations, |case, batch| {
            let open = edges.open(sampler.as_ref());
            if let Some(sampler) = &sampler {
                sampler.open(true);
            }
            let start = Instant::now();
            case.run(batch);
            measured += start.elapsed();
            let close = edges.close(sampler.as_ref());
            if let Some(sampler) = &sampler {
                sampler.open(false);
            }
            windows.push(Window { open, close, iterations: batch, spans: Vec::new() });
        });
    }
    let samples = match sampler {
        Some(sampler) => sampler.stop()?,
        None => Samples::default(),
    };
    let births = Births::new(samples.records, origin_ns, sampler_number.unwrap_or(0));
    missing.extend(place_births(&births, &mut windows));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let spent = samples.usage.sum_ns().max(1);
    let mut setting = Setting {
        own: clock::this_thread(),
        cores,
        sampler_user_share: samples.usage.user_ns as f64 / spent as f64,
        stolen_ns: 0,
    };
    let passes = within(&windows, samples.passes, setting.own);
    let mut accounts: Vec<Account> = Vec::new();
    let mut used = 0;
    for (window, passes) in windows.iter().zip(&passes) {
        // The kernel tells it by ticks of 10 ms, so windows carry over what they leave.
        let taken = window.close.machine.stolen_ns.saturating_sub(windows[0].open.machine.stolen_ns);
        // Without the run queue's time nobody can tell what of the rest was stolen.
        setting.stolen_ns = if sources.tells_runqueue { taken.saturating_sub(used) } else { 0 };
        let account = account(window, passes, setting);
        used += account.stolen_ns;
        accounts.push(account);
    }
    let names = Names::new([&samples.names, &edges.watch.names], setting.own);
    let timeline = timeline::of_longest(&windows, &passes, setting.own, &names);
    let others_cpu_ns = others_cpu_ns(&windows);
    let measured = Measured { census, cores, names: &names, timeline, missing, others_cpu_ns };
    let ledger = ledger(&accounts, measured);
    Ok((ledger, accounts))
}

/// For how long CPUs worked for anybody but us and our children, from the first window to the end of the last: ticks less
/// what our clocks say.
fn others_cpu_ns(windows: &[Window]) -> Option<u64> {
    let (first, last) = (&windows.first()?.open, &windows.last()?.close);
    let worked_ns = last.machine.worked_ns?.checked_sub(first.machine.worked_ns?)?;
    let own_ns = |edge: &super::edge::Edge| edge.process_cpu_ns + edge.children_cpu_ns;
    Some(worked_ns.saturating_sub(own_ns(last).saturating_sub(own_ns(first))))
}

/// How many iterations fill a window; the census showed how long the first one took.
fn iterations_a_window(case: &dyn Case, first: Duration) -> u64 {
    if first >= WINDOW {
        return 1;
    }
    let mut iterations = 1;
    loop {
        let mut took = Duration::ZERO;
        case.in_batches(iterations, |case, batch| {
            let start = Instant::now();
            case.run(batch);
            took += start.elapsed();
        });
        if took >= CALIBRATION || iterations >= case.batch_limit() {
            let windows = WINDOW.as_secs_f64() / took.as_secs_f64().max(1e-9);
            return ((iterations as f64 * windows).ceil() as u64).clamp(1, case.batch_limit());
        }
        iterations = (iterations * 2).min(case.batch_limit());
    }
}

/// Gives each window the births and ends that lie in it; one line if some were lost.
fn place_births(births: &Births, windows: &mut [Window]) -> Option<String> {
    let (mut lost, mut unknown) = (0, 0);
    for window in &mut *windows {
        // From the first look at any thread to the last.
        let from = window.open.pass.at_ns;
        let to = window.close.pass.seen.iter().map(|seen| seen.at_ns).fold(window.close.pass.at_ns, u64::max);
        window.spans = births.within(from, to);
        let lost_here = births.lost_within(from, to);
        lost += lost_here;
        unknown += usize::from(lost_here > 0);
    }
    (lost > 0).then(|| {
        format!(
            "the kernel lost {lost} records of births and ends of threads, so in {unknown} of {} windows threads that \
             came and went are placed by looks alone",
            windows.len()
        )
    })
}

/// The sampler's passes by window. A pass that overlaps an edge keeps what it saw within.
fn within(windows: &[Window], passes: Vec<super::watch::Pass>, own: u32) -> Vec<Vec<super::watch::Pass>> {
    let mut passes = passes.into_iter().peekable();
    windows
        .iter()
        .map(|window| {
            let (from, to) = (window.open.at_ns(own), window.close.at_ns(own));
            let mut inside = Vec::new();
            while let Some(mut pass) = passes.next_if(|pass| pass.at_ns < to) {
                if pass.at_ns >= from {
                    pass.seen.retain(|seen| seen.at_ns < to);
                    inside.push(pass);
                }
            }
            inside
        })
        .collect()
}
