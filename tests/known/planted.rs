//! Costs planted in records, and beside each the same record without the cost, where its rule must say nothing.

use perflab::record::{FindingKind as Kind, Metric};

use super::{Row, World, books, family};

const CASE: &str = "planted/a@1000";
const RUN: &str = "<plant::W as Run>::run";

/// A stack below the planted workload.
fn at(frames: &str) -> String {
    format!("{RUN};{frames}")
}

/// A case of which `percent` of 500 samples lie in `frames`, and the rest in as many small functions as have no share
/// worth a word.
fn sampled(frames: &[(&str, u128)]) -> World {
    let mut world = World::planted(&["a"], &[1_000]);
    sample(&mut world, CASE, frames);
    world
}

pub(super) fn sample(world: &mut World, case: &str, frames: &[(&str, u128)]) {
    let mut stacks: Vec<(String, u128)> =
        frames.iter().map(|(frames, percent)| (at(frames), percent * 5)).collect();
    let left = 500 - stacks.iter().map(|(_, weight)| weight).sum::<u128>();
    for small in 0..left / 20 {
        stacks.push((at(&format!("plant::small_{small}")), 20));
    }
    stacks.push((String::new(), left % 20));
    let stacks: Vec<(&str, u128)> = stacks.iter().map(|(stack, weight)| (stack.as_str(), *weight)).collect();
    world.number(case, Metric::TimeNs, 1_000_000.0);
    world.samples(case, &stacks);
}

/// A row for a share that is planted, and one for a trace of it.
fn share(case: &'static str, without: &'static str, kind: Kind, frames: &str) -> [Row; 2] {
    [
        Row::of(case, kind, sampled(&[(frames, 60)]).findings(CASE)),
        Row::of(without, Kind::NoBottleneck, sampled(&[(frames, 6)]).findings(CASE)).silent(&[kind]),
    ]
}

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    rows.extend(shares());
    rows.extend(functions());
    rows.extend(siblings());
    rows.extend(sizes());
    rows.extend(threads());
    rows.extend(evidence());
    rows
}

