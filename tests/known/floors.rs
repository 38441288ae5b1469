//! Planted records of cases whose least work is stated, on a machine whose speeds are: one that is as quick as that work
//! allows, and one that is not.

use perflab::record::{FindingKind as Kind, ListedFloor, Metric, Speed, Unit};

use super::planted::sample;
use super::{Row, World, environment};

const CASE: &str = "planted/a@1000000";

/// A case that writes 8 MB, on a machine that writes 40 GB a second: 200 µs at least.
fn writes(time_ns: f64) -> World {
    let mut world = World::planted(&["a"], &[1_000_000]);
    sample(&mut world, CASE, &[]);
    world.recorded.cases[0].measurements.retain(|number| number.metric != Metric::TimeNs);
    world.range(CASE, Metric::TimeNs, [time_ns, time_ns * 0.97, time_ns * 1.03]);
    world.listing.families[0].floors =
        vec![ListedFloor { size: 1_000_000, bytes_written: 8_000_000, ..ListedFloor::default() }];
    let memory = Speed {
        name: "write-memory".into(),
        value: 40e9,
        low: 38e9,
        high: 42e9,
        unit: Unit::BytesPerSecond,
        holds_bytes: None,
    };
    world.recorded.environment = Some(environment(vec![memory]));
    world
}

pub(crate) fn rows() -> [Row; 2] {
    [
        Row::of("8 MB written in 1.1 times the least time", Kind::AtFloor, writes(220e3).findings(CASE))
            .says("writing 8000000 bytes"),
        Row::of("8 MB written in three times that", Kind::NoBottleneck, writes(600e3).findings(CASE))
            .silent(&[Kind::AtFloor]),
    ]
}
