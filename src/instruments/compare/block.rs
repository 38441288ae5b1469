//! One block: iterations of one case in a row, and what happened to its thread meanwhile.

use serde::{Deserialize, Serialize};

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
    /// What the hypervisor took from all CPUs between the two readings around it, in steps of a tick: a millisecond apart, or
    /// a block where that is longer.
    pub stolen_ns: u64,
}

impl Block {
    /// Nanoseconds an iteration.
    pub fn iteration_ns(&self) -> f64 {
        self.wall_ns as f64 / self.iterations.max(1) as f64
    }
}
