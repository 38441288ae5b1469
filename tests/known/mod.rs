//! Records made for findings: what a run would have recorded, without running anything.

use std::collections::BTreeMap;
use std::path::PathBuf;

use perflab::analysis::findings::derive_with;
use perflab::record::{
    Anchor, Branches, CallSite, CaseFiles, CaseId, Costs, Environment, Evidence, Finding, FindingKind,
    Folded, HeapSites, InstrumentName, Kept, ListedFamily, ListedWorkload, Listing, Measurement, Metric,
    Recorded, RecordedCase, SCHEMA, Spare, Speed, WaitsLedger,
};

mod books;
pub(crate) mod catalogue;
pub(crate) mod floors;
pub(crate) mod planted;
pub(crate) mod removed;

pub(crate) use books::{alone, books};

/// A row of the table of known answers.
pub(crate) struct Row {
    /// The case, and what is planted in it.
    pub(crate) case: &'static str,
    /// The kind that must lead.
    pub(crate) expected: FindingKind,
    /// Kinds that must be named beside it.
    pub(crate) beside: Vec<FindingKind>,
    /// What the leading claim must hold.
    pub(crate) says: Vec<&'static str>,
    /// Kinds that must not be named.
    pub(crate) silent: Vec<FindingKind>,
    /// What else should hold of the records and does not.
    pub(crate) broken: Vec<String>,
    /// What was found.
    pub(crate) found: Vec<Finding>,
}

impl Row {
    pub(crate) fn of(case: &'static str, expected: FindingKind, found: Vec<Finding>) -> Self {
        let (beside, says, silent, broken) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { case, expected, beside, says, silent, broken, found }
    }

    pub(crate) fn beside(mut self, kinds: &[FindingKind]) -> Self {
        self.beside.extend(kinds);
        self
    }

    pub(crate) fn says(mut self, words: &'static str) -> Self {
        self.says.push(words);
        self
    }

    pub(crate) fn silent(mut self, kinds: &[FindingKind]) -> Self {
        self.silent.extend(kinds);
        self
    }

    /// What must hold beside, in words that tell its figures.
    pub(crate) fn holds(mut self, does: bool, words: String) -> Self {
        if !does {
            self.broken.push(words);
        }
        self
    }

    /// Why the row does not hold, if it does not.
    pub(crate) fn wrong(&self) -> Option<String> {
        let Some(leading) = self.found.first() else {
            return Some("no finding".to_owned());
        };
        let has = |kind: &FindingKind| self.found.iter().any(|finding| finding.kind == *kind);
        if leading.kind != self.expected {
            return Some(format!("{} leads: {}", leading.kind, leading.claim));
        }
        if let Some(missing) = self.beside.iter().find(|kind| !has(kind)) {
            return Some(format!("{missing} is not named"));
        }
        if let Some(said) = self.silent.iter().find(|kind| has(kind)) {
            return Some(format!("{said} is named"));
        }
        if let Some(broken) = self.broken.first() {
            return Some(broken.clone());
        }
        if let Some(unproved) = self.found.iter().find_map(unproved) {
            return Some(unproved);
        }
        let text = format!("{} | {} | {}", leading.claim, leading.subject, leading.advice);
        self.says
            .iter()
            .find(|words| !text.contains(**words))
            .map(|words| format!("`{words}` is not in: {text}"))
    }
}

/// What a finding claims without a proof, or with figures that cannot be.
fn unproved(finding: &Finding) -> Option<String> {
    let Finding { kind, evidence, share, share_low, share_high, ceiling, ceiling_measured, .. } = finding;
    if evidence.is_empty() && *kind != FindingKind::NotEnoughEvidence {
        return Some(format!("{kind} has no evidence"));
    }
    // Blocks in turn of a sibling, or of the case itself without the cost.
    let shows_a_gain = |evidence: &Evidence| match evidence.anchor {
        Some(Anchor::Ranking) => evidence.instrument == InstrumentName::Time && evidence.case.is_some(),
        _ => evidence.instrument == InstrumentName::Ceilings,
    };
    if ceiling_measured.is_some() && !evidence.iter().any(shows_a_gain) {
        return Some(format!("{kind} has a measured ceiling that no evidence shows"));
    }
    let ends = [*share_low, *share, *share_high];
    let is_ordered =
        ends.iter().flatten().is_sorted() && ends.iter().flatten().all(|end| (0.0..=1.0).contains(end));
    let are_together = ends.iter().all(Option::is_some) || ends.iter().all(Option::is_none);
    if !is_ordered || !are_together || ceiling.is_some_and(|times| times < 1.0) {
        return Some(format!("{kind} has a share of {ends:?} and a ceiling of {ceiling:?}"));
    }
    None
}

/// A catalogue, its records, and the files of its cases.
pub(crate) struct World {
    pub(crate) listing: Listing,
    pub(crate) recorded: Recorded,
    files: BTreeMap<CaseId, CaseFiles>,
}

impl World {
    /// A world with one family.
    pub(crate) fn of(family: ListedFamily) -> Self {
        let listing = Listing { schema: SCHEMA, families: vec![family] };
        Self { listing, recorded: Recorded::default(), files: BTreeMap::new() }
    }

    /// A world with the family `planted`, which asks for alternatives.
    pub(crate) fn planted(members: &[&str], sizes: &[usize]) -> Self {
        Self::of(family("planted", members, sizes))
    }

