//! What the scheduler books, read off /proc: of a thread, and of what the hypervisor took from all CPUs. Whose files these
//! are, and for how long they stay open, is for others to say.

use std::fs::File;
use std::os::unix::fs::FileExt;

/// What the scheduler books of a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Schedstat {
    /// Waited for a CPU, nanoseconds; a wait under way is not in it yet.
    pub(super) runqueue_ns: u64,
    /// Times that it was given a CPU.
    pub(super) slices: u64,
}

/// Nanoseconds of a tick of USER_HZ, which is 100 wherever Linux runs today (proc_stat(5)).
const TICK_NS: u64 = 10_000_000;

/// The beginning of `file`, as it is now.
pub(super) fn read<'a>(file: &File, buffer: &'a mut [u8]) -> Option<&'a str> {
    let length = file.read_at(buffer, 0).ok()?;
    std::str::from_utf8(&buffer[..length]).ok()
}

/// Reads `/proc/…/schedstat`: time on the CPU, time waiting for it, slices. The first is up to a tick old while the
/// thread runs, so the thread's clock stands in for it.
pub(super) fn schedstat(text: &str) -> Option<Schedstat> {
    let mut numbers = text.split_whitespace().map(str::parse);
    let (Ok(_cpu_ns), Ok(runqueue_ns), Ok(slices)) =
        (numbers.next()?.map(|ns: u64| ns), numbers.next()?, numbers.next()?)
    else {
        return None;
    };
    Some(Schedstat { runqueue_ns, slices })
}

/// Reads `/proc/stat`: what the hypervisor took from all CPUs since the machine started, nanoseconds in steps of a tick.
pub(super) fn stolen_ns(stat: &str) -> Option<u64> {
    Some(stolen_ticks(stat)? * TICK_NS)
}

/// Reads `/proc/stat`: for how long CPUs have worked for anybody since the machine started, in the same steps.
pub(super) fn worked_ns(stat: &str) -> Option<u64> {
    let mut of_all = of_all_cpus(stat)?;
    // user, nice, system, idle, iowait, irq, softirq (proc_stat(5)); guests are in the first two.
    let mut next = || of_all.next()?.parse::<u64>().ok();
    let (user, nice, system, _idle, _waiting) = (next()?, next()?, next()?, next()?, next()?);
    Some((user + nice + system + next()? + next()?) * TICK_NS)
}

/// The numbers of the first line.
fn of_all_cpus(stat: &str) -> Option<std::str::SplitWhitespace<'_>> {
    Some(stat.lines().next()?.strip_prefix("cpu ")?.split_whitespace())
}

/// The eighth of them: time that the CPUs would have worked and were not given.
fn stolen_ticks(stat: &str) -> Option<u64> {
    of_all_cpus(stat)?.nth(7)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedstat_has_three_numbers_or_is_none() {
        assert_eq!(schedstat("12 34 5\n"), Some(Schedstat { runqueue_ns: 34, slices: 5 }));
        for text in ["", "12 34", "a b c", "12 -3 4"] {
            assert_eq!(schedstat(text), None, "{text}");
        }
    }

    #[test]
    fn stolen_time_is_the_eighth_number_of_all_cpus() {
        assert_eq!(stolen_ticks("cpu  1 2 3 4 5 6 7 80 9 10\ncpu0 1 1 1 1 1 1 1 1\n"), Some(80));
        assert_eq!((stolen_ticks(""), stolen_ticks("cpu 1 2"), stolen_ticks("cpu0 1")), (None, None, None));
    }

    #[test]
    fn cpus_work_in_user_code_in_the_kernel_and_for_devices() {
        assert_eq!(worked_ns("cpu  1 20 300 9 9 4000 50000 9 9 9\ncpu0 1 1\n"), Some(54_321 * TICK_NS));
        assert_eq!((worked_ns("cpu 1 2 3 4 5 6"), worked_ns("cpu0 1 2 3 4 5 6 7")), (None, None));
    }
}
