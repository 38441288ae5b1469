//! Findings on pages: the claim, the bar that shows its share, what it would buy, what to try, and where the proof is.

use std::path::Path;

use maud::{Markup, html};

use super::kept::Kept;
use super::page::{case_link, embedded, proof, prose};
use super::proof::Proofs;
use super::{Source, anchors, format, link, sizes};
use crate::record::{
    Anchor, CaseId, Evidence, Finding, FindingKind, InstrumentName, ListedFamily, RecordedCase,
};

/// Longest claim shown at full length.
const CLAIM: usize = 500;
/// Findings that a family's page shows before the others fold away.
const LEADING: usize = 3;

/// A measured gain this much above the promised one is more than noise: what differences of time below 5 % are read as.
const BEYOND: f64 = 1.05;

/// The findings of a case: the first `most` at once, the others behind a click.
pub(super) fn cards(proofs: &Proofs<'_>, case: &RecordedCase, most: usize) -> Markup {
    let (first, others) = case.findings.split_at(most.min(case.findings.len()));
    html! {
        ol.findings { @for (index, finding) in first.iter().enumerate() { (card(proofs, index + 1, finding)) } }
        @if !others.is_empty() {
            details {
                summary { (format::counted(others.len(), "further finding", "further findings")) }
                ol.findings start=(first.len() + 1) {
                    @for (index, finding) in others.iter().enumerate() { (card(proofs, first.len() + index + 1, finding)) }
                }
            }
        }
    }
}

/// What limits a family's baseline at the size shown first, beside the picture that proves it; nothing where no finding
/// was made.
pub(super) fn of_baseline(source: &Source<'_>, path: &Path, family: &ListedFamily, size: usize) -> Markup {
    let id = CaseId { family: family.name.clone(), workload: family.baseline.clone(), size };
    let Some(case) = source.case(&id).filter(|case| !case.findings.is_empty()) else { return html! {} };
    let kept = Kept::read(source, &id);
    let proofs = Proofs { source, path, id: &id, kept: &kept };
    let picture = case.findings.first().and_then(|finding| picture_of(source, path, &id, finding));
    html! {
        section.limits aria-labelledby="limits" {
            h2 #limits { "What limits " (case_link(source, path, &id)) ", the baseline, at " (sizes::named(family, size)) }
            div.beside[picture.is_some()] {
                div { (cards(&proofs, case, LEADING)) }
                @if let Some((address, name)) = &picture {
                    (embedded(address, name))
                }
            }
        }
    }
}

/// One sentence on the leading finding.
pub(super) fn sentence(finding: &Finding) -> Markup {
    html! { (mark(finding.kind)) " " (prose(&finding.claim, CLAIM)) }
}

/// The leading finding of `id` in a sentence, and the way to its evidence on the case's page.
pub(super) fn sentence_with_proof(
    source: &Source<'_>,
    path: &Path,
    id: &CaseId,
    finding: &Finding,
) -> Markup {
    let page = source.layout.case_page(id);
    html! { (sentence(finding)) " " (proof(&link::to_part(path, &page, &anchors::finding(1)))) }
}

