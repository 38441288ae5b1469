//! What grows with the size faster than it should, or not at all; and branches, by what they count.

use perflab::analysis::findings::without_work;
use perflab::record::{FindingKind as Kind, Metric};

use super::{CASE, grown, sample, sampled};
use crate::known::{Row, World};

pub(super) fn rows() -> Vec<Row> {
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
    let mut loud = optimised([7.0, 7.0, 7.0]);
    assert_eq!(loud.derive(), [""; 0], "no file is unreadable");
    let told: Vec<String> =
        without_work(&loud.recorded).map(|(id, found)| format!("{id}: {}", found.claim)).collect();
    assert!(
        told.len() == 3 && told[2].starts_with("planted/a@1000: it takes 7 instructions at every size"),
        "{told:?}"
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