fn shares() -> Vec<Row> {
    let mut rows = Vec::new();
    rows.extend(share(
        "6 in 10 in the hasher",
        "a trace of hashing",
        Kind::Hashing,
        "hashbrown::map::make_hash::<u64, S>;<core::hash::sip::Hasher<R> as core::hash::Hasher>::finish",
    ));
    rows.extend(share(
        "6 in 10 in memmove",
        "a trace of copying",
        Kind::Copying,
        "<[u8]>::copy_from_slice;__memmove_avx_unaligned_erms",
    ));
    rows.extend(share(
        "6 in 10 formatting",
        "a trace of formatting",
        Kind::Formatting,
        "core::fmt::write;<u64 as core::fmt::Display>::fmt",
    ));
    rows.extend(share(
        "6 in 10 sorting",
        "a trace of sorting",
        Kind::Ordering,
        "<[u64]>::sort_unstable;core::slice::sort::unstable::quicksort::quicksort::<u64, F>",
    ));
    rows.extend(share(
        "6 in 10 in serde",
        "a trace of serialisation",
        Kind::Serialisation,
        "postcard::ser::to_allocvec::<T>;<T as serde::ser::Serialize>::serialize",
    ));
    rows.extend(share(
        "6 in 10 starting threads",
        "a trace of starting threads",
        Kind::Spawning,
        "std::thread::spawn::<F, T>;<std::thread::Builder>::spawn::<F, T>;__pthread_create_2_1",
    ));
    rows.extend(share(
        "a tree whose cost is its drop",
        "a trace of dropping",
        Kind::Dropping,
        "core::ptr::drop_in_place::<Tree>;plant::fall",
    ));

    // k blocks of b bytes: 1,000 of 96.
    let mut blocks =
        sampled(&[("alloc::alloc::alloc;__GI___libc_malloc;_int_malloc", 45), ("_int_free", 20)]);
    blocks.heap(CASE, &[(&["alloc::alloc::alloc", RUN], 1_000, 96_000)]);
    let found = blocks.findings(CASE);
    rows.push(
        Row::of("1,000 blocks of 96 bytes", Kind::Allocation, found)
            .says("1000 blocks, 96000 bytes")
            .silent(&[Kind::Growth]),
    );
    rows.push(
        Row::of("a trace of allocation", Kind::NoBottleneck, sampled(&[("_int_free", 6)]).findings(CASE))
            .silent(&[Kind::Allocation]),
    );

    let grow = "<alloc::vec::Vec<u64>>::push;<alloc::raw_vec::RawVec<u64>>::grow_one;<alloc::raw_vec::RawVecInner>::finish_grow";
    let frames = ["<alloc::raw_vec::RawVecInner>::finish_grow", RUN];
    let mut growing = sampled(&[(grow, 60)]);
    growing.heap(CASE, &[(&frames, 9, 16_352)]);
    rows.push(
        Row::of("a vector that grows nine times", Kind::Growth, growing.findings(CASE)).says("9 blocks"),
    );
    let mut reserved = sampled(&[(grow, 60)]);
    reserved.heap(CASE, &[(&frames, 1, 8_000)]);
    rows.push(
        Row::of("a vector that takes its one block", Kind::HotFunction, reserved.findings(CASE))
            .silent(&[Kind::Growth]),
    );

    let even = sampled(&[("hashbrown::map::make_hash::<K, S>", 40), ("core::fmt::write", 40)]);
    let mut even = even;
    rows.push(
        Row::of("two equal costs", Kind::Hashing, even.findings(CASE))
            .beside(&[Kind::Formatting])
            .says("as much by formatting"),
    );
    let uneven =
        sampled(&[("hashbrown::map::make_hash::<K, S>", 60), ("core::fmt::write", 30)]).findings(CASE);
    assert!(!uneven[0].claim.contains("as much"), "{}", uneven[0].claim);
    rows.push(Row::of("two unequal costs", Kind::Hashing, uneven).beside(&[Kind::Formatting]));

    // Exact where instructions were counted, whatever samples say.
    let mut exact = sampled(&[("hashbrown::map::make_hash::<K, S>", 45)]);
    exact.counts(
        CASE,
        &[
            (&at("hashbrown::map::make_hash::<K, S>"), 620),
            (&at("plant::rest;core::fmt::write"), 80),
            (RUN, 300),
        ],
    );
    let found = exact.findings(CASE);
    assert_eq!((found[0].share_low, found[0].share_high), (Some(0.62), Some(0.62)));
    rows.push(
        Row::of("62 % by instructions, 45 % by samples", Kind::Hashing, found)
            .says("62.0 % of its instructions")
            .silent(&[Kind::InstrumentsDisagree]),
    );
    rows
}

fn functions() -> Vec<Row> {
    let uneven = sampled(&[("plant::hot", 70), ("plant::warm", 30)]).findings(CASE);
    let even = sampled(&[("plant::left", 50), ("plant::right", 50)]).findings(CASE);
    let chain = "<core::iter::adapters::map::Map<I, F> as core::iter::traits::iterator::Iterator>::fold::<u64, F>;<I as core::iter::traits::iterator::Iterator>::for_each::<F>;plant::expensive::<u64>;<u64>::wrapping_mul";
    let inlined = "plant::outer;plant::inlined;core::intrinsics::rotate_left::<u64>";
    let nothing = {
        let mut world = World::planted(&["a"], &[1_000]);
        world.samples(CASE, &[("", 500)]);
        world.number(CASE, Metric::Instructions, 3.0);
        world.findings(CASE)
    };
    vec![
        Row::of("70/30 between two functions", Kind::HotFunction, uneven).says("plant::hot"),
        Row::of("50/50 between two functions", Kind::HotFunction, even)
            .says("plant::left")
            .says("as much by plant::right"),
        Row::of(
            "a generic deep in an iterator chain",
            Kind::HotFunction,
            sampled(&[(chain, 80)]).findings(CASE),
        )
        .says("plant::expensive"),
        Row::of("a cost inlined away", Kind::HotFunction, sampled(&[(inlined, 80)]).findings(CASE))
            .says("plant::inlined"),
        Row::of("spread over many functions", Kind::NoBottleneck, sampled(&[]).findings(CASE)),
        Row::of("nothing at all", Kind::NoBottleneck, nothing),
    ]
}

