//! How cases moved over the runs that are kept: charts and changes for a family, every number for a case.

use std::path::Path;

use maud::{Markup, PreEscaped, html};

use super::charts::{Moment, Movement, movement};
use super::page::{case_link, clip, scrolled, swatch, words};
use super::{ReportError, Source, cell, format, sizes};
use crate::analysis::{CaseHistory, Change, Estimate, FEWEST, HistoryPoint, HistoryRow};
use crate::record::{CaseId, Difference, ListedFamily, Metric, NumberKind, Unit};

/// Newest runs that a chart and a table show: what is older is in `perflab history`.
const SHOWN: usize = 100;

/// A multiple beyond this is a damaged record, and no axis could hold it.
const PLAUSIBLE: std::ops::Range<f64> = 1e-6..1e6;

/// The family's section; nothing before two revisions are kept of it.
pub(super) fn section(
    source: &Source<'_>,
    path: &Path,
    family: &ListedFamily,
    shown: usize,
) -> Result<Markup, ReportError> {
    let mut panels = Vec::new();
    for (index, size) in family.sizes.iter().enumerate() {
        let members: Vec<Member<'_>> = family
            .workloads
            .iter()
            .enumerate()
            .filter(|(_, workload)| workload.sizes.contains(size))
            .map(|(index, workload)| {
                let id = CaseId { family: family.name.clone(), workload: workload.name.clone(), size: *size };
                let history = newest(CaseHistory::of(&source.history.runs, &id));
                Member { index, name: &workload.name, id, history }
            })
            .filter(|member| !member.history.rows.is_empty())
            .collect();
        if members.iter().any(|member| member.history.has_two_revisions()) {
            panels.push(panel(source, path, family, *size, index == shown, &members)?);
        }
    }
    Ok(html! {
        @if !panels.is_empty() {
            h2 #history { "How it moved" }
            p.small { (rule()) }
            @for panel in &panels { (panel) }
        }
    })
}

fn rule() -> String {
    format!(
        "Over the runs that are kept, oldest first. A count changed where it differs at all (a range: where it is \
         disjoint). A ratio changed where a step is beyond the noise of the runs around it, with {FEWEST} runs or more \
         on either side and ten or so in all. Numbers of unlike toolchains are not joined, nor are ratios of unlike machines."
    )
}

/// A member of the family, over the runs.
struct Member<'a> {
    index: usize,
    name: &'a str,
    id: CaseId,
    history: CaseHistory,
}

/// The newest rows alone.
fn newest(mut history: CaseHistory) -> CaseHistory {
    history.rows.drain(..history.rows.len().saturating_sub(SHOWN));
    history
}

fn panel(
    source: &Source<'_>,
    path: &Path,
    family: &ListedFamily,
    size: usize,
    open: bool,
    members: &[Member<'_>],
) -> Result<Markup, ReportError> {
    let named = sizes::named(family, size);
    // Members may have been measured in different runs: one axis for all of them.
    let mut runs: Vec<(&str, &str, &str)> = members
        .iter()
        .flat_map(|member| &member.history.rows)
        .map(|row| (row.started_at.as_str(), row.run.as_str(), row.revision.as_str()))
        .collect();
    runs.sort_unstable();
    runs.dedup();
    let revisions: Vec<String> = runs.iter().map(|(.., revision)| (*revision).to_owned()).collect();
    let place = |row: &HistoryRow| {
        runs.binary_search(&(row.started_at.as_str(), row.run.as_str(), row.revision.as_str())).ok()
    };
    let mut charts = Vec::new();
    let mut level = Vec::new();
    for metric in Metric::KEPT {
        let measured = members.iter().filter(|member| member.history.metrics.contains(&metric));
        if measured.clone().next().is_none() {
            continue;
        }
        // A count that never moved is a word, not a picture.
        let exact = metric.number_kind() == NumberKind::Count;
        if exact && !measured.clone().any(|member| member.history.moved(metric)) {
            level.push(cell::label(metric));
            continue;
        }
        let lines: Vec<Movement<'_>> = measured
            .map(|member| Movement {
                index: member.index,
                name: member.name,
                series: series(&member.history, metric, place),
            })
            .collect();
        let title = format!("{} at {named}, as a multiple of the first", cell::label(metric));
        charts.push((title.clone(), movement(&title, &revisions, &lines)?));
    }
    let changes = changes(members);
    Ok(html! {
        details open[open] {
            summary { (clip(&named, 60)) ": " @match changes.len() { 0 => "no change shown", n => (format::counted(n, "change", "changes")) } }
            @if !level.is_empty() { p.small { "The same in every run: " (level.join(", ")) "." } }
            @for (title, svg) in &charts {
                @if let Some(svg) = svg {
                    figure.lines {
                        div.chart.wide role="img" aria-label=(format!("{}; the numbers are on each case's page", format::clipped(title, 80))) { (PreEscaped(svg)) }
                        figcaption { (clip(title, 100)) ". The axis is logarithmic; a tall stroke marks a change. Every number is on the case's page." }
                    }
                }
            }
            @if !changes.is_empty() { (change_table(source, path, &changes)) }
        }
    })
}

/// The points of each series as multiples of its first; a series that begins at zero has none.
fn series(
    history: &CaseHistory,
    metric: Metric,
    place: impl Fn(&HistoryRow) -> Option<usize>,
) -> Vec<Vec<Moment>> {
    let mut series: Vec<(f64, Vec<Moment>)> = Vec::new();
    for (row, point) in history.points(metric) {
        let Some(run) = place(&history.rows[row]) else { continue };
        if series.len() <= point.series {
            series.resize_with(point.series + 1, || (0.0, Vec::new()));
        }
        let (first, moments) = &mut series[point.series];
        if *first == 0.0 {
            *first = point.estimate.value;
        }
        let multiple = point.estimate.per(*first);
        if [multiple.low, multiple.value, multiple.high].iter().all(|number| PLAUSIBLE.contains(number)) {
            moments.push(Moment { run, multiple, changed: point.change.is_some() });
        }
    }
    series.into_iter().map(|(_, moments)| moments).collect()
}

/// A change, where and of what.
type Changed<'a> = (&'a Member<'a>, Metric, &'a HistoryRow, Change);

