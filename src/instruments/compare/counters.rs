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
    use std::thread::LocalKey;

    use super::Counters;
    use crate::instruments::procfs;

    thread_local! {
        /// Files of this thread's, kept open: opening takes longer than reading.
        static SCHEDSTAT: OnceCell<Option<File>> = const { OnceCell::new() };
        static STAT: OnceCell<Option<File>> = const { OnceCell::new() };
    }

    fn beginning<T>(
        file: &'static LocalKey<OnceCell<Option<File>>>,
        path: &str,
        then: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        file.with(|cell| {
            let file = cell.get_or_init(|| File::open(path).ok()).as_ref()?;
            then(procfs::read(file, &mut [0; 256])?)
        })
    }

    pub(super) fn stolen_ns() -> u64 {
        beginning(&STAT, "/proc/stat", procfs::stolen_ns).unwrap_or(0)
    }

    pub(super) fn read() -> Counters {
        let booked = beginning(&SCHEDSTAT, "/proc/thread-self/schedstat", procfs::schedstat);
        // SAFETY: an all-zero rusage is a valid one.
        let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
        // SAFETY: `usage` is ours to write to; a failure leaves its zeros.
        unsafe { libc::getrusage(libc::RUSAGE_THREAD, &mut usage) };
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        Counters {
            cpu_ns: time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64,
            runqueue_ns: booked.map_or(0, |booked| booked.runqueue_ns),
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