fn siblings() -> Vec<Row> {
    let excess = |own: f64, ratio: f64| {
        let mut world = World::planted(&["a", "lean"], &[1_000]);
        sample(&mut world, CASE, &[]);
        world.number(CASE, Metric::Instructions, own);
        world.number("planted/lean@1000", Metric::Instructions, 20_000.0);
        world.range("planted/lean@1000", Metric::TimeRatio, [ratio, ratio * 0.95, ratio * 1.05]);
        world.findings(CASE)
    };
    let spared = {
        let mut world = World::planted(&["a", "without"], &[1_000]);
        sample(&mut world, CASE, &[("hashbrown::map::make_hash::<K, S>", 5)]);
        world.spare("without", "hashing", "a");
        world.range("planted/without@1000", Metric::TimeRatio, [0.35, 0.34, 0.36]);
        world.findings(CASE)
    };
    assert_eq!(spared[0].ceiling_measured.map(|gain| (gain * 100.0).round()), Some(286.0));
    vec![
        Row::of("four times a sibling's instructions", Kind::ExcessWork, excess(80_000.0, 0.2))
            .says("4.0 times the instructions of `lean`")
            .says("5.0 times as fast"),
        Row::of("as many instructions as a sibling", Kind::NoBottleneck, excess(22_000.0, 0.95))
            .silent(&[Kind::ExcessWork]),
        Row::of("more instructions, no more time", Kind::NoBottleneck, excess(80_000.0, 1.0))
            .silent(&[Kind::ExcessWork]),
        Row::of("a cost that only a sibling without it shows", Kind::Hashing, spared)
            .says("`without` is 2.9 times as fast"),
    ]
}

/// A member at three sizes: instructions, nanoseconds, bytes, simulated misses.
pub(super) fn grown(sizes: [(usize, [f64; 4]); 3]) -> World {
    let mut world = World::planted(&["a"], &sizes.map(|(size, _)| size));
    for (size, [instructions, ns, bytes, misses]) in sizes {
        let case = format!("planted/a@{size}");
        world.number(&case, Metric::Instructions, instructions);
        world.range(&case, Metric::TimeNs, [ns, ns * 0.97, ns * 1.03]);
        world.number(&case, Metric::HeapBytes, bytes);
        world.number(&case, Metric::L1Misses, misses);
    }
    world
}

