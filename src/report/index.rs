//! The first page: what to look at, what is missing, and what the numbers depend on.

use std::path::Path;

use maud::{Markup, html};

use super::page::{case_link, clip, frame, scrolled, words};
use super::{Source, beside, findings, format, link, notes, predictions, sentence, sizes, speeds};
use crate::analysis::findings::without_work;
use crate::analysis::{Coverage, Gain, Ranking, gain, rank};
use crate::record::{CaseId, Environment, Finding, FindingKind, InstrumentState, ListedFamily, State};

/// Renders the page; `problems` are files that could not be read.
pub(super) fn page(source: &Source<'_>, problems: &[String]) -> Markup {
    let path = source.layout.index_page();
    let coverage = Coverage::of(source.listing, source.recorded);
    let body = html! {
        header.lead {
            h1 { "perflab" }
            p { "A hot loop is declared once, every instrument measures the same machine code, and one report names the bottleneck with its evidence, before anyone optimises." }
        }
        (empty_cases(source, &path))
        @if !problems.is_empty() {
            section.problem aria-labelledby="problems" {
                h2 #problems { (format::counted(problems.len(), "file could not be read", "files could not be read")) }
                ul { @for problem in problems { li { (clip(problem, 400)) } } }
            }
        }
        @if source.recorded.cases.is_empty() {
            p.answer { "Nothing is recorded yet. Type " code { "just bench" } " to measure every case with every available instrument; " code { "just time build-vec" } " for a first look at one family." }
        }
        (families(source, &path))
        (predictions::summary(source, &path))
        (covered(source, &path, &coverage))
        (instruments(&source.recorded.instruments))
        (environment(source.recorded.environment.as_ref()))
        @if repeats_the_notes(source) {
            h2 { "The study notes' table, put right" }
            (notes::table(source, &path))
            (beside::section(source, &path))
        }
    };
    frame(source, &path, "perflab: the report", &[], "", &body)
}

/// Whether a workload of the catalogue repeats a kernel of the study notes (docs/glossary.md).
fn repeats_the_notes(source: &Source<'_>) -> bool {
    source
        .listing
        .families
        .iter()
        .any(|family| family.workloads.iter().any(|workload| workload.mirrors.is_some()))
}

/// Cases whose numbers mean nothing.
fn empty_cases(source: &Source<'_>, path: &Path) -> Markup {
    let cases: Vec<_> = without_work(source.recorded).collect();
    html! {
        @if !cases.is_empty() {
            section.problem aria-labelledby="without-work" {
                h2 #without-work { (format::counted(cases.len(), "case without its work", "cases without their work")) }
                ul { @for (id, finding) in &cases { li { (case_link(source, path, id)) ": " (clip(&finding.claim, 400)) } } }
            }
        }
    }
}

fn families(source: &Source<'_>, path: &Path) -> Markup {
    let count = source.listing.families.len();
    let mut rows: Vec<_> = source.listing.families.iter().map(|family| Row::of(source, family)).collect();
    // Those in which nothing is to gain come last. Before them by what is shown at least; families without a gain stay in
    // the catalogue's order.
    let least = |row: &Row<'_>| row.gain().map_or(1.0, |gain| gain.times.low);
    rows.sort_by(|a, b| {
        let end = a.has_nothing_to_gain(source).cmp(&b.has_nothing_to_gain(source));
        end.then_with(|| least(b).total_cmp(&least(a)))
    });
    html! {
        h2 { "Families" }
        @if count == 0 { p { "The catalogue is empty." } }
        @else { p.muted { "Those first in which there is most to gain over the baseline, as far as intervals show it; last those in which there is nothing." } }
        ul.families { @for row in &rows { (family_row(source, path, row)) } }
    }
}

/// A family, and what there is to gain in it.
struct Row<'a> {
    family: &'a ListedFamily,
    rankings: Vec<Ranking<'a>>,
    /// Which of them is shown.
    shown: usize,
}

impl<'a> Row<'a> {
    fn of(source: &Source<'a>, family: &'a ListedFamily) -> Self {
        let rankings: Vec<_> = family.sizes.iter().map(|size| rank(family, source.recorded, *size)).collect();
        let shown = sizes::first_shown(family, &rankings, source.cores());
        Self { family, rankings, shown }
    }