/// Every change of the members, the newest first.
fn changes<'a>(members: &'a [Member<'a>]) -> Vec<Changed<'a>> {
    let mut changes: Vec<Changed<'a>> = members
        .iter()
        .flat_map(|member| Metric::KEPT.map(|metric| (member, metric)))
        .flat_map(|(member, metric)| {
            member.history.points(metric).filter_map(move |(row, point)| {
                Some((member, metric, &member.history.rows[row], point.change?))
            })
        })
        .collect();
    changes.sort_by(|a, b| b.2.started_at.cmp(&a.2.started_at));
    changes
}

fn change_table(source: &Source<'_>, path: &Path, changes: &[Changed<'_>]) -> Markup {
    let body = html! {
        table {
            caption { "Changes, the newest first" }
            thead { tr {
                th.left scope="col" { "case" } th.left scope="col" { "metric" } th.left scope="col" { "since revision" }
                th.left scope="col" { "date" } th scope="col" { "before" } th scope="col" { "after" } th scope="col" { "moved by" }
            } }
            tbody {
                @for (member, metric, row, change) in changes.iter().take(SHOWN) {
                    tr data-s=(member.index % super::theme::SERIES) {
                        th.left scope="row" { (swatch(member.index)) " " (case_link(source, path, &member.id)) }
                        td.left { (cell::label(*metric)) }
                        td.left { code { (clip(&row.revision, 14)) } }
                        td.left.num { (clip(&row.started_at, 20)) }
                        td.num { (written(change.before, *metric)) }
                        td.num { (written(change.after, *metric)) }
                        td.num { (moved(change)) }
                    }
                }
            }
        }
    };
    scrolled("Changes", &body)
}

fn written(value: f64, metric: Metric) -> String {
    match metric.unit() {
        Unit::Ratio => format!("{value:.3}\u{a0}×"),
        unit => format::value(value, unit),
    }
}

/// How far a level moved: `+4.10 %`.
fn moved(change: &Change) -> String {
    change.ratio().map_or("from zero".to_owned(), |ratio| {
        format!("{:+.2}\u{a0}%", 100.0 * (ratio - 1.0)).replace('-', "−")
    })
}

/// Every number of a case over the runs; nothing before two revisions are kept of it.
pub(super) fn of_case(source: &Source<'_>, id: &CaseId) -> Markup {
    let history = newest(CaseHistory::of(&source.history.runs, id));
    if !history.has_two_revisions() {
        return html! {};
    }
    let columns = history.metrics.len() + 2;
    let body = html! {
        table {
            caption { "The runs that are kept, the newest last; a change is marked with how far the level moved" }
            thead { tr {
                th.left scope="col" { "revision" } th.left scope="col" { "date" }
                @for metric in &history.metrics { th scope="col" { (cell::label(*metric)) } }
            } }
            tbody {
                @for row in &history.rows {
                    @if !row.unlike_before.is_empty() {
                        tr { td.left.absent colspan=(columns) { (break_words(&row.unlike_before)) } }
                    }
                    @for warning in &row.warnings { tr { td.left colspan=(columns) { span.mark.stale { "warning" } " " (words(warning)) } } }
                    tr {
                        th.left scope="row" { code { (clip(&row.revision, 14)) } }
                        td.left.num { (clip(&row.started_at, 20)) }
                        @for metric in &history.metrics { (number(*metric, row.points.get(metric))) }
                    }
                }
            }
        }
    };
    html! {
        h2 #history { "How it moved" }
        p.small { (rule()) }
        (scrolled("How it moved", &body))
    }
}

fn number(metric: Metric, point: Option<&HistoryPoint>) -> Markup {
    html! {
        @match point {
            Some(HistoryPoint { estimate, change, .. }) => td.num {
                (written(estimate.value, metric))
                @if !estimate.is_exact() { span.interval { (interval(estimate, metric)) } }
                @if let Some(change) = change { span.mark.stale { (moved(change)) } }
            },
            None => td.num { span.muted { "–" } },
        }
    }
}

fn interval(estimate: &Estimate, metric: Metric) -> String {
    match metric.unit() {
        Unit::Ratio => format!("[{:.3}, {:.3}]", estimate.low, estimate.high),
        unit => format::interval(estimate, unit),
    }
}

/// In what the environment differs from the row before, and what is not joined for it.
fn break_words(differences: &[Difference]) -> String {
    let each = differences.iter().map(|d| format!("{} {}, before: {}", d.field, d.there, d.here));
    let each: Vec<String> = each.collect();
    let machine = differences.iter().all(|difference| matches!(difference.field, "cpu" | "cores"));
    let parted = match machine {
        true => "Another machine than the row above: ratios are not joined, counts are.",
        false => "Another toolchain than the row above: nothing is joined.",
    };
    format!("{parted} {}", format::clipped(&each.join("; "), 400))
}