fn sizes() -> Vec<Row> {
    let mut chase = grown([
        (1_000, [4_000.0, 2_000.0, 8e3, 0.0]),
        (10_000, [40_000.0, 20_000.0, 8e4, 900.0]),
        (1_000_000, [4e6, 3e7, 8e6, 1e6]),
    ]);
    sample(&mut chase, "planted/a@1000000", &[]);
    let mut cached = grown([
        (1_000, [4_000.0, 2_000.0, 8e3, 0.0]),
        (10_000, [40_000.0, 22_000.0, 8e4, 900.0]),
        (1_000_000, [4e6, 2.9e6, 8e6, 1e6]),
    ]);
    sample(&mut cached, "planted/a@1000000", &[]);
    let mut quadratic = grown([
        (10, [100.0, 50.0, 400.0, 0.0]),
        (100, [1_500.0, 1_000.0, 40_000.0, 0.0]),
        (1_000, [90_000.0, 60_000.0, 4e6, 0.0]),
    ]);
    sample(&mut quadratic, CASE, &[("core::fmt::write", 90)]);
    let mut sorting = grown([
        (10, [300.0, 100.0, 80.0, 0.0]),
        (100, [6_000.0, 2_000.0, 800.0, 0.0]),
        (1_000, [90_000.0, 30_000.0, 8_000.0, 0.0]),
    ]);
    sample(&mut sorting, CASE, &[]);
    let optimised = |counts: [f64; 3]| {
        let mut world = World::planted(&["a", "b"], &[10, 100, 1_000]);
        for (size, count) in [10, 100, 1_000].into_iter().zip(counts) {
            world.number(&format!("planted/a@{size}"), Metric::Instructions, count);
            world.number(&format!("planted/b@{size}"), Metric::Instructions, 9.0 * size as f64);
            world.number(&format!("planted/a@{size}"), Metric::HeapBlocks, 0.0);
        }
        sample(&mut world, CASE, &[]);
        world
    };
    let loud = optimised([7.0, 7.0, 7.0]).derive();
    assert!(
        loud.len() == 3 && loud[2].starts_with("planted/a@1000: it takes 7 instructions at every size"),
        "{loud:?}"
    );
    let branchy = |mispredicted: u64| {
        let mut world = sampled(&[]);
        world.number(CASE, Metric::Instructions, 5_000.0);
        world.number(CASE, Metric::EstimatedCycles, 6_000.0);
        world.branches(CASE, 2_000, mispredicted, 5_000);
        world.findings(CASE)
    };
    vec![
        Row::of("pointer chasing, few instructions", Kind::MemoryBound, chase.findings("planted/a@1000000"))
            .says("15 times as long"),
        Row::of("as quick from memory", Kind::NoBottleneck, cached.findings("planted/a@1000000"))
            .silent(&[Kind::MemoryBound]),
        Row::of("quadratic text", Kind::SuperLinear, quadratic.findings(CASE))
            .says("power of 2.00")
            .beside(&[Kind::Formatting]),
        Row::of("n log n", Kind::NoBottleneck, sorting.findings(CASE))
            .silent(&[Kind::SuperLinear, Kind::MemoryBound]),
        Row::of("work that does not grow", Kind::OptimisedAway, optimised([7.0, 7.0, 7.0]).findings(CASE)),
        Row::of("work that grows", Kind::NoBottleneck, optimised([70.0, 700.0, 7_000.0]).findings(CASE))
            .silent(&[Kind::OptimisedAway]),
        Row::of("a branch over shuffled data", Kind::Branching, branchy(500)).says("500 of 2000 branches"),
        Row::of("the same over sorted data", Kind::NoBottleneck, branchy(12)).silent(&[Kind::Branching]),
    ]
}