    fn gain(&self) -> Option<Gain<'a>> {
        gain(self.family, self.rankings.get(self.shown)?)
    }

    /// The baseline at the size shown, with what limits it most.
    fn limit<'s>(&self, source: &Source<'s>) -> Option<(CaseId, &'s Finding)> {
        let size = self.rankings.get(self.shown)?.size;
        let (family, workload) = (self.family.name.clone(), self.family.baseline.clone());
        let id = CaseId { family, workload, size };
        let finding = source.case(&id)?.findings.first()?;
        Some((id, finding))
    }

    /// Whether its baseline is at the floor, or nothing limits it and no member is shown to be faster.
    fn has_nothing_to_gain(&self, source: &Source<'_>) -> bool {
        match self.limit(source).map(|(_, finding)| finding.kind) {
            Some(FindingKind::AtFloor) => true,
            Some(FindingKind::NoBottleneck) => self.gain().is_none(),
            _ => false,
        }
    }
}

fn family_row(source: &Source<'_>, path: &Path, row: &Row<'_>) -> Markup {
    let Row { family, rankings, .. } = row;
    let shown = rankings.get(row.shown);
    let page = link::relative(path, &source.layout.family_page(&family.name));
    html! {
        li { div {
            h3 { a href=(page) { (words(&family.question)) } }
            p.eyebrow {
                code { (clip(&family.name, 60)) } " · "
                (format::counted(family.workloads.len(), "workload", "workloads")) " · "
                (format::counted(family.sizes.len(), "size", "sizes"))
            }
            p.note {
                @match shown.and_then(|ranking| sentence::fastest(family, ranking, &page)) {
                    Some(sentence) => (sentence),
                    None => (sentence::nothing_timed(family)),
                }
            }
            (to_gain(source, path, &page, row))
        } (winners(rankings)) }
    }
}

/// What there is to gain, and what limits the baseline.
fn to_gain(source: &Source<'_>, path: &Path, page: &str, row: &Row<'_>) -> Markup {
    let family = row.family;
    html! {
        @if row.has_nothing_to_gain(source) {
            p.small { span.mark.ready { "nothing to gain" } " As far as this machine can tell." }
        } @else if let Some(gain) = row.rankings.get(row.shown).and_then(|ranking| sentence::to_gain(family, ranking, page)) {
            p.note { (gain) }
        }
        @if let Some((id, finding)) = row.limit(source) {
            p.small.note { "What limits " (case_link(source, path, &id)) ": " (findings::sentence_with_proof(source, path, &id, finding)) }
        }
    }
}

