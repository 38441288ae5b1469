//! The page of a family: its question, the answer in a sentence, a ranking a size, and time over sizes.

use std::path::Path;

use maud::{Markup, PreEscaped, html};

use super::charts::{Bar, Line, bars, lines};
use super::page::{case_link, clip, frame, scrolled, swatch, words};
use super::ranking_table::{self, place};
use super::{
    ReportError, Source, anchors, break_even, cell, findings, floor, format, growth, history, link,
    predictions, scaling, sentence, sizes, waits,
};
use crate::analysis::{Estimate, Ranking, Standing, rank, twins};
use crate::record::{CaseId, ListedCounts, ListedFamily, ListedWorkload, Metric};

/// How a chart writes its values, or its ticks.
type Write = fn(f64) -> String;

/// Renders the page.
pub(super) fn page(source: &Source<'_>, family: &ListedFamily) -> Result<Markup, ReportError> {
    let path = source.layout.family_page(&family.name);
    let rankings: Vec<_> = family.sizes.iter().map(|size| rank(family, source.recorded, *size)).collect();
    let shown = sizes::first_shown(family, &rankings, source.cores());
    let body = html! {
        header.lead {
            p.eyebrow { code { (clip(&family.name, 60)) } " · " (format::counted(family.workloads.len(), "workload", "workloads")) }
            h1 { (words(&family.question)) }
            p.answer {
                @match rankings.get(shown).and_then(|ranking| sentence::fastest(family, ranking, "")) {
                    Some(sentence) => (sentence),
                    None => (sentence::nothing_timed(family)),
                }
            }
            @if let Some(gain) = rankings.get(shown).and_then(|ranking| sentence::to_gain(family, ranking, "")) {
                p.answer { (gain) }
            }
        }
        @if let Some(ranking) = rankings.get(shown) { (findings::of_baseline(source, &path, family, ranking.size)) }
        (break_even::section(source, family))
        (ranking_per_size(source, &path, family, &rankings, shown)?)
        @match family.counts {
            ListedCounts::Work => { (time_over_sizes(source, &path, family)?) (growth::section(source, family)) },
            ListedCounts::Workers => (scaling::section(source, &path, family)?),
        }
        (predictions::of_family(source, &path, &family.name))
        (history::section(source, &path, family, shown)?)
        (reading(source, &path, family))
    };
    let mut rules = super::theme::rules();
    rules.extend((1..=rankings.len()).map(|n| {
        format!(".sizes>input:nth-of-type({n}):checked~section:nth-of-type({n}){{display:block}}\n")
    }));
    Ok(frame(source, &path, &family.name, &[(&family.name, path.clone())], &rules, &body))
}

