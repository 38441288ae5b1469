//! What findings say of a ledger that was just measured: which finding leads, derived as every page derives it.

use std::path::PathBuf;

use libtest_mimic::Failed;
use perflab::analysis::findings::derive_with;
use perflab::record::{
    CallSite, CaseFiles, Finding, FindingKind, HeapSites, InstrumentName, Kept, ListedConcurrency,
    ListedFamily, ListedWorkload, Listing, Measurement, Metric, Recorded, RecordedCase, SCHEMA, WaitsLedger,
};

/// The leading finding of a case of which this ledger is all that is known, and the one heap block of `block_bytes` that an
/// iteration takes, as the heap instrument would count it.
fn leading(ledger: &WaitsLedger, block_bytes: Option<u64>) -> Result<Finding, Failed> {
    let workload = ListedWorkload {
        name: "case".into(),
        sizes: vec![1],
        concurrency: ListedConcurrency { threads: true, ..ListedConcurrency::default() },
        ..ListedWorkload::default()
    };
    let family = ListedFamily {
        name: "planted".into(),
        question: "How should it be done?".into(),
        baseline: "case".into(),
        sizes: vec![1],
        workloads: vec![workload],
        ..ListedFamily::default()
    };
    let listing = Listing { schema: SCHEMA, families: vec![family] };
    let wall_ns = ledger.total.wall_ns as f64 / ledger.iterations as f64;
    let number = Measurement {
        metric: Metric::WallNs,
        value: wall_ns,
        low: wall_ns,
        high: wall_ns,
        unit: Metric::WallNs.unit(),
        instrument: InstrumentName::Waits,
        taken_at: String::new(),
        revision: String::new(),
    };
    let mut recorded = Recorded {
        cases: vec![RecordedCase::new("planted/case@1".parse()?, vec![number])],
        ..Recorded::default()
    };
    let site = |bytes: u64| CallSite { frames: Vec::new(), blocks: 1, bytes, peak_bytes: bytes };
    let heap = block_bytes.map(|bytes| HeapSites { schema: SCHEMA, sites: vec![site(bytes)] });
    let load = |_: &RecordedCase| CaseFiles {
        waits: Some(kept(ledger.clone())),
        heap: heap.clone().map(kept),
        ..CaseFiles::default()
    };
    without_idle_threads(|| derive_with(&listing, &mut recorded, load))?;
    recorded.cases.remove(0).findings.into_iter().next().ok_or_else(|| "nothing was found".into())
}

/// Runs `work`, which shares itself among threads, on one that ends with it: idle ones of a pool that outlives it would
/// stand in the books of every later trial.
fn without_idle_threads<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, Failed> {
    std::thread::scope(|scope| {
        let alone = scope.spawn(|| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build()?;
            Ok(pool.install(work))
        });
        alone.join().map_err(|_| Failed::from("deriving panicked"))?
    })
}

fn kept<T>(data: T) -> Kept<T> {
    Kept { data, file: PathBuf::new() }
}

/// The leading finding is of this kind, and its claim names all of `words`.
pub(super) fn leads(
    ledger: &WaitsLedger,
    block_bytes: Option<u64>,
    kind: FindingKind,
    words: &[&str],
) -> Result<(), Failed> {
    let found = leading(ledger, block_bytes)?;
    eprintln!("{}: {}", found.kind, found.claim);
    if found.kind == kind && words.iter().all(|words| found.claim.contains(words)) {
        Ok(())
    } else {
        Err(format!("not {kind} with {words:?}, but {}: {}", found.kind, found.claim).into())
    }
}
