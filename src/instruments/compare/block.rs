//! One block: iterations of one case in a row, and what happened to its thread meanwhile.

use std::time::Instant;

use serde::{Deserialize, Serialize};

use super::canary;
use super::counters::{Counters, stolen_ns};
use crate::workload::Case;

/// What one block measured. Times in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Block {
    /// Iterations that were timed.
    pub iterations: u64,
    /// Wall time of them.
    pub wall_ns: u64,
    /// What the canary took just before.
    pub canary_ns: u64,
    /// And just after.
    pub canary_after_ns: u64,
    /// CPU time of the measuring thread.
    pub cpu_ns: u64,
    /// What it waited for a CPU.
    pub runqueue_ns: u64,
    /// Times that it was taken off the CPU.
    pub involuntary: u64,
    /// Page faults that needed no disk.
    pub minor_faults: u64,
    /// Page faults that did.
    pub major_faults: u64,
    /// What the hypervisor took from all CPUs, in steps of a tick.
    pub stolen_ns: u64,
}

/// One in so many iterations is run before those that are timed: the other side's blocks cooled the caches.
const WARM_UP: u64 = 8;

impl Block {
    /// Runs one, with so many `extra` iterations that it does not own up to.
    pub(super) fn take(case: &dyn Case, iterations: u64, extra: u64) -> Self {
        let stolen_before = stolen_ns();
        // The first song after another process had the CPU is slower for that alone.
        canary::sing();
        let warm_up = iterations / WARM_UP;
        if warm_up > 0 {
            case.in_batches(warm_up, |case, batch| case.run(batch));
        }
        let canary_ns = canary::sing();
        let mut block = Self { iterations, canary_ns, ..Self::default() };
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
        block.stolen_ns = stolen_ns().saturating_sub(stolen_before);
        block
    }

    /// Nanoseconds an iteration.
    pub fn iteration_ns(&self) -> f64 {
        self.wall_ns as f64 / self.iterations.max(1) as f64
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
        let block = Block::take(&*case.prepare(), 16, 0);
        assert_eq!(block.iterations, 16);
        assert!(block.wall_ns > 0 && block.canary_ns > 0);
    }
}
