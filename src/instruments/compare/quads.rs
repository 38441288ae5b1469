//! Quads of blocks, A B B A or B A A B: a drift that is the same from block to block cancels within one.

use std::path::PathBuf;

use super::block::Block;
use super::causes::{Causes, cause};
use super::full_core::Fastest;
use super::modes::InOneMode;
use crate::instruments::interleaved::Shuffle;

/// Who runs: the first side, or the second.
pub(super) type Which = usize;

/// The two orders.
const ORDERS: [[Which; 4]; 2] = [[0, 1, 1, 0], [1, 0, 0, 1]];

/// So many orders in a row, each drawn anew.
pub(super) fn orders(count: usize, draw: &mut Shuffle) -> Vec<[Which; 4]> {
    (0..count).map(|_| ORDERS[(draw.next() >> 63) as usize]).collect()
}

/// The logarithm of what an iteration of the second side takes over one of the first; nothing where a block took no time.
fn log_ratio(order: [Which; 4], blocks: &[Block]) -> Option<f64> {
    let mut sum = 0.0;
    for (which, block) in order.into_iter().zip(blocks) {
        let log = block.iteration_ns().ln();
        sum += if which == 1 { log } else { -log };
    }
    sum.is_finite().then_some(sum / 2.0)
}

/// Either side's slowest canary.
fn slowest(order: [Which; 4], blocks: &[Block]) -> [f64; 2] {
    [0, 1].map(|side| {
        let of_side = order.iter().zip(blocks).filter(|(which, _)| **which == side);
        of_side.flat_map(|(_, block)| canaries(block)).fold(0.0, f64::max)
    })
}

fn canaries(block: &Block) -> [f64; 2] {
    [block.canary_ns, block.canary_after_ns].map(|ns| ns as f64)
}

/// A quad that nothing disturbed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Quad {
    /// The logarithm of its ratio.
    pub(super) log_ratio: f64,
    /// Either side's slowest canary, nanoseconds; nothing where canaries do not tell how much of its core the CPU had.
    pub(super) canary_ns: Option<[f64; 2]>,
}

impl Quad {
    /// How many times the fastest that was heard of their `builds` its canaries took; nothing where they do not tell.
    pub(super) fn slowness(&self, fastest: &Fastest, builds: &[PathBuf; 2]) -> Option<f64> {
        let of_sides = self.canary_ns?.into_iter().zip(builds);
        Some(of_sides.map(|(ns, build)| fastest.slowness(build, ns)).fold(0.0, f64::max))
    }
}

/// What the quads that nothing disturbed tell, and what became of the others.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// In their order.
    pub(super) quads: Vec<Quad>,
    /// Quads kept and set aside.
    pub(super) causes: Causes,
    /// Either side's blocks whose mode the canaries around them tell.
    pub(super) in_one_mode: [Vec<InOneMode>; 2],
}

impl Told {
    /// All that `other` tells too.
    pub(super) fn add(&mut self, other: Self) {
        self.quads.extend(other.quads);
        self.causes.add(&other.causes);
        for (own, others) in self.in_one_mode.iter_mut().zip(other.in_one_mode) {
            own.extend(others);
        }
    }
}

