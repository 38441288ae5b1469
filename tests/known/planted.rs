//! Costs planted in records, and beside each the same record without the cost, where its rule must say nothing.

mod evidence;
mod functions;
mod shares;
mod siblings;
mod sizes;
mod threads;

use perflab::record::Metric;

use super::{Row, World};

const CASE: &str = "planted/a@1000";
const RUN: &str = "<plant::W as Run>::run";

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    rows.extend(shares::rows());
    rows.extend(functions::rows());
    rows.extend(siblings::rows());
    rows.extend(sizes::rows());
    rows.extend(threads::rows());
    rows.extend(evidence::rows());
    rows
}

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
