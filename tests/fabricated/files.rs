//! The files that instruments leave beside a record.

use std::fs;
use std::path::Path;

use perflab::record::{
    BlockedIn, Branches, CallSite, CaseId, Costs, Doing, FunctionCost, HeapSites, Interval, Lane, Layout,
    Listing, SCHEMA, Sampling, ThreadWaits, Timeline, WaitParts, WaitsLedger,
};

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
        windows: 10,
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
