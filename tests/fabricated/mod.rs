//! A catalogue and a record made up, whole or with every kind of hole: what page tests and the pages' benchmark render.
//! Seeded by arithmetic alone, so that it is the same everywhere.

#![allow(dead_code)] // each target that includes this file uses its own part of it

pub(crate) mod workers;

use std::fs;
use std::path::Path;

use perflab::record::{
    BlockedIn, Branches, CallSite, CaseId, Costs, Doing, Environment, Evidence, Failure, Finding,
    FindingKind, FunctionCost, HeapSites, InstrumentName, InstrumentState, Interval, Lane, Layout, LeftOut,
    ListedConcurrency, ListedFamily, ListedFloor, ListedWorkload, Listing, Measurement, Metric, Recorded,
    RecordedCase, SCHEMA, Sampling, Spare, Speed, State, ThreadWaits, Timeline, Unit, WaitParts, WaitsLedger,
};

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
        schema: SCHEMA,
        environment: Some(environment()),
        warnings: Vec::new(),
        instruments: instruments(State::Ready),
        cases,
    };
    (listing, recorded)
}

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
            ceiling: Some(3.4),
            ceiling_measured: None,
            advice: "allocate once".into(),
            evidence: vec![Evidence {
                instrument: InstrumentName::Flamegraph,
                says: "71 % of 400 samples".into(),
                file: Some("flamegraph/build-vec/linked-list@1000.svg".into()),
            }],
        });
    });
    change(&mut recorded, "build-vec/push@1000", |case| {
        let evidence = |instrument, says: &str, file: Option<&str>| Evidence {
            instrument,
            says: says.into(),
            file: file.map(Into::into),
        };
        case.findings.push(Finding {
            kind: FindingKind::Growth,
            claim: "42 % of its instructions are in growing: 9 blocks where 1 would hold all".into(),
            subject: "RawVec::grow_one".into(),
            share: Some(0.42),
            share_low: Some(0.42),
            share_high: Some(0.42),
            ceiling: Some(1.72),
            ceiling_measured: Some(1.55),
            advice: "say how much it will hold: `with_capacity`, or collect from an iterator of known length"
                .into(),
            evidence: vec![
                evidence(InstrumentName::Heap, "9 blocks, 16,352 bytes", None),
                evidence(InstrumentName::Flamegraph, "41 % of 400 samples", Some("../../../etc/hostname")),
            ],
        });
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

/// The notes' kernels, some measured beside CPython: f2 and f6 of collections; gcd's forms, of which threads helped
/// Rust alone and processes both; waiting, where threads helped both; and is-prime, where nobody can tell.
pub(crate) fn with_python() -> (Listing, Recorded) {
    let (mut listing, mut recorded) = whole(1);
    let detail = "CPython 3.11.7 (one global interpreter lock); /usr/bin/python3";
    recorded.instruments.push(InstrumentState {
        name: InstrumentName::Python,
        state: State::Ready,
        detail: detail.into(),
        reason: None,
        remedy: None,
        seconds: 61.0,
    });
    let mut take = |id: &str, ours: f64, python: f64, speedups: Option<(f64, f64, f64)>| {
        let id: CaseId = id.parse().expect("a case id");
        let number = |metric, value, spread| number(metric, InstrumentName::Python, value, spread, NOW);
        let mut numbers = vec![
            number(Metric::PythonNs, python, 0.02),
            number(Metric::PythonOursNs, ours, 0.02),
            number(Metric::PythonRatio, ours / python, 0.01),
        ];
        if let Some((rust, python, spread)) = speedups {
            numbers.push(number(Metric::PythonOursSpeedup, rust, spread));
            numbers.push(number(Metric::PythonSpeedup, python, spread));
        }
        match recorded.cases.iter_mut().find(|case| case.id == id) {
            Some(case) => case.measurements.extend(numbers),
            None => recorded.cases.push(RecordedCase::new(id, numbers)),
        }
    };
    take("build-vec-00/push@100", 237.0, 4_740.0, None);
    take("build-vec-00/collect@100", 44.0, 880.0, None);
    take("gcd/serial@10", 42e6, 1.26e9, None);
    take("gcd/threads@10", 21.5e6, 1.28e9, Some((1.95, 0.98, 0.01)));
    take("gcd/processes@10", 21.8e6, 0.67e9, Some((1.93, 1.88, 0.01)));
    take("wait/threads@100", 100.2e6, 101.9e6, Some((4.99, 4.92, 0.01)));
    take("is-prime/threads@6", 60e6, 2.1e9, Some((1.63, 1.02, 0.4)));
    recorded.cases.sort_by(|a, b| a.id.cmp(&b.id));
    for (name, unit, size) in [("gcd", "pair", 10), ("wait", "millisecond", 100), ("is-prime", "number", 6)] {
        let form = |form: &str, threads, processes, spins| ListedWorkload {
            concurrency: ListedConcurrency { threads, processes, spins },
            ..workload(form, "the notes' kernel", Some(&format!("{name}/{form}")), &[size])
        };
        listing.families.push(ListedFamily {
            name: name.into(),
            question: format!("How should {name} be shared?"),
            baseline: "serial".into(),
            axis: format!("{unit}s"),
            unit: unit.into(),
            sizes: vec![size],
            workloads: vec![
                form("serial", false, false, false),
                form("threads", true, false, false),
                form("processes", true, true, false),
                ListedWorkload { mirrors: None, ..form("rayon", true, false, true) },
            ],
            ..ListedFamily::default()
        });
    }
    (listing, recorded)
}

fn fail(case: &mut RecordedCase, instrument: InstrumentName, reason: &str) {
    case.measurements.retain(|number| number.instrument != instrument);
    case.failures.push(Failure { instrument, reason: reason.into() });
}

/// Changes one recorded case.
pub(crate) fn change(recorded: &mut Recorded, id: &str, change: impl FnOnce(&mut RecordedCase)) {
    let case = recorded.cases.iter_mut().find(|case| case.id.to_string() == id).expect("a recorded case");
    change(case);
}

/// Files as the instruments leave them, for the cases of `listing` at `sizes`.
pub(crate) fn files(listing: &Listing, layout: &Layout, sizes: &[usize]) {
    for family in &listing.families {
        put(&layout.criterion_family_page(&family.name), "<!DOCTYPE html><title>criterion</title>");
        for workload in &family.workloads {
            for &size in workload.sizes.iter().filter(|size| sizes.contains(size)) {
                let id = CaseId { family: family.name.clone(), workload: workload.name.clone(), size };
                case_files(&id, layout);
            }
        }
    }
}

fn case_files(id: &CaseId, layout: &Layout) {
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1200\" height=\"80\" viewBox=\"0 0 1200 80\"><rect width=\"1200\" height=\"16\" y=\"60\" fill=\"#e8a33d\"/><rect width=\"700\" height=\"16\" y=\"43\" fill=\"#e5713a\"/></svg>";
    put(&layout.flamegraph(id), svg);
    put(&layout.heap_flamegraph(id), svg);
    put(&layout.folded(id), "main;run 1264\n");
    put(&layout.heap_folded(id), "main;run 8000\n");
    put(&layout.dhat(id), "{\"dhatFileVersion\":2}");
    put(&layout.callgrind(id), "# callgrind format\n");
    put(&layout.instructions_flamegraph(id), svg);
    put(&layout.instructions_folded(id), "main;run 48000\n");
    put(&layout.costs(id), &serde_json::to_string(&costs()).expect("plain data"));
    put(&layout.waits_flamegraph(id), svg);
    put(&layout.waits_folded(id), "measuring thread;blocked;futex 490000\n");
    put(&layout.waits_ledger(id), &serde_json::to_string(&waits()).expect("plain data"));
    let frames = [
        "alloc::raw_vec::finish_grow (raw_vec.rs:563)",
        "<alloc::raw_vec::RawVec<u64>>::grow_one (raw_vec.rs:340)",
        "<perflab::workloads::collections::build_vec::Push as perflab::workload::Workload>::run (build_vec.rs:31)",
    ];
    let sites = HeapSites {
        schema: SCHEMA,
        sites: (0..24)
            .map(|site| CallSite {
                frames: frames.map(Into::into).to_vec(),
                blocks: 24 - site,
                bytes: 8_192 >> (site / 4),
                peak_bytes: 4_096 >> (site / 4),
            })
            .collect(),
    };
    put(&layout.heap_sites(id), &serde_json::to_string(&sites).expect("plain data"));
    put(&layout.criterion_page(id), "<!DOCTYPE html><title>criterion</title>");
    put(&layout.criterion_page(id).with_file_name("pdf.svg"), svg);
}

/// What 24 functions cost: one in full, of which every other was inlined everywhere.
fn costs() -> Costs {
    let function = |index: u64| FunctionCost {
        name: format!("<hashbrown::raw::RawTable<u64>>::insert::{{closure#{index}}}"),
        own: 4_800 >> (index / 4),
        inclusive: 9_600 >> (index / 4),
        calls: index.is_multiple_of(2).then_some(300),
        inlined: !index.is_multiple_of(2),
        branches: Some(Branches { executed: 700 >> (index / 4), mispredicted: index }),
    };
    let functions: Vec<FunctionCost> = (0..24).map(function).collect();
    Costs {
        schema: SCHEMA,
        iterations: 300,
        instructions: functions.iter().map(|function| function.own).sum(),
        branches: Some(Branches { executed: 7_000, mispredicted: 300 }),
        functions,
    }
}

/// Books of half a second on three threads: one waits for two, of which one works and one sleeps and reads by turns.
pub(crate) fn waits() -> WaitsLedger {
    let ms = |ms: u64| ms * 1_000_000;
    let parts = |user, kernel, runqueue, blocked, residual: u64| WaitParts {
        wall_ns: ms(user + kernel + runqueue + blocked + residual),
        user_ns: ms(user),
        kernel_ns: ms(kernel),
        runqueue_ns: ms(runqueue),
        blocked_ns: ms(blocked),
        residual_ns: ms(residual) as i64,
    };
    let blocked = |calls: &[(&str, u64)]| {
        calls.iter().map(|(call, time)| BlockedIn { call: (*call).into(), ns: ms(*time) }).collect()
    };
    let thread = |name: &str, parts, calls: &[(&str, u64)]| ThreadWaits {
        name: name.into(),
        count: 1,
        parts,
        blocked: blocked(calls),
    };
    let threads = vec![
        thread("measuring thread", parts(5, 5, 0, 490, 0), &[("futex", 480), ("wait4", 10)]),
        thread("pool-0 (4012)", parts(430, 20, 40, 10, 0), &[("futex", 10)]),
        thread(
            "pool-1 (4013)",
            parts(115, 75, 20, 275, 15),
            &[("clock_nanosleep", 150), ("read", 75), ("page fault", 30), ("fsync", 20)],
        ),
    ];
    let mut total = WaitParts::default();
    threads.iter().for_each(|thread| total.add(&thread.parts));
    let states = [
        Doing::Running,
        Doing::Runnable,
        Doing::Blocked("clock_nanosleep".into()),
        Doing::Blocked("read".into()),
    ];
    let lane = |name: &str, period: u64, states: &[Doing]| Lane {
        name: name.into(),
        intervals: (0..ms(100) / period)
            .map(|n| Interval {
                from_ns: n * period,
                to_ns: (n + 1) * period,
                doing: states[n as usize % states.len()].clone(),
            })
            .collect(),
    };
    WaitsLedger {
        schema: SCHEMA,
        iterations: 10,
        cores: 2,
        elapsed_ns: ms(500),
        busy_ns: ms(455),
        starved_ns: ms(20),
        idle_ns: ms(25),
        total,
        runqueue_own_ns: ms(10),
        stolen_ns: ms(5),
        slices: 900,
        most_threads: 3,
        children: Some(1.0),
        children_cpu_ns: ms(125),
        others_cpu_ns: None,
        births: None,
        threads,
        timeline: Timeline {
            length_ns: ms(100),
            iterations: 2,
            hidden_threads: 1,
            lanes: vec![
                lane("measuring thread", ms(50), &[Doing::Blocked("futex".into()), Doing::Running]),
                lane("pool-0 (4012)", ms(20), &states[..2]),
                lane("pool-1 (4013)", ms(5), &states),
            ],
        },
        sampling: Sampling { passes: 210, rate_hz: 420.0, cpu_ns: ms(6) },
        missing: Vec::new(),
    }
}

/// Writes a file and the folders above it.
pub(crate) fn put(path: &Path, content: &str) {
    fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("a folder of the test's own");
    fs::write(path, content).expect("a file of the test's own");
}