/// A panel a size, one shown at a time; radio buttons choose, so neither a mouse nor JavaScript is needed.
fn ranking_per_size(
    source: &Source<'_>,
    path: &Path,
    family: &ListedFamily,
    rankings: &[Ranking<'_>],
    shown: usize,
) -> Result<Markup, ReportError> {
    let mut panels = Vec::new();
    for (index, ranking) in rankings.iter().enumerate() {
        panels.push(html! {
            section.panel id=(anchors::size(ranking.size)) aria-label=(sizes::named(family, ranking.size)) {
                @if ranking.ranked.is_empty() { p { (sentence::nothing_timed(family)) } }
                // The panel shown first has its sentence on top of the page.
                @else if index != shown { p.sentence { @if let Some(sentence) = sentence::fastest(family, ranking, "") { (sentence) } } }
                (ranking_table::table(source, path, family, ranking))
                (floor::line(source, path, family, ranking))
                (twin_notes(source, family, ranking))
                (leading_findings(source, path, family, ranking))
                div.bars { (bar_charts(source, family, ranking)?) (waits_chart(source, family, ranking)?) }
            }
        });
    }
    Ok(html! {
        h2 { "Ranking by size" }
        div.sizes role="group" aria-label=(format!("sizes, in {}", format::clipped(&family.axis, 40))) {
            span.legend aria-hidden="true" {
                @match family.counts { ListedCounts::Work => "n =", ListedCounts::Workers => (clip(&family.axis, 24)) }
            }
            @for (index, ranking) in rankings.iter().enumerate() {
                input type="radio" name="size" id=(format!("size-{}", ranking.size)) checked[index == shown];
                label for=(format!("size-{}", ranking.size)) {
                    (format::size(ranking.size))
                    @if let Some(first) = ranking.ranked.first() {
                        span.winner { (clip(&first.workload.name, 24)) @if first.shared { " =" } }
                    } @else { span.winner { "no time yet" } }
                }
            }
            @for panel in &panels { (panel) }
        }
    })
}

/// Members that no count tells apart: a reader must not choose between them by a time alone.
fn twin_notes(source: &Source<'_>, family: &ListedFamily, ranking: &Ranking<'_>) -> Markup {
    html! {
        @for group in twins(family, source.recorded, ranking) {
            p.small.note {
                strong { "The same counts at different times: " }
                @for (index, name) in group.members.iter().enumerate() {
                    @if index > 0 { @if index + 1 == group.members.len() { " and " } @else { ", " } }
                    a href=(format!("#{}", anchors::ranked(family, name, ranking.size))) { (clip(name, 48)) }
                }
                " execute the same number of instructions within 1 % ("
                (format::short(group.instructions.0))
                @if group.instructions.1 > group.instructions.0 { " to " (format::short(group.instructions.1)) }
                "), with the same heap and simulated cache counts, yet the slowest takes "
                (format!("{:.2} ×", group.spread))
                " the time of the fastest. No count explains it: where code and data happen to lie, instructions that wait for each other, or mispredicted branches may. See it in several builds before you prefer one."
            }
        }
    }
}

/// What analysis named as the bottleneck of each member.
fn leading_findings(
    source: &Source<'_>,
    path: &Path,
    family: &ListedFamily,
    ranking: &Ranking<'_>,
) -> Markup {
    let members = ranking.ranked.iter().map(|member| member.workload).chain(ranking.unranked.iter().copied());
    let found: Vec<_> = members
        .filter_map(|workload| {
            let id =
                CaseId { family: family.name.clone(), workload: workload.name.clone(), size: ranking.size };
            let finding = source.case(&id)?.findings.first()?;
            Some((id, finding))
        })
        .collect();
    html! {
        @if !found.is_empty() {
            h3 { "Findings" }
            ul.findings { @for (id, finding) in &found { li.note { (case_link(source, path, id)) " " (findings::sentence_with_proof(source, path, id, finding)) } } }
        }
    }
}

/// Bars for what an element costs at one size, in the order of the ranking.
fn bar_charts(
    source: &Source<'_>,
    family: &ListedFamily,
    ranking: &Ranking<'_>,
) -> Result<Markup, ReportError> {
    let charts: [(&str, Metric, Write, Write); 4] = [
        ("Time", Metric::TimeNs, format::time, format::short_time),
        ("Instructions", Metric::Instructions, format::short, format::short),
        ("Heap bytes", Metric::HeapBytes, format::short, format::short),
        ("Heap blocks", Metric::HeapBlocks, format::short, format::short),
    ];
    let members: Vec<_> =
        ranking.ranked.iter().map(|member| member.workload).chain(ranking.unranked.iter().copied()).collect();
    let mut drawn = Vec::new();
    for (name, metric, write, tick) in charts {
        let at = sizes::named(family, ranking.size);
        let title = match sizes::units(family, ranking.size) {
            Some(_) => format!("{name} per {} at {at}", family.unit),
            None => format!("{name} at {at}"),
        };
        let values: Vec<_> =
            members.iter().map(|workload| bar(source, family, workload, ranking.size, metric)).collect();
        let any = values.iter().any(|bar| bar.value.is_ok());
        let svg = if any { Some(bars(&title, &values, write, tick)?) } else { None };
        let reason = values.first().and_then(|bar| bar.value.err()).unwrap_or("no member runs at this size");
        drawn.push((title, svg, reason));
    }
    Ok(html! {
        @for (title, svg, reason) in drawn {
            figure {
                figcaption { (clip(&title, 80)) }
                @match svg {
                    Some(svg) => div.chart role="img" aria-label=(format!("{}; the numbers are in the ranking", format::clipped(&title, 80))) { (PreEscaped(svg)) },
                    None => p.muted { (reason) },
                }
            }
        }
    })
}

/// What the members' threads do all the time, in the order of the ranking.
fn waits_chart(
    source: &Source<'_>,
    family: &ListedFamily,
    ranking: &Ranking<'_>,
) -> Result<Markup, ReportError> {
    let ranked = ranking.ranked.iter().map(|member| member.workload);
    let members: Vec<_> = ranked.chain(ranking.unranked.iter().copied()).collect();
    waits::members(source, family, &members, ranking.size)
}

fn bar<'a>(
    source: &Source<'_>,
    family: &ListedFamily,
    workload: &'a ListedWorkload,
    size: usize,
    metric: Metric,
) -> Bar<'a> {
    let id = CaseId { family: family.name.clone(), workload: workload.name.clone(), size };
    let standing = cell::look_up(source, &id, metric);
    let value = match &standing {
        Standing::Measured { measurement, .. } => {
            Estimate::of(measurement).map(|e| e.per(sizes::units(family, size).unwrap_or(1.0)))
        }
        _ => None,
    };
    let value = value.ok_or_else(|| cell::short_absence(&standing));
    Bar { index: place(family, workload), name: &workload.name, value }
}