fn card(proofs: &Proofs<'_>, number: usize, finding: &Finding) -> Markup {
    html! {
        li.finding id=(anchors::finding(number)) {
            p.claim { (sentence(finding)) " " (proof(&proofs.first(finding))) }
            (buys(finding))
            (share(finding))
            @if !finding.evidence.is_empty() {
                ul.evidence { @for evidence in &finding.evidence { li { (proofs.line(evidence)) } } }
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

/// What to try, and how much faster the case would be then: foretold, and measured where that was done.
fn buys(finding: &Finding) -> Markup {
    let times = |times: f64| format!("{} ×", format::rounded(times));
    let by = foretold_by(finding);
    let is_floor = finding.kind == FindingKind::AtFloor && finding.ceiling_measured.is_none();
    let gain = html! {
        @match (finding.ceiling, finding.ceiling_measured) {
            (Some(ceiling), Some(measured)) if measured > ceiling * BEYOND => {
                b.figure { (times(measured)) } " as fast, measured"
            },
            (Some(ceiling), Some(measured)) => {
                b.figure { (times(measured)) } " as fast, measured; at most " (times(ceiling)) " by " (by)
            },
            (None, Some(measured)) => { b.figure { (times(measured)) } " as fast, measured" },
            (Some(ceiling), None) => { "at most " b.figure { (times(ceiling)) } " as fast, by " (by) },
            (None, None) => {},
        }
    };
    let has_gain = !is_floor && (finding.ceiling.is_some() || finding.ceiling_measured.is_some());
    html! {
        @if !finding.advice.is_empty() {
            p { b { "Try: " } (prose(&finding.advice, CLAIM)) @if has_gain { " — " (gain) } "." }
        } @else if has_gain {
            p { "Without it " (gain) "." }
        }
        @match (finding.ceiling, finding.ceiling_measured) {
            (Some(ceiling), None) if is_floor => p {
                "At the least work it would be " b.figure { (times(ceiling)) } " as fast: too little to be told on this machine."
            },
            (Some(ceiling), Some(measured)) if measured > ceiling * BEYOND => p.small.muted {
                "That is more than the " (times(ceiling)) " that " (by) " promises: either that does not show all of it, or what was measured spares more."
            },
            _ => {},
        }
    }
}

/// What a ceiling follows from.
fn foretold_by(finding: &Finding) -> &'static str {
    match finding.kind {
        FindingKind::ExcessWork => "its instructions",
        FindingKind::LockContention if finding.subject != "spinning" => "the CPUs left unused",
        FindingKind::SuperLinear => "its growth",
        _ => "its share",
    }
}

/// The address of the picture in which the finding can be seen, with the function searched for that it speaks of; and
/// the picture's name.
fn picture_of(
    source: &Source<'_>,
    path: &Path,
    id: &CaseId,
    finding: &Finding,
) -> Option<(String, &'static str)> {
    let files = source.files.of(id);
    let found = |svg: &Path, evidence: &Evidence| match &evidence.anchor {
        Some(Anchor::Function(name)) => link::to_frame(path, svg, name),
        _ => link::relative(path, svg),
    };
    let seen_by = finding.evidence.iter().find_map(|evidence| {
        let (svg, name) = match evidence.instrument {
            InstrumentName::Heap => (files.heap_flamegraph.as_ref()?, "Heap flamegraph"),
            InstrumentName::Waits => (files.waits_flamegraph.as_ref()?, "Waits flamegraph"),
            InstrumentName::Flamegraph => (files.flamegraph.as_ref()?, "CPU flamegraph"),
            InstrumentName::Instructions => {
                (files.instructions_flamegraph.as_ref()?, "Instruction flamegraph")
            }
            _ => return None,
        };
        Some((found(svg, evidence), name))
    });
    seen_by.or_else(|| Some((link::relative(path, files.flamegraph.as_ref()?), "CPU flamegraph")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(kind: FindingKind, ceiling: Option<f64>, measured: Option<f64>) -> String {
        let text = String::new();
        let finding = Finding {
            kind,
            claim: text.clone(),
            subject: text.clone(),
            share: None,
            share_low: None,
            share_high: None,
            share_by_sibling: false,
            ceiling,
            ceiling_measured: measured,
            advice: text,
            evidence: Vec::new(),
        };
        buys(&finding).into_string().replace("<b class=\"figure\">", "").replace("</b>", "")
    }

    #[test]
    fn what_a_ceiling_follows_from_is_told_by_its_name() {
        let kinds = [
            (FindingKind::Hashing, "by its share."),
            (FindingKind::ExcessWork, "by its instructions."),
            (FindingKind::LockContention, "by the CPUs left unused."),
            (FindingKind::SuperLinear, "by its growth."),
        ];
        for (kind, words) in kinds {
            let told = told(kind, Some(2.0), None);
            assert!(told.contains("Without it at most 2.00 × as fast") && told.contains(words), "{told}");
        }
        assert!(
            told(FindingKind::Hashing, Some(2.0), Some(3.0)).contains("more than the 2.00 × that its share")
        );
        assert_eq!(told(FindingKind::Hashing, None, None), "");
    }

    #[test]
    fn the_floor_is_no_cost_that_could_be_away() {
        let told = told(FindingKind::AtFloor, Some(1.08), None);
        assert!(told.contains("At the least work it would be 1.08 × as fast"), "{told}");
        assert!(!told.contains("Without it") && !told.contains("share"), "{told}");
    }
}