/// What `blocks`, run in `orders`, tell; whether canaries tell how much of its core the CPU had is known before.
pub(super) fn read(orders: &[[Which; 4]], blocks: &[Block], concurrent: bool, canaries_tell: bool) -> Told {
    let mut told = Told::default();
    let fastest = [0, 1].map(|side| {
        let of_side = orders.iter().flatten().zip(blocks).filter(|(which, _)| **which == side);
        of_side.flat_map(|(_, block)| canaries(block)).fold(f64::INFINITY, f64::min)
    });
    for (order, quad) in orders.iter().zip(blocks.chunks_exact(4)) {
        let slowness: Vec<f64> = order
            .iter()
            .zip(quad)
            .flat_map(|(which, block)| canaries(block).map(|ns| ns / fastest[*which]))
            .collect();
        let cause = cause(quad, &slowness, concurrent);
        told.causes.count(cause);
        if cause.is_some() {
            continue;
        }
        let canary_ns = canaries_tell.then(|| slowest(*order, quad));
        told.quads.extend(log_ratio(*order, quad).map(|log_ratio| Quad { log_ratio, canary_ns }));
        for (which, block) in order.iter().zip(quad).filter(|_| canaries_tell) {
            told.in_one_mode[*which].extend(InOneMode::of(block));
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(wall_ns: u64) -> Block {
        Block {
            iterations: 10,
            wall_ns,
            cpu_ns: wall_ns,
            canary_ns: 20_000,
            canary_after_ns: 20_000,
            ..Block::default()
        }
    }

    #[test]
    fn a_drift_cancels_in_either_order() {
        // The machine slows by a tenth from block to block; the second side takes twice as long.
        let drift = |step: i32| 1.1_f64.powi(step);
        for order in ORDERS {
            let blocks: Vec<Block> = (0..4)
                .map(|step| {
                    let of_side = if order[step] == 1 { 2e6 } else { 1e6 };
                    block((of_side * drift(step as i32)) as u64)
                })
                .collect();
            let ratio = log_ratio(order, &blocks).expect("all took time").exp();
            assert!((ratio - 2.0).abs() < 1e-5, "{ratio}");
        }
    }

    #[test]
    fn disturbed_quads_and_empty_blocks_give_no_ratio() {
        let mut blocks = vec![block(1_000_000); 12];
        blocks[5].involuntary = 1;
        blocks[9].wall_ns = 0;
        let orders = orders(3, &mut Shuffle::new(1));
        let told = read(&orders, &blocks, false, true);
        let ratios: Vec<f64> = told.quads.iter().map(|quad| quad.log_ratio).collect();
        assert_eq!((ratios, told.causes.kept, told.causes.taken()), (vec![0.0], 2, 3));
    }

    #[test]
    fn a_canary_is_held_against_its_own_side_s() {
        // The second side's build has its canary at a worse place: a tenth slower, always.
        let orders = orders(2, &mut Shuffle::new(3));
        let mut blocks: Vec<Block> = orders
            .iter()
            .flatten()
            .map(|which| {
                let ns = if *which == 1 { 22_000 } else { 20_000 };
                Block { canary_ns: ns, canary_after_ns: ns, ..block(1_000_000) }
            })
            .collect();
        assert_eq!(read(&orders, &blocks, false, true).causes.kept, 2);
        blocks[5].canary_ns = 30_000;
        let causes = read(&orders, &blocks, false, true).causes;
        assert_eq!((causes.kept, causes.taken()), (1, 2));
    }

    #[test]
    fn blocks_of_kept_quads_tell_their_mode_where_canaries_do() {
        let orders = orders(2, &mut Shuffle::new(5));
        let short = block(100_000);
        let mut blocks = vec![short; 8];
        let counted = |blocks: &[Block], tells| {
            read(&orders, blocks, false, tells).in_one_mode.map(|blocks| blocks.len())
        };
        assert_eq!(counted(&blocks, true), [4, 4]);
        assert_eq!(counted(&blocks, false), [0, 0]);
        blocks[4].canary_ns = 30_000;
        assert_eq!(counted(&blocks, true), [2, 2]);
    }

    #[test]
    fn a_quad_tells_either_side_s_slowest_canary_where_canaries_tell() {
        let orders = [[0, 1, 1, 0]];
        let mut blocks = vec![block(100_000); 4];
        blocks[1].canary_after_ns = 20_300;
        blocks[3].canary_ns = 20_100;
        let told = |tells| read(&orders, &blocks, false, tells).quads[0].canary_ns;
        assert_eq!(told(true), Some([20_100.0, 20_300.0]));
        assert_eq!(told(false), None);
    }

    #[test]
    fn both_orders_are_drawn() {
        let drawn = orders(64, &mut Shuffle::new(7));
        assert!(ORDERS.iter().all(|order| drawn.contains(order)));
    }
}
