//! Records made for one family, `planted`, whose members are `a`, the baseline, and others.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::analysis::findings::derive_with;
use crate::record::{
    Branches, CallSite, CaseFiles, CaseId, Costs, Environment, Finding, FindingKind, Folded, FunctionCost,
    HeapSites, InstrumentName, Kept, ListedFamily, ListedWorkload, Listing, Measurement, Metric, Recorded,
    RecordedCase, SCHEMA, Speed, Unit, WaitsLedger,
};

/// The case that most rules are met with.
pub(super) const CASE: &str = "planted/a@1000";

pub(super) struct World {
    pub(super) family: ListedFamily,
    pub(super) recorded: Recorded,
    files: BTreeMap<CaseId, CaseFiles>,
}

fn id(case: &str) -> CaseId {
    case.parse().expect("a case id")
}

impl World {
    pub(super) fn of(members: &[&str], sizes: &[usize]) -> Self {
        let member = |name: &&str| ListedWorkload {
            name: (*name).into(),
            sizes: sizes.into(),
            ..ListedWorkload::default()
        };
        let family = ListedFamily {
            name: "planted".into(),
            question: "How should it be done?".into(),
            baseline: members[0].into(),
            axis: "elements".into(),
            unit: "element".into(),
            sizes: sizes.into(),
            workloads: members.iter().map(member).collect(),
            ..ListedFamily::default()
        };
        Self { family, recorded: Recorded::default(), files: BTreeMap::new() }
    }

    pub(super) fn member(&mut self, name: &str) -> &mut ListedWorkload {
        self.family.workloads.iter_mut().find(|member| member.name == name).expect("a member of the world")
    }

    fn case(&mut self, id: &CaseId) -> &mut RecordedCase {
        let at = self.recorded.cases.binary_search_by(|case| case.id.cmp(id)).unwrap_or_else(|at| {
            self.recorded.cases.insert(at, RecordedCase::new(id.clone(), Vec::new()));
            at
        });
        &mut self.recorded.cases[at]
    }

    pub(super) fn number(&mut self, case: &str, metric: Metric, value: f64) {
        self.range(case, metric, [value; 3]);
    }

    pub(super) fn range(&mut self, case: &str, metric: Metric, [value, low, high]: [f64; 3]) {
        let number = Measurement { low, high, ..Measurement::undated(metric, value, InstrumentName::Time) };
        self.case(&id(case)).measurements.push(number);
    }

    /// 500 samples: so many in a hundred in each of `stacks`, the others in functions of which none has a share worth a word.
    pub(super) fn samples(&mut self, case: &str, stacks: &[(&str, u128)]) {
        self.number(case, Metric::Samples, 500.0);
        let folded = Folded::parse(&folded(stacks, 5)).folded;
        self.files.entry(id(case)).or_default().samples = Some(kept(folded));
    }

    /// As many instructions, shared likewise.
    pub(super) fn counts(&mut self, case: &str, instructions: u128, stacks: &[(&str, u128)]) {
        self.number(case, Metric::Instructions, instructions as f64);
        let folded = Folded::parse(&folded(stacks, instructions / 100)).folded;
        self.files.entry(id(case)).or_default().instructions = Some(kept(folded));
    }

    pub(super) fn branches(&mut self, case: &str, executed: u64, mispredicted: u64, instructions: u64) {
        let costs = Costs {
            schema: SCHEMA,
            iterations: 1,
            instructions,
            branches: Some(Branches { executed, mispredicted }),
            functions: Vec::new(),
        };
        self.files.entry(id(case)).or_default().costs = Some(kept(costs));
    }

    /// Calls of functions, over ten iterations.
    pub(super) fn calls(&mut self, case: &str, calls: &[(&str, u64)]) {
        let function = |(name, calls): &(&str, u64)| FunctionCost {
            name: (*name).to_owned(),
            own: 100,
            inclusive: 100,
            calls: Some(*calls),
            inlined: false,
            branches: None,
        };
        let functions = calls.iter().map(function).collect();
        let costs = Costs { schema: SCHEMA, iterations: 10, instructions: 1_000, branches: None, functions };
        self.files.entry(id(case)).or_default().costs = Some(kept(costs));
    }

