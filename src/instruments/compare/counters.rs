//! What the kernel counts of the calling thread: read before a block and after it.

/// Counts since the thread began; all zero where the system does not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Counters {
    pub(super) cpu_ns: u64,
    pub(super) runqueue_ns: u64,
    pub(super) involuntary: u64,
    pub(super) minor_faults: u64,
    pub(super) major_faults: u64,
}

/// Taken from all CPUs by the hypervisor since the machine started, nanoseconds in steps of a tick.
pub(in crate::instruments) fn stolen_ns() -> u64 {
    #[cfg(target_os = "linux")]
    return linux::stolen_ns();
    #[cfg(not(target_os = "linux"))]
    0
}

impl Counters {
    /// What came since `earlier`.
    pub(super) fn since(&self, earlier: &Self) -> Self {
        Self {
            cpu_ns: self.cpu_ns.saturating_sub(earlier.cpu_ns),
            runqueue_ns: self.runqueue_ns.saturating_sub(earlier.runqueue_ns),
            involuntary: self.involuntary.saturating_sub(earlier.involuntary),
            minor_faults: self.minor_faults.saturating_sub(earlier.minor_faults),
            major_faults: self.major_faults.saturating_sub(earlier.major_faults),
        }
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn read() -> Self {
        Self::default()
    }

    /// Reads them now.
    #[cfg(target_os = "linux")]
    pub(super) fn read() -> Self {
        linux::read()
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::cell::OnceCell;
    use std::fs::File;
    use std::os::unix::fs::FileExt;

    use super::Counters;

    thread_local! {
        /// Files of this thread's, kept open: opening takes longer than reading.
        static SCHEDSTAT: OnceCell<Option<File>> = const { OnceCell::new() };
        static STAT: OnceCell<Option<File>> = const { OnceCell::new() };
    }

    /// Nanoseconds of a tick of USER_HZ, which is 100 wherever Linux runs today (proc_stat(5)).
    const TICK_NS: u64 = 10_000_000;

    fn beginning(
        file: &'static std::thread::LocalKey<OnceCell<Option<File>>>,
        path: &str,
        then: impl FnOnce(&str) -> Option<u64>,
    ) -> u64 {
        file.with(|cell| {
            let file = cell.get_or_init(|| File::open(path).ok()).as_ref()?;
            let mut buffer = [0; 256];
            let length = file.read_at(&mut buffer, 0).ok()?;
            then(&String::from_utf8_lossy(&buffer[..length]))
        })
        .unwrap_or(0)
    }

    pub(super) fn stolen_ns() -> u64 {
        let ticks = beginning(&STAT, "/proc/stat", |text| {
            text.lines().next()?.strip_prefix("cpu ")?.split_whitespace().nth(7)?.parse().ok()
        });
        ticks * TICK_NS
    }

    pub(super) fn read() -> Counters {
        let runqueue_ns = beginning(&SCHEDSTAT, "/proc/thread-self/schedstat", |text| {
            text.split_whitespace().nth(1)?.parse().ok()
        });
        // SAFETY: an all-zero rusage is a valid one.
        let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
        // SAFETY: `usage` is ours to write to; a failure leaves its zeros.
        unsafe { libc::getrusage(libc::RUSAGE_THREAD, &mut usage) };
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        Counters {
            cpu_ns: time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64,
            runqueue_ns,
            involuntary: usage.ru_nivcsw as u64,
            minor_faults: usage.ru_minflt as u64,
            major_faults: usage.ru_majflt as u64,
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn faults_of_fresh_pages_and_time_spent_are_counted() {
            let before = read();
            let pages = vec![1_u8; 64 << 20];
            let spent = read().since(&before);
            assert_eq!(pages.iter().map(|byte| u64::from(*byte)).sum::<u64>(), 64 << 20);
            assert!(spent.cpu_ns > 0 && spent.minor_faults > 0, "{spent:?}");
        }
    }
}
