//! One function a parser: takes any bytes, and must neither panic nor lose what it says it keeps. Called by the fuzz targets
//! and by tests/fuzz_seeds.rs.

#![allow(dead_code)] // each target calls its own

use std::path::PathBuf;

use perflab::analysis::findings::derive_with;
use perflab::instruments::folded::{Caption, draw};
use perflab::instruments::instructions::call_graph::{CallGraph, Function};
use perflab::instruments::{heap, instructions, time};
use perflab::record::{
    CaseFiles, CaseId, Folded, InstrumentName, Kept, ListedFamily, ListedWorkload, Listing, Measurement,
    Metric, Recorded, RecordedCase, Run, SCHEMA,
};
use perflab::report::export::{Profile, Weighs, csv, firefox, pprof, speedscope};
use perflab::report::markdown;

/// Folded stacks: read, written and read again, drawn, exported.
pub(crate) fn folded(bytes: &[u8]) {
    let parsed = Folded::parse(&String::from_utf8_lossy(bytes));
    let folded = parsed.folded;
    let again = Folded::parse(&folded.to_text());
    assert_eq!(
        (again.dropped, &again.folded),
        (0, &folded),
        "what was read is written so that it reads the same"
    );
    let total = folded.total();
    if let Ok(total) = u64::try_from(total) {
        let shares: u64 = folded.apportioned(total / 3).map(|(_, share)| share).sum();
        assert_eq!(shares, if total == 0 { 0 } else { total / 3 }, "shares add up");
    }
    let caption = Caption { title: "fuzz".into(), subtitle: String::new(), count_name: "samples" };
    // A picture or an error; of nothing there is none.
    assert!(draw(&folded, &caption).is_err() || total > 0);
    let id: CaseId = "fuzz/case@1".parse().expect("a well-formed id");
    let profile = Profile { id: &id, folded: &folded, weighs: Weighs::Samples(Some(997.0)) };
    let _ = (pprof(&profile), speedscope(&profile), firefox(&profile));
}

/// dhat's JSON: call sites, and the stacks made of them.
pub(crate) fn dhat(bytes: &[u8]) {
    if let Ok(sites) = heap::parse_call_sites(bytes) {
        let text = heap::fold(&sites).to_text();
        assert_eq!(Folded::parse(&text).dropped, 0);
    }
}

/// criterion's estimates: a plausible median, or none.
pub(crate) fn criterion_estimates(bytes: &[u8]) {
    if let Ok(median) = time::parse_estimates(bytes) {
        assert!(median.point_ns > 0.0 && median.low_ns.is_finite() && median.high_ns.is_finite());
    }
}

/// Callgrind's profile: the counts in its head, its bytes without outer arcs, and the graph of its calls.
pub(crate) fn callgrind(bytes: &[u8]) {
    let _ = instructions::head_events(&String::from_utf8_lossy(bytes));
    assert!(instructions::without_outer_arcs(bytes).len() <= bytes.len());
    if let Ok(graph) = CallGraph::read(bytes) {
        let own = |function: &Function| {
            function.lines.iter().map(|line| u128::from(line.cost.instructions)).sum::<u128>()
        };
        let sum: u128 = graph.functions.iter().map(own).sum();
        assert!(
            sum == graph.total.instructions.into() || graph.total.instructions == u64::MAX,
            "costs add up"
        );
        let arcs = graph.functions.iter().flat_map(|function| &function.arcs);
        assert!(arcs.into_iter().all(|arc| arc.callee < graph.functions.len()), "an arc leads to a function");
    }
}

/// A run's record: merged with itself, told as tables and as Markdown, and rules made of it.
pub(crate) fn records(bytes: &[u8]) {
    let Ok(run) = serde_json::from_slice::<Run>(bytes) else { return };
    let mut recorded = Recorded::merge(&[run.clone(), run]);
    let _ = csv(&recorded.cases);
    let listing = listing(recorded.cases.iter().map(|case| &case.id));
    derive_with(&listing, &mut recorded, |_| CaseFiles::default());
    assert!(markdown(&listing, &recorded, &[]).chars().count() <= 60_000);
}

/// What instruments keep of a case beside its numbers (costs of functions, call sites of blocks, books of threads): rules made
/// of it.
pub(crate) fn tables(bytes: &[u8]) {
    let id: CaseId = "fuzz/case@1000".parse().expect("a well-formed id");
    let folded = Folded::parse(&String::from_utf8_lossy(bytes)).folded;
    let stacks = || (folded.total() > 0).then(|| Kept { data: folded.clone(), file: PathBuf::from("fuzz") });
    let files = CaseFiles {
        samples: stacks(),
        instructions: stacks(),
        costs: kept(bytes),
        heap: kept(bytes),
        waits: kept(bytes),
        problems: Vec::new(),
    };
    let metrics = [Metric::TimeNs, Metric::Instructions, Metric::HeapBlocks, Metric::Samples, Metric::WallNs];
    let measurements = metrics.map(|metric| Measurement {
        metric,
        value: 5_000.0,
        low: 4_000.0,
        high: 6_000.0,
        unit: metric.unit(),
        instrument: InstrumentName::Time,
        taken_at: String::new(),
        revision: String::new(),
    });
    let case = RecordedCase::new(id.clone(), measurements.into());
    let mut recorded = Recorded { cases: vec![case], ..Recorded::default() };
    derive_with(&listing([&id]), &mut recorded, |_| files.clone());
    let share = |end: Option<f64>| end.is_none_or(|end| (0.0..=1.0).contains(&end));
    for finding in &recorded.cases[0].findings {
        assert!(share(finding.share_low) && share(finding.share) && share(finding.share_high), "{finding:?}");
    }
}

fn kept<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Option<Kept<T>> {
    serde_json::from_slice(bytes).ok().map(|data| Kept { data, file: PathBuf::from("fuzz") })
}

/// A catalogue that holds these cases, each a family's baseline.
fn listing<'a>(ids: impl IntoIterator<Item = &'a CaseId>) -> Listing {
    let mut families = std::collections::BTreeMap::<String, ListedFamily>::new();
    for id in ids {
        let family = families.entry(id.family.clone()).or_insert_with(|| ListedFamily {
            name: id.family.clone(),
            baseline: id.workload.clone(),
            ..ListedFamily::default()
        });
        if !family.sizes.contains(&id.size) {
            family.sizes.push(id.size);
            family.sizes.sort_unstable();
        }
        let at = family.workloads.iter().position(|workload| workload.name == id.workload);
        let at = at.unwrap_or_else(|| {
            family.workloads.push(ListedWorkload { name: id.workload.clone(), ..ListedWorkload::default() });
            family.workloads.len() - 1
        });
        if !family.workloads[at].sizes.contains(&id.size) {
            family.workloads[at].sizes.push(id.size);
            family.workloads[at].sizes.sort_unstable();
        }
    }
    Listing { schema: SCHEMA, families: families.into_values().collect() }
}
