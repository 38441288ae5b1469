//! A catalogue and a record made up, whole or with every kind of hole: what page tests and the pages' benchmark render.
//! Seeded by arithmetic alone, so that it is the same everywhere.

#![allow(dead_code, unused_imports)] // each target that includes this file uses its own part of it

mod files;
mod finding;
mod holes;
mod profiles;
mod python;
pub(crate) mod workers;

use perflab::record::{
    Branches, CaseId, Environment, InstrumentName, InstrumentState, ListedFamily, ListedFloor,
    ListedWorkload, Listing, Measurement, Metric, Recorded, RecordedCase, SCHEMA, Speed, State, Unit,
};

pub(crate) use files::{files, put, waits};
pub(crate) use finding::finding;
pub(crate) use holes::with_holes;
pub(crate) use profiles::profiles;
pub(crate) use python::with_python;

/// The sizes of every family.
pub(crate) const SIZES: [usize; 5] = [10, 100, 1_000, 10_000, 1_000_000];

const NOW: &str = "4f2a91c";
const BEFORE: &str = "0b77d3e";

/// Name, nanoseconds an element at n = 1,000, fixed nanoseconds, blocks, bytes an element, the note it repeats.
type Member = (&'static str, f64, f64, f64, f64, Option<&'static str>);

const MEMBERS: [Member; 10] = [
    ("push", 1.42, 95.0, 8.0, 16.4, Some("f6")),
    ("push-reserved", 0.61, 18.0, 1.0, 8.0, None),
    ("collect", 0.27, 17.0, 1.0, 8.0, Some("f2")),
    ("extend", 0.28, 19.0, 1.0, 8.0, Some("f8")),
    ("from-fn", 0.275, 17.5, 1.0, 8.0, None),
    ("resize-then-set", 0.44, 22.0, 1.0, 8.0, None),
    ("boxed-slice", 0.31, 18.0, 1.0, 8.0, Some("f3")),
    ("vec-deque", 1.75, 110.0, 9.0, 16.4, None),
    ("linked-list", 21.5, 20.0, 1_000.0, 24.0, None),
    ("smallvec-32", 1.1, 6.0, 6.0, 15.0, None),
];

fn workload(name: &str, about: &str, mirrors: Option<&str>, sizes: &[usize]) -> ListedWorkload {
    ListedWorkload {
        name: name.into(),
        about: about.into(),
        mirrors: mirrors.map(Into::into),
        python: mirrors.is_some(),
        sizes: sizes.to_vec(),
        ..ListedWorkload::default()
    }
}

/// A family of the first `members`, named `name`.
pub(crate) fn family(name: &str, members: usize) -> ListedFamily {
    ListedFamily {
        name: name.into(),
        question: "How should a vector of n integers be built?".into(),
        baseline: "push".into(),
        axis: "elements".into(),
        unit: "element".into(),
        sizes: SIZES.to_vec(),
        workloads: MEMBERS
            .iter()
            .take(members)
            .map(|member| {
                workload(
                    member.0,
                    "growth: one element at a time into memory that must move when full",
                    member.5,
                    &SIZES,
                )
            })
            .collect(),
        floors: SIZES
            .iter()
            .map(|size| ListedFloor {
                size: *size,
                bytes_written: 8 * *size as u64,
                allocations: 1,
                ..ListedFloor::default()
            })
            .collect(),
        ..ListedFamily::default()
    }
}

/// A speed whose takes lie within a tenth of each other.
fn speed(name: &str, value: f64, unit: Unit) -> Speed {
    Speed { name: name.into(), value, low: value * 0.95, high: value * 1.05, unit, holds_bytes: None }
}

/// The environment of a small cloud machine.
pub(crate) fn environment() -> Environment {
    Environment {
        cpu: "Intel Xeon Processor (Skylake, IBRS)".into(),
        cores: 2,
        memory_bytes: 4_103_774_208,
        kernel: "Linux 6.1.0-28-cloud-amd64".into(),
        timer_hz: Some(250),
        perf_event_paranoid: Some(2),
        rustc: "rustc 1.95.0".into(),
        target: "x86_64-unknown-linux-gnu".into(),
        profile_flags: "opt-level 3, line tables, -C symbol-mangling-version=v0 -C force-frame-pointers=yes"
            .into(),
        libc: "glibc 2.36".into(),
        allocator: "system (glibc malloc)".into(),
        load: Some(0.42),
        revision: NOW.into(),
        dirty: false,
        tells_apart: None,
        tells_nothing_apart: false,
        speeds: Some(vec![
            Speed { holds_bytes: Some(32_768), ..speed("write-l1", 40e9, Unit::BytesPerSecond) },
            speed("write-memory", 10e9, Unit::BytesPerSecond),
            speed(Speed::ALLOCATION, 20.0, Unit::Ns),
        ]),
    }
}

