//! The profiles of a whole run: a record of every case of a listing, and files as large as instruments leave them.

use std::cmp::Reverse;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use fastrand::Rng;
use perflab::record::{
    CallSite, CaseId, CaseRecord, Costs, FunctionCost, HeapSites, InstrumentName, Layout, ListedFamily,
    Listing, Metric, Run, SCHEMA, State,
};

use super::files::{put, waits};
use super::{NOW, environment, instruments, number};

/// Stacks of a case by samples, by instructions and by bytes from the heap: the means of a quick run over the catalogue, in
/// which a stack of instructions takes 2.4 kB.
const SAMPLED: usize = 36;
const COUNTED: usize = 174;
const ALLOCATED: usize = 4;
const DEEPEST: usize = 30;
/// Functions that stacks are made of, beside those that rules know.
const NAMES: usize = 600;
/// Bytes of a drawing, of dhat's JSON, of a callgrind profile: means of the same run.
const SVG: usize = 60_000;
const DHAT: usize = 12_000;
const CALLGRIND: usize = 50_000;

/// Functions that rules know by their names.
const KNOWN: [&str; 8] = [
    "<alloc::raw_vec::RawVec<u64>>::grow_one",
    "alloc::raw_vec::finish_grow::<alloc::alloc::Global>",
    "__rustc::__rust_realloc",
    "_int_malloc",
    "_int_free",
    "__memcpy_avx_unaligned_erms",
    "<core::hash::sip::Hasher<core::hash::sip::Sip13Rounds> as core::hash::Hasher>::write",
    "core::ptr::drop_in_place::<alloc::vec::Vec<alloc::string::String>>",
];

/// Writes the record and the files of every case of `listing`, and returns how many cases those are. Seeded: the same
/// everywhere.
pub(crate) fn profiles(listing: &Listing, layout: &Layout) -> usize {
    let mut random = Rng::with_seed(0x9a6e5);
    let names = names();
    let mut cases = Vec::new();
    for family in &listing.families {
        for (place, workload) in family.workloads.iter().enumerate() {
            for &size in &workload.sizes {
                let id = CaseId { family: family.name.clone(), workload: workload.name.clone(), size };
                cases.push(record(family, place, &id));
                case_files(&id, layout, &names, &mut random);
            }
        }
    }
    let count = cases.len();
    let run = Run {
        schema: SCHEMA,
        id: "20261120T091403Z-1".into(),
        started_at: "2026-11-20T09:14:03Z".into(),
        environment: environment(),
        warnings: Vec::new(),
        instruments: instruments(State::Ready),
        cases,
    };
    put(&layout.run_file(&run.id), &serde_json::to_string(&run).expect("plain data"));
    count
}

fn names() -> Vec<String> {
    let planted = (0..NAMES).map(|n| {
        format!(
            "<perflab::workloads::collections::module_{}::Member{n}<u64, core::iter::adapters::map::Map> as \
             perflab::workload::Workload>::run::{{closure#{}}}",
            n % 37,
            n % 5
        )
    });
    KNOWN.iter().map(|name| (*name).to_owned()).chain(planted).collect()
}

/// The numbers of a case: the further down in its family, the faster.
fn record(family: &ListedFamily, place: usize, id: &CaseId) -> CaseRecord {
    let each = 40.0 / (place + 1) as f64;
    let cost = 20.0 + each * id.size as f64;
    let mut measurements = Vec::new();
    let mut take = |metric, instrument, value, spread| {
        measurements.push(number(metric, instrument, value, spread, NOW));
    };
    take(Metric::TimeNs, InstrumentName::Time, cost, 0.02);
    if id.workload != family.baseline {
        take(Metric::TimeRatio, InstrumentName::Time, cost / (20.0 + 40.0 * id.size as f64), 0.01);
    }
    for (metric, instrument, value) in [
        (Metric::Samples, InstrumentName::Flamegraph, 900.0),
        (Metric::HeapBlocks, InstrumentName::Heap, 9.0),
        (Metric::HeapBytes, InstrumentName::Heap, 16.0 * id.size as f64),
        (Metric::HeapPeakBytes, InstrumentName::Heap, 12.0 * id.size as f64),
        (Metric::Instructions, InstrumentName::Instructions, (cost * 9.0).round()),
        (Metric::EstimatedCycles, InstrumentName::Instructions, (cost * 12.0).round()),
        (Metric::L1Misses, InstrumentName::Instructions, (cost / 8.0).round()),
        (Metric::WallNs, InstrumentName::Waits, cost * 3.0),
        (Metric::CpuUserNs, InstrumentName::Waits, cost),
        (Metric::BlockedNs, InstrumentName::Waits, cost * 2.0),
    ] {
        take(metric, instrument, value, 0.0);
    }
    CaseRecord { id: id.clone(), measurements, failures: Vec::new(), left_out: Vec::new() }
}

