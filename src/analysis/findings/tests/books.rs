//! What the kernel takes, neighbours take, and starting takes.

use super::world::{CASE, World, of_kind};
use crate::analysis::planted::{alone, books};
use crate::record::{FindingKind as Kind, Metric, Sampling, Spare, Speed, WaitsLedger};

const MIB: u64 = 1 << 20;
const GROW: &str = "<alloc::raw_vec::RawVecInner>::finish_grow";

/// One thread with so many thousandths of its time in the kernel, and such call sites.
fn in_kernel(thousandths: u64, sites: &[(&str, u64, u64, u64)]) -> World {
    let mut world = World::of(&["a"], &[1_000]);
    world.books(CASE, alone([1_000 - thousandths, thousandths, 0, 0], ""));
    world.heap(CASE, sites);
    world
}

#[test]
fn a_large_block_is_mapped_anew_and_one_within_the_bound_is_not() {
    let found = in_kernel(400, &[("plant::reserve", 1, 64 * MIB, 64 * MIB)]).findings(CASE);
    assert!(found[0].claim.contains(": a block of 67108864 bytes is mapped anew each time"), "{found:#?}");
    assert_eq!(found.iter().map(|finding| finding.kind).collect::<Vec<_>>(), [Kind::PageFaults]);
    let within = in_kernel(400, &[("plant::reserve", 1, 32 * MIB, 32 * MIB)]).kinds(CASE);
    assert_eq!(within, [Kind::SystemCalls]);
    let little = in_kernel(99, &[("plant::reserve", 1, 64 * MIB, 64 * MIB)]).kinds(CASE);
    assert_eq!(little, [Kind::NoBottleneck]);
}

#[test]
fn what_grows_to_a_large_block_is_no_mean_of_its_steps() {
    // 21 steps, each twice the last: 6 MiB on average.
    let found = in_kernel(400, &[(GROW, 21, 128 * MIB, 64 * MIB)]).findings(CASE);
    assert_eq!(found[0].kind, Kind::PageFaults);
    assert!(
        found[0].claim.contains("what grows in 21 blocks has 67108864 bytes alive at the peak"),
        "{found:#?}"
    );
}

#[test]
fn what_cannot_hold_a_large_block_makes_no_fresh_pages() {
    for (why, site) in [
        ("no more is alive at the peak", (GROW, 20, 64 * MIB, 32 * MIB)),
        ("64 vectors of a MiB each", (GROW, 64 * 17, 128 * MIB, 64 * MIB)),
        ("as many blocks of one size", ("plant::reserve", 64, 64 * MIB, 64 * MIB)),
    ] {
        assert_eq!(in_kernel(400, &[site]).kinds(CASE), [Kind::SystemCalls], "{why}");
    }
    let mut reads = in_kernel(400, &[(GROW, 21, 128 * MIB, 64 * MIB)]);
    reads.samples(CASE, &[("<std::fs::File as std::io::Read>::read;__GI___libc_read", 40)]);
    assert!(reads.kinds(CASE).contains(&Kind::SystemCalls), "samples show who is called");
}

#[test]
fn neighbours_starve_from_a_fifth_of_the_time_on_and_by_long_waits_alone() {
    let starved = |runqueue: u64, slices: u64| {
        let mut world = World::of(&["a"], &[1_000]);
        let ledger = alone([1_000 - runqueue, 0, runqueue, 0], "");
        world.books(CASE, WaitsLedger { slices, ..ledger });
        world.kinds(CASE)
    };
    assert_eq!(starved(200, 100), [Kind::Starved]);
    assert_eq!(starved(190, 100), [Kind::NoBottleneck]);
    // 0.2 s in 10,000 waits: 20 µs each, as waking a CPU takes.
    assert_eq!(starved(200, 10_000), [Kind::NoBottleneck]);
}