    /// Call sites: the allocating function, blocks, bytes, bytes alive at the peak.
    pub(super) fn heap(&mut self, case: &str, sites: &[(&str, u64, u64, u64)]) {
        let site = |(frame, blocks, bytes, peak_bytes): &(&str, u64, u64, u64)| CallSite {
            frames: vec![(*frame).to_owned(), "plant::run".into()],
            blocks: *blocks,
            bytes: *bytes,
            peak_bytes: *peak_bytes,
        };
        let sites = HeapSites { schema: SCHEMA, sites: sites.iter().map(site).collect() };
        self.number(case, Metric::HeapBlocks, sites.sites.iter().map(|site| site.blocks as f64).sum());
        self.files.entry(id(case)).or_default().heap = Some(kept(sites));
    }

    pub(super) fn books(&mut self, case: &str, ledger: WaitsLedger) {
        self.number(case, Metric::WallNs, ledger.total.wall_ns as f64 / ledger.iterations as f64);
        self.files.entry(id(case)).or_default().waits = Some(kept(ledger));
    }

    /// A machine of two cores that takes a nanosecond for a block, give or take as much as is said.
    pub(super) fn allocates_in_a_nanosecond(&mut self, give_or_take: f64) {
        self.speed(Speed::ALLOCATION, [1.0, 1.0 - give_or_take, 1.0 + give_or_take]);
    }

    /// A machine of two cores that takes so many nanoseconds for what is named: the middle and the ends.
    pub(super) fn speed(&mut self, name: &str, [value, low, high]: [f64; 3]) {
        self.machine(Speed { name: name.into(), value, low, high, unit: Unit::Ns, holds_bytes: None });
    }

    /// A machine of two cores of which a core's own cache holds so many bytes.
    pub(super) fn own_cache(&mut self, bytes: u64) {
        let name = Speed::OWN_CACHE.to_owned();
        let unit = Unit::BytesPerSecond;
        self.machine(Speed { name, value: 1e10, low: 1e10, high: 1e10, unit, holds_bytes: Some(bytes) });
    }

    fn machine(&mut self, speed: Speed) {
        self.recorded.environment =
            Some(Environment { cores: 2, speeds: Some(vec![speed]), ..Environment::default() });
    }

    /// What is found of `case`.
    pub(super) fn findings(&mut self, case: &str) -> Vec<Finding> {
        let files = &self.files;
        let listing = Listing { schema: SCHEMA, families: vec![self.family.clone()] };
        derive_with(&listing, &mut self.recorded, |case| files.get(&case.id).cloned().unwrap_or_default());
        self.recorded.case(&id(case)).expect("a recorded case").findings.clone()
    }

    pub(super) fn kinds(&mut self, case: &str) -> Vec<FindingKind> {
        self.findings(case).iter().map(|finding| finding.kind).collect()
    }
}

/// The finding of `kind`.
pub(super) fn of_kind(found: &[Finding], kind: FindingKind) -> &Finding {
    found.iter().find(|finding| finding.kind == kind).unwrap_or_else(|| panic!("no {kind} in {found:#?}"))
}

/// Stacks below the measured loop that weigh `percent` times `unit` each, and small ones that fill up a hundred.
fn folded(stacks: &[(&str, u128)], unit: u128) -> String {
    let run = "Prepared<plant::W>::run;<plant::W as Run>::run";
    let mut lines: Vec<String> =
        stacks.iter().map(|(stack, percent)| format!("{run};{stack} {}", percent * unit)).collect();
    let left = 100 - stacks.iter().map(|(_, percent)| percent).sum::<u128>();
    lines.extend((0..left).map(|small| format!("{run};plant::small_{small} {unit}")));
    lines.join("\n")
}

fn kept<T>(data: T) -> Kept<T> {
    Kept { data, file: PathBuf::from("planted") }
}
