//! `perf_event_open` without privileges, for whoever wants to hear of this process's threads: one event for each CPU
//! (an inherited event for all CPUs has no ring buffer) and each thread that is there already; threads started later
//! inherit them. What the events tell is the caller's: this file knows samples as little as births.

use std::io;
use std::os::fd::AsRawFd;

use perf_event::events::Software;
use perf_event::{Builder, Counter, Sampler as Ring};

/// What would make the kernel allow it.
pub(super) const REMEDY: &str = "as root: sysctl kernel.perf_event_paranoid=2; in a container: allow perf_event_open \
                                 in its seccomp profile (docker run --security-opt seccomp=unconfined)";

/// What is asked of the kernel.
pub(super) struct Asked<'a> {
    pub(super) event: Software,
    /// What the event tells, and whether at once.
    pub(super) configure: &'a dyn Fn(&mut Builder<'_>),
    /// Bytes of each CPU's ring buffer, a power of two. All together, with a control page each, should lie within what
    /// `perf_event_mlock_kb` (516 a CPU) gives a user.
    pub(super) ring_bytes: usize,
    /// The least that is of use.
    pub(super) least_ring_bytes: usize,
}

/// Events that are open.
pub(super) struct Events {
    /// A ring buffer a CPU.
    pub(super) rings: Vec<Ring>,
    /// The events of threads that were there already; they tell into the ring buffers.
    _others: Vec<Counter>,
}

impl Asked<'_> {
    /// Opens the events of the calling thread and of `others`.
    ///
    /// # Errors
    /// One line on what the kernel refused.
    pub(super) fn open(&self, others: &[u32]) -> Result<Events, String> {
        let cpus = online_cpus();
        let rings = cpus.iter().map(|cpu| self.ring(*cpu)).collect::<Result<Vec<_>, _>>()?;
        let mut followed = Vec::new();
        for thread in others {
            for (cpu, ring) in cpus.iter().zip(&rings) {
                followed.extend(self.follow(*thread, *cpu, ring)?);
            }
        }
        Ok(Events { rings, _others: followed })
    }

    /// An event of `thread` on `cpu`, or else of the calling one.
    fn event(&self, cpu: usize, thread: Option<u32>) -> io::Result<Counter> {
        let mut builder = Builder::new(self.event);
        match thread {
            Some(thread) => builder.observe_pid(thread as libc::pid_t),
            None => builder.observe_self(),
        };
        builder.one_cpu(cpu).inherit(true).exclude_kernel(true).exclude_hv(true);
        (self.configure)(&mut builder);
        builder.build()
    }

    /// The event of this thread on `cpu`, with a ring buffer.
    fn ring(&self, cpu: usize) -> Result<Ring, String> {
        let mut ring_bytes = self.ring_bytes;
        loop {
            let counter = self.event(cpu, None).map_err(refused)?;
            match counter.sampled(ring_bytes) {
                Ok(ring) => return Ok(ring),
                // Others of this user may hold most of what the kernel lets users lock.
                Err(_) if ring_bytes > self.least_ring_bytes => ring_bytes /= 2,
                Err(error) => return Err(format!("the kernel refused a ring buffer: {error}")),
            }
        }
    }

    /// The event of a `thread` that is there already, on `cpu`; none if it has ended by now. It tells into `ring`: a
    /// ring buffer each would be more memory than the kernel lets users lock.
    fn follow(&self, thread: u32, cpu: usize, ring: &Ring) -> Result<Option<Counter>, String> {
        let counter = match self.event(cpu, Some(thread)) {
            Err(error) if error.raw_os_error() == Some(libc::ESRCH) => return Ok(None),
            other => other.map_err(refused)?,
        };
        // SAFETY: both are file descriptors of perf events that are open, which is all that this call asks for.
        let failed = unsafe { libc::ioctl(counter.as_raw_fd(), SET_OUTPUT, ring.as_raw_fd()) } != 0;
        if failed {
            return Err(refused(io::Error::last_os_error()));
        }
        Ok(Some(counter))
    }
}

fn refused(error: io::Error) -> String {
    format!("perf_event_open refused: {error}")
}

/// Threads of this process but for those `not` wanted, by the kernel's numbers; none where /proc is not there.
pub(super) fn threads_but(not: &[u32]) -> Vec<u32> {
    let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let threads = tasks.filter_map(|task| task.file_name().to_str()?.parse::<u32>().ok());
    threads.filter(|thread| !not.contains(thread)).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_cpus_are_read() {
        let cpus: Vec<usize> = "0-2,5".split(',').filter_map(range).flatten().collect();
        assert_eq!(cpus, [0, 1, 2, 5]);
    }
}
