//! Clocks and rusage of this process, its threads and its children. Needs no privileges and no /proc.

#[cfg(target_os = "linux")]
mod linux;

#[cfg(target_os = "linux")]
pub(super) use linux::{Usage, Whose, monotonic_ns, other_process_cpu_ns, this_thread, thread_cpu_ns, usage};

/// CPU time of this process, threads that ended included; 0 where the system does not tell.
#[cfg(unix)]
pub(super) fn process_cpu_ns() -> u64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    let (s, ns) = (u64::try_from(time.tv_sec).unwrap_or(0), u64::try_from(time.tv_nsec).unwrap_or(0));
    s * 1_000_000_000 + ns
}

#[cfg(not(unix))]
pub(super) fn process_cpu_ns() -> u64 {
    0
}
