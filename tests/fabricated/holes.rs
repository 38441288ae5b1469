//! A family with every kind of hole.

use perflab::record::{
    Anchor, CaseId, Evidence, Failure, Finding, FindingKind, InstrumentName, LeftOut, ListedFamily, Listing,
    Metric, Recorded, RecordedCase, SCHEMA, Spare, State,
};

use super::{BEFORE, MEMBERS, change, family, finding, instruments, measured_case, whole, workload};

/// One family of ten with every kind of hole at n = 1,000, and the ruler; instructions `Unavailable` for the ruler.
pub(crate) fn with_holes() -> (Listing, Recorded) {
    let (_, mut recorded) = whole(1);
    for case in &mut recorded.cases {
        case.family = "build-vec".into();
        case.id.family = "build-vec".into();
    }
    let ruler = ListedFamily {
        name: "noop".into(),
        question: "What does the ruler itself cost?".into(),
        parts: true,
        baseline: "noop".into(),
        axis: "elements".into(),
        unit: "element".into(),
        sizes: vec![1],
        workloads: vec![workload("noop", "nothing: what one turn of the loop costs", None, &[1])],
        ..ListedFamily::default()
    };
    let mut build = family("build-vec", MEMBERS.len());
    build.workloads[6].sizes.pop();
    build.workloads[1].spares = vec![Spare { cost: "growth".into(), of: "push".into() }];
    build.workloads.push(workload(
        "arrayvec",
        "a fixed array on the stack, as long as it may get",
        None,
        &[10, 100, 1_000],
    ));
    let listing = Listing { schema: SCHEMA, families: vec![ruler, build] };
    recorded.cases.retain(|case| !(case.workload == "boxed-slice" && case.size == 1_000_000));
    recorded.instruments = instruments(State::Unavailable);

    let mut noop = measured_case("noop", &("noop", 0.0, 0.31, 0.0, 0.0, None), 1);
    noop.measurements.retain(|number| number.metric == Metric::TimeNs);
    recorded.cases.push(noop);
    recorded.cases.sort_by(|a, b| a.id.cmp(&b.id));

    change(&mut recorded, "build-vec/linked-list@1000", |case| {
        fail(case, InstrumentName::Flamegraph, "killed by SIGSEGV");
        case.findings.push(Finding {
            kind: FindingKind::Allocation,
            claim:
                "1,000 blocks for 1,000 elements: 71 % of the samples are in malloc and free; allocate once"
                    .into(),
            subject: "malloc and free".into(),
            share: Some(0.71),
            share_low: Some(0.66),
            share_high: Some(0.75),
            share_by_sibling: false,
            ceiling: Some(3.4),
            ceiling_measured: None,
            advice: "allocate once".into(),
            evidence: vec![
                evidence(
                    InstrumentName::Flamegraph,
                    "71 % of 400 samples",
                    Some("flamegraph/build-vec/linked-list@1000.svg"),
                )
                .at(Anchor::Function("run".into())),
            ],
        });
    });
    change(&mut recorded, "build-vec/push@1000", |case| {
        case.findings.push(Finding {
            kind: FindingKind::Growth,
            claim: "42 % of its instructions are in growing: 9 blocks where 1 would hold all".into(),
            subject: "RawVec::grow_one".into(),
            share: Some(0.42),
            share_low: Some(0.42),
            share_high: Some(0.42),
            share_by_sibling: false,
            ceiling: Some(1.72),
            ceiling_measured: Some(1.55),
            advice: "say how much it will hold: `with_capacity`, or collect from an iterator of known length"
                .into(),
            evidence: vec![
                evidence(
                    InstrumentName::Heap,
                    "9 blocks, 16,352 bytes",
                    Some("heap/build-vec/push@1000.sites.json"),
                )
                .at(Anchor::HeapSite(21)),
                evidence(
                    InstrumentName::Instructions,
                    "42 % of the stacks",
                    Some("instructions/build-vec/push@1000.svg"),
                )
                .at(Anchor::Function("<hashbrown::raw::RawTable<u64>>::insert::{closure#22}".into())),
                evidence(InstrumentName::Flamegraph, "41 % of 400 samples", Some("../../../etc/hostname")),
                evidence(InstrumentName::Time, "push-reserved is 1.55 times as fast", None)
                    .of(id("build-vec/push-reserved@1000"))
                    .at(Anchor::Ranking),
            ],
        });
        case.findings.extend(elsewhere());
    });
    change(&mut recorded, "build-vec/collect@1000", |case| {
        let floor = evidence(InstrumentName::Time, "200 ns at least", None).at(Anchor::Floor);
        case.findings.push(Finding { ceiling: Some(1.45), ..plain(FindingKind::AtFloor, vec![floor]) });
    });
    change(&mut recorded, "build-vec/linked-list@1000000", |case| {
        fail(case, InstrumentName::Time, "timed out after 60 s");
    });
    change(&mut recorded, "build-vec/smallvec-32@1000", |case| {
        let reason = "spins: callgrind would measure its scheduler";
        case.measurements.retain(|number| number.instrument != InstrumentName::Instructions);
        case.left_out.push(LeftOut {
            instrument: InstrumentName::Instructions,
            metric: None,
            reason: reason.into(),
        });
        case.measurements.retain(|number| number.instrument != InstrumentName::Heap);
    });
    change(&mut recorded, "build-vec/vec-deque@1000", |case| {
        for number in &mut case.measurements {
            number.revision = BEFORE.into();
        }
        case.failures.push(Failure { instrument: InstrumentName::Heap, reason: "killed by SIGKILL".into() });
        case.measurements.retain(|number| number.instrument != InstrumentName::Instructions);
    });
    (listing, recorded)
}

