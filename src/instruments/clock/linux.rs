//! Linux: CPU clocks of threads and other processes, rusage of this one and of its children, the monotonic clock.

/// User and kernel time. The kernel splits them by its tick, and scales both so that the sum is the CPU clock's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::instruments) struct Usage {
    pub(in crate::instruments) user_ns: u64,
    pub(in crate::instruments) kernel_ns: u64,
}

/// Whose usage.
#[derive(Debug, Clone, Copy)]
pub(in crate::instruments) enum Whose {
    /// The calling thread's.
    Thread,
    /// All threads', those that ended included.
    Process,
    /// Of the children that were waited for, and of theirs.
    Children,
}

/// The usage so far; nothing where the system does not tell.
pub(in crate::instruments) fn usage(whose: Whose) -> Usage {
    let who = match whose {
        Whose::Thread => libc::RUSAGE_THREAD,
        Whose::Process => libc::RUSAGE_SELF,
        Whose::Children => libc::RUSAGE_CHILDREN,
    };
    // SAFETY: an all-zero rusage is a valid one.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: `usage` is ours to write to.
    if unsafe { libc::getrusage(who, &mut usage) } != 0 {
        return Usage::default();
    }
    let ns = |time: libc::timeval| time.tv_sec as u64 * 1_000_000_000 + time.tv_usec as u64 * 1_000;
    Usage { user_ns: ns(usage.ru_utime), kernel_ns: ns(usage.ru_stime) }
}

impl Usage {
    /// What came since `earlier`.
    pub(in crate::instruments) fn since(self, earlier: Self) -> Self {
        Self {
            user_ns: self.user_ns.saturating_sub(earlier.user_ns),
            kernel_ns: self.kernel_ns.saturating_sub(earlier.kernel_ns),
        }
    }

    pub(in crate::instruments) fn sum_ns(self) -> u64 {
        self.user_ns + self.kernel_ns
    }
}

fn read(clock: libc::clockid_t) -> Option<u64> {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is ours to write to; a clock that does not exist is refused.
    let failed = unsafe { libc::clock_gettime(clock, &mut time) } != 0;
    (!failed).then(|| time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64)
}

/// The CPU clock of a thread or process by its number, as the kernel builds it (include/linux/posix-timers_types.h):
/// the number inverted above three bits, of which 2 means the scheduler's clock and 4 a single thread.
fn clock_of(number: u32, bits: libc::clockid_t) -> libc::clockid_t {
    ((!(number as libc::clockid_t)) << 3) | bits
}

/// CPU time of a thread of this process, up to now even while it runs; `None` once it has ended.
pub(in crate::instruments) fn thread_cpu_ns(thread: u32) -> Option<u64> {
    read(clock_of(thread, 6))
}

/// CPU time of another process, all its threads; `None` once it is gone.
pub(in crate::instruments) fn other_process_cpu_ns(process: u32) -> Option<u64> {
    read(clock_of(process, 2))
}

/// The clock that `Instant` reads on Linux and that the kernel's records carry.
pub(in crate::instruments) fn monotonic_ns() -> u64 {
    read(libc::CLOCK_MONOTONIC).unwrap_or(0)
}

/// The kernel's number of the calling thread.
pub(in crate::instruments) fn this_thread() -> u32 {
    rustix::thread::gettid().as_raw_nonzero().get().unsigned_abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_threads_clock_is_read_by_its_number_until_it_ends() {
        let (send, receive) = std::sync::mpsc::channel();
        let (go, wait) = std::sync::mpsc::channel::<()>();
        let thread = std::thread::spawn(move || {
            send.send(this_thread()).expect("the test listens");
            let _ = wait.recv();
        });
        let number = receive.recv().expect("the thread tells");
        assert!(thread_cpu_ns(number).is_some_and(|ns| ns > 0));
        go.send(()).expect("the thread listens");
        thread.join().expect("it does not panic");
        // Joined is not yet gone: the kernel takes its moment.
        while thread_cpu_ns(number).is_some() {
            std::thread::yield_now();
        }
    }

    #[test]
    fn the_sum_of_user_and_kernel_is_the_clocks() {
        const BURNT_NS: u64 = 200_000_000;
        let cpu = || thread_cpu_ns(this_thread()).expect("alive");
        let before = usage(Whose::Thread);
        let (begin, mut x) = (cpu(), 1_u64);
        while cpu() < begin + BURNT_NS {
            x = x.rotate_left(7) ^ 3;
        }
        let rusage = usage(Whose::Thread).since(before).sum_ns();
        // rusage is brought up to date by the tick, of 10 ms at most, at either end.
        assert!(x != 0 && rusage.abs_diff(BURNT_NS) <= 25_000_000, "{rusage}");
    }
}