fn threads() -> Vec<Row> {
    let booked = |ledger, frames: &[(&str, u128)]| {
        let mut world = sampled(frames);
        // As long by either clock.
        world.recorded.cases[0].measurements.retain(|number| number.metric != Metric::TimeNs);
        world.waits(CASE, ledger);
        world
    };
    let read = "<std::fs::File as std::io::Read>::read;__GI___libc_read";
    let mut children = books(20, 0, &[("measuring thread", [10, 10, 0, 980], "wait4")]);
    children.children = Some(10.0);
    let mut pages = booked(books(1_000, 0, &[("measuring thread", [300, 700, 0, 0], "")]), &[]);
    pages.heap(CASE, &[(&[RUN], 1, 64 << 20)]);
    let locked = |threads: [[u64; 4]; 2], ratio: f64| {
        let mut world = World::of(family("planted", "How should it be shared?", &["serial", "a"], &[1_000]));
        world.member("a").concurrency.threads = true;
        sample(&mut world, CASE, &[]);
        world.recorded.cases[0].measurements.retain(|number| number.metric != Metric::TimeNs);
        world.range(CASE, Metric::TimeRatio, [ratio, ratio * 0.98, ratio * 1.02]);
        let main = ("measuring thread", [0, 0, 0, 1_000], "futex");
        world.waits(CASE, books(980, 0, &[main, ("one", threads[0], "futex"), ("two", threads[1], "futex")]));
        world.findings(CASE)
    };
    let shared = |instructions: f64, ratio: f64| {
        let mut world = World::planted(&["a", "padded"], &[1_000]);
        world.member("a").concurrency.threads = true;
        world.member("padded").concurrency.threads = true;
        sample(&mut world, CASE, &[]);
        world.number(CASE, Metric::Instructions, 100_000.0);
        world.number("planted/padded@1000", Metric::Instructions, instructions);
        world.range("planted/padded@1000", Metric::TimeRatio, [ratio, ratio * 0.95, ratio * 1.05]);
        world.findings(CASE)
    };
    let mut starved = books(500, 500, &[("measuring thread", [500, 0, 500, 0], "")]);
    starved.slices = 100;
    let born = {
        let mut ledger = books(
            900,
            0,
            &[("measuring thread", [200, 300, 0, 500], "futex"), ("worker", [200, 200, 0, 100], "futex")],
        );
        ledger.threads[1].count = 100;
        ledger
    };
    vec![
        Row::of(
            "84 % blocked",
            Kind::Waiting,
            booked(books(160, 0, &[("measuring thread", [150, 10, 0, 840], "ppoll")]), &[]).findings(CASE),
        )
        .says("84.0 %")
        .says("ppoll"),
        Row::of(
            "3 % blocked",
            Kind::NoBottleneck,
            booked(books(970, 0, &[("measuring thread", [970, 0, 0, 30], "ppoll")]), &[]).findings(CASE),
        )
        .silent(&[Kind::Waiting]),
        Row::of("ten children waited for", Kind::Waiting, booked(children, &[]).findings(CASE))
            .says("wait4")
            .says("10 children"),
        Row::of(
            "a file read byte by byte",
            Kind::SystemCalls,
            booked(books(1_000, 0, &[("measuring thread", [200, 800, 0, 0], "")]), &[(read, 60)])
                .findings(CASE),
        )
        .says("called most by read"),
        Row::of(
            "a file read at once",
            Kind::NoBottleneck,
            booked(books(1_000, 0, &[("measuring thread", [960, 40, 0, 0], "")]), &[(read, 3)])
                .findings(CASE),
        )
        .silent(&[Kind::SystemCalls]),
        Row::of("fresh pages touched once", Kind::PageFaults, pages.findings(CASE))
            .says("70.0 %")
            .silent(&[Kind::SystemCalls]),
        Row::of("neighbours have the CPU", Kind::Starved, booked(starved, &[]).findings(CASE))
            .says("quiet machine"),
        Row::of("ten threads an iteration", Kind::Spawning, booked(born, &[]).findings(CASE))
            .says("10 threads an iteration"),
        Row::of(
            "one lock for two threads",
            Kind::LockContention,
            locked([[490, 0, 0, 490], [490, 0, 0, 490]], 1.01),
        )
        .says("1.01 times as long as one thread"),
        Row::of(
            "two threads that gain",
            Kind::NoBottleneck,
            locked([[970, 0, 0, 10], [970, 0, 0, 10]], 0.51),
        )
        .silent(&[Kind::LockContention]),
        Row::of("one cache line for two threads", Kind::FalseSharing, shared(99_000.0, 0.2))
            .says("5.0 times as long as `padded`"),
        Row::of("a cache line each", Kind::NoBottleneck, shared(99_000.0, 0.97))
            .silent(&[Kind::FalseSharing]),
    ]
}

fn evidence() -> Vec<Row> {
    let differ = |samples: u128, counts: u128| {
        let mut world = sampled(&[("hashbrown::map::make_hash::<K, S>", samples)]);
        world.counts(CASE, &[(&at("hashbrown::map::make_hash::<K, S>"), counts), (RUN, 1_000 - counts)]);
        world.findings(CASE)
    };
    let clocks = {
        let mut world = sampled(&[]);
        world.waits(CASE, books(1_000, 0, &[("measuring thread", [1_000, 0, 0, 0], "")]));
        world.findings(CASE)
    };
    let few = {
        let mut world = World::planted(&["a"], &[1_000]);
        world.samples(CASE, &[("plant::f", 12)]);
        world.findings(CASE)
    };
    vec![
        Row::of("90 % by instructions, 12 % by samples", Kind::Hashing, differ(12, 900))
            .beside(&[Kind::InstrumentsDisagree]),
        Row::of("60 % by instructions, 45 % by samples", Kind::Hashing, differ(45, 600))
            .silent(&[Kind::InstrumentsDisagree]),
        Row::of("two clocks a hundredfold apart", Kind::InstrumentsDisagree, clocks)
            .says("the time of an iteration"),
        Row::of("twelve samples", Kind::NotEnoughEvidence, few).says("only 12"),
    ]
}