/// A thread that starts so many others, half of whose time is the kernel's.
fn starts(others: usize) -> World {
    let main = ("measuring thread", [400, 500, 0, 100], "futex");
    let mut ledger = books(900, 0, &[main, ("worker", [50, 50, 0, 0], "")]);
    ledger.threads[1].count = others;
    let mut world = World::of(&["a"], &[1_000]);
    world.books(CASE, ledger);
    world
}

#[test]
fn what_the_kernel_takes_is_claimed_once() {
    assert_eq!(starts(100).kinds(CASE), [Kind::Spawning]);
    // Of ten iterations.
    assert_eq!(starts(1).kinds(CASE), [Kind::SystemCalls]);
    let mut fresh = starts(100);
    fresh.heap(CASE, &[("plant::reserve", 1, 64 * MIB, 64 * MIB)]);
    assert_eq!(fresh.kinds(CASE), [Kind::PageFaults]);
}

#[test]
fn starting_takes_no_more_than_so_many_threads_take_on_this_machine() {
    // Ten threads in an iteration of 100 ms.
    let on_machine = |start_ns: f64| {
        let mut world = starts(100);
        world.speed(Speed::THREAD_START, [start_ns; 3]);
        world.findings(CASE)
    };
    let dear = on_machine(2e6);
    assert_eq!(dear[0].kind, Kind::Spawning);
    assert!(dear[0].share.is_some_and(|share| (share - 0.2).abs() < 1e-9), "{dear:#?}");
    let cheap = on_machine(5e4);
    assert_eq!(cheap[0].kind, Kind::SystemCalls, "{cheap:#?}");
}

/// A parent blocked until its ten children have begun and ended; `ready` is declared to find them there, in so much of its time.
fn waits_for_children(ready: [f64; 3]) -> Vec<Kind> {
    let mut world = World::of(&["a", "ready"], &[1_000]);
    world.member("ready").spares.push(Spare { cost: "spawning".into(), of: "a".into() });
    let mut ledger = alone([20, 30, 0, 950], "read");
    ledger.children = Some(10.0);
    world.books(CASE, ledger);
    world.range("planted/ready@1000", Metric::TimeRatio, ready);
    world.kinds(CASE)
}

#[test]
fn what_starting_children_takes_is_what_a_sibling_gains_who_has_them() {
    assert_eq!(waits_for_children([0.02, 0.01, 0.03])[0], Kind::Spawning);
    // Nothing that could be told: it waits for what they do.
    assert_eq!(waits_for_children([0.95, 0.85, 1.05]), [Kind::Waiting]);
}

#[test]
fn a_share_of_instructions_is_one_of_the_time_on_a_cpu() {
    let hashing = ("hashbrown::map::make_hash::<K, S>", 62);
    let found = |ledger: WaitsLedger| {
        let mut world = World::of(&["a"], &[1_000]);
        world.counts(CASE, 100_000, &[hashing]);
        world.books(CASE, ledger);
        let found = world.findings(CASE);
        let finding = of_kind(&found, Kind::Hashing).clone();
        assert!(finding.evidence[0].says.starts_with("62.0 % of the stacks"), "{finding:#?}");
        finding
    };
    // One thread's clocks tell exactly how long it was on a CPU.
    let alone = found(alone([500, 0, 0, 500], "ppoll"));
    assert!(
        alone
            .claim
            .contains("31.0 % of its time (by its instructions, for the 50 % of it with a thread on a CPU)"),
        "{}",
        alone.claim
    );
    assert_eq!((alone.share_low, alone.share_high), (alone.share, alone.share));
    // Of two, looks do.
    let main = ("measuring thread", [0, 0, 0, 1_000], "futex");
    let ledger = books(500, 0, &[main, ("worker", [500, 0, 0, 500], "read")]);
    let looked = found(WaitsLedger { sampling: Sampling { passes: 100, ..Sampling::default() }, ..ledger });
    let ends = looked.share_low.zip(looked.share_high).expect("a share has an interval");
    assert!(ends.0 < 0.26 && ends.1 > 0.36, "{ends:?}");
}
