//! The sampler: a thread that looks at all others, as often as its share of the time allows.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::births::Record;
use super::kernel_records::KernelRecords;
use super::sources::Sources;
use super::watch::{Pass, Watch};
use crate::instruments::clock::{self, Usage, Whose};

/// Shortest time between two passes: a scheduler's slice is of this order, and waits that matter are longer.
const SHORTEST: Duration = Duration::from_millis(1);
/// The first, while what a look costs is not known yet.
const FIRST: Duration = Duration::from_millis(8);
/// Longest: a case of half a second is still seen ten times.
const LONGEST: Duration = Duration::from_millis(50);
/// The share of one CPU that the sampler takes at most, so that what its threads pay for being interrupted still lies
/// within the 2 % that a case may pay.
const SHARE: f64 = 0.015;

/// A running sampler.
pub(super) struct Sampler {
    thread: JoinHandle<Samples>,
    stop: Arc<AtomicBool>,
    /// Samples only while this is set.
    open: Arc<AtomicBool>,
    /// Its number, so that others leave it out.
    pub(super) number: u32,
}

/// What it saw.
#[derive(Default)]
pub(super) struct Samples {
    pub(super) passes: Vec<Pass>,
    pub(super) names: HashMap<u32, String>,
    /// How its own CPU time splits.
    pub(super) usage: Usage,
    /// What the kernel recorded.
    pub(super) records: Vec<Record>,
}

impl Sampler {
    /// Starts it, with the kernel's `records` to be emptied; it looks at nothing before [`open`](Self::open).
    ///
    /// # Errors
    /// One line, when the system starts no more threads.
    pub(super) fn start(
        sources: &Sources,
        origin: Instant,
        records: Option<KernelRecords>,
    ) -> Result<Self, String> {
        let (stop, open) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let (tell, told) = mpsc::channel();
        let sources = sources.clone();
        let (stopped, opened) = (stop.clone(), open.clone());
        let thread = std::thread::Builder::new()
            .name("perflab-sampler".to_owned())
            .spawn(move || {
                let number = clock::this_thread();
                // Whoever started it waits for this.
                let _ = tell.send(number);
                sample(Watch::new(sources, origin, Some(number)), records, number, &stopped, &opened)
            })
            .map_err(|error| {
                format!("cannot start the sampler: {error}; `ulimit -u` shows how many threads are allowed")
            })?;
        let number = told.recv().map_err(|_| "the sampler ended before it began".to_owned())?;
        Ok(Self { thread, stop, open, number })
    }

    /// From now on it looks, or no longer.
    pub(super) fn open(&self, open: bool) {
        self.open.store(open, Ordering::Relaxed);
    }

    /// Its CPU time so far.
    pub(super) fn cpu_ns(&self) -> u64 {
        clock::thread_cpu_ns(self.number).unwrap_or(0)
    }

    /// Ends it.
    ///
    /// # Errors
    /// One line, when it panicked.
    pub(super) fn stop(self) -> Result<Samples, String> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.thread().unpark();
        self.thread.join().map_err(|_| "the sampler panicked".to_owned())
    }
}

fn sample(
    mut watch: Watch,
    mut records: Option<KernelRecords>,
    own: u32,
    stop: &AtomicBool,
    open: &AtomicBool,
) -> Samples {
    let mut passes = Vec::new();
    let mut pause = FIRST;
    let mut turn = 0_u32;
    let mut before = clock::thread_cpu_ns(own).unwrap_or(0);
    while !stop.load(Ordering::Relaxed) {
        if open.load(Ordering::Relaxed) {
            passes.push(watch.pass(&[]));
        }
        records.iter_mut().for_each(KernelRecords::drain);
        let now = clock::thread_cpu_ns(own).unwrap_or(0);
        // What a whole turn took, waking up included, smoothed over eight.
        let afforded = Duration::from_nanos((now.saturating_sub(before) as f64 / SHARE) as u64);
        before = now;
        pause = ((pause * 7 + afforded) / 8).clamp(SHORTEST, LONGEST);
        // Not in step with a loop of round length: 0.75 to 1.25 of the pause.
        turn = turn.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        std::thread::park_timeout(pause.mul_f64(0.75 + 0.5 * f64::from(turn >> 16) / 65_536.0));
    }
    records.iter_mut().for_each(KernelRecords::drain);
    let records = records.map_or_else(Vec::new, |drained| drained.records);
    Samples { passes, names: watch.names, usage: clock::usage(Whose::Thread), records }
}
