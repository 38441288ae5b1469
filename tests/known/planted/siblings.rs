//! What a sibling that does with less tells of a case.

use perflab::record::{FindingKind as Kind, Metric};

use super::{CASE, sample};
use crate::known::{Row, World};

pub(super) fn rows() -> Vec<Row> {
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
