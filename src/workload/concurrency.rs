//! What a workload starts beside the thread that runs it. Instruments decide by this declaration, not by its name,
//! whether they can measure a case.
//!
//! # The rule for spinning
//! Nearly everything looks again for a moment before it sleeps: a lock of std's up to a hundred times (`spin` in
//! library/std/src/sys/sync/mutex/futex.rs), a channel, an idle thread of a pool that steals. A member declares that it
//! spins where what its threads wait for in every step of their work is such a lock or channel, or where idle threads
//! search for work: waiting is then part of what it shows, and what is executed meanwhile is the scheduler's choice. Where a
//! lock is held only to take or to put one task, and who finds nothing sleeps on a condition variable or in a join, it
//! declares threads that sleep: our own pool, two threads that take the next item.

/// What runs beside the measuring thread. All `false` for ordinary code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Concurrency {
    /// Other threads do part of the work.
    pub threads: bool,
    /// Other processes do part of the work.
    pub processes: bool,
    /// A thread may wait by looking again and again, by the rule above: a lock that is wanted in every step, or a pool
    /// whose idle threads search for work before they sleep. What such a thread executes depends on the scheduler.
    pub spins: bool,
}

impl Concurrency {
    /// Nothing beside the measuring thread.
    pub const NONE: Self = Self { threads: false, processes: false, spins: false };
    /// Threads that sleep while they wait.
    pub const THREADS: Self = Self { threads: true, ..Self::NONE };
    /// Threads that may spin while they wait.
    pub const SPINNING: Self = Self { threads: true, spins: true, ..Self::NONE };
    /// Other processes, each with one thread.
    pub const PROCESSES: Self = Self { processes: true, ..Self::NONE };

    /// Whether anything runs beside the measuring thread.
    pub const fn is_any(self) -> bool {
        self.threads || self.processes
    }
}
