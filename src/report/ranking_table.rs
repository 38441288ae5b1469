//! A ranking as a table: who, how long, against the baseline, and what the other instruments saw.

use std::path::Path;

use maud::{Markup, html};

use super::page::{clip, scrolled, swatch, words};
use super::{Source, anchors, cell, format, link, scaling, sizes};
use crate::analysis::{Ranked, RankedBy, Ranking};
use crate::record::{CaseId, InstrumentName, ListedFamily, ListedWorkload, Metric};

/// The groups of columns behind time: instrument, heading, and a heading each of its first metrics; the page of a case has
/// the others.
const GROUPS: [(InstrumentName, &str, &[&str]); 2] = [
    (InstrumentName::Heap, "Heap (dhat)", &["bytes", "blocks", "peak bytes"]),
    (
        InstrumentName::Instructions,
        "Instructions (callgrind)",
        &["instructions", "estimated cycles", "L1 misses (simulated)", "last-level misses (simulated)"],
    ),
];

/// The table of `ranking`, on the page at `path`.
pub(super) fn table(
    source: &Source<'_>,
    path: &Path,
    family: &ListedFamily,
    ranking: &Ranking<'_>,
) -> Markup {
    let caption = format!("{} at {}, per iteration", family.name, sizes::named(family, ranking.size));
    let scale = match ranking.by {
        RankedBy::PairedRatio => "ranked by the ratio from interleaved blocks",
        RankedBy::Time => "ranked by time",
    };
    let body = html! {
        table.ranking {
            caption { (clip(&caption, 100)) "; " (scale) "; intervals of times are 95 %, of counts their range over several runs" }
            thead {
                tr {
                    th scope="col" rowspan="2" { "rank" }
                    th.left scope="col" rowspan="2" { "workload" }
                    th.group scope="colgroup" colspan="2" { "Time (criterion)" }
                    @for (_, heading, columns) in GROUPS { th.group scope="colgroup" colspan=(columns.len()) { (heading) } }
                    th.group scope="col" rowspan="2" { "CPU samples" }
                    th.left.group scope="col" rowspan="2" { "files" }
                }
                tr {
                    th.group scope="col" { "time" }
                    th scope="col" { "ratio to " (clip(&family.baseline, 24)) }
                    @for (_, _, columns) in GROUPS {
                        @for (index, column) in columns.iter().enumerate() { th.group[index == 0] scope="col" { (column) } }
                    }
                }
            }
            tbody {
                @for member in &ranking.ranked {
                    (row(source, path, family, member.workload, ranking.size, Some(member)))
                }
                @for workload in &ranking.unranked { (row(source, path, family, workload, ranking.size, None)) }
            }
        }
    };
    html! {
        (scrolled(&caption, &body))
        @if !ranking.elsewhere.is_empty() {
            p.muted.small {
                "Not run at this size: "
                @for (index, workload) in ranking.elsewhere.iter().enumerate() {
                    @if index > 0 { ", " } (clip(&workload.name, 48))
                }
                "."
            }
        }
    }
}

fn row(
    source: &Source<'_>,
    path: &Path,
    family: &ListedFamily,
    workload: &ListedWorkload,
    size: usize,
    ranked: Option<&Ranked<'_>>,
) -> Markup {
    let id = CaseId { family: family.name.clone(), workload: workload.name.clone(), size };
    let index = place(family, workload);
    html! {
        tr id=(anchors::ranked(family, &workload.name, size)) data-s=(index % super::theme::SERIES) {
            td.rank {
                @match ranked {
                    Some(Ranked { rank, shared: true, .. }) => span title="cannot be told apart from the others of this rank" { "=" (rank) },
                    Some(Ranked { rank, .. }) => (rank),
                    None => span.muted title="not ranked: it has no time" { "–" },
                }
            }
            th.left scope="row" {
                (swatch(index)) " "
                a href=(link::relative(path, &source.layout.case_page(&id))) { (clip(&workload.name, 48)) }
                @if workload.name == family.baseline { " " span.mark { "baseline" } }
                @if !workload.about.is_empty() { span.about { (words(&workload.about)) } }
            }
            @match ranked {
                Some(member) => {
                    (cell::cells(source, &id, &[Metric::TimeNs]))
                    (ratio(source, &id, family, member))
                },
                None => (cell::wide(&cell::look_up(source, &id, Metric::TimeNs), 2)),
            }
            @for (instrument, _, columns) in GROUPS {
                (cell::cells(source, &id, &cell::metrics_of(instrument)[..columns.len()]))
            }
            (cell::cells(source, &id, &[Metric::Samples]))
            td.left.files { (files(source, path, &id)) }
        }
    }
}

fn ratio(source: &Source<'_>, id: &CaseId, family: &ListedFamily, member: &Ranked<'_>) -> Markup {
    let standing = cell::look_up(source, id, Metric::TimeRatio);
    html! {
        @match member.ratio {
            Some(_) if member.workload.name == family.baseline && !standing.is_measured() => td.num { "1" span.interval { "by definition" } },
            Some(ratio) => td.num {
                (format::ratio(&ratio.estimate))
                span.interval { (format::ratio_interval(&ratio.estimate)) }
                (scaling::against_bound(source, family, member, id.size))
                @if ratio.paired { (cell::slowed(ratio)) (cell::changed(member.apart)) (cell::marks(source, &standing)) }
                @else { " " span.mark title="the quotient of two medians taken at different moments, with the widest interval that both allow" { "unpaired" } }
            },
            None => td.absent.not-given { "the baseline has no time" },
        }
    }
}

/// Links to what the instruments left behind for a case; only to what is there.
fn files(source: &Source<'_>, path: &Path, id: &CaseId) -> Markup {
    let files = source.files.of(id);
    let page = link::relative(path, &source.layout.case_page(id));
    let links = [
        ("flamegraph", files.flamegraph.as_ref().map(|file| link::relative(path, file))),
        ("instructions", files.costs.as_ref().map(|_| format!("{page}#costs"))),
        ("heap", files.heap_sites.as_ref().map(|_| format!("{page}#heap"))),
        ("criterion", files.criterion.as_ref().map(|file| link::relative(path, file))),
    ];
    html! {
        @if links.iter().all(|(_, link)| link.is_none()) { span.muted { "none" } }
        @for (name, address) in &links { @if let Some(address) = address { a href=(address) { (name) } " " } }
    }
}

/// A workload's place in its family: what gives it its colour.
pub(super) fn place(family: &ListedFamily, workload: &ListedWorkload) -> usize {
    family.workloads.iter().position(|other| other.name == workload.name).unwrap_or(0)
}
