//! Where a finding's evidence is seen: the part of a page that shows it, and the file behind that.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use maud::{Markup, html};

use super::kept::Kept;
use super::page::prose;
use super::{Source, anchors, floor, growth, link, waits};
use crate::record::{Anchor, CaseId, Evidence, Finding, InstrumentName, ListedFamily, RecordedCase};

/// Longest text shown at full length.
const SAYS: usize = 500;

/// What findings of a case lead to, however far down in its tables it stands.
#[derive(Default)]
pub(super) struct Cited<'a> {
    /// Functions.
    pub(super) functions: BTreeSet<&'a str>,
    /// Places of heap call sites.
    pub(super) sites: BTreeSet<usize>,
}

impl<'a> Cited<'a> {
    /// By the findings of `case`.
    pub(super) fn by(case: Option<&'a RecordedCase>) -> Self {
        let mut cited = Self::default();
        let findings = case.map(|case| case.findings.as_slice()).unwrap_or_default();
        for evidence in findings.iter().flat_map(|finding| &finding.evidence) {
            match &evidence.anchor {
                Some(Anchor::Function(name)) => {
                    cited.functions.insert(name);
                }
                Some(Anchor::HeapSite(place)) => {
                    cited.sites.insert(*place);
                }
                _ => {}
            }
        }
        cited
    }
}

/// The proofs of a case's findings, as seen from the page at `path`.
pub(super) struct Proofs<'a> {
    pub(super) source: &'a Source<'a>,
    pub(super) path: &'a Path,
    /// Whose findings.
    pub(super) id: &'a CaseId,
    /// The tables behind its page.
    pub(super) kept: &'a Kept,
}

impl Proofs<'_> {
    /// Where `finding` is seen first; its case's numbers where nobody says more.
    pub(super) fn first(&self, finding: &Finding) -> String {
        let seen = finding.evidence.first().map(|evidence| self.addresses(evidence).0);
        seen.unwrap_or_else(|| self.part_of_case(self.id, "measurements"))
    }

    /// A line: what an instrument saw, where, and in which file.
    pub(super) fn line(&self, evidence: &Evidence) -> Markup {
        let (address, second) = self.addresses(evidence);
        html! {
            a href=(address) { (evidence.instrument) } " — " (prose(&evidence.says, SAYS))
            @if let Some((address, name)) = second { " · " a href=(address) { (name) } }
        }
    }

    /// Where evidence is seen first, and where else.
    fn addresses(&self, evidence: &Evidence) -> (String, Option<(String, &'static str)>) {
        let part = self.part(evidence);
        match self.file(evidence) {
            // A share of samples is what a search in the flamegraph gives; the table of functions counts something else.
            Some((picture, Shown::Found)) if evidence.instrument == InstrumentName::Flamegraph => {
                (picture, Some((part, "on the case's page")))
            }
            Some((file, shown)) => (part, Some((file, shown.name()))),
            None => (part, None),
        }
    }

    /// The part of a page.
    fn part(&self, evidence: &Evidence) -> String {
        // A record could name any case; only those that have a page are linked.
        let (id, anchor) = match &evidence.case {
            Some(id) if is_listed(self.source, id) => (id, evidence.anchor.as_ref()),
            Some(_) => (self.id, None),
            None => (self.id, evidence.anchor.as_ref()),
        };
        let family = self.source.listing.family(&id.family);
        let on_family_page = anchor.and_then(|anchor| {
            let family = family?;
            let part = part_of_family(self.source, family, id, anchor)?;
            Some(self.on(&self.source.layout.family_page(&family.name), &part))
        });
        let on_case_page = || {
            let own = (id == self.id).then_some(self.kept);
            let part =
                anchor.and_then(|anchor| part_of_case(self.source, id, own, evidence.instrument, anchor));
            let part = part.unwrap_or_else(|| part_of(evidence.instrument).to_owned());
            self.part_of_case(id, &part)
        };
        on_family_page.unwrap_or_else(on_case_page)
    }

    fn part_of_case(&self, id: &CaseId, part: &str) -> String {
        self.on(&self.source.layout.case_page(id), part)
    }

    fn on(&self, page: &Path, part: &str) -> String {
        link::to_part(self.path, page, part)
    }

    /// The file of `evidence`, and how it is opened.
    fn file(&self, evidence: &Evidence) -> Option<(String, Shown)> {
        let copy = beside_pages(self.source, evidence.file.as_ref()?)?;
        let is_drawn = copy.extension().is_some_and(|extension| extension == "svg");
        Some(match &evidence.anchor {
            Some(Anchor::Function(name)) if is_drawn => {
                (link::to_frame(self.path, &copy, name), Shown::Found)
            }
            _ => {
                let shown = if is_drawn { Shown::Drawn } else { Shown::Raw };
                (link::relative(self.path, &copy), shown)
            }
        })
    }
}

