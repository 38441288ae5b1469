//! One function that holds the cost, wherever it hides, and costs that no function holds.

use perflab::record::{FindingKind as Kind, Metric};

use super::{CASE, sampled};
use crate::known::{Row, World};

pub(super) fn rows() -> Vec<Row> {
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
