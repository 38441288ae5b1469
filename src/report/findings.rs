//! Findings on pages: the claim, the bar that shows its share, what it would buy, what to try, and where the proof is.

use std::path::{Path, PathBuf};

use maud::{Markup, html};

use super::page::{case_link, embedded, prose};
use super::{Source, format, link, sizes};
use crate::record::{CaseId, Evidence, Finding, FindingKind, InstrumentName, ListedFamily, RecordedCase};

/// Longest claim shown at full length.
const CLAIM: usize = 500;
/// Findings that a family's page shows before the others fold away.
const LEADING: usize = 3;

/// A measured gain this much above the promised one is more than noise: what differences of time below 5 % are read as.
const BEYOND: f64 = 1.05;

/// The findings of a case: the first `most` at once, the others behind a click.
pub(super) fn cards(source: &Source<'_>, path: &Path, case: &RecordedCase, most: usize) -> Markup {
    let (first, others) = case.findings.split_at(most.min(case.findings.len()));
    html! {
        ol.findings { @for finding in first { (card(source, path, case, finding)) } }
        @if !others.is_empty() {
            details {
                summary { (format::counted(others.len(), "further finding", "further findings")) }
                ol.findings start=(first.len() + 1) { @for finding in others { (card(source, path, case, finding)) } }
            }
        }
    }
}

/// What limits a family's baseline at the size shown first, beside the picture that proves it; nothing where no finding
/// was made.
pub(super) fn of_baseline(source: &Source<'_>, path: &Path, family: &ListedFamily, size: usize) -> Markup {
    let id = CaseId { family: family.name.clone(), workload: family.baseline.clone(), size };
    let Some(case) = source.case(&id).filter(|case| !case.findings.is_empty()) else { return html! {} };
    let picture = case.findings.first().and_then(|finding| picture_of(source, &id, finding));
    html! {
        section.limits aria-labelledby="limits" {
            h2 #limits { "What limits " (case_link(source, path, &id)) ", the baseline, at " (sizes::named(family, size)) }
            div.beside[picture.is_some()] {
                div { (cards(source, path, case, LEADING)) }
                @if let Some((svg, name)) = &picture {
                    (embedded(path, svg, name))
                }
            }
        }
    }
}

/// One sentence on the leading finding.
pub(super) fn sentence(finding: &Finding) -> Markup {
    html! { (mark(finding.kind)) " " (prose(&finding.claim, CLAIM)) }
}

fn card(source: &Source<'_>, path: &Path, case: &RecordedCase, finding: &Finding) -> Markup {
    html! {
        li.finding {
            p.claim { (sentence(finding)) }
            (share(finding))
            (buys(finding))
            @if !finding.advice.is_empty() { p { b { "Try: " } (prose(&finding.advice, CLAIM)) } }
            @if !finding.evidence.is_empty() {
                ul.evidence { @for evidence in &finding.evidence { li { (proof(source, path, case, evidence)) } } }
            }
        }
    }
}

fn mark(kind: FindingKind) -> Markup {
    let class = match kind {
        FindingKind::NoBottleneck | FindingKind::AtFloor => "ready",
        FindingKind::NotEnoughEvidence => "stale",
        FindingKind::InstrumentsDisagree | FindingKind::OptimisedAway => "failed",
        _ => "",
    };
    html! { span.mark.(class) { (kind) } }
}

/// The share as a bar, with the ends of its interval.
fn share(finding: &Finding) -> Markup {
    let Some(share) = finding.share.filter(|share| (0.0..=1.0).contains(share)) else { return html! {} };
    let percent = |share: f64| format!("{:.1} %", share * 100.0);
    let ends = finding.share_low.zip(finding.share_high).filter(|(low, high)| low < high);
    html! {
        p.share {
            span.bar aria-hidden="true" {
                span style=(format!("width:{:.2}%", share * 100.0)) {}
                @if let Some((low, high)) = ends {
                    i style=(format!("left:{:.2}%;width:{:.2}%", low * 100.0, (high - low) * 100.0)) {}
                }
            }
            b.figure { (percent(share)) } " of the cost"
            @if let Some((low, high)) = ends { " " span.interval { "[" (percent(low)) ", " (percent(high)) "]" } }
        }
    }
}

/// How much faster the case would be without this cost: foretold, and measured where that was done.
fn buys(finding: &Finding) -> Markup {
    let times = |times: f64| format!("{times:.2} ×");
    html! {
        @match (finding.ceiling, finding.ceiling_measured) {
            (Some(ceiling), Some(measured)) if measured > ceiling * BEYOND => p {
                "Without it " b.figure { (times(measured)) } " as fast, measured: more than the " (times(ceiling))
                " that its share promises. Either the share does not show all of it, or what was measured spares more."
            },
            (Some(ceiling), Some(measured)) => p {
                "Without it " b.figure { (times(measured)) } " as fast, measured; at most " (times(ceiling)) " by its share."
            },
            (None, Some(measured)) => p { "Without it " b.figure { (times(measured)) } " as fast, measured." },
            (Some(ceiling), None) => p { "Without it at most " b.figure { (times(ceiling)) } " as fast, by its share." },
            (None, None) => {},
        }
    }
}

/// What an instrument saw, linked to where it can be seen: its file, or its part of the case's page.
fn proof(source: &Source<'_>, path: &Path, case: &RecordedCase, evidence: &Evidence) -> Markup {
    let file = evidence.file.as_ref().and_then(|file| copy_of(source, file));
    let address = match file {
        Some(file) => link::relative(path, &file),
        None => {
            let page = source.layout.case_page(&case.id);
            let page = if page == path { String::new() } else { link::relative(path, &page) };
            format!("{page}#{}", part_of(evidence.instrument))
        }
    };
    html! { a href=(address) { (evidence.instrument) } " — " (prose(&evidence.says, CLAIM)) }
}

/// The pages' copy of a file below profiles/, where there is one. A record could name any path; only copies are linked.
fn copy_of(source: &Source<'_>, file: &Path) -> Option<PathBuf> {
    let is_plain = file.components().all(|part| matches!(part, std::path::Component::Normal(_)));
    let copy = source.layout.page_copy(&source.layout.profiles.join(file))?;
    (is_plain && copy.is_file()).then_some(copy)
}

/// Where a case's page shows what an instrument saw.
fn part_of(instrument: InstrumentName) -> &'static str {
    match instrument {
        InstrumentName::Flamegraph => "flamegraph",
        InstrumentName::Heap => "heap",
        InstrumentName::Waits => "waits",
        InstrumentName::Instructions => "costs",
        _ => "measurements",
    }
}

/// The picture in which the finding can be seen, and its name.
fn picture_of(source: &Source<'_>, id: &CaseId, finding: &Finding) -> Option<(PathBuf, &'static str)> {
    let files = source.files.of(id);
    let seen_by = finding.evidence.iter().find_map(|evidence| match evidence.instrument {
        InstrumentName::Heap => files.heap_flamegraph.clone().map(|svg| (svg, "Heap flamegraph")),
        InstrumentName::Waits => files.waits_flamegraph.clone().map(|svg| (svg, "Waits flamegraph")),
        InstrumentName::Flamegraph => files.flamegraph.clone().map(|svg| (svg, "CPU flamegraph")),
        InstrumentName::Instructions => {
            files.instructions_flamegraph.clone().map(|svg| (svg, "Instruction flamegraph"))
        }
        _ => None,
    });
    seen_by.or_else(|| files.flamegraph.clone().map(|svg| (svg, "CPU flamegraph")))
}