/// How a file of evidence is opened.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    /// A flamegraph in which a function is searched for.
    Found,
    /// A picture.
    Drawn,
    /// As the instrument left it.
    Raw,
}

impl Shown {
    fn name(self) -> &'static str {
        match self {
            Self::Found => "in the flamegraph",
            Self::Drawn => "picture",
            Self::Raw => "file",
        }
    }
}

/// Whether there is a page of `id`.
fn is_listed(source: &Source<'_>, id: &CaseId) -> bool {
    let workload = source.listing.family(&id.family).and_then(|family| family.workload(&id.workload));
    workload.is_some_and(|workload| workload.sizes.contains(&id.size))
}

/// What of a family's page shows `anchor` of its case `id`.
fn part_of_family(
    source: &Source<'_>,
    family: &ListedFamily,
    id: &CaseId,
    anchor: &Anchor,
) -> Option<String> {
    match anchor {
        Anchor::Ranking => {
            let is_ranked = family.sizes.contains(&id.size) && is_listed(source, id);
            is_ranked.then(|| anchors::ranked(family, &id.workload, id.size))
        }
        Anchor::Floor => floor::is_told(source, family, id.size).then(|| anchors::floor(id.size)),
        Anchor::Growth(_) => {
            let workload = family.workload(&id.workload)?;
            growth::is_told(source, family, workload).then(|| anchors::growth(family, &id.workload))
        }
        _ => None,
    }
}

/// What of the page of `id` shows `anchor`; of another case than the findings' own, tables are not looked into.
fn part_of_case(
    source: &Source<'_>,
    id: &CaseId,
    own: Option<&Kept>,
    instrument: InstrumentName,
    anchor: &Anchor,
) -> Option<String> {
    let ledger = || own?.waits.as_ref()?.as_ref().ok();
    match anchor {
        Anchor::Function(name) => {
            let costs = own?.costs.as_ref()?.as_ref().ok()?;
            costs.functions.iter().position(|function| function.name == *name).map(anchors::function)
        }
        Anchor::HeapSite(place) => {
            let heap = own?.heap.as_ref()?.as_ref().ok()?;
            (*place < heap.sites.len()).then(|| anchors::heap_site(*place))
        }
        Anchor::Call(call) => waits::rank_of_call(ledger()?, call).map(anchors::call),
        Anchor::Number(metric) => {
            let is_bar = instrument == InstrumentName::Waits && waits::BARS_OF.contains(metric);
            if is_bar && ledger().is_some() {
                return Some(anchors::part(*metric));
            }
            source.case(id)?.measurement(*metric).map(|_| anchors::number(*metric))
        }
        Anchor::Growth(_) | Anchor::Ranking | Anchor::Floor => None,
    }
}

/// A file below profiles/ as it stands beside the pages, where it does. A record could name any path; nothing else is linked.
fn beside_pages(source: &Source<'_>, file: &Path) -> Option<PathBuf> {
    let is_plain = file.components().all(|part| matches!(part, Component::Normal(_)));
    let beside = source.layout.beside_pages(&source.layout.profiles.join(file))?;
    (is_plain && beside.is_file()).then_some(beside)
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
