//! One look at every thread of this process: its clocks, and what it is doing.

use std::collections::HashMap;
use std::fs::File;
use std::time::Instant;

use super::proc::{self, Activity, Place};
use super::sources::Sources;
use crate::instruments::clock;
use crate::instruments::procfs::{self, Schedstat};

/// A thread, at a moment. Clocks count from its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) thread: u32,
    /// Since the measurement's origin.
    pub(super) at_ns: u64,
    pub(super) cpu_ns: u64,
    pub(super) sched: Schedstat,
    pub(super) activity: Activity,
}

/// All threads at about the same moment.
#[derive(Debug, Clone, Default)]
pub(super) struct Pass {
    /// When they were listed.
    pub(super) at_ns: u64,
    pub(super) seen: Vec<Seen>,
}

/// A thread that was seen before: its files stay open.
struct Watched {
    schedstat: Option<File>,
    syscall: Option<File>,
    last: Option<Seen>,
    sightings: u32,
}

/// Looks at threads, and remembers what makes the next look cheap.
pub(super) struct Watch {
    sources: Sources,
    origin: Instant,
    /// Threads that are not looked at: the sampler.
    not: Option<u32>,
    watched: HashMap<u32, Watched>,
    /// All threads as last listed.
    listed: Vec<u32>,
    /// What threads are called, those that ended included.
    pub(super) names: HashMap<u32, String>,
}

/// Files held open a thread; beyond this many threads they are opened anew each time, for the limit of a process is
/// often 1,024.
const FILES_KEPT: usize = 200;
/// Readings at most of the calling thread's clocks: one between which it was off the CPU would put that wait before the edge by
/// one clock, and behind it by another. On a machine where it is off the CPU each time, the last one has to do.
const READINGS: usize = 8;
/// Listings at most: where threads come and go all the time, no list is ever right.
const LISTINGS: usize = 4;

impl Watch {
    pub(super) fn new(sources: Sources, origin: Instant, not: Option<u32>) -> Self {
        Self { sources, origin, not, watched: HashMap::new(), listed: Vec::new(), names: HashMap::new() }
    }

    fn now_ns(&self) -> u64 {
        self.origin.elapsed().as_nanos() as u64
    }

    /// Looks at every thread that is listed, except those `left_out`.
    pub(super) fn pass(&mut self, left_out: &[u32]) -> Pass {
        let at_ns = self.now_ns();
        // Listing takes longer than asking how many there are; one that ended is noticed by its clock.
        if self.listed.is_empty() || self.sources.proc.thread_count() != Some(self.listed.len()) {
            self.list();
        }
        let mut seen = self.look_at_all(left_out);
        if self.listed.is_empty() {
            self.list();
            seen = self.look_at_all(left_out);
        }
        Pass { at_ns, seen }
    }

    /// Lists again while the list is not as long as the kernel counts: a thread that ends meanwhile cuts it short.
    fn list(&mut self) {
        let proc = &self.sources.proc;
        for _ in 0..if self.sources.lists_threads { LISTINGS } else { 0 } {
            self.listed = proc.threads().unwrap_or_default();
            if proc.thread_count().is_none_or(|count| count == self.listed.len()) {
                break;
            }
        }
        let listed = &self.listed;
        self.watched.retain(|thread, _| listed.contains(thread));
    }

    /// Every listed thread that is still there; the list is emptied when one is not.
    fn look_at_all(&mut self, left_out: &[u32]) -> Vec<Seen> {
        let listed = std::mem::take(&mut self.listed);
        let wanted = |thread: &u32| !left_out.contains(thread) && self.not != Some(*thread);
        let wanted: Vec<u32> = listed.iter().copied().filter(wanted).collect();
        let count = wanted.len();
        let seen: Vec<Seen> = wanted.into_iter().filter_map(|thread| self.look(thread)).collect();
        if seen.len() == count {
            self.listed = listed;
        }
        seen
    }

    /// Looks at the calling thread, which runs.
    pub(super) fn own(&mut self, thread: u32) -> Seen {
        let kept = self.watched.len() < FILES_KEPT;
        let watched =
            self.watched.entry(thread).or_insert_with(|| Watched::open(&self.sources, thread, kept));
        let sched = || watched.schedstat(&self.sources, thread).unwrap_or_default();
        let now = || self.origin.elapsed().as_nanos() as u64;
        let (mut before, mut cpu_ns, mut at_ns) = (sched(), 0, 0);
        for _ in 0..READINGS {
            cpu_ns = clock::thread_cpu_ns(thread).unwrap_or(0);
            at_ns = now();
            let after = sched();
            if after.slices == before.slices {
                break;
            }
            before = after;
        }
        Seen { thread, at_ns, cpu_ns, sched: before, activity: Activity::Runnable }
    }

    /// Looks at another thread; nothing when it has just ended.
    fn look(&mut self, thread: u32) -> Option<Seen> {
        let kept = self.watched.len() < FILES_KEPT;
        let proc = &self.sources.proc;
        let watched =
            self.watched.entry(thread).or_insert_with(|| Watched::open(&self.sources, thread, kept));
        let cpu_ns = clock::thread_cpu_ns(thread)?;
        let at_ns = self.origin.elapsed().as_nanos() as u64;
        watched.sightings += 1;
        // Threads are named after they start, so the first look may come too soon.
        if watched.sightings <= 2
            && let Some(name) = proc.name(thread)
        {
            self.names.insert(thread, name);
        }
        let seen = match watched.last {
            // Blocked then, and not run since: it is where it was.
            Some(last) if last.cpu_ns == cpu_ns && last.activity != Activity::Runnable => {
                Seen { at_ns, ..last }
            }
            _ => {
                // A thread that ends between the two readings keeps what it had.
                let before = watched.last.map(|last| last.sched).unwrap_or_default();
                let sched = watched.schedstat(&self.sources, thread).unwrap_or(before);
                let activity = watched.activity(&self.sources, thread)?;
                Seen { thread, at_ns, cpu_ns, sched, activity }
            }
        };
        watched.last = Some(seen);
        Some(seen)
    }
}

impl Watched {
    fn open(sources: &Sources, thread: u32, kept: bool) -> Self {
        let open =
            |wanted: bool, name| (wanted && kept).then(|| sources.proc.open(thread, name).ok()).flatten();
        Self {
            schedstat: open(sources.tells_runqueue, "schedstat"),
            syscall: open(sources.tells_calls, "syscall"),
            last: None,
            sightings: 0,
        }
    }

    fn schedstat(&self, sources: &Sources, thread: u32) -> Option<Schedstat> {
        if !sources.tells_runqueue {
            return None;
        }
        let mut buffer = [0; 128];
        match &self.schedstat {
            Some(file) => procfs::schedstat(procfs::read(file, &mut buffer)?),
            None => {
                procfs::schedstat(procfs::read(&sources.proc.open(thread, "schedstat").ok()?, &mut buffer)?)
            }
        }
    }

    fn activity(&self, sources: &Sources, thread: u32) -> Option<Activity> {
        let proc = &sources.proc;
        let state = || proc.state(thread);
        if !sources.tells_calls {
            return Some(proc::by_state(state()?, Place::Unknown));
        }
        let mut buffer = [0; 256];
        match &self.syscall {
            Some(file) => proc::activity(procfs::read(file, &mut buffer)?, state),
            None => proc::activity(procfs::read(&proc.open(thread, "syscall").ok()?, &mut buffer)?, state),
        }
    }
}
