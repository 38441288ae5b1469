//! The census: before anything is measured, one iteration is watched without pause, for what samples may miss: how
//! many threads are alive at once, and how many children come and go.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

use super::births::children;
use super::kernel_records::KernelRecords;
use super::sources::Sources;
use crate::instruments::clock;
use crate::workload::Case;

/// What one iteration was seen to start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Census {
    /// Most threads alive at once, the measuring one included.
    pub(super) threads: usize,
    /// Children that were there during it and not after it; `None` where they cannot be counted.
    pub(super) children: Option<usize>,
    /// Threads that were born, whether or not they still lived when somebody looked; `None` where the kernel recorded none.
    pub(super) births: Option<usize>,
}

impl Census {
    /// What two iterations have in common: the first one makes what is made once, and may start more than any other.
    pub(super) fn and(self, again: Self) -> Self {
        Self {
            threads: self.threads.max(again.threads),
            children: self.children.max(again.children),
            births: self.births.min(again.births),
        }
    }
}

/// Runs one iteration of `case` and counts, if `counted`. A child that ends is in the kernel's `records`; without them it
/// is seen because starting one takes longer than looking.
///
/// # Errors
/// One line, when the system starts no more threads.
pub(super) fn count(
    case: &dyn Case,
    sources: &Sources,
    counted: bool,
    records: Option<&mut KernelRecords>,
) -> Result<Census, String> {
    // What is staged is made before anything counts: workers that stand ready when they are told to stop, say.
    case.stage(1);
    if !sources.lists_threads || !counted {
        case.run(1);
        case.unstage();
        return Ok(Census { threads: 1, children: None, births: None });
    }
    let (begun, done) = (AtomicBool::new(false), AtomicBool::new(false));
    let mut records = records;
    // What came before is not of this iteration.
    records.iter_mut().for_each(|records| records.restart());
    let (threads, mut seen) = std::thread::scope(|scope| {
        let counter = std::thread::Builder::new()
            .spawn_scoped(scope, || watch(sources, &begun, &done))
            .map_err(|error| {
                format!("cannot start the census: {error}; `ulimit -u` shows how many threads are allowed")
            })?;
        while !begun.load(Ordering::Acquire) {
            std::thread::yield_now();
        }
        {
            // Also when the case panics: the scope would wait for the counter for ever.
            let _done = Done(&done);
            case.run(1);
        }
        counter.join().map_err(|_| "the census panicked".to_owned())
    })?;
    let mut births = None;
    if let Some(records) = records {
        records.drain();
        seen.extend(children(&records.records));
        births = Some(records.born());
    }
    case.unstage();
    let left = alive(sources, &sources.proc.threads().unwrap_or_default());
    let children = sources.counts_children.then(|| seen.difference(&left).count());
    Ok(Census { threads: threads.max(1), children, births })
}

/// Set once dropped.
struct Done<'a>(&'a AtomicBool);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

fn watch(sources: &Sources, begun: &AtomicBool, done: &AtomicBool) -> (usize, BTreeSet<u32>) {
    let own = clock::this_thread();
    let (mut most, mut children) = (0, BTreeSet::new());
    loop {
        let threads = sources.proc.threads().unwrap_or_default();
        most = most.max(threads.iter().filter(|thread| **thread != own).count());
        children.extend(alive(sources, &threads));
        begun.store(true, Ordering::Release);
        if done.load(Ordering::Acquire) {
            return (most, children);
        }
        // The case may need this CPU.
        std::thread::yield_now();
    }
}

/// The children of `threads` that nobody has waited for.
pub(super) fn alive(sources: &Sources, threads: &[u32]) -> BTreeSet<u32> {
    if !sources.counts_children {
        return BTreeSet::new();
    }
    threads.iter().filter_map(|thread| sources.proc.children(*thread).ok()).flatten().collect()
}
