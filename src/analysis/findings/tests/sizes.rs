//! What a member's sizes tell of it, and what a model adds.

use super::world::{CASE, World, of_kind};
use crate::analysis::planted::alone;
use crate::record::{FindingKind as Kind, ListedFloor, ListedWorkload, Metric};

const LARGEST: &str = "planted/a@100000";
const SIZES: [usize; 4] = [100, 1_000, 10_000, 100_000];

/// A member with as many instructions and first-level misses an element at each size, and a time that grows to the power of
/// `power`; at the largest size the time may be a third of it as well, so that no two sizes tell anything.
fn timed(power: f64) -> World {
    let mut world = World::of(&["a"], &SIZES);
    for size in SIZES {
        let (case, n) = (format!("planted/a@{size}"), size as f64);
        world.number(&case, Metric::Instructions, 40.0 * n);
        world.number(&case, Metric::L1Misses, n);
        let ns = 10.0 * n.powf(power);
        let low = if size == 100_000 { ns / 3.0 } else { ns };
        world.range(&case, Metric::TimeNs, [ns, low, ns]);
    }
    world.samples(LARGEST, &[]);
    world
}

#[test]
fn laws_that_diverge_tell_of_memory_where_nothing_else_does() {
    let found = timed(1.2).findings(LARGEST);
    let finding = of_kind(&found, Kind::MemoryBound);
    assert!(
        finding.claim.starts_with(
            "its time grows with the size to the power of 1.20 [1.20, 1.20] and its instructions to that of 1.00 [1.00, 1.00] \
             over 4 sizes: by these laws an instruction takes 4.0 times as long"
        ),
        "{}",
        finding.claim
    );
    assert!(!timed(1.2).kinds("planted/a@1000").contains(&Kind::MemoryBound), "1.6 times as long there");
    assert!(!timed(1.05).kinds(LARGEST).contains(&Kind::MemoryBound), "1.4 times as long");
    let mut calls = timed(1.2);
    calls.recorded.cases[3].measurements.retain(|number| number.metric != Metric::L1Misses);
    calls.number(LARGEST, Metric::L1Misses, 1.0);
    assert!(!calls.kinds(LARGEST).contains(&Kind::MemoryBound), "nothing misses the cache");
}

#[test]
fn what_lies_in_a_cores_own_cache_waits_for_no_memory() {
    let of = |alive: Option<f64>, misses: f64| {
        let mut world = timed(1.2);
        world.recorded.cases[3].measurements.retain(|number| number.metric != Metric::L1Misses);
        world.number(LARGEST, Metric::L1Misses, misses);
        world.own_cache(1 << 20);
        if let Some(bytes) = alive {
            world.number(LARGEST, Metric::WorkingSetBytes, bytes);
        }
        world.kinds(LARGEST).contains(&Kind::MemoryBound)
    };
    // An iteration takes 10 ms.
    let found = |alive: Option<f64>| of(alive, 1e5);
    assert!(found(None), "nobody knows what is alive");
    assert!(found(Some(3e6)));
    assert!(!found(Some(8e5)));
    assert!(
        of(Some(8e5), 1e6),
        "one instruction in four misses the first level, which may take all of the time"
    );
}

#[test]
fn what_was_measured_decides_whatever_laws_say() {
    let mut world = timed(1.2);
    world.range(LARGEST, Metric::CeilingMemory, [1.0, 0.98, 1.02]);
    world.number(LARGEST, Metric::CeilingMemorySize, 1_000.0);
    assert!(!world.kinds(LARGEST).contains(&Kind::MemoryBound));
}

#[test]
fn a_divergence_of_laws_is_evidence_beside_two_sizes() {
    let mut world = timed(1.2);
    world.recorded.cases[3].measurements.retain(|number| number.metric != Metric::TimeNs);
    world.number(LARGEST, Metric::TimeNs, 10.0 * 1e6);
    let found = world.findings(LARGEST);
    let finding = of_kind(&found, Kind::MemoryBound);
    assert!(finding.claim.starts_with("an instruction takes 4.0 times as long"), "{}", finding.claim);
    let says = |says: &str| finding.evidence.iter().any(|evidence| evidence.says.starts_with(says));
    assert!(says("over 4 sizes time grows to the power of 1.20"), "{finding:#?}");
}

