//! The page of a case: every number with all that is needed to read it, the flamegraphs, what its functions cost, where its
//! threads wait, the heap's call sites, and the raw files.

use std::path::{Path, PathBuf};

use maud::{Markup, html};

use super::kept::Kept;
use super::page::{clip, embedded, frame, scrolled, words};
use super::proof::{Cited, Proofs};
use super::{
    ReportError, Source, anchors, cell, costs, differential, findings, format, heap, history, link, seen,
    sizes, waits,
};
use crate::analysis::{Estimate, Since, Standing, rank};
use crate::record::{
    CaseId, InstrumentName, ListedCounts, ListedFamily, ListedWorkload, Measurement, Metric, Unit,
};

/// Renders the page.
pub(super) fn page(
    source: &Source<'_>,
    family: &ListedFamily,
    workload: &ListedWorkload,
    id: &CaseId,
) -> Result<Markup, ReportError> {
    let path = source.layout.case_page(id);
    let kept = Kept::read(source, id);
    let cited = Cited::by(source.case(id));
    let proofs = Proofs { source, path: &path, id, kept: &kept };
    let waits = waits::section(id, &kept)?;
    let title = id.to_string();
    let body = html! {
        header.lead {
            p.eyebrow { "Case" }
            h1.name { (clip(&title, 120)) }
            @if !workload.about.is_empty() { p { (words(&workload.about)) } }
            (standing_in_family(source, &path, family, id))
            (siblings(source, &path, family, workload, id))
        }
        @if let Some(case) = source.case(id).filter(|case| !case.findings.is_empty()) {
            h2 #findings { "Findings" }
            (findings::cards(&proofs, case, usize::MAX))
        }
        h2 #measurements { "Measurements" }
        (measurements(source, family, workload, id))
        (seen::paragraph(workload.concurrency))
        (history::of_case(source, id))
        (differential::section(source, &path, family, id))
        (pictures(source, &path, id, &Tables { waits, costs: costs::table(id, &kept, &cited), heap: heap::table(id, &kept, &cited) }))
        (raw_files(source, &path, id))
    };
    let family_page = source.layout.family_page(&family.name);
    let stem = id.stem();
    Ok(frame(source, &path, &title, &[(&family.name, family_page), (&stem, path.clone())], "", &body))
}

fn standing_in_family(source: &Source<'_>, path: &Path, family: &ListedFamily, id: &CaseId) -> Markup {
    let ranking = rank(family, source.recorded, id.size);
    let row = anchors::ranked(family, &id.workload, id.size);
    let row = link::to_part(path, &source.layout.family_page(&family.name), &row);
    let member = ranking.ranked.iter().find(|member| member.workload.name == id.workload);
    html! {
        @if let Some(member) = member {
            p.answer {
                a href=(format!("#{}", anchors::number(Metric::TimeNs))) { strong { (format::time(member.time_ns.value)) } } " an iteration "
                span.interval { (format::time_interval(&member.time_ns)) }
                @if ranking.ranked.len() > 1 {
                    ", " a href=(row) { "rank " (member.rank) " of " (ranking.ranked.len()) @if member.shared { ", shared" } }
                }
                @match member.ratio {
                    _ if id.workload == family.baseline => "; the baseline.",
                    Some(ratio) => {
                        ": " b.figure { (format::ratio(&ratio.estimate)) } " the time of " (clip(&family.baseline, 48)) " "
                        span.interval { (format::ratio_interval(&ratio.estimate)) @if !ratio.paired { " unpaired" } }
                        (cell::slowed(ratio))
                    },
                    None => ".",
                }
            }
        }
    }
}

/// The same workload at its other sizes.
fn siblings(
    source: &Source<'_>,
    path: &Path,
    family: &ListedFamily,
    workload: &ListedWorkload,
    id: &CaseId,
) -> Markup {
    html! {
        nav.siblings aria-label="The same workload at other sizes" {
            @if family.counts == ListedCounts::Workers { (clip(&family.axis, 24)) ": " } @else { "n = " }
            @for &size in &workload.sizes {
                @if size == id.size { strong aria-current="page" { (format::size(size)) } } @else {
                    @let other = CaseId { size, ..id.clone() };
                    a href=(link::relative(path, &source.layout.case_page(&other))) { (format::size(size)) }
                }
                " "
            }
        }
    }
}

fn measurements(
    source: &Source<'_>,
    family: &ListedFamily,
    workload: &ListedWorkload,
    id: &CaseId,
) -> Markup {
    // CPython is asked for by name, and of most cases it has no twin: a row for each would say nothing.
    let is_shown =
        |instrument: &InstrumentName| *instrument != InstrumentName::Python || workload.mirrors.is_some();
    let per = format!("per {}", format::clipped(&family.unit, 40));
    let body = html! {
        table {
            caption { "Everything measured of this case, per iteration unless it says otherwise" }
            thead { tr {
                th.left scope="col" { "instrument" } th.left scope="col" { "metric" } th scope="col" { "value" }
                th scope="col" { "interval" } th scope="col" { (per) } th.left scope="col" { "unit" }
                th.left scope="col" { "taken" } th.left scope="col" { "revision" }
            } }
            @for instrument in InstrumentName::ALL.into_iter().filter(is_shown) { tbody { (rows(source, family, id, instrument)) } }
        }
    };
    scrolled("Measurements", &body)
}