/// Time ready, flamegraph degraded, heap ready, instructions as given.
pub(crate) fn instruments(instructions: State) -> Vec<InstrumentState> {
    let state =
        |name, state, detail: &str, reason: Option<&str>, remedy: Option<&str>, seconds| InstrumentState {
            name,
            state,
            detail: detail.into(),
            reason: reason.map(Into::into),
            remedy: remedy.map(Into::into),
            seconds,
        };
    let (reason, remedy) = match instructions {
        State::Ready => (None, None),
        _ => (Some("valgrind is not installed"), Some("sudo apt-get install valgrind, then `just setup`")),
    };
    vec![
        state(InstrumentName::Time, State::Ready, "criterion 0.8.2, interleaved blocks", None, None, 412.0),
        state(
            InstrumentName::Flamegraph,
            State::Degraded,
            "pprof 0.15, signals by ITIMER_PROF",
            Some("the kernel refuses perf events, so samples come at 250 Hz and not at 997"),
            Some("sysctl kernel.perf_event_paranoid=2"),
            61.3,
        ),
        state(InstrumentName::Heap, State::Ready, "dhat 0.3.3", None, None, 8.4),
        state(
            InstrumentName::Instructions,
            instructions,
            "gungraun 0.20.0, Valgrind 3.19",
            reason,
            remedy,
            55.0,
        ),
        state(InstrumentName::Waits, State::Ready, "/proc, rusage and CPU clocks", None, None, 31.0),
    ]
}

/// A number with an interval of `spread` about it.
pub(crate) fn number(
    metric: Metric,
    instrument: InstrumentName,
    value: f64,
    spread: f64,
    revision: &str,
) -> Measurement {
    Measurement {
        metric,
        value,
        low: value * (1.0 - spread),
        high: value * (1.0 + spread),
        unit: metric.unit(),
        instrument,
        taken_at: "2026-11-20T09:14:03Z".into(),
        revision: revision.into(),
    }
}

fn time_of(member: &Member, size: usize) -> f64 {
    let n = size as f64;
    let cache = 1.0 + (n / 30_000.0).min(3.0) * 0.3;
    member.2 + member.1 * n * cache
}

fn measured_case(family: &str, member: &Member, size: usize) -> RecordedCase {
    let id = CaseId { family: family.into(), workload: member.0.into(), size };
    let n = size as f64;
    let wobble = 0.012 + 0.004 * (size % 7) as f64;
    let time = time_of(member, size);
    let mut measurements = vec![number(Metric::TimeNs, InstrumentName::Time, time, wobble, NOW)];
    if size != 10_000 && member.0 != "push" {
        let ratio = time / time_of(&MEMBERS[0], size);
        measurements.push(number(Metric::TimeRatio, InstrumentName::Time, ratio, wobble / 2.0, NOW));
    }
    let mut take =
        |metric, instrument, value: f64| measurements.push(number(metric, instrument, value, 0.0, NOW));
    take(Metric::Samples, InstrumentName::Flamegraph, 1_264.0);
    take(Metric::SampleRateHz, InstrumentName::Flamegraph, 250.0);
    let blocks = if member.0 == "linked-list" { n } else { member.3 };
    take(Metric::HeapBlocks, InstrumentName::Heap, blocks);
    take(Metric::HeapBytes, InstrumentName::Heap, (member.4 * n).round());
    take(Metric::HeapPeakBytes, InstrumentName::Heap, (member.4 * n * 0.75).round());
    let instructions = (40.0 + member.1 * 17.0 * n).round();
    take(Metric::Instructions, InstrumentName::Instructions, instructions);
    take(Metric::EstimatedCycles, InstrumentName::Instructions, (instructions * 1.34).round());
    take(Metric::L1Misses, InstrumentName::Instructions, (n / 8.0).round());
    take(Metric::LlMisses, InstrumentName::Instructions, (n / 400.0).round());
    take(Metric::Branches, InstrumentName::Instructions, (instructions / 6.0).round());
    take(Metric::BranchMisses, InstrumentName::Instructions, (n / 50.0).round());
    // As in the ledger of `case_files`, for an iteration of this length.
    for (metric, share) in [
        (Metric::WallNs, 3.0),
        (Metric::CpuUserNs, 1.1),
        (Metric::CpuKernelNs, 0.2),
        (Metric::RunqueueNs, 0.12),
        (Metric::BlockedNs, 1.55),
        (Metric::ResidualNs, 0.03),
    ] {
        take(metric, InstrumentName::Waits, time * share);
    }
    take(Metric::Threads, InstrumentName::Waits, 3.0);
    take(Metric::Children, InstrumentName::Waits, 1.0);
    take(Metric::ChildrenCpuNs, InstrumentName::Waits, time * 0.25);
    RecordedCase::new(id, measurements)
}

/// `families` times the members, all of them measured and whole.
pub(crate) fn whole(families: usize) -> (Listing, Recorded) {
    let names: Vec<String> = (0..families).map(|n| format!("build-vec-{n:02}")).collect();
    let listing =
        Listing { schema: SCHEMA, families: names.iter().map(|name| family(name, MEMBERS.len())).collect() };
    let mut cases: Vec<_> = names
        .iter()
        .flat_map(|name| MEMBERS.iter().flat_map(move |m| SIZES.map(|size| measured_case(name, m, size))))
        .collect();
    cases.sort_by(|a, b| a.id.cmp(&b.id));
    let recorded = Recorded {
        environment: Some(environment()),
        instruments: instruments(State::Ready),
        cases,
        ..Recorded::default()
    };
    (listing, recorded)
}

/// Changes one recorded case.
pub(crate) fn change(recorded: &mut Recorded, id: &str, change: impl FnOnce(&mut RecordedCase)) {
    let case = recorded.cases.iter_mut().find(|case| case.id.to_string() == id).expect("a recorded case");
    change(case);
}