/// The curve and the table of time per element.
fn time_over_sizes(source: &Source<'_>, path: &Path, family: &ListedFamily) -> Result<Markup, ReportError> {
    let time = |workload: &ListedWorkload, size: usize| {
        let id = CaseId { family: family.name.clone(), workload: workload.name.clone(), size };
        Estimate::of(source.case(&id)?.measurement(Metric::TimeNs)?)
            .filter(|time| time.value > 0.0)
            .map(|time| time.per(size.max(1) as f64))
    };
    let curves: Vec<_> = family
        .workloads
        .iter()
        .enumerate()
        .map(|(index, workload)| Line {
            index,
            name: &workload.name,
            points: family.sizes.iter().filter_map(|&size| Some((size, time(workload, size)?))).collect(),
        })
        .collect();
    let title = format!("Time per {} by size", family.unit);
    let chart = lines(&title, &family.axis, &family.unit, &family.sizes, &curves)?;
    Ok(html! {
        h2 { (clip(&title, 80)) }
        @if let Some(svg) = chart {
            figure.lines {
                div.chart.wide role="img" aria-label=(format!("{}; the numbers are in the table below", format::clipped(&title, 80))) { (PreEscaped(svg)) }
                figcaption { "Both axes are logarithmic. A level line means linear growth. Point at a row below to single out its line." }
            }
        } @else { p.muted { "A curve needs times at two sizes or more." } }
        (scrolled(&title, &html! {
            table {
                caption { "Time per " (clip(&family.unit, 40)) " with its 95 % interval" }
                thead { tr {
                    th.left scope="col" { "workload" }
                    @for size in &family.sizes { th scope="col" { "n = " (format::size(*size)) } }
                } }
                tbody {
                    @for (index, workload) in family.workloads.iter().enumerate() {
                        tr data-s=(index % super::theme::SERIES) {
                            th.left scope="row" { (swatch(index)) " " (clip(&workload.name, 48)) }
                            @for &size in &family.sizes { (time_cell(source, path, family, workload, size)) }
                        }
                    }
                }
            }
        }))
    })
}

fn time_cell(
    source: &Source<'_>,
    path: &Path,
    family: &ListedFamily,
    workload: &ListedWorkload,
    size: usize,
) -> Markup {
    if !workload.sizes.contains(&size) {
        return html! { td.absent.not-run { "not run at this size" } };
    }
    let id = CaseId { family: family.name.clone(), workload: workload.name.clone(), size };
    let standing = cell::look_up(source, &id, Metric::TimeNs);
    match &standing {
        Standing::Measured { measurement, .. } => html! {
            td.num title=(cell::taken(measurement)) {
                @match Estimate::of(measurement).map(|time| time.per(size.max(1) as f64)) {
                    Some(time) => {
                        a href=(link::relative(path, &source.layout.case_page(&id))) { (format::time(time.value)) }
                        span.interval { (format::time_interval(&time)) }
                        (cell::marks(source, &standing))
                    },
                    None => "no number",
                }
            }
        },
        absent => cell::wide(absent, 1),
    }
}

/// How the page is to be read.
fn reading(source: &Source<'_>, path: &Path, family: &ListedFamily) -> Markup {
    html! {
        h2 { "How to read this" }
        ul.reading {
            li { b { "Rank." } " A member begins a new rank only if its interval lies wholly above that of the rank's leader; members marked = cannot be told apart." }
            li { b { "Ratio." } " From interleaved blocks where they were taken. " b { "Unpaired" } " means the quotient of two medians taken at different moments: a change of the machine between them is in it." }
            li { b { "Slowed core" } " means that a neighbour of this virtual machine had a part of the core while the ratio was taken, as a loop of plain arithmetic beside it tells. Members lose differently to one, so where members with this mark and without stand close together, measure them again." }
            li { b { "Time" } " is of one iteration, the output's release included. Blocks and bytes are exact, for one iteration. Cycles are estimated and cache misses simulated by callgrind, on no cache of this machine." }
            li { b { "Stale" } " numbers were taken at another revision than the newest run's." }
            @if let Some(page) = source.files.criterion_of(&family.name) {
                li { a href=(link::relative(path, page)) { "criterion's page of this family" } ": distributions and regressions. criterion's own verdict on change is unpaired." }
            }
        }
    }
}