fn case_files(id: &CaseId, layout: &Layout, names: &[String], random: &mut Rng) {
    let svg = format!("<svg xmlns=\"http://www.w3.org/2000/svg\"><!--{}--></svg>", " ".repeat(SVG));
    let drawings = [
        layout.flamegraph(id),
        layout.heap_flamegraph(id),
        layout.instructions_flamegraph(id),
        layout.waits_flamegraph(id),
    ];
    drawings.iter().for_each(|path| put(path, &svg));
    put(&layout.folded(id), &stacks(names, SAMPLED, random));
    put(&layout.instructions_folded(id), &stacks(names, COUNTED, random));
    put(&layout.heap_folded(id), &stacks(&names[..60], ALLOCATED, random));
    put(&layout.waits_folded(id), "measuring thread;blocked;futex 490000\n");
    put_json(&layout.waits_ledger(id), &waits());
    put_json(&layout.costs(id), &costs(names, random));
    put_json(&layout.heap_sites(id), &sites(names, random));
    put(&layout.dhat(id), &" ".repeat(DHAT));
    put(&layout.callgrind(id), &"# callgrind format\n".repeat(CALLGRIND / 19));
}

fn put_json(path: &Path, content: &impl serde::Serialize) {
    put(path, &serde_json::to_string(content).expect("plain data"));
    assert!(fs::metadata(path).is_ok_and(|file| file.len() > 0), "{}", path.display());
}

/// Stacks that share their first frames, as those of one loop do.
fn stacks(names: &[String], count: usize, random: &mut Rng) -> String {
    let mut text = String::new();
    for _ in 0..count {
        text.push_str("main;Prepared<mine::Case>::run");
        for depth in 0..random.usize(4..DEEPEST) {
            let callees = [2, 4, 12, 40].get(depth).copied().unwrap_or(names.len()).min(names.len());
            let _ = write!(text, ";{}", names[random.usize(..callees)]);
        }
        let _ = writeln!(text, " {}", random.u32(1..5_000));
    }
    text
}

fn costs(names: &[String], random: &mut Rng) -> Costs {
    let mut functions: Vec<FunctionCost> = names[..200]
        .iter()
        .map(|name| {
            let own = random.u64(1..100_000);
            FunctionCost {
                name: name.clone(),
                own,
                inclusive: own * 3,
                calls: Some(own / 40),
                inlined: false,
                branches: None,
            }
        })
        .collect();
    functions.sort_by_key(|function| Reverse(function.own));
    Costs {
        schema: SCHEMA,
        iterations: 300,
        instructions: functions.iter().map(|function| function.own).sum(),
        branches: None,
        functions,
    }
}

fn sites(names: &[String], random: &mut Rng) -> HeapSites {
    let mut sites: Vec<CallSite> = (0..12)
        .map(|_| CallSite {
            frames: (0..10).map(|_| format!("{} (vec.rs:31)", names[random.usize(..60)])).collect(),
            blocks: random.u64(1..1_000),
            bytes: random.u64(8..1_000_000),
            peak_bytes: random.u64(8..100_000),
        })
        .collect();
    sites.sort_by_key(|site| Reverse(site.bytes));
    HeapSites { schema: SCHEMA, sites }
}
