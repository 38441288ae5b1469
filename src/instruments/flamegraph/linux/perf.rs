//! Sampling by the kernel: `perf_event_open` with the software clock, no signal handler in this process.
//!
//! The events are those of each thread that is there when sampling begins, such as those of a pool; threads started
//! later inherit them. So do child processes, whose samples are counted and dropped. A thread started *before* the
//! events, which they therefore do not follow, empties the ring buffers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

use perf_event::data::Record as Data;
use perf_event::events::Software;
use perf_event::{Builder, SampleFlag};

use super::RATE_HZ;
use super::repair::{self, Registers};
use super::sampler::{RawStack, Samples};
use crate::instruments::clock::this_thread;
use crate::instruments::perf_events::{Asked, Events, threads_but};
use crate::instruments::program::Program;

/// Bytes of each CPU's ring buffer: with its control page, all that `perf_event_mlock_kb` (516) gives.
const RING_BYTES: usize = 512 << 10;
/// The least that is of use: a dozen samples.
const LEAST_RING_BYTES: usize = 64 << 10;
/// How often the buffers are emptied; at 997 Hz they hold 100 ms.
const DRAIN_EVERY: Duration = Duration::from_millis(10);
/// Callchain entries above this are the kernel's marks, not addresses (PERF_CONTEXT_MAX, -4095).
const FIRST_MARK: u64 = u64::MAX - 4_095;
/// The kernel's own bound where /proc does not tell.
const USUAL_MAX_STACK: usize = 127;

/// Events that sample this thread, those it starts, and those that are there already.
pub(super) struct PerfSampler {
    drainer: JoinHandle<Samples>,
    stopping: Arc<AtomicBool>,
    taken: Arc<AtomicU64>,
}

impl PerfSampler {
    /// Opens the events, paused.
    pub(super) fn start() -> Result<Self, String> {
        let (sender, receiver) = mpsc::channel::<Events>();
        let (stopping, taken) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        // Listed before the thread that drains is there: it is not to be sampled.
        let others = threads_but(&[this_thread()]);
        let drain = Drain {
            program: Program::read(),
            process: std::process::id(),
            thread: this_thread(),
            deepest: max_stack(),
            samples: Samples::default(),
            taken: Arc::clone(&taken),
        };
        let stop = Arc::clone(&stopping);
        let drainer = std::thread::Builder::new()
            .name("perflab-drain".to_owned())
            .spawn(move || receiver.recv().map(|events| drain.until(&stop, events)).unwrap_or_default())
            .map_err(|error| format!("cannot start a thread: {error}"))?;
        let asked = Asked {
            event: Software::CPU_CLOCK,
            configure: &sample,
            ring_bytes: RING_BYTES,
            least_ring_bytes: LEAST_RING_BYTES,
        };
        // On an error the sender is dropped, and with it the thread ends.
        let events = asked.open(&others)?;
        sender.send(events).map_err(|_| "the thread that reads samples died".to_owned())?;
        Ok(Self { drainer, stopping, taken })
    }

    pub(super) fn resume(&self) {
        // SAFETY: it only switches on the perf events that this thread opened.
        unsafe { libc::prctl(libc::PR_TASK_PERF_EVENTS_ENABLE, 0, 0, 0, 0) };
    }

    pub(super) fn pause(&self) {
        // SAFETY: it only switches off the perf events that this thread opened.
        unsafe { libc::prctl(libc::PR_TASK_PERF_EVENTS_DISABLE, 0, 0, 0, 0) };
    }

    pub(super) fn taken(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
    }

    pub(super) fn stop(self) -> Result<Samples, String> {
        self.pause();
        self.stopping.store(true, Ordering::SeqCst);
        self.drainer.thread().unpark();
        self.drainer.join().map_err(|_| "the thread that reads samples panicked".to_owned())
    }
}

/// The kernel's software clock, paused.
fn sample(builder: &mut Builder<'_>) {
    let mut flags = SampleFlag::IP | SampleFlag::TID | SampleFlag::CALLCHAIN;
    if repair::DUMP_BYTES > 0 {
        flags |= SampleFlag::REGS_USER | SampleFlag::STACK_USER;
    }
    builder.sample(flags).sample_frequency(RATE_HZ);
    builder.sample_regs_user(repair::REGISTERS).sample_stack_user(repair::DUMP_BYTES);
}

fn max_stack() -> usize {
    let text = std::fs::read_to_string("/proc/sys/kernel/perf_event_max_stack").ok();
    text.and_then(|text| text.trim().parse().ok()).unwrap_or(USUAL_MAX_STACK)
}

/// What the draining thread works with.
struct Drain {
    program: Program,
    process: u32,
    thread: u32,
    deepest: usize,
    samples: Samples,
    taken: Arc<AtomicU64>,
}

impl Drain {
    fn until(mut self, stopping: &AtomicBool, mut events: Events) -> Samples {
        loop {
            // Read before the buffers: what came before the stop is drained after it.
            let last = stopping.load(Ordering::SeqCst);
            for ring in &mut events.rings {
                while let Some(record) = ring.next_record() {
                    match record.parse_record() {
                        Ok(Data::Sample(sample)) => self.count(&sample),
                        Ok(Data::Lost(lost)) => self.samples.lost += lost.lost,
                        Ok(Data::LostSamples(lost)) => self.samples.lost += lost.lost,
                        Ok(_) => {}
                        Err(_) => self.samples.lost += 1,
                    }
                }
            }
            if last {
                return self.samples;
            }
            std::thread::park_timeout(DRAIN_EVERY);
        }
    }

    fn count(&mut self, sample: &perf_event::data::Sample<'_>) {
        if sample.pid().is_some_and(|process| process != self.process) {
            self.samples.of_children += 1;
            return;
        }
        let chain: Vec<usize> = sample
            .callchain()
            .unwrap_or_default()
            .iter()
            .filter(|address| **address < FIRST_MARK && **address != 0)
            .map(|address| *address as usize)
            .collect();
        let truncated = chain.len() >= self.deepest;
        let registers = sample.regs_user().and_then(|user| Registers::of(&user.regs));
        let addresses = match (registers, sample.stack_user()) {
            (Some(registers), Some(stack)) => repair::repair(&self.program, registers, stack, chain),
            _ => chain,
        };
        let on_starting_thread = sample.tid() == Some(self.thread);
        let stack = RawStack { addresses, on_starting_thread, truncated };
        *self.samples.stacks.entry(stack).or_default() += 1;
        self.taken.fetch_add(1, Ordering::Relaxed);
    }
}
