//! `perflab history`: how a case moved over the runs that are kept, as a table or as JSON.

use anyhow::bail;
use serde::Serialize;

use super::{WrongUsage, print, print_json};
use crate::analysis::{CaseHistory, Change, HistoryPoint};
use crate::catalogue::Catalogue;
use crate::instruments::nearest;
use crate::record::{CaseId, CaseIdError, Difference, History, Layout, Metric, NumberKind, SCHEMA, Unit};

pub(super) fn history(catalogue: &Catalogue, case: &str, json: bool, layout: &Layout) -> anyhow::Result<()> {
    let id: CaseId = case.parse().map_err(|error: CaseIdError| {
        WrongUsage(format!("{error}; nearest: {}", nearest(catalogue, case).join(", ")))
    })?;
    let kept = History::load(layout)?;
    for problem in &kept.problems {
        eprintln!("warning: {problem}");
    }
    let history = CaseHistory::of(&kept.runs, &id);
    if history.rows.is_empty() {
        let nearest = nearest(catalogue, case).join(", ");
        if catalogue.case(&id.family, &id.workload, id.size).is_none() {
            let unknown = format!("no case `{id}`; nearest: {nearest}; `perflab list` prints them all");
            return Err(WrongUsage(unknown).into());
        }
        let folder = layout.history();
        bail!(
            "no run in {} measured `{id}`: `just bench '^{id}$'` does{}",
            folder.display(),
            measured(&kept, &id)
        );
    }
    if json { print_json(&as_json(&id, &history)) } else { print(&as_table(&history)) }
}

/// The measured ids most like `id`, where there are any.
fn measured(kept: &History, id: &CaseId) -> String {
    let mut ids: Vec<String> =
        kept.runs.iter().flat_map(|run| &run.cases).map(|case| case.id.to_string()).collect();
    let wanted = id.to_string();
    ids.sort();
    ids.dedup();
    ids.sort_by(|a, b| strsim::jaro_winkler(&wanted, b).total_cmp(&strsim::jaro_winkler(&wanted, a)));
    ids.truncate(5);
    if ids.is_empty() { String::new() } else { format!("; measured: {}", ids.join(", ")) }
}

/// A line a run, the newest last; a line of its own wherever the environment changed.
fn as_table(history: &CaseHistory) -> String {
    let mut lines = vec![vec!["revision".to_owned(), "date".to_owned()]];
    lines[0].extend(history.metrics.iter().map(|metric| metric.as_str().to_owned()));
    for row in &history.rows {
        let mut line = vec![row.revision.clone(), row.started_at.clone()];
        line.extend(
            history
                .metrics
                .iter()
                .map(|metric| row.points.get(metric).map_or("-".to_owned(), |point| cell(*metric, point))),
        );
        lines.push(line);
    }
    let widths: Vec<usize> = (0..lines[0].len())
        .map(|column| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0))
        .collect();
    let mut text = String::new();
    for (number, line) in lines.iter().enumerate() {
        if let Some(row) = number.checked_sub(1).map(|row| &history.rows[row]) {
            if !row.unlike_before.is_empty() {
                text.push_str(&format!("-- {}\n", break_line(&row.unlike_before)));
            }
            for warning in &row.warnings {
                text.push_str(&format!("-- warning: {warning}\n"));
            }
        }
        let cells: Vec<String> =
            line.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}

/// In what the machine or the toolchain differs from the row before, and what is therefore not joined.
fn break_line(differences: &[Difference]) -> String {
    let each: Vec<String> =
        differences.iter().map(|d| format!("{}: {} -> {}", d.field, d.here, d.there)).collect();
    let machine = |field: &str| matches!(field, "cpu" | "cores");
    let parted = match differences.iter().all(|difference| machine(difference.field)) {
        true => "another machine: ratios are not joined across this line, counts are",
        false => "another toolchain: nothing is joined across this line",
    };
    format!("{parted} ({})", each.join(", "))
}

/// The number, its interval, and at a change how far the level moved.
fn cell(metric: Metric, point: &HistoryPoint) -> String {
    let estimate = &point.estimate;
    let write = |value: f64| match metric.unit() {
        Unit::Ratio => format!("{value:.3}"),
        _ if value.fract() == 0.0 => format!("{value:.0}"),
        _ => format!("{value:.2}"),
    };
    let mut text = write(estimate.value);
    if !estimate.is_exact() {
        text.push_str(&format!(" [{}, {}]", write(estimate.low), write(estimate.high)));
    }
    if let Some(change) = point.change {
        text.push_str(&format!(" * {}", moved(&change, write)));
    }
    text
}

fn moved(change: &Change, write: impl Fn(f64) -> String) -> String {
    match change.ratio() {
        Some(ratio) => format!("{:+.2} %", 100.0 * (ratio - 1.0)),
        None => format!("from {}", write(change.before)),
    }
}

#[derive(Serialize)]
struct JsonHistory<'a> {
    schema: u32,
    case: String,
    runs: Vec<JsonRun<'a>>,
    metrics: Vec<JsonMetric>,
}

#[derive(Serialize)]
struct JsonRun<'a> {
    run: &'a str,
    revision: &'a str,
    started_at: &'a str,
    unlike_before: Vec<JsonDifference<'a>>,
    warnings: &'a [String],
}

#[derive(Serialize)]
struct JsonDifference<'a> {
    field: &'a str,
    before: &'a str,
    now: &'a str,
}

#[derive(Serialize)]
struct JsonMetric {
    metric: Metric,
    unit: Unit,
    exact: bool,
    points: Vec<JsonPoint>,
}

#[derive(Serialize)]
struct JsonPoint {
    run: usize,
    series: usize,
    value: f64,
    low: f64,
    high: f64,
    change: Option<JsonChange>,
}

#[derive(Serialize)]
struct JsonChange {
    before: f64,
    after: f64,
    ratio: Option<f64>,
}

fn as_json<'a>(id: &CaseId, history: &'a CaseHistory) -> JsonHistory<'a> {
    let run = history.rows.iter().map(|row| JsonRun {
        run: &row.run,
        revision: &row.revision,
        started_at: &row.started_at,
        unlike_before: row
            .unlike_before
            .iter()
            .map(|d| JsonDifference { field: d.field, before: &d.here, now: &d.there })
            .collect(),
        warnings: &row.warnings,
    });
    let point = |(run, point): (usize, &HistoryPoint)| JsonPoint {
        run,
        series: point.series,
        value: point.estimate.value,
        low: point.estimate.low,
        high: point.estimate.high,
        change: point.change.map(|change| JsonChange {
            before: change.before,
            after: change.after,
            ratio: change.ratio(),
        }),
    };
    let metric = |metric: &Metric| JsonMetric {
        metric: *metric,
        unit: metric.unit(),
        exact: metric.number_kind() == NumberKind::Count,
        points: history.points(*metric).map(point).collect(),
    };
    JsonHistory {
        schema: SCHEMA,
        case: id.to_string(),
        runs: run.collect(),
        metrics: history.metrics.iter().map(metric).collect(),
    }
}
