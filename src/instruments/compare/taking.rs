//! Blocks that one process runs in a row. What stands between two of them is kept short: the longer a quad lasts, the
//! sooner the host changes its mode within it.

use std::time::{Duration, Instant};

use super::block::Block;
use super::canary;
use super::counters::{Counters, stolen_ns};
use crate::workload::Case;

/// A canary that sang no longer ago than this tells the next block's mode too: half of a block, within which a warm-up of an
/// eighth of one is over.
const FRESH: Duration = Duration::from_micros(12);
/// What was stolen is read so often: reading takes 12 µs, and the system counts it in steps of a tick of some milliseconds.
const STOLEN_EVERY: Duration = Duration::from_millis(1);

/// What the hypervisor had taken when it was read last.
#[derive(Debug, Clone, Copy)]
struct Stolen {
    read: Instant,
    ns: u64,
}

/// Blocks taken so far.
#[derive(Debug)]
pub(super) struct Taking {
    blocks: Vec<Block>,
    /// So many of them are known to be stolen from or not.
    told: usize,
    stolen: Stolen,
    /// When the canary sang last, and what it took.
    song: Option<(Instant, u64)>,
}

impl Taking {
    pub(super) fn with_capacity(blocks: usize) -> Self {
        Self {
            blocks: Vec::with_capacity(blocks),
            told: 0,
            stolen: Stolen { read: Instant::now(), ns: stolen_ns() },
            song: None,
        }
    }

    /// This process did not run meanwhile, or elsewhere: the last song tells nothing of the next block.
    pub(super) fn interrupt(&mut self) {
        self.song = None;
    }

    /// Runs one more behind a `warm_up` that is not timed, with so many `extra` iterations that it does not own up to.
    pub(super) fn take(&mut self, case: &dyn Case, warm_up: u64, iterations: u64, extra: u64) {
        if self.song.is_none() {
            // The first song after another process had the CPU is slower for that alone.
            canary::sing();
        }
        if warm_up > 0 {
            case.in_batches(warm_up, |case, batch| case.run(batch));
        }
        let fresh = self.song.filter(|(ended, _)| ended.elapsed() <= FRESH);
        let canary_ns = fresh.map_or_else(canary::sing, |(_, took)| took);
        let mut block = Block { iterations, canary_ns, ..Block::default() };
        case.in_batches(iterations + extra, |case, batch| {
            let before = Counters::read();
            let start = Instant::now();
            case.run(batch);
            let wall_ns = start.elapsed().as_nanos() as u64;
            let spent = Counters::read().since(&before);
            block.wall_ns += wall_ns;
            block.cpu_ns += spent.cpu_ns;
            block.runqueue_ns += spent.runqueue_ns;
            block.involuntary += spent.involuntary;
            block.minor_faults += spent.minor_faults;
            block.major_faults += spent.major_faults;
        });
        block.canary_after_ns = canary::sing();
        self.song = Some((Instant::now(), block.canary_after_ns));
        self.blocks.push(block);
        if self.stolen.read.elapsed() >= STOLEN_EVERY {
            self.tell_stolen(stolen_ns());
        }
    }

    /// Any of the blocks since it was read last may have been stolen from, if anything was by now.
    fn tell_stolen(&mut self, now_ns: u64) {
        let taken = now_ns.saturating_sub(self.stolen.ns);
        for block in &mut self.blocks[self.told..] {
            block.stolen_ns = taken;
        }
        self.told = self.blocks.len();
        self.stolen = Stolen { read: Instant::now(), ns: now_ns };
    }

    /// All of them.
    pub(super) fn finish(mut self) -> Vec<Block> {
        self.tell_stolen(stolen_ns());
        self.blocks
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::CATALOGUE;

    #[test]
    fn a_block_times_the_iterations_it_was_asked_for_and_not_its_warm_up() {
        let case = CATALOGUE.case("build-and-drop", "vec-drop", 1_000_000).expect("it is in the catalogue");
        // A drop alone is measured, in many batches: each is staged, and none of that is timed.
        let mut taking = Taking::with_capacity(1);
        taking.take(&*case.prepare(), 2, 16, 0);
        let blocks = taking.finish();
        assert_eq!((blocks.len(), blocks[0].iterations), (1, 16));
        assert!(blocks[0].wall_ns > 0 && blocks[0].canary_ns > 0 && blocks[0].canary_after_ns > 0);
    }

    #[test]
    fn what_was_stolen_may_be_any_block_s_since_it_was_read() {
        let mut taking = Taking::with_capacity(3);
        taking.stolen.ns = 100;
        taking.blocks = vec![Block::default(); 1];
        taking.tell_stolen(100);
        taking.blocks.extend(vec![Block::default(); 2]);
        taking.tell_stolen(10_000_100);
        let stolen: Vec<u64> = taking.blocks.iter().map(|block| block.stolen_ns).collect();
        assert_eq!(stolen, [0, 10_000_000, 10_000_000]);
    }
}
