//! The readings at the two edges of a measured window: all clocks at once, the measuring thread's innermost.

use std::time::Instant;

use super::births::Span;
use super::census::alive;
use super::proc::Machine;
use super::sampler::Sampler;
use super::sources::Sources;
use super::watch::{Pass, Seen, Watch};
use crate::instruments::clock::{self, Usage, Whose};

/// All clocks at one edge.
#[derive(Debug, Clone, Default)]
pub(super) struct Edge {
    /// Every thread but the sampler.
    pub(super) pass: Pass,
    pub(super) thread_usage: Usage,
    pub(super) process_usage: Usage,
    pub(super) process_cpu_ns: u64,
    pub(super) sampler_cpu_ns: u64,
    pub(super) children_cpu_ns: u64,
    pub(super) machine: Machine,
}

/// What ran between two edges.
#[derive(Debug, Clone)]
pub(super) struct Window {
    pub(super) open: Edge,
    pub(super) close: Edge,
    pub(super) iterations: u64,
    /// The threads that the kernel recorded to be born or to end, as far as their lives overlap it.
    pub(super) spans: Vec<Span>,
}

impl Edge {
    /// When the clocks of the measuring thread, `own`, were read.
    pub(super) fn at_ns(&self, own: u32) -> u64 {
        self.pass.seen.iter().find(|seen| seen.thread == own).map_or(self.pass.at_ns, |seen| seen.at_ns)
    }
}

/// Reads edges, on the measuring thread.
pub(super) struct Edges {
    pub(super) watch: Watch,
    sources: Sources,
    pub(super) own: u32,
}

impl Edges {
    pub(super) fn new(sources: &Sources, origin: Instant, sampler: Option<u32>) -> Self {
        let own = clock::this_thread();
        Self { watch: Watch::new(sources.clone(), origin, sampler), sources: sources.clone(), own }
    }

    /// CPU time of children: of those that were waited for, and of those still there.
    fn children_cpu_ns(&self) -> u64 {
        let threads = if self.sources.lists_threads {
            self.sources.proc.threads().unwrap_or_default()
        } else {
            Vec::new()
        };
        let alive = alive(&self.sources, &threads).into_iter().filter_map(clock::other_process_cpu_ns);
        clock::usage(Whose::Children).sum_ns() + alive.sum::<u64>()
    }

    /// Outermost first, so that the measuring thread's clocks begin last.
    pub(super) fn open(&mut self, sampler: Option<&Sampler>) -> Edge {
        let children_cpu_ns = self.children_cpu_ns();
        let machine = self.sources.proc.machine();
        let mut pass = self.watch.pass(&[self.own]);
        let process_usage = clock::usage(Whose::Process);
        let sampler_cpu_ns = sampler.map_or(0, Sampler::cpu_ns);
        let process_cpu_ns = clock::process_cpu_ns();
        let thread_usage = clock::usage(Whose::Thread);
        pass.seen.push(self.watch.own(self.own));
        Edge { pass, thread_usage, process_usage, process_cpu_ns, sampler_cpu_ns, children_cpu_ns, machine }
    }

    /// Innermost first, so that they end first.
    pub(super) fn close(&mut self, sampler: Option<&Sampler>) -> Edge {
        let own: Seen = self.watch.own(self.own);
        let thread_usage = clock::usage(Whose::Thread);
        let process_cpu_ns = clock::process_cpu_ns();
        let sampler_cpu_ns = sampler.map_or(0, Sampler::cpu_ns);
        let process_usage = clock::usage(Whose::Process);
        let mut pass = self.watch.pass(&[self.own]);
        pass.seen.push(own);
        let machine = self.sources.proc.machine();
        let children_cpu_ns = self.children_cpu_ns();
        Edge { pass, thread_usage, process_usage, process_cpu_ns, sampler_cpu_ns, children_cpu_ns, machine }
    }
}
