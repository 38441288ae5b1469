//! Where a case's threads wait: the word, the bars, the timeline and the tables, read from the ledger that the waits
//! instrument left.

mod palette;

use maud::{Markup, PreEscaped, html};

use super::charts::{Stack, Width, stacks, timeline};
use super::kept::Kept;
use super::page::{clip, proof, scrolled};
use super::theme::Ink;
use super::{ReportError, Source, cell, format, sizes};
use crate::analysis::{Standing, judge};
use crate::record::{
    CaseId, Doing, ListedFamily, ListedWorkload, Metric, ThreadWaits, WaitParts, WaitsLedger,
};
pub(super) use palette::{BARS_OF, rank_of_call};
use palette::{BLOCKED, Entry, KERNEL, Palette, RESIDUAL, RUNQUEUE, USER, key};

/// Threads in the bars; the table has the others.
const BARS: usize = 8;
/// Rows of the table.
const ROWS: usize = 24;
/// Calls named in a row of the table.
const CALLS: usize = 4;

/// The section's content; `None` when there is no ledger, a sentence when it cannot be read.
pub(super) fn section(id: &CaseId, kept: &Kept) -> Result<Option<Markup>, ReportError> {
    let Some(read) = &kept.waits else { return Ok(None) };
    Ok(Some(match read {
        Ok(ledger) => content(ledger)?,
        Err(error) => html! {
            p.problem {
                "The books of its threads cannot be read (" (clip(error, 300)) "): type "
                code { "just waits " (clip(&id.to_string(), 120)) } "."
            }
        },
    }))
}

fn content(ledger: &WaitsLedger) -> Result<Markup, ReportError> {
    let palette = Palette::of(ledger);
    let verdict = judge(ledger).to_string();
    let (word, figures) = verdict.split_once(": ").unwrap_or((&verdict, ""));
    Ok(html! {
        p.answer { strong { (word) } ": " (figures) ". " (proof("#wait-bars")) }
        @for missing in &ledger.missing { p.small { span.mark.stale { "degraded" } " " (clip(missing, 300)) "." } }
        (bars(ledger, &palette)?)
        (lanes(ledger, &palette)?)
        (table(ledger))
        p.small.muted {
            "All figures are for one iteration, of " (format::size(ledger.iterations as usize)) " over "
            (format::time(ledger.elapsed_ns as f64)) ". The sampler looked " (format::rounded(ledger.sampling.rate_hz))
            " times a second and took " (format!("{:.2} %", ledger.sampler_share() * 100.0))
            " of a CPU, which is in none of them. Children: "
            @match ledger.children { Some(children) => (format::count(children)), None => "not counted" }
            " ended, " (format::time(per_iteration(ledger.children_cpu_ns, ledger))) " of CPU time of their own."
            @if ledger.stolen_ns > 0 {
                " Of the time waiting for a CPU, the hypervisor took " (format::time(per_iteration(ledger.stolen_ns, ledger))) "."
            }
        }
    })
}

fn per_iteration(ns: u64, ledger: &WaitsLedger) -> f64 {
    ns as f64 / ledger.iterations.max(1) as f64
}

/// One bar for all threads, and one for each of the longest.
fn bars(ledger: &WaitsLedger, palette: &Palette) -> Result<Markup, ReportError> {
    let blocked = ledger.blocked();
    let all = ("all threads", &ledger.total, blocked.as_slice());
    let each =
        ledger.threads.iter().map(|thread| (thread.name.as_str(), &thread.parts, thread.blocked.as_slice()));
    let each = each.take(if ledger.threads.len() > 1 { BARS } else { 0 });
    let rows: Vec<Stack<'_>> = [all]
        .into_iter()
        .chain(each)
        .map(|(name, parts, blocked)| {
            let parts_of = palette.parts(parts, blocked);
            let per = |(ink, ns): (Ink, u64)| (ink, per_iteration(ns, ledger));
            Stack {
                name,
                parts: Ok(parts_of.into_iter().map(per).collect()),
                told: format::time(per_iteration(parts.wall_ns, ledger)),
            }
        })
        .collect();
    let most = per_iteration(ledger.total.wall_ns, ledger);
    let title = "Wall time of threads, by what they did";
    let svg = stacks(title, Width::Wide, &rows, most, format::short_time)?;
    Ok(html! {
        figure #wait-bars {
            figcaption { (title) }
            div.chart.wide role="img" aria-label=(format!("{title}; the numbers are in the table below")) { (PreEscaped(svg)) }
            (key(&palette.entries()))
        }
    })
}