fn id(text: &str) -> CaseId {
    text.parse().expect("a case id")
}

fn evidence(instrument: InstrumentName, says: &str, file: Option<&str>) -> Evidence {
    let (says, file) = (says.into(), file.map(Into::into));
    Evidence { instrument, says, file, case: None, anchor: None }
}

/// A finding with this evidence, and nothing else that matters.
fn plain(kind: FindingKind, evidence: Vec<Evidence>) -> Finding {
    Finding { evidence, ..finding(kind, &format!("what {kind} says")) }
}

/// Findings whose proofs lie on other parts of pages: bars, numbers, growth, and places where nothing is.
fn elsewhere() -> [Finding; 4] {
    let books = "waits/build-vec/push@1000.json";
    let waits = |anchor| evidence(InstrumentName::Waits, "by the books", Some(books)).at(anchor);
    let nowhere = id("none/at-all@1");
    [
        plain(FindingKind::Waiting, vec![waits(Anchor::Call("futex".into()))]),
        plain(
            FindingKind::SystemCalls,
            vec![waits(Anchor::Number(Metric::CpuKernelNs)), waits(Anchor::Number(Metric::Threads))],
        ),
        plain(
            FindingKind::SuperLinear,
            vec![
                evidence(InstrumentName::Heap, "164 at 10, 1,640 at 100", None)
                    .at(Anchor::Growth(Metric::HeapBytes)),
                evidence(InstrumentName::Time, "a ratio", None).at(Anchor::Number(Metric::TimeNs)),
            ],
        ),
        plain(
            FindingKind::InstrumentsDisagree,
            vec![
                evidence(InstrumentName::Time, "a case that is not there", None)
                    .of(nowhere)
                    .at(Anchor::Ranking),
                waits(Anchor::Call("a call that is not there".into())),
                evidence(InstrumentName::Heap, "a site that is not there", None).at(Anchor::HeapSite(99)),
                evidence(InstrumentName::Flamegraph, "a function that is not there", None)
                    .at(Anchor::Function("nobody".into())),
                evidence(InstrumentName::Ceilings, "a number that is not there", None)
                    .at(Anchor::Number(Metric::CeilingMemory)),
            ],
        ),
    ]
}

fn fail(case: &mut RecordedCase, instrument: InstrumentName, reason: &str) {
    case.measurements.retain(|number| number.instrument != instrument);
    case.failures.push(Failure { instrument, reason: reason.into() });
}
