//! Sampling by the kernel: `perf_event_open` with the software clock, no signal handler in this process.
//!
//! One event for each CPU (an inherited event for all CPUs has no ring buffer) and each thread that is there when
//! sampling begins, such as those of a pool; threads started later inherit them. So do child processes, whose
//! samples are counted and dropped. A thread started *before* the events, which they therefore do not follow,
//! empties the ring buffers.

use std::os::fd::AsRawFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

use perf_event::data::Record as Data;
use perf_event::events::Software;
use perf_event::{Builder, Counter, SampleFlag, Sampler as Ring};

use super::program::Program;
use super::repair::{self, Registers};
use super::sampler::{RawStack, Samples};
use super::{RATE_HZ, cpu};

/// Bytes of each CPU's ring buffer: with its control page, what `perf_event_mlock_kb` (516) gives to all.
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
    /// The events of threads that were there already; their samples go to this thread's ring buffers.
    _others: Vec<Counter>,
    drainer: JoinHandle<Samples>,
    stopping: Arc<AtomicBool>,
    taken: Arc<AtomicU64>,
}

impl PerfSampler {
    /// Opens the events, paused.
    pub(super) fn start() -> Result<Self, String> {
        let (sender, receiver) = mpsc::channel::<Vec<Ring>>();
        let (stopping, taken) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        // Listed before the thread that drains is there: it is not to be sampled.
        let others = other_threads();
        let drain = Drain {
            program: Program::read(),
            process: std::process::id(),
            thread: cpu::thread_id(),
            deepest: max_stack(),
            samples: Samples::default(),
            taken: Arc::clone(&taken),
        };
        let stop = Arc::clone(&stopping);
        let drainer = std::thread::Builder::new()
            .name("perflab-drain".to_owned())
            .spawn(move || receiver.recv().map(|rings| drain.until(&stop, rings)).unwrap_or_default())
            .map_err(|error| format!("cannot start a thread: {error}"))?;
        // On an error the sender is dropped, and with it the thread ends.
        let cpus = online_cpus();
        let rings = cpus.iter().map(|cpu| open(*cpu)).collect::<Result<Vec<_>, _>>()?;
        let mut followed = Vec::new();
        for thread in others {
            for (cpu, ring) in cpus.iter().zip(&rings) {
                followed.extend(follow(thread, *cpu, ring)?);
            }
        }
        sender.send(rings).map_err(|_| "the thread that reads samples died".to_owned())?;
        Ok(Self { _others: followed, drainer, stopping, taken })
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

/// An event that samples `thread` on `cpu`, or else the calling one; paused.
fn event(cpu: usize, thread: Option<i32>) -> std::io::Result<Counter> {
    let mut flags = SampleFlag::IP | SampleFlag::TID | SampleFlag::CALLCHAIN;
    if repair::DUMP_BYTES > 0 {
        flags |= SampleFlag::REGS_USER | SampleFlag::STACK_USER;
    }
    let mut builder = Builder::new(Software::CPU_CLOCK);
    match thread {
        Some(thread) => builder.observe_pid(thread),
        None => builder.observe_self(),
    };
    builder.one_cpu(cpu).inherit(true).exclude_kernel(true).exclude_hv(true);
    builder.sample(flags).sample_frequency(RATE_HZ);
    builder.sample_regs_user(repair::REGISTERS).sample_stack_user(repair::DUMP_BYTES);
    builder.build()
}

fn refused(error: std::io::Error) -> String {
    format!("perf_event_open refused: {error}")
}

/// The event of this thread on `cpu`, with a ring buffer.
fn open(cpu: usize) -> Result<Ring, String> {
    let mut ring_bytes = RING_BYTES;
    loop {
        let counter = event(cpu, None).map_err(refused)?;
        match counter.sampled(ring_bytes) {
            Ok(ring) => return Ok(ring),
            // Others of this user may hold most of what the kernel lets users lock.
            Err(_) if ring_bytes > LEAST_RING_BYTES => ring_bytes /= 2,
            Err(error) => return Err(format!("the kernel refused a ring buffer for samples: {error}")),
        }
    }
}

/// Threads of this process beside the calling one, by the kernel's numbers; none where /proc is not there.
fn other_threads() -> Vec<i32> {
    let own = cpu::thread_id();
    let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let threads = tasks.filter_map(|task| task.file_name().to_str()?.parse::<u32>().ok());
    threads.filter(|thread| *thread != own).filter_map(|thread| i32::try_from(thread).ok()).collect()
}

/// The event of a `thread` that is there already, on `cpu`; none if it has ended by now. Its samples go into `ring`:
/// a ring buffer each would be more memory than the kernel lets users lock.
fn follow(thread: i32, cpu: usize, ring: &Ring) -> Result<Option<Counter>, String> {
    let counter = match event(cpu, Some(thread)) {
        Err(error) if error.raw_os_error() == Some(libc::ESRCH) => return Ok(None),
        other => other.map_err(refused)?,
    };
    // SAFETY: both are file descriptors of perf events that are open, which is all that this call asks for.
    let failed = unsafe { libc::ioctl(counter.as_raw_fd(), SET_OUTPUT, ring.as_raw_fd()) } != 0;
    if failed {
        return Err(refused(std::io::Error::last_os_error()));
    }
    Ok(Some(counter))
}

/// `PERF_EVENT_IOC_SET_OUTPUT` of linux/perf_event.h: `_IO('$', 5)`.
const SET_OUTPUT: libc::Ioctl = 0x2405;

/// CPUs that are switched on: `0-3,5`.
fn online_cpus() -> Vec<usize> {
    let text = std::fs::read_to_string("/sys/devices/system/cpu/online").unwrap_or_default();
    let cpus: Vec<usize> = text.trim().split(',').filter_map(range).flatten().collect();
    if cpus.is_empty() {
        (0..std::thread::available_parallelism().map_or(1, usize::from)).collect()
    } else {
        cpus
    }
}

fn range(text: &str) -> Option<std::ops::RangeInclusive<usize>> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    Some(first.parse().ok()?..=last.parse().ok()?)
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
    fn until(mut self, stopping: &AtomicBool, mut rings: Vec<Ring>) -> Samples {
        loop {
            // Read before the buffers: what came before the stop is drained after it.
            let last = stopping.load(Ordering::SeqCst);
            for ring in &mut rings {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_cpus_are_read() {
        let cpus: Vec<usize> = "0-2,5".split(',').filter_map(range).flatten().collect();
        assert_eq!(cpus, [0, 1, 2, 5]);
    }
}