    pub(crate) fn member(&mut self, name: &str) -> &mut ListedWorkload {
        let mut members = self.listing.families.iter_mut().flat_map(|family| &mut family.workloads);
        members.find(|member| member.name == name).expect("a member of the world")
    }

    /// Declares that `sibling` is `of` without `cost`.
    pub(crate) fn spare(&mut self, sibling: &str, cost: &str, of: &str) {
        self.member(sibling).spares.push(Spare { cost: cost.into(), of: of.into() });
    }

    fn case(&mut self, id: &CaseId) -> &mut RecordedCase {
        let at = match self.recorded.cases.binary_search_by(|case| case.id.cmp(id)) {
            Ok(at) => at,
            Err(at) => {
                self.recorded.cases.insert(at, RecordedCase::new(id.clone(), Vec::new()));
                at
            }
        };
        &mut self.recorded.cases[at]
    }

    pub(crate) fn number(&mut self, case: &str, metric: Metric, value: f64) {
        self.range(case, metric, [value; 3]);
    }

    pub(crate) fn range(&mut self, case: &str, metric: Metric, [value, low, high]: [f64; 3]) {
        let number = Measurement {
            metric,
            value,
            low,
            high,
            unit: metric.unit(),
            instrument: InstrumentName::Time,
            taken_at: "2026-11-22T00:00:00Z".into(),
            revision: "a".into(),
        };
        self.case(&id(case)).measurements.push(number);
    }

    pub(crate) fn samples(&mut self, case: &str, stacks: &[(&str, u128)]) {
        self.number(case, Metric::Samples, stacks.iter().map(|(_, weight)| *weight as f64).sum());
        self.files.entry(id(case)).or_default().samples = Some(kept(folded(stacks)));
    }

    pub(crate) fn counts(&mut self, case: &str, stacks: &[(&str, u128)]) {
        self.number(case, Metric::Instructions, stacks.iter().map(|(_, weight)| *weight as f64).sum());
        self.files.entry(id(case)).or_default().instructions = Some(kept(folded(stacks)));
    }

    pub(crate) fn branches(&mut self, case: &str, executed: u64, mispredicted: u64, instructions: u64) {
        let costs = Costs {
            schema: SCHEMA,
            iterations: 1,
            instructions,
            branches: Some(Branches { executed, mispredicted }),
            functions: Vec::new(),
        };
        self.files.entry(id(case)).or_default().costs = Some(kept(costs));
    }

    pub(crate) fn heap(&mut self, case: &str, sites: &[(&[&str], u64, u64)]) {
        let site = |(frames, blocks, bytes): &(&[&str], u64, u64)| CallSite {
            frames: frames.iter().map(|frame| (*frame).to_owned()).collect(),
            blocks: *blocks,
            bytes: *bytes,
            peak_bytes: *bytes,
        };
        let sites = HeapSites { schema: SCHEMA, sites: sites.iter().map(site).collect() };
        self.number(case, Metric::HeapBlocks, sites.sites.iter().map(|site| site.blocks as f64).sum());
        self.files.entry(id(case)).or_default().heap = Some(kept(sites));
    }

    pub(crate) fn waits(&mut self, case: &str, ledger: WaitsLedger) {
        self.number(case, Metric::WallNs, ledger.total.wall_ns as f64 / ledger.iterations.max(1) as f64);
        self.files.entry(id(case)).or_default().waits = Some(kept(ledger));
    }

    /// What is found of `case`.
    pub(crate) fn findings(&mut self, case: &str) -> Vec<Finding> {
        self.derive();
        self.recorded.case(&id(case)).expect("a recorded case").findings.clone()
    }

    /// Derives every finding; what is told loudly.
    pub(crate) fn derive(&mut self) -> Vec<String> {
        let files = &self.files;
        derive_with(&self.listing, &mut self.recorded, |case| {
            files.get(&case.id).cloned().unwrap_or_default()
        })
    }
}

/// A machine of two cores with these `speeds`.
pub(crate) fn environment(speeds: Vec<Speed>) -> Environment {
    Environment { cores: 2, revision: "a".into(), speeds: Some(speeds), ..Environment::default() }
}

pub(crate) fn family(name: &str, members: &[&str], sizes: &[usize]) -> ListedFamily {
    let member = |name: &&str| ListedWorkload {
        name: (*name).into(),
        sizes: sizes.into(),
        ..ListedWorkload::default()
    };
    ListedFamily {
        name: name.into(),
        question: "How should it be done?".into(),
        baseline: members[0].into(),
        axis: "elements".into(),
        unit: "element".into(),
        sizes: sizes.into(),
        workloads: members.iter().map(member).collect(),
        ..ListedFamily::default()
    }
}

pub(crate) fn id(case: &str) -> CaseId {
    case.parse().expect("a case id")
}

fn folded(stacks: &[(&str, u128)]) -> Folded {
    let mut folded = Folded::default();
    for (stack, weight) in stacks {
        folded.add(
            format!("Prepared<plant::W>::run;{stack}").split(';').filter(|frame| !frame.is_empty()),
            *weight,
        );
    }
    folded
}

fn kept<T>(data: T) -> Kept<T> {
    Kept { data, file: PathBuf::from("planted") }
}
