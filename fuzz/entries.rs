//! One function a parser: takes any bytes, and must neither panic nor lose what it says it keeps. Called by the fuzz targets
//! and by tests/fuzz_seeds.rs.

#![allow(dead_code)] // each target calls its own

use perflab::instruments::folded::{Caption, draw};
use perflab::instruments::instructions::call_graph::{CallGraph, Function};
use perflab::instruments::{heap, instructions, time};
use perflab::record::{CaseId, Folded, Listing, Recorded, Run, SCHEMA};
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

/// A run's record: merged with itself, and told as tables and as Markdown.
pub(crate) fn records(bytes: &[u8]) {
    let Ok(run) = serde_json::from_slice::<Run>(bytes) else { return };
    let recorded = Recorded::merge(&[run.clone(), run]);
    let _ = csv(&recorded.cases);
    let listing = Listing { schema: SCHEMA, families: Vec::new() };
    assert!(markdown(&listing, &recorded, &[]).chars().count() <= 60_000);
}
