//! What is said of the evidence: instruments that disagree, and what could not be looked at.

use super::world::{CASE, World, of_kind};
use crate::analysis::planted::alone;
use crate::record::{FindingKind as Kind, InstrumentName, LeftOut, Metric, WaitsLedger};

const COPY: &str = "<[u8]>::copy_from_slice;__memmove_avx_unaligned_erms";
const HASH: &str = "hashbrown::map::make_hash::<K, S>";

/// Copying and hashing in a hundred, by samples and by instructions.
fn shares(sampled: [u128; 2], counted: [u128; 2]) -> World {
    let mut world = World::of(&["a"], &[1_000]);
    world.samples(CASE, &[(COPY, sampled[0]), (HASH, sampled[1])]);
    world.counts(CASE, 100_000, &[(COPY, counted[0]), (HASH, counted[1])]);
    world
}

#[test]
fn the_cost_that_leads_by_samples_is_held_against_instructions_too() {
    let found = shares([70, 20], [5, 40]).findings(CASE);
    let finding = of_kind(&found, Kind::InstrumentsDisagree);
    assert!(
        finding.claim.starts_with("the share of copying: instructions says 5.0 %, flamegraph says 70 %"),
        "{}",
        finding.claim
    );
    assert!(finding.claim.ends_with("; one instruction may copy much (`rep movs`)"));
    assert!(finding.advice.starts_with("trust the samples"), "{}", finding.advice);
}

#[test]
fn the_cost_that_leads_by_instructions_is_held_against_samples() {
    let found = shares([5, 12], [5, 90]).findings(CASE);
    let finding = of_kind(&found, Kind::InstrumentsDisagree);
    assert!(finding.claim.starts_with("the share of hashing"), "{}", finding.claim);
    assert!(!finding.claim.contains("rep movs") && finding.advice.starts_with("trust neither"));
}

#[test]
fn shares_within_30_points_of_the_samples_interval_agree() {
    assert!(!shares([38, 20], [5, 40]).kinds(CASE).contains(&Kind::InstrumentsDisagree));
    let mut threaded = shares([70, 20], [5, 40]);
    threaded.member("a").concurrency.threads = true;
    assert!(!threaded.kinds(CASE).contains(&Kind::InstrumentsDisagree));
}

#[test]
fn clocks_disagree_beyond_their_intervals_neighbours_and_their_own_reading() {
    // By the books an iteration takes 100 ms.
    let differ = |time: [f64; 3], change: fn(&mut WaitsLedger)| {
        let mut world = World::of(&["a"], &[1_000]);
        let mut ledger = alone([400, 0, 600, 0], "");
        ledger.starved_ns = 0;
        change(&mut ledger);
        world.books(CASE, ledger);
        world.range(CASE, Metric::TimeNs, time);
        world.kinds(CASE).contains(&Kind::InstrumentsDisagree)
    };
    let quick = [30e6, 29e6, 31e6];
    assert!(differ(quick, |_| ()));
    assert!(differ([400e6, 390e6, 410e6], |_| ()));
    assert!(!differ([30e6, 20e6, 40e6], |_| ()), "it may have taken 40 ms");
    assert!(!differ([40e6; 3], |_| ()), "a neighbour may take as much");
    assert!(
        !differ(quick, |ledger| ledger.starved_ns = 600_000_000),
        "for 60 of the 100 neighbours had the CPU"
    );
    assert!(!differ([100e6; 3], |ledger| ledger.starved_ns = 700_000_000), "criterion met them too");
    assert!(
        !differ(quick, |ledger| ledger.windows = 1_000_000),
        "a window of a microsecond is its own reading"
    );
}

#[test]
fn blocks_that_one_instrument_counts_and_another_does_not_are_told() {
    // Twenty blocks an iteration by dhat.
    let found = |calls: &[(&str, u64)], threads: bool| {
        let mut world = World::of(&["a"], &[1_000]);
        world.member("a").concurrency.threads = threads;
        world.number(CASE, Metric::HeapBlocks, 20.0);
        world.samples(CASE, &[]);
        world.calls(CASE, calls);
        world.findings(CASE)
    };
    let disagrees = |calls: &[(&str, u64)], threads: bool| {
        found(calls, threads).iter().any(|found| found.kind == Kind::InstrumentsDisagree)
    };
    let half = [("malloc", 80), ("realloc", 20), ("free", 80)];
    let told = found(&half, false);
    let finding = of_kind(&told, Kind::InstrumentsDisagree);
    assert_eq!(
        finding.claim,
        "how many heap blocks an iteration takes: heap says 20, instructions says 10.0"
    );
    assert_eq!(finding.evidence.len(), 2);
    assert!(!disagrees(&[("malloc", 150), ("realloc", 40)], false), "nineteen");
    assert!(!disagrees(&half, true), "threads take blocks of the C library's own");
    assert!(!disagrees(&[("mi_malloc", 100)], false), "nobody knows what is a block there");
    assert!(!disagrees(&[("malloc", 10), ("__rustc::__rg_alloc", 200)], false), "an allocator of its own");
}

#[test]
fn no_bottleneck_says_what_could_not_be_seen() {
    let mut sampled = World::of(&["a"], &[1_000]);
    sampled.samples(CASE, &[]);
    let case = &mut sampled.recorded.cases[0];
    case.left_out.push(LeftOut {
        instrument: InstrumentName::Instructions,
        metric: None,
        reason: "it spins".into(),
    });
    let found = sampled.findings(CASE);
    assert_eq!(
        found[0].claim,
        "no bottleneck shown, by flamegraph; not looked at: exact shares, branching, caches (no instructions were counted: left \
         out, it spins); waiting, neighbours, the kernel (nobody looked where threads wait: not measured yet); how many blocks \
         and bytes it takes (no heap blocks were counted: not measured yet)"
    );
    let mut all = World::of(&["a"], &[1_000]);
    all.samples(CASE, &[]);
    all.counts(CASE, 100_000, &[]);
    all.heap(CASE, &[]);
    all.books(CASE, alone([1_000, 0, 0, 0], ""));
    let found = all.findings(CASE);
    assert_eq!(found[0].claim, "no bottleneck shown, by instructions, flamegraph, waits");
}

#[test]
fn too_little_evidence_says_what_nobody_can_tell() {
    let mut timed = World::of(&["a"], &[1_000]);
    timed.number(CASE, Metric::TimeNs, 100.0);
    let found = timed.findings(CASE);
    assert_eq!(found[0].kind, Kind::NotEnoughEvidence);
    let says = "instructions by function: not measured yet (no word on exact shares, branching, caches)";
    assert!(found[0].claim.contains(says), "{}", found[0].claim);
    assert!(found[0].claim.contains("heap blocks: not measured yet (no word on"), "{}", found[0].claim);
}