/// The rows of one instrument: a number a metric, or one row that says why there is none.
fn rows(source: &Source<'_>, family: &ListedFamily, id: &CaseId, instrument: InstrumentName) -> Markup {
    let standings: Vec<_> = cell::metrics_of(instrument)
        .iter()
        .map(|metric| (*metric, cell::look_up(source, id, *metric)))
        .collect();
    let any = standings.iter().any(|(_, standing)| standing.is_measured());
    let alone = left_out_alone(source, id, instrument);
    html! {
        @if let Some((_, first)) = standings.first().filter(|_| !any && alone.is_empty()) {
            tr { th.left scope="row" { (instrument) } (cell::wide(first, 7)) }
        } @else {
            @for (metric, standing) in &standings {
                @if let Standing::Measured { measurement, .. } = standing {
                    tr id=(anchors::number(*metric)) {
                        th.left scope="row" { (instrument) }
                        td.left { (cell::label(*metric)) (cell::marks(source, standing)) }
                        td.num { (format::value(measurement.value, measurement.unit)) }
                        td.num { @match Estimate::of(measurement).filter(|_| instrument != InstrumentName::Flamegraph) { Some(estimate) => (format::interval(&estimate, measurement.unit)), None => "–" } }
                        td.num { (per_unit(family, measurement, id)) }
                        td.left { (unit(measurement)) }
                        td.left { (clip(&measurement.taken_at, 40)) }
                        td.left { code { (clip(&measurement.revision, 14)) } }
                    }
                }
            }
            @for (metric, reason) in &alone {
                tr {
                    th.left scope="row" { (instrument) }
                    td.left { (cell::label(*metric)) }
                    (cell::wide(&Standing::LeftOut(reason), 6))
                }
            }
            @if let Some(attempt) = standings.iter().find_map(|(_, standing)| newer_attempt(standing)) {
                tr { th.left scope="row" { (instrument) } (cell::wide(&attempt, 7)) }
            }
        }
    }
}

/// The numbers that an instrument left out by themselves and of which there is no older one, with the reasons.
fn left_out_alone<'a>(
    source: &'a Source<'_>,
    id: &CaseId,
    instrument: InstrumentName,
) -> Vec<(Metric, &'a str)> {
    let Some(case) = source.case(id) else { return Vec::new() };
    let left_out = case.left_out.iter().filter(|left_out| left_out.instrument == instrument);
    left_out
        .filter_map(|left_out| Some((left_out.metric?, left_out.reason.as_str())))
        .filter(|(metric, _)| case.measurement(*metric).is_none())
        .collect()
}

/// What became of the newest attempt, where a number is of an older one.
fn newer_attempt<'a>(standing: &Standing<'a>) -> Option<Standing<'a>> {
    match standing {
        Standing::Measured { since: Some(Since::Failed(reason)), .. } => Some(Standing::Failed(reason)),
        Standing::Measured { since: Some(Since::LeftOut(reason)), .. } => Some(Standing::LeftOut(reason)),
        _ => None,
    }
}

fn per_unit(family: &ListedFamily, measurement: &Measurement, id: &CaseId) -> Markup {
    let units = sizes::units(family, id.size);
    let value = measurement.value / units.unwrap_or(1.0);
    html! {
        @match measurement.unit {
            _ if units.is_none() => span.muted { "–" },
            Unit::Ns => (format::time(value)),
            Unit::Bytes => (format::rounded(value)),
            Unit::Count if counts_work(measurement.instrument, measurement.metric) => (format::rounded(value)),
            Unit::Count | Unit::Ratio | Unit::Hz | Unit::BytesPerSecond => span.muted { "–" },
        }
    }
}

/// Whether a count grows with the size: samples and threads do not, and another size does not either.
fn counts_work(instrument: InstrumentName, metric: Metric) -> bool {
    !matches!(instrument, InstrumentName::Flamegraph | InstrumentName::Waits)
        && metric != Metric::CeilingMemorySize
}

fn unit(measurement: &Measurement) -> &'static str {
    match measurement.unit {
        Unit::Ns => "time",
        Unit::Ratio => match measurement.metric {
            Metric::PythonRatio => "multiple of CPython's",
            Metric::Capacity => "CPUs",
            Metric::BoundReached => "times what is allowed",
            Metric::Speedup
            | Metric::CeilingAllocation
            | Metric::CeilingMemory
            | Metric::CeilingOneCpu
            | Metric::PythonSpeedup
            | Metric::PythonOursSpeedup => "times as fast",
            _ => "multiple of the baseline",
        },
        Unit::Hz => "per second",
        Unit::Bytes => "bytes",
        Unit::BytesPerSecond => "bytes per second",
        Unit::Count => "count",
    }
}