/// Who is fastest at each size, where there are several sizes with a time.
fn winners(rankings: &[Ranking<'_>]) -> Markup {
    let timed = || rankings.iter().filter_map(|ranking| Some((ranking, ranking.ranked.first()?)));
    html! {
        @if timed().count() > 1 {
            table.winners {
                caption { "fastest by size" }
                @for (ranking, first) in timed() {
                    tr {
                        th scope="row" { (format::size(ranking.size)) }
                        td.left {
                            (clip(&first.workload.name, 30))
                            @if first.shared { span.muted { " = " (format::counted(ranking.leaders().count() - 1, "other", "others")) } }
                        }
                    }
                }
            }
        }
    }
}

fn covered(source: &Source<'_>, path: &Path, coverage: &Coverage) -> Markup {
    let lists = [
        (&coverage.failed, "failed", "An instrument's newest attempt on them failed; their pages say how."),
        (
            &coverage.stale,
            "stale",
            "Taken at another revision than the newest run's: `just bench` takes them anew.",
        ),
        (&coverage.missing, "missing", "In the catalogue and never measured: `just bench` measures them."),
    ];
    html! {
        h2 { "What is measured" }
        dl.counts {
            div { dt { "cases" } dd { (format::size(coverage.catalogued)) } }
            div { dt { "measured" } dd { (format::size(coverage.measured)) } }
            @for (ids, name, _) in &lists { div { dt { (name) } dd { (format::size(ids.len())) } } }
        }
        @for (ids, name, about) in &lists {
            @if !ids.is_empty() {
                details {
                    summary { (format::counted(ids.len(), "case", "cases")) " " (name) }
                    p.muted { (words(about)) }
                    (by_family(source, path, ids))
                }
            }
        }
        @if !coverage.uncatalogued.is_empty() {
            details {
                summary { (format::counted(coverage.uncatalogued.len(), "recorded case", "recorded cases")) " no longer in the catalogue" }
                ul.cases { @for id in &coverage.uncatalogued { li { code { (clip(&id.to_string(), 120)) } } } }
            }
        }
    }
}

/// Cases in one line a family.
fn by_family(source: &Source<'_>, path: &Path, ids: &[CaseId]) -> Markup {
    html! {
        @for group in ids.chunk_by(|a, b| a.family == b.family) {
            h3 { (clip(&group[0].family, 60)) }
            ul.cases { @for id in group { li { (case_link(source, path, id)) } } }
        }
    }
}

fn instruments(instruments: &[InstrumentState]) -> Markup {
    let body = html! {
        table {
            caption { "What each could do when it was last asked, and how long it took then" }
            thead { tr {
                th.left scope="col" { "instrument" } th.left scope="col" { "state" } th.left scope="col" { "how it measures here" }
                th.left scope="col" { "why not all, and the remedy" } th scope="col" { "took" }
            } }
            tbody { @for state in instruments { (instrument(state)) } }
        }
    };
    html! {
        h2 { "Instruments" }
        @if instruments.is_empty() { p { "None has run yet: " code { "perflab doctor" } " says what this machine can measure." } }
        @else { (scrolled("Instruments", &body)) }
    }
}

fn instrument(instrument: &InstrumentState) -> Markup {
    let (class, name) = match instrument.state {
        State::Ready => ("ready", "Ready"),
        State::Degraded => ("stale", "Degraded"),
        State::Unavailable => ("failed", "Unavailable"),
    };
    html! {
        tr {
            th.left scope="row" { (instrument.name) }
            td.left { span.mark.(class) { (name) } }
            td.left.text { (words(&instrument.detail)) }
            td.left.text {
                @if let Some(reason) = &instrument.reason { (words(reason)) }
                @if let Some(remedy) = &instrument.remedy { span.about { "Remedy: " (words(remedy)) } }
                @if instrument.reason.is_none() && instrument.remedy.is_none() { span.muted { "–" } }
            }
            td.num { (format::seconds(instrument.seconds)) }
        }
    }
}

fn environment(environment: Option<&Environment>) -> Markup {
    html! {
        h2 { "Environment" }
        @match environment {
            None => p { "No run is recorded yet." },
            Some(environment) => {
                p.muted { "Of the newest run. Numbers depend on all of it." }
                @if let Some(share) = environment.tells_apart {
                    p {
                        "When this run began, this machine told apart changes of " b { (format!("{:.2} %", share * 100.0)) }
                        " or more: of a few cases compared with themselves, half would have had to differ by more to be noticed. "
                        "Slow cases are told less finely, each as its interval says."
                    }
                }
                @if environment.tells_nothing_apart {
                    p.problem role="note" {
                        "When this run began, this machine told " b { "no change of time" } " apart: of half of the cases that "
                        "were compared with themselves not even a factor of two would have been shown. Counts are exact all the same."
                    }
                }
                dl.facts { @for (name, value) in facts(environment) { div { dt { (name) } dd { (words(&value)) } } } }
                (speeds::table(environment.speeds.as_deref()))
            },
        }
    }
}

fn facts(environment: &Environment) -> Vec<(&'static str, String)> {
    let unknown = || "unknown".to_owned();
    let memory = match environment.memory_bytes {
        0 => unknown(),
        bytes => format::memory(bytes as f64),
    };
    let tree = if environment.dirty { ", and the tree held more changes" } else { "" };
    vec![
        ("CPU", environment.cpu.clone()),
        ("cores", format::size(environment.cores)),
        ("memory", memory),
        ("kernel", environment.kernel.clone()),
        ("timer", environment.timer_hz.map_or_else(unknown, |hz| format!("{hz} Hz"))),
        (
            "perf_event_paranoid",
            environment.perf_event_paranoid.map_or_else(unknown, |level| level.to_string()),
        ),
        ("rustc", environment.rustc.clone()),
        ("target", environment.target.clone()),
        ("flags", environment.profile_flags.clone()),
        ("libc", environment.libc.clone()),
        ("allocator", environment.allocator.clone()),
        ("load at the start", environment.load.map_or_else(unknown, |load| format!("{load:.2}"))),
        ("revision", format!("{}{tree}", environment.revision)),
    ]
}
