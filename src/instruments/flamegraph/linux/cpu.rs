//! CPU time of this process, and which thread this is.

/// CPU seconds that all threads of this process have used.
pub(super) fn process_seconds() -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the clock exists on every Linux, and `time` is ours to write to.
    let failed = unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut time) } != 0;
    if failed { 0.0 } else { time.tv_sec as f64 + time.tv_nsec as f64 / 1e9 }
}

/// Those of them spent in the kernel.
pub(super) fn kernel_seconds() -> f64 {
    // SAFETY: an all-zero rusage is a valid one.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: `usage` is ours to write to.
    let failed = unsafe { libc::getrusage(libc::RUSAGE_SELF, &mut usage) } != 0;
    if failed { 0.0 } else { usage.ru_stime.tv_sec as f64 + usage.ru_stime.tv_usec as f64 / 1e6 }
}

/// The kernel's number of this thread.
pub(super) fn thread_id() -> u32 {
    // SAFETY: it takes nothing and cannot fail.
    let id = unsafe { libc::gettid() };
    id.unsigned_abs()
}
