//! What is said of the evidence itself: instruments and clocks that differ, and too few samples.

use perflab::record::FindingKind as Kind;

use super::{CASE, RUN, at, sampled};
use crate::known::{Row, World, alone};

pub(super) fn rows() -> Vec<Row> {
    let differ = |samples: u128, counts: u128| {
        let mut world = sampled(&[("hashbrown::map::make_hash::<K, S>", samples)]);
        world.counts(CASE, &[(&at("hashbrown::map::make_hash::<K, S>"), counts), (RUN, 1_000 - counts)]);
        world.findings(CASE)
    };
    let clocks = {
        let mut world = sampled(&[]);
        world.waits(CASE, alone([1_000, 0, 0, 0], ""));
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