/// What instruments kept, as tables, each where there is one.
struct Tables {
    costs: Option<Markup>,
    heap: Option<Markup>,
    waits: Option<Markup>,
}

/// The flamegraphs, where threads wait and the heap's call sites, or the words that stand for them.
fn pictures(source: &Source<'_>, path: &Path, id: &CaseId, tables: &Tables) -> Markup {
    let files = source.files.of(id);
    let absent = |instrument: InstrumentName| {
        let metric = cell::metrics_of(instrument)[0];
        let standing = cell::look_up(source, id, metric);
        cell::absence(&standing).map_or("The instrument left no picture.".to_owned(), |(_, text)| text)
    };
    html! {
        h2 #flamegraph { "Where CPU time goes" }
        @match &files.flamegraph {
            Some(svg) => { (older(source, id, InstrumentName::Flamegraph)) (picture(path, svg, "CPU flamegraph")) },
            None => p.muted { (words(&absent(InstrumentName::Flamegraph))) },
        }
        h2 #costs { "What it executes" }
        @match &tables.costs {
            Some(table) => { (older(source, id, InstrumentName::Instructions)) (table) },
            None => p.muted { (words(&absent(InstrumentName::Instructions))) },
        }
        @if let Some(svg) = &files.instructions_flamegraph { h3 { "Instructions by stack" } (picture(path, svg, "Instruction flamegraph")) }
        h2 #waits { "Where it waits" }
        @match &tables.waits {
            Some(section) => { (older(source, id, InstrumentName::Waits)) (section) },
            None => p.muted { (words(&absent(InstrumentName::Waits))) },
        }
        @if let Some(svg) = &files.waits_flamegraph { h3 { "Wall time by thread and wait" } (picture(path, svg, "Waits flamegraph")) }
        h2 #heap { "Where heap blocks come from" }
        @match &tables.heap {
            Some(table) => { (older(source, id, InstrumentName::Heap)) (table) },
            None => p.muted { (words(&absent(InstrumentName::Heap))) },
        }
        @if let Some(svg) = &files.heap_flamegraph { h3 { "Heap bytes by stack" } (picture(path, svg, "Heap flamegraph")) }
    }
}

/// Says so when an instrument's newest attempt gave nothing: what it left is then of an older run.
fn older(source: &Source<'_>, id: &CaseId, instrument: InstrumentName) -> Markup {
    let case = source.case(id);
    let failure = case.and_then(|case| case.failures.iter().find(|failure| failure.instrument == instrument));
    let left_out = case.and_then(|case| case.left_out.iter().find(|left| left.instrument == instrument));
    html! {
        @if let Some(failure) = failure {
            p.small { span.mark.failed { "failed" } " The newest attempt failed: " (words(&failure.reason)) ". What follows is of an older run." }
        } @else if let Some(left_out) = left_out {
            p.small { span.mark { "left out" } " The newest run left it out: " (words(&left_out.reason)) ". What follows is of an older run." }
        }
    }
}

/// A picture in the page, and the way to it alone.
pub(super) fn picture(path: &Path, svg: &Path, name: &str) -> Markup {
    let address = link::relative(path, svg);
    html! {
        (embedded(&address, name))
        p.small { a href=(address) { "Open the " (name) " alone" } " to zoom by clicking and to search with Ctrl-F." }
    }
}

fn raw_files(source: &Source<'_>, path: &Path, id: &CaseId) -> Markup {
    let files = source.files.of(id);
    let rows: [(&Option<PathBuf>, &str, &str); 10] = [
        (
            &files.criterion,
            "criterion's page",
            "distributions; criterion's own verdict on change is unpaired",
        ),
        (&files.folded, "folded stacks of CPU samples", "one stack a line, for any flamegraph tool"),
        (
            &files.dhat,
            "dhat's JSON",
            "open it in dhat's own viewer, dh_view.html (it comes with Valgrind, not with perflab)",
        ),
        (&files.heap_sites, "heap call sites", "JSON, all of them"),
        (&files.heap_folded, "folded stacks of heap bytes", "one stack a line, for any flamegraph tool"),
        (&files.waits_ledger, "books of waits", "JSON: every thread, every call, the timeline"),
        (&files.waits_folded, "folded stacks of wall time", "one thread and wait a line, in microseconds"),
        (&files.costs, "costs by function", "JSON, all of them"),
        (
            &files.instructions_folded,
            "folded stacks of instructions",
            "one stack a line, for any flamegraph tool",
        ),
        (&files.callgrind, "callgrind profile", "open it in KCachegrind, or `callgrind_annotate`"),
    ];
    html! {
        h2 { "Raw files" }
        @if rows.iter().all(|(file, ..)| file.is_none()) {
            p.muted { "None yet: type " code { "just bench " (clip(&id.to_string(), 120)) } "." }
        } @else {
            ul.reading {
                @for (file, name, hint) in rows {
                    @if let Some(file) = file { li { a href=(link::relative(path, file)) { (name) } " — " (hint) } }
                }
            }
        }
    }
}
