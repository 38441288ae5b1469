//! Cases near the least work that their answer needs.

use super::world::{CASE, World, of_kind};
use crate::record::{Finding, FindingKind as Kind, ListedFloor, Metric, Spare};

const HASH: &str = "hashbrown::map::make_hash::<K, S>";

/// A case whose answer needs a block, a nanosecond give or take `give_or_take`, in so many nanoseconds; six tenths of its samples
/// are of hashing.
fn takes(ns: [f64; 3], give_or_take: f64) -> World {
    let mut world = World::of(&["a", "without"], &[1_000]);
    world.family.floors = vec![ListedFloor { size: 1_000, allocations: 1, ..ListedFloor::default() }];
    world.allocates_in_a_nanosecond(give_or_take);
    world.range(CASE, Metric::TimeNs, ns);
    world.samples(CASE, &[(HASH, 60)]);
    world
}

#[test]
fn a_case_is_shown_to_be_near_its_floor_with_the_whole_interval() {
    assert_eq!(takes([1.2, 1.1, 1.4], 0.0).kinds(CASE)[0], Kind::AtFloor);
    assert!(!takes([1.4, 1.2, 1.6], 0.0).kinds(CASE).contains(&Kind::AtFloor), "1.6 times as well");
    assert!(!takes([1.2, 1.1, 1.4], 0.2).kinds(CASE).contains(&Kind::AtFloor), "1.75 times as well");
}

#[test]
fn who_abbreviates_the_answer_has_no_floor() {
    let mut world = takes([1.2, 1.1, 1.4], 0.0);
    world.member("a").abbreviates = true;
    assert!(!world.kinds(CASE).contains(&Kind::AtFloor));
}

#[test]
fn a_floor_has_no_share_and_its_ceiling_is_what_is_left_above_it() {
    let found = takes([1.2, 1.1, 1.4], 0.0).findings(CASE);
    let Finding { share, ceiling, ceiling_measured, .. } = of_kind(&found, Kind::AtFloor);
    assert_eq!((*share, *ceiling, *ceiling_measured), (None, Some(1.2), None));
}

#[test]
fn at_its_floor_a_case_is_sent_after_nothing_but_what_was_measured_to_gain() {
    let found = takes([1.2, 1.1, 1.4], 0.0).findings(CASE);
    assert_eq!(of_kind(&found, Kind::Hashing).advice, "", "its share says where the time goes and no more");
    assert!(of_kind(&found, Kind::AtFloor).advice.starts_with("leave it"));
    let with_sibling = |ratio: [f64; 3]| {
        let mut world = takes([1.2, 1.1, 1.4], 0.0);
        let spare = Spare { cost: "hashing".into(), of: "a".into() };
        world.member("without").spares.push(spare);
        world.range("planted/without@1000", Metric::TimeRatio, ratio);
        of_kind(&world.findings(CASE), Kind::Hashing).advice.clone()
    };
    assert!(with_sibling([0.5, 0.45, 0.55]).contains("`without`"));
    assert_eq!(with_sibling([0.65, 0.6, 0.75]), "", "1.3 times as fast may be all");
    let away = takes([9.0, 8.0, 10.0], 0.0).findings(CASE);
    assert_ne!(of_kind(&away, Kind::Hashing).advice, "");
}