fn lanes(ledger: &WaitsLedger, palette: &Palette) -> Result<Markup, ReportError> {
    let shown = &ledger.timeline;
    if shown.lanes.is_empty() {
        return Ok(html! {});
    }
    let title = format!("What threads did in {} of the loop", format::time(shown.length_ns as f64));
    let svg = timeline(&title, shown, |doing| palette.ink(doing))?;
    let spent = |intervals: &[crate::record::Interval], wanted: fn(&Doing) -> bool| {
        let wanted = intervals.iter().filter(|interval| wanted(&interval.doing));
        wanted.map(|interval| interval.to_ns.saturating_sub(interval.from_ns)).sum::<u64>() as f64
    };
    let body = html! {
        table {
            caption { "The timeline in figures, as samples saw it" }
            thead { tr {
                th.left scope="col" { "thread" } th scope="col" { "running" } th scope="col" { "waiting for a CPU" }
                th scope="col" { "blocked" } th scope="col" { "changes of state" }
            } }
            tbody {
                @for lane in &shown.lanes {
                    tr {
                        th.left scope="row" { (clip(&lane.name, 48)) }
                        td.num { (format::time(spent(&lane.intervals, |doing| *doing == Doing::Running))) }
                        td.num { (format::time(spent(&lane.intervals, |doing| *doing == Doing::Runnable))) }
                        td.num { (format::time(spent(&lane.intervals, |doing| matches!(doing, Doing::Blocked(_))))) }
                        td.num { (format::size(lane.intervals.len().saturating_sub(1))) }
                    }
                }
            }
        }
    };
    Ok(html! {
        figure {
            figcaption { (title) }
            div.chart.wide role="img" aria-label=(format!("{title}; the numbers are in the table below")) { (PreEscaped(svg)) }
            p.small.muted {
                "Thick: running. Half: waiting for a CPU. Thin: blocked, in the colour of the call. Nothing: not alive. "
                (format::counted(shown.iterations as usize, "iteration", "iterations")) " in this window"
                @if shown.hidden_threads > 0 { "; " (format::counted(shown.hidden_threads, "thread", "threads")) " more are not shown" }
                ". States shorter than the time between two looks may be missed."
            }
        }
        details { summary { "The timeline in figures" } (scrolled("Timeline", &body)) }
    })
}

fn table(ledger: &WaitsLedger) -> Markup {
    let rest = ledger.threads.len().saturating_sub(ROWS);
    let body = html! {
        table {
            caption { "Wall time of threads for one iteration, and what it went to" }
            thead { tr {
                th.left scope="col" { "thread" } th scope="col" { "threads" } th scope="col" { "wall time" }
                th scope="col" { "user code" } th scope="col" { "kernel" } th scope="col" { "waiting for a CPU" }
                th scope="col" { "blocked" } th scope="col" { "residual" } th.left scope="col" { "blocked in" }
            } }
            tbody {
                @let all = ThreadWaits { name: "all threads".into(), count: ledger.threads.iter().map(|thread| thread.count).sum(), parts: ledger.total, blocked: ledger.blocked() };
                (row(ledger, &all))
                @for thread in ledger.threads.iter().take(ROWS) { (row(ledger, thread)) }
                @if rest > 0 { tr.muted { td.left colspan="9" { (format::counted(rest, "more row", "more rows")) " in the file below" } } }
            }
        }
    };
    scrolled("Where threads wait", &body)
}

fn row(ledger: &WaitsLedger, thread: &ThreadWaits) -> Markup {
    let WaitParts { wall_ns, user_ns, kernel_ns, runqueue_ns, blocked_ns, residual_ns } = thread.parts;
    let residual = residual_ns as f64 / ledger.iterations.max(1) as f64;
    html! {
        tr {
            th.left scope="row" { (clip(&thread.name, 48)) }
            td.num { @if thread.count == 0 { span.muted { "unknown" } } @else { (format::size(thread.count)) } }
            @for ns in [wall_ns, user_ns, kernel_ns, runqueue_ns, blocked_ns] {
                td.num { (format::time(per_iteration(ns, ledger))) (share(ns as f64, wall_ns)) }
            }
            td.num { (format::time(residual)) (share(residual_ns as f64, wall_ns)) }
            td.left.text {
                @for (index, blocked) in thread.blocked.iter().take(CALLS).enumerate() {
                    @if index > 0 { ", " }
                    code { (clip(&blocked.call, 40)) } " " (format::time(per_iteration(blocked.ns, ledger)))
                }
                @if thread.blocked.len() > CALLS { ", …" }
            }
        }
    }
}