#[test]
fn laws_over_unlike_sizes_are_not_held_against_each_other() {
    // Linear at first and quadratic later, in instructions and in time alike; counted at the smaller sizes alone.
    let mut world = World::of(&["a"], &SIZES);
    for size in SIZES {
        let (case, n) = (format!("planted/a@{size}"), size as f64);
        let cost = 100.0 * n + n * n / 100.0;
        if size < 100_000 {
            world.number(&case, Metric::Instructions, cost);
            world.number(&case, Metric::L1Misses, cost);
        }
        world.range(&case, Metric::TimeNs, [cost / 2.0, cost / 4.0, cost]);
    }
    for size in [10_000, 100_000] {
        let case = format!("planted/a@{size}");
        world.samples(&case, &[]);
        assert!(!world.kinds(&case).contains(&Kind::MemoryBound), "{size}");
    }
}

/// A member whose peak grows to the power of `power`, with times from 50 ns on that end with `ns`.
fn peaks(power: f64, ns: [f64; 3]) -> World {
    let mut world = World::of(&["a"], &[10, 100, 1_000]);
    for size in [10, 100, 1_000] {
        let case = format!("planted/a@{size}");
        world.number(&case, Metric::HeapPeakBytes, 8.0 * f64::from(size).powf(power));
    }
    world.number("planted/a@10", Metric::TimeNs, 50.0);
    world.range(CASE, Metric::TimeNs, ns);
    world.samples(CASE, &[]);
    world
}

#[test]
fn a_peak_that_grows_with_the_square_is_super_linear() {
    let found = peaks(2.0, [60_000.0, 55_000.0, 65_000.0]).findings(CASE);
    assert_eq!(
        found[0].claim,
        "its peak heap bytes grow with the size to the power of 2.00 [2.00, 2.00] over 3 sizes; at this one it takes 12 times \
         [11, 13] as long as growing in step from the smallest would, by times that were taken apart"
    );
    assert!(found[0].share_low < found[0].share && found[0].share < found[0].share_high, "{found:#?}");
    assert!(!peaks(1.0, [60_000.0; 3]).kinds(CASE).contains(&Kind::SuperLinear));
    let unsure = peaks(2.0, [8_000.0, 5_200.0, 11_000.0]).kinds(CASE);
    assert!(!unsure.contains(&Kind::SuperLinear), "by these times it may grow in step");
}

#[test]
fn what_a_model_says_of_branches_has_the_models_range() {
    let mut world = World::of(&["a"], &[1_000]);
    world.samples(CASE, &[]);
    world.number(CASE, Metric::EstimatedCycles, 6_000.0);
    world.number(CASE, Metric::Instructions, 5_000.0);
    world.branches(CASE, 2_000, 500, 5_000);
    let found = world.findings(CASE);
    let finding = of_kind(&found, Kind::Branching);
    // 7,500 of 13,500 cycles at 15 a wrong guess, 10,000 of 16,000 at 20.
    let ends = finding.share_low.zip(finding.share_high).expect("a share has an interval");
    assert!((ends.0 - 7.5 / 13.5).abs() < 1e-12 && (ends.1 - 0.625).abs() < 1e-12, "{ends:?}");
    assert!(finding.claim.contains("by the model, at 15 to 20 for a wrong guess"), "{}", finding.claim);
}

/// A family of which each member takes so many instructions at 10, 100 and 1,000, and no heap block; `a` is sampled.
fn works(members: &[(&str, [f64; 3])]) -> World {
    let names: Vec<&str> = members.iter().map(|(name, _)| *name).collect();
    let mut world = World::of(&names, &[10, 100, 1_000]);
    for (name, counts) in members {
        for (size, count) in [10, 100, 1_000].into_iter().zip(counts) {
            let case = format!("planted/{name}@{size}");
            world.number(&case, Metric::Instructions, *count);
            world.number(&case, Metric::HeapBlocks, 0.0);
        }
    }
    world.samples(CASE, &[]);
    world
}

const FLAT: [f64; 3] = [7.0; 3];
const GROWING: [f64; 3] = [70.0, 700.0, 7_000.0];

#[test]
fn work_that_is_the_same_at_every_size_in_all_of_a_family_is_not_there() {
    for members in [vec![("a", FLAT)], vec![("a", FLAT), ("b", FLAT), ("c", [9.0, 9.0, 10.0])]] {
        let found = works(&members).findings(CASE);
        assert!(
            found[0].claim.starts_with(
                "it takes 7 instructions at every size from 10 to 1000, and nothing in its family takes more"
            ),
            "{found:#?}"
        );
    }
    let found = works(&[("a", FLAT), ("b", GROWING)]).findings(CASE);
    assert!(found[0].claim.contains("where its siblings take more with each"), "{found:#?}");
}

