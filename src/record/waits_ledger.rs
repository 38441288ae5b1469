//! Where the time of a case's threads went: the books behind its waits page.

use serde::{Deserialize, Serialize};

/// The books of one measurement of a case, over all its iterations.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WaitsLedger {
    /// [`SCHEMA`](super::SCHEMA) of this file.
    pub schema: u32,
    /// Iterations that the loop ran.
    pub iterations: u64,
    /// Windows in which they ran, at whose edges clocks were read; 0 where that was not recorded.
    #[serde(default)]
    pub windows: u64,
    /// CPUs that the process may use.
    pub cores: usize,
    /// Wall time of the loop, nanoseconds; what follows is over all of it.
    pub elapsed_ns: u64,
    /// Of [`elapsed_ns`](Self::elapsed_ns), while a thread was on a CPU.
    pub busy_ns: u64,
    /// Of the same, while no thread was on a CPU and one waited for it.
    pub starved_ns: u64,
    /// Of the same, while every thread was blocked.
    pub idle_ns: u64,
    /// All threads together.
    pub total: WaitParts,
    /// Of the time spent waiting for a CPU, what the case's own threads and children cause: more of them wanted a CPU
    /// than there are.
    pub runqueue_own_ns: u64,
    /// Of the time spent waiting for a CPU, what the hypervisor took while a thread was ready.
    pub stolen_ns: u64,
    /// For how long CPUs worked meanwhile for anybody but the case and its children, in steps of a tick; `None` where the
    /// system does not tell.
    #[serde(default)]
    pub others_cpu_ns: Option<u64>,
    /// Threads born in an iteration, as the kernel recorded one; `None` where it records none.
    #[serde(default)]
    pub births: Option<f64>,
    /// How often a thread was given a CPU.
    pub slices: u64,
    /// Most threads alive at once, the measuring one included.
    pub most_threads: usize,
    /// Children that ended in an iteration; `None` where they cannot be counted.
    pub children: Option<f64>,
    /// CPU time of children, ended or alive, user and kernel.
    pub children_cpu_ns: u64,
    /// The threads, most wall time first, those of one name together where there are many.
    pub threads: Vec<ThreadWaits>,
    /// A stretch of the loop, lane by lane.
    pub timeline: Timeline,
    /// How it was sampled, and what that cost.
    pub sampling: Sampling,
    /// What could not be split on this machine, and why.
    pub missing: Vec<String>,
}

/// Wall time and what it was spent on, nanoseconds. The parts and the residual add up to the wall time exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct WaitParts {
    /// From the start of each thread, or of the loop, to the end of either.
    pub wall_ns: u64,
    /// On a CPU, in user code.
    pub user_ns: u64,
    /// On a CPU, in the kernel.
    pub kernel_ns: u64,
    /// Ready to run, waiting for a CPU.
    pub runqueue_ns: u64,
    /// Blocked.
    pub blocked_ns: u64,
    /// What the sources leave open; negative where they claim too much.
    pub residual_ns: i64,
}

/// Blocked time in one system call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockedIn {
    /// The system call's name, or what stands for it.
    pub call: String,
    /// Nanoseconds.
    pub ns: u64,
}

impl BlockedIn {
    /// What stands for a call that nobody saw.
    pub const NOT_SEEN: &'static str = "call not seen";
    /// What stands for waiting for a page.
    pub const PAGE_FAULT: &'static str = "page fault";
}

/// One thread, or all of one name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreadWaits {
    /// What it is called.
    pub name: String,
    /// How many threads these are; 0 for those that were too short to be counted.
    pub count: usize,
    /// Their time.
    pub parts: WaitParts,
    /// Their blocked time by call, most first; adds up to it.
    pub blocked: Vec<BlockedIn>,
}

impl ThreadWaits {
    /// What the thread is called that runs the loop.
    pub const MEASURING: &'static str = "measuring thread";
}

/// What threads did when.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Timeline {
    /// How much of the loop it shows, nanoseconds.
    pub length_ns: u64,
    /// Iterations that began in the window it is taken from.
    pub iterations: u64,
    /// Threads that are not shown.
    pub hidden_threads: usize,
    /// A lane a thread, the measuring one first.
    pub lanes: Vec<Lane>,
}

/// One thread's line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lane {
    /// What it is called.
    pub name: String,
    /// In the order of time; a gap means that the thread was not alive.
    pub intervals: Vec<Interval>,
}

/// A stretch in one state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interval {
    /// From, nanoseconds after the timeline's begin.
    pub from_ns: u64,
    /// To, likewise.
    pub to_ns: u64,
    /// What it did, as far as samples tell.
    pub doing: Doing,
}

/// What a thread was doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doing {
    /// On a CPU.
    Running,
    /// Waiting for a CPU.
    Runnable,
    /// Blocked in this call.
    Blocked(String),
}

/// How the sampler worked.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Sampling {
    /// Passes over all threads while the loop ran.
    pub passes: u64,
    /// Passes a second of the loop.
    pub rate_hz: f64,
    /// CPU time of the sampler while the loop ran: in none of the books above.
    pub cpu_ns: u64,
}

impl WaitParts {
    /// On a CPU, user code and kernel.
    pub fn cpu_ns(&self) -> u64 {
        self.user_ns.saturating_add(self.kernel_ns)
    }

    /// Adds `other`, part by part.
    pub fn add(&mut self, other: &Self) {
        self.wall_ns += other.wall_ns;
        self.user_ns += other.user_ns;
        self.kernel_ns += other.kernel_ns;
        self.runqueue_ns += other.runqueue_ns;
        self.blocked_ns += other.blocked_ns;
        self.residual_ns += other.residual_ns;
    }
}

impl WaitsLedger {
    /// Blocked time of all threads by call, most first.
    pub fn blocked(&self) -> Vec<BlockedIn> {
        let mut calls = std::collections::BTreeMap::<&str, u64>::new();
        for blocked in self.threads.iter().flat_map(|thread| &thread.blocked) {
            let sum = calls.entry(&blocked.call).or_default();
            *sum = sum.saturating_add(blocked.ns);
        }
        let mut calls: Vec<_> =
            calls.into_iter().map(|(call, ns)| BlockedIn { call: call.to_owned(), ns }).collect();
        calls.sort_by(|a, b| b.ns.cmp(&a.ns).then_with(|| a.call.cmp(&b.call)));
        calls
    }

    /// The sampler's CPU time as a share of the loop's wall time.
    pub fn sampler_share(&self) -> f64 {
        self.sampling.cpu_ns as f64 / self.elapsed_ns.max(1) as f64
    }
}
