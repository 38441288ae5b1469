//! Planted records of cases that were run without a cost: their data in cache, their threads on one CPU. Beside each the
//! same with an experiment that shows nothing, or cannot be believed.

use perflab::record::{Finding, FindingKind as Kind, Metric};

use super::planted::{grown, sample};
use super::{Row, World, books, family};

const LARGE: &str = "planted/a@1000000";
const CASE: &str = "planted/a@1000";

pub(crate) fn rows() -> Vec<Row> {
    in_cache().into_iter().chain(on_one_cpu()).collect()
}

/// A case of 8 MB of which instructions and nanoseconds at 1,000, 10,000 and 1,000,000 are given, with what was measured
/// at 15,625, and no counts at the largest size.
fn compared(instructions: [f64; 3], large_ns: f64, measured: [f64; 3]) -> World {
    let [small, middle, large] = instructions;
    let mut world = grown([
        (1_000, [small, small / 2.0, 8e3, 0.0]),
        (10_000, [middle, middle / 2.0, 8e4, 900.0]),
        (1_000_000, [large, large_ns, 8e6, 1e6]),
    ]);
    sample(&mut world, LARGE, &[]);
    world.recorded.cases.iter_mut().for_each(|case| {
        let large = case.size == 1_000_000;
        let uncounted = |metric| large && matches!(metric, Metric::Instructions | Metric::L1Misses);
        case.measurements.retain(|number| !uncounted(number.metric));
    });
    // The sizes in between are what the exact counts of a third one tell.
    world.number("planted/a@100", Metric::Instructions, small / 10.0);
    world.member("a").sizes.insert(0, 100);
    world.range(LARGE, Metric::CeilingMemory, measured);
    world.number(LARGE, Metric::CeilingMemorySize, 15_625.0);
    world.number(LARGE, Metric::WorkingSetBytes, 8e6);
    world
}

/// As many instructions an element at each size.
const LINEAR: [f64; 3] = [4_000.0, 40_000.0, 4e6];

fn in_cache() -> Vec<Row> {
    let found = |mut world: World| world.findings(LARGE);
    let measured = |found: &[Finding]| {
        found
            .iter()
            .find(|finding| finding.kind == Kind::MemoryBound)
            .and_then(|memory| memory.ceiling_measured)
    };
    let chase = found(compared(LINEAR, 3e7, [3.2, 3.0, 3.4]));
    assert_eq!(measured(&chase), Some(3.2));
    assert!(
        chase[0].evidence.iter().any(|proof| proof.says.contains("1.00 times the instructions")),
        "{chase:#?}"
    );
    // n log n: an element costs two and a half times the instructions that it costs where the data fits.
    let log = |n: f64| 12.0 * n * n.ln();
    let sorting = found(compared([log(1e3), log(1e4), log(1e6)], log(1e6) / 2.0, [1.7, 1.6, 1.8]));
    vec![
        Row::of("pointer chasing, run in cache", Kind::MemoryBound, chase)
            .says("15 times as long")
            .says("measured, each element is handled 3.2 times as fast [3.0, 3.4] at size 15625"),
        Row::of(
            "slow at one size, no faster in cache",
            Kind::NoBottleneck,
            found(compared(LINEAR, 3e7, [1.01, 0.98, 1.04])),
        )
        .silent(&[Kind::MemoryBound]),
        Row::of(
            "slower by too little, faster in cache",
            Kind::MemoryBound,
            found(compared(LINEAR, 2.9e6, [1.62, 1.55, 1.7])),
        )
        .says("it waits for memory: each element is handled 1.6 times as fast")
        .says("1.00 times the instructions"),
        Row::of("faster in cache by doing less", Kind::NoBottleneck, sorting).silent(&[Kind::MemoryBound]),
    ]
}

/// Two threads that work for `busy` of a second each and wait for each other for the rest, in a family in which nothing
/// runs on one thread; and what one CPU is to them.
fn threads(busy: u64, spins: bool, one_cpu: [f64; 3]) -> Vec<Finding> {
    let mut world = World::of(family("planted", &["b", "a"], &[1_000]));
    for member in ["a", "b"] {
        world.member(member).concurrency.threads = true;
        world.member(member).concurrency.spins = spins;
    }
    sample(&mut world, CASE, &[]);
    world.recorded.cases[0].measurements.retain(|number| number.metric != Metric::TimeNs);
    let main = ("measuring thread", [0, 0, 0, 1_000], "futex");
    let worker = [busy, 0, 0, 1_000 - busy];
    world.waits(CASE, books(980, 0, &[main, ("one", worker, "futex"), ("two", worker, "futex")]));
    world.range(CASE, Metric::CeilingOneCpu, one_cpu);
    world.findings(CASE)
}

fn on_one_cpu() -> Vec<Row> {
    let locked = threads(490, false, [1.34, 1.3, 1.38]);
    assert_eq!(locked[0].ceiling_measured, Some(1.34));
    vec![
        Row::of("one lock, and nothing on one thread", Kind::LockContention, locked)
            .says("on one CPU the same threads are 1.34 times as fast [1.30, 1.38]"),
        Row::of(
            "waits in futex, and gains by its CPUs",
            Kind::NoBottleneck,
            threads(490, false, [0.6, 0.58, 0.62]),
        )
        .silent(&[Kind::LockContention]),
        Row::of(
            "one cache line, and no sibling to tell it",
            Kind::FalseSharing,
            threads(970, false, [2.4, 2.2, 2.6]),
        )
        .says("on one CPU the same threads are 2.40 times as fast")
        .says("a cache line of its own"),
        Row::of(
            "threads that gain by their CPUs",
            Kind::NoBottleneck,
            threads(970, false, [0.52, 0.5, 0.54]),
        )
        .silent(&[Kind::FalseSharing]),
        Row::of("threads that spin", Kind::LockContention, threads(970, true, [2.4, 2.2, 2.6]))
            .says("hold each other up, by spinning or over the same cache lines: they use 1.94 of 2 CPUs")
            .says("on one CPU the same threads are 2.40 times as fast")
            .silent(&[Kind::FalseSharing]),
        Row::of("threads that spin, and gain", Kind::NoBottleneck, threads(970, true, [0.52, 0.5, 0.54]))
            .silent(&[Kind::LockContention, Kind::FalseSharing]),
    ]
}