#[test]
fn work_that_may_be_the_same_at_every_size_is_no_alarm() {
    let is_silent = |why: &str, mut world: World| {
        assert!(!world.kinds(CASE).contains(&Kind::OptimisedAway), "{why}");
    };
    is_silent("it grows", works(&[("a", GROWING)]));
    let mut parts = works(&[("a", FLAT), ("b", GROWING)]);
    parts.family.parts = true;
    is_silent("a step beside others that grow", parts);
    let mut uncounted = works(&[("a", FLAT)]);
    let sibling = uncounted.family.workloads[0].clone();
    uncounted.family.workloads.push(ListedWorkload { name: "b".into(), ..sibling });
    is_silent("a sibling that nobody counted yet may grow", uncounted);
    let mut abbreviating = works(&[("a", FLAT)]);
    abbreviating.member("a").abbreviates = true;
    is_silent("it is declared to abbreviate", abbreviating);
    let mut copying = works(&[("a", FLAT)]);
    copying.number("planted/a@10", Metric::TimeNs, 5.0);
    copying.number(CASE, Metric::TimeNs, 60.0);
    is_silent("its time grows: one instruction may copy much", copying);
    let mut waiting = works(&[("a", FLAT)]);
    waiting.family.floors = vec![ListedFloor { size: 1_000, waited_ns: 1_000, ..ListedFloor::default() }];
    is_silent("its sizes count time", waiting);
    let mut blocked = works(&[("a", FLAT)]);
    blocked.books(CASE, alone([10, 0, 0, 990], "ppoll"));
    is_silent("it is blocked", blocked);
    let mut near = works(&[("a", FLAT)]);
    near.family.workloads[0].sizes = vec![100, 900];
    is_silent("sizes ninefold apart", near);
}

#[test]
fn fewer_instructions_than_the_floor_has_steps_are_no_work() {
    let found = |divisions: u64, processes: bool| {
        let mut world = works(&[("a", GROWING)]);
        world.family.floors = vec![ListedFloor { size: 1_000, divisions, ..ListedFloor::default() }];
        world.member("a").concurrency.processes = processes;
        world.findings(CASE)
    };
    let away = found(64_000, false);
    assert_eq!(away[0].kind, Kind::OptimisedAway);
    assert!(away[0].claim.contains("as its family states, take 8000 at least"), "{away:#?}");
    assert_ne!(found(56_000, false)[0].kind, Kind::OptimisedAway, "eight at once");
    assert_ne!(found(64_000, true)[0].kind, Kind::OptimisedAway, "what its children execute is not counted");
}

#[test]
fn a_time_that_hosts_modes_may_have_moved_excuses_nothing() {
    let mut world = works(&[("a", FLAT)]);
    world.number("planted/a@10", Metric::TimeNs, 5.0);
    world.number(CASE, Metric::TimeNs, 10.0);
    assert_eq!(world.kinds(CASE)[0], Kind::OptimisedAway);
}

/// A member that hashes for so many in a hundred of its instructions at two sizes, and is sampled at a third.
fn hashes(percent: [u128; 2]) -> World {
    let mut world = World::of(&["a"], &[1_000, 10_000, 100_000]);
    for (size, percent) in [1_000, 10_000].into_iter().zip(percent) {
        world.counts(&format!("planted/a@{size}"), 1_000_000, &[("core::hash::sip::Hasher::write", percent)]);
    }
    world.samples(LARGEST, &[("core::hash::sip::Hasher::write", 6)]);
    world
}

#[test]
fn hashing_is_what_it_is_of_the_instructions_of_smaller_sizes() {
    let found = hashes([58, 60]).findings(LARGEST);
    let finding = of_kind(&found, Kind::Hashing);
    assert_eq!(finding.claim, "hashing by SipHash is 60.0 % of its instructions at size 10000");
    assert_eq!(finding.share, Some(0.6));
    let proof = &finding.evidence[0];
    assert_eq!(proof.case.as_ref().map(ToString::to_string).as_deref(), Some("planted/a@10000"));
    assert!(proof.file.is_some());
    assert!(!hashes([30, 60]).kinds(LARGEST).contains(&Kind::Hashing), "it has not settled");
    assert!(!hashes([4, 4]).kinds(LARGEST).contains(&Kind::Hashing), "it is no cost of either");
}