/// What each member's wall time is made of, as shares: a small chart, and its table behind it.
pub(super) fn members(
    source: &Source<'_>,
    family: &ListedFamily,
    members: &[&ListedWorkload],
    size: usize,
) -> Result<Markup, ReportError> {
    let rows: Vec<(&str, Result<[f64; 6], &'static str>)> =
        members.iter().map(|member| (member.name.as_str(), shares(source, family, member, size))).collect();
    let title = format!("Wall time of threads at {}", sizes::named(family, size));
    if !rows.iter().any(|(_, shares)| shares.is_ok()) {
        let reason =
            rows.first().and_then(|(_, shares)| shares.err()).unwrap_or("no member runs at this size");
        return Ok(html! { figure { figcaption { (title) } p.muted { (reason) } } });
    }
    let bars: Vec<Stack<'_>> = rows
        .iter()
        .map(|(name, shares)| Stack {
            name,
            parts: shares.map(|shares| {
                PARTS.iter().zip(&shares[1..]).map(|((ink, _), share)| (*ink, *share)).collect()
            }),
            told: shares.map(|shares| format::time(shares[0])).unwrap_or_default(),
        })
        .collect();
    let percent: fn(f64) -> String = |share| format!("{share:.0} %");
    let svg = stacks(&title, Width::Narrow, &bars, 100.0, percent)?;
    // Several sizes of a family are on one page: only a case's own key can be led to.
    let entries: Vec<Entry> =
        PARTS.iter().map(|(ink, name)| Entry { ink: *ink, name: (*name).to_owned(), id: None }).collect();
    let body = html! {
        table {
            caption { "Wall time of all threads together for one iteration, and its parts" }
            thead { tr {
                th.left scope="col" { "workload" } th scope="col" { "wall time" }
                @for (_, name) in PARTS { th scope="col" { (name) } }
            } }
            tbody {
                @for (name, shares) in &rows {
                    tr {
                        th.left scope="row" { (clip(name, 48)) }
                        @match shares {
                            Ok(shares) => {
                                td.num { (format::time(shares[0])) }
                                @for share in &shares[1..] { td.num { (format!("{share:.1} %")) } }
                            },
                            Err(reason) => td.absent colspan="6" { (reason) },
                        }
                    }
                }
            }
        }
    };
    Ok(html! {
        figure {
            figcaption { (title) ", by what they did" }
            div.chart role="img" aria-label=(format!("{title}; the numbers are in the table below")) { (PreEscaped(svg)) }
            (key(&entries))
            details { summary { "In figures" } (scrolled(&title, &body)) }
        }
    })
}

const PARTS: [(Ink, &str); 5] = [
    (USER, "on CPU, user code"),
    (KERNEL, "on CPU, kernel"),
    (RUNQUEUE, "waiting for a CPU"),
    (BLOCKED, "blocked"),
    (RESIDUAL, "residual"),
];

/// The wall time, and its parts in hundredths of it; why there are none otherwise.
fn shares(
    source: &Source<'_>,
    family: &ListedFamily,
    workload: &ListedWorkload,
    size: usize,
) -> Result<[f64; 6], &'static str> {
    let id = CaseId { family: family.name.clone(), workload: workload.name.clone(), size };
    let value = |metric| match cell::look_up(source, &id, metric) {
        Standing::Measured { measurement, .. } if measurement.value.is_finite() => Ok(measurement.value),
        standing => Err(cell::short_absence(&standing)),
    };
    let wall = value(Metric::WallNs)?;
    if wall <= 0.0 {
        return Err("no number");
    }
    // A kernel that does not tell the run queue's time counts it as blocked.
    let part = |metric| 100.0 * value(metric).unwrap_or(0.0) / wall;
    Ok([
        wall,
        part(Metric::CpuUserNs),
        part(Metric::CpuKernelNs),
        part(Metric::RunqueueNs),
        part(Metric::BlockedNs),
        part(Metric::ResidualNs),
    ])
}

fn share(ns: f64, wall_ns: u64) -> Markup {
    html! { span.interval { (format!("{:.1} %", 100.0 * ns / wall_ns.max(1) as f64)) } }
}
