//! One word for where a case's time goes, from its ledger alone, with the figures it follows from.
//!
//! The word is about the loop's own wall time, not the sum over threads: a thread that waits for another that works
//! holds nothing up.

use std::fmt;

use crate::record::WaitsLedger;

/// A share of the loop's wall time that names the case: by Amdahl's law, to take away the other third could make the
/// case 1.5 times as fast at most, to take away these two thirds three times.
const NAMES_THE_CASE: f64 = 2.0 / 3.0;
/// Of the time that threads wanted a CPU, the share that neighbours may have it before the case is called starved:
/// one part in five is beyond what wake-ups cost, and moves every time measured beside it by a quarter.
const STARVED: f64 = 0.2;
/// A wait for a CPU that is free takes 5 to 50 µs, to wake it; a neighbour's slice takes milliseconds. Waits that are
/// shorter on average than this are no neighbour's doing.
const SHORTEST_STARVING_NS: f64 = 100_000.0;
/// Of the time that neighbours are blamed for, what they must have run at least, or the case's own threads and the kernel's
/// way of waking them are to blame: half, because several threads may wait for one slice, and ticks tell coarsely.
const WERE_THERE: f64 = 0.5;
/// CPUs that children use on average, from which they are named beside the calls that wait for them.
const CHILDREN_WORK: f64 = 0.1;
/// Of the time that threads wanted a CPU, the share waited because of the case's own threads from which it is said.
const OVERSUBSCRIBED: f64 = 0.1;

/// The word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitWord {
    /// Most of the time at least one thread is on a CPU.
    CpuBound,
    /// Most of the time every thread is blocked.
    WaitBound,
    /// Neighbours have the CPU that it wants.
    Starved,
    /// Neither part is two thirds of the time.
    Mixed,
}

impl WaitWord {
    /// The word itself.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CpuBound => "CPU-bound",
            Self::WaitBound => "wait-bound",
            Self::Starved => "starved",
            Self::Mixed => "mixed",
        }
    }
}

impl fmt::Display for WaitWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word, and the figures it follows from. `Display` says them in a sentence that ends with what to do.
#[derive(Debug, Clone, PartialEq)]
pub struct WaitVerdict {
    /// The word.
    pub word: WaitWord,
    /// Share of the loop's wall time with a thread on a CPU.
    pub busy: f64,
    /// Share of it with none on a CPU and one waiting for it.
    pub starved: f64,
    /// Share of it with every thread blocked.
    pub idle: f64,
    /// Of the time that threads wanted a CPU, the share that neighbours had it.
    pub neighbours: f64,
    /// Of the same, the share that the case's own threads and children had it.
    pub own_threads: f64,
    /// Mean wait for a CPU, nanoseconds.
    pub mean_wait_ns: f64,
    /// Threads on a CPU on average, while the loop ran.
    pub cpus_used: f64,
    /// CPUs that children used on average.
    pub children_cpus: f64,
    /// Where threads are blocked most, and its share of the blocked time.
    pub blocked_in: Option<(String, f64)>,
    /// CPUs there are.
    pub cores: usize,
}

/// The word for `ledger`.
pub fn judge(ledger: &WaitsLedger) -> WaitVerdict {
    let elapsed = ledger.elapsed_ns.max(1) as f64;
    let share = |ns: u64| ns as f64 / elapsed;
    let (busy, starved, idle) = (share(ledger.busy_ns), share(ledger.starved_ns), share(ledger.idle_ns));
    let parts = &ledger.total;
    let wanted = (parts.cpu_ns() + parts.runqueue_ns).max(1) as f64;
    let own_threads = ledger.runqueue_own_ns.min(parts.runqueue_ns) as f64 / wanted;
    let neighbours = parts.runqueue_ns as f64 / wanted - own_threads;
    let mean_wait_ns = parts.runqueue_ns as f64 / ledger.slices.max(1) as f64;
    let blocked_in = ledger.blocked().into_iter().next();
    let blocked_in = blocked_in.map(|blocked| {
        let share = blocked.ns as f64 / parts.blocked_ns.max(1) as f64;
        (blocked.call, share)
    });
    // Who is blamed must have been there: several threads may wait for one slice of a neighbour's, but not for none. What
    // nobody can be blamed for is the kernel's way of waking threads.
    let blamed_ns = neighbours * wanted;
    let they_ran =
        ledger.others_cpu_ns.is_none_or(|ns| (ns + ledger.stolen_ns) as f64 >= blamed_ns * WERE_THERE);
    let neighbours = if they_ran { neighbours } else { 0.0 };
    let is_starved = neighbours >= STARVED && mean_wait_ns >= SHORTEST_STARVING_NS;
    let word = match () {
        // With all the CPUs to itself it would still wait for two thirds of the time, or more.
        () if idle >= NAMES_THE_CASE => WaitWord::WaitBound,
        () if is_starved => WaitWord::Starved,
        () if busy >= NAMES_THE_CASE => WaitWord::CpuBound,
        () => WaitWord::Mixed,
    };
    WaitVerdict {
        word,
        busy,
        starved,
        idle,
        neighbours,
        own_threads,
        mean_wait_ns,
        cpus_used: parts.cpu_ns() as f64 / elapsed,
        children_cpus: ledger.children_cpu_ns as f64 / elapsed,
        blocked_in,
        cores: ledger.cores,
    }
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

impl fmt::Display for WaitVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            word, busy, starved, idle, neighbours, own_threads, cpus_used, children_cpus, cores, ..
        } = self;
        write!(f, "{word}: ")?;
        match word {
            WaitWord::CpuBound => write!(
                f,
                "a thread is on a CPU for {} of the time ({cpus_used:.2} on average), every thread is blocked for {}; \
                 look at the flamegraph of CPU time",
                percent(*busy),
                percent(*idle)
            )?,
            WaitWord::WaitBound => {
                write!(f, "every thread is blocked for {} of the time", percent(*idle))?;
                if let Some((call, share)) = &self.blocked_in {
                    write!(f, ", {} of the blocked time in {call}", percent(*share))?;
                }
                if *children_cpus >= CHILDREN_WORK {
                    write!(f, "; its children use {children_cpus:.2} CPUs meanwhile: measure them")?;
                } else {
                    f.write_str("; wait for less, or for several things at once")?;
                }
            }
            WaitWord::Starved => write!(
                f,
                "for {} of the time that threads wanted a CPU somebody else had it, {:.1} ms at a time; measure again \
                 on a quiet machine",
                percent(*neighbours),
                self.mean_wait_ns / 1e6
            )?,
            WaitWord::Mixed => {
                write!(
                    f,
                    "a thread is on a CPU for {} of the time, none is and one waits for it for {}, every thread is \
                     blocked for {}",
                    percent(*busy),
                    percent(*starved),
                    percent(*idle)
                )?;
                if let Some((call, share)) = &self.blocked_in {
                    write!(f, " ({} of the blocked time in {call})", percent(*share))?;
                }
                f.write_str("; neither part alone is worth more than a factor of three")?;
            }
        }
        if *own_threads >= OVERSUBSCRIBED {
            write!(
                f,
                "; it oversubscribes itself: for {} of the time that threads wanted a CPU its own threads or children \
                 had all {cores}",
                percent(*own_threads)
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::planted::books;

    /// A loop of a second, in milliseconds: with a thread on CPU, starved; all threads' CPU, run queue, blocked.
    fn ledger(busy: u64, starved: u64, [cpu, runqueue, blocked]: [u64; 3]) -> WaitsLedger {
        books(busy, starved, &[("measuring thread", [cpu, 0, runqueue, blocked], "futex")])
    }

    #[test]
    fn the_word_follows_from_the_loops_own_time() {
        assert_eq!(judge(&ledger(990, 0, [990, 0, 10])).word, WaitWord::CpuBound);
        assert_eq!(judge(&ledger(160, 0, [160, 0, 840])).word, WaitWord::WaitBound);
        assert_eq!(judge(&ledger(300, 0, [300, 0, 700])).word, WaitWord::WaitBound);
        assert_eq!(judge(&ledger(500, 0, [500, 0, 500])).word, WaitWord::Mixed);
        // Two of three threads work while one waits for them: nothing is held up.
        assert_eq!(judge(&ledger(980, 0, [1_960, 0, 1_040])).word, WaitWord::CpuBound);
    }

    #[test]
    fn neighbours_starve_a_case_but_its_own_threads_and_wake_ups_do_not() {
        let starved = ledger(500, 500, [500, 500, 0]);
        assert_eq!(judge(&starved).word, WaitWord::Starved);
        let mut crowd = starved.clone();
        crowd.busy_ns = 1_000_000_000;
        crowd.starved_ns = 0;
        crowd.runqueue_own_ns = 500_000_000;
        let verdict = judge(&crowd);
        assert_eq!(verdict.word, WaitWord::CpuBound);
        assert!(verdict.to_string().contains("it oversubscribes itself: for 50 %"), "{verdict}");
        let mut woken = starved.clone();
        woken.slices = 100_000;
        assert_ne!(judge(&woken).word, WaitWord::Starved);
        assert_eq!(judge(&ledger(10, 20, [10, 20, 970])).word, WaitWord::WaitBound, "it hardly wants a CPU");
        let with_neighbours =
            |ms: u64| WaitsLedger { others_cpu_ns: Some(ms * 1_000_000), ..starved.clone() };
        assert_eq!(judge(&with_neighbours(500)).word, WaitWord::Starved);
        let alone = judge(&with_neighbours(100));
        assert_ne!(alone.word, WaitWord::Starved, "nobody else ran for so long");
        assert!(!alone.to_string().contains("oversubscribes"), "nor did threads of its own: {alone}");
        let stolen = WaitsLedger { stolen_ns: 300_000_000, ..with_neighbours(0) };
        assert_eq!(judge(&stolen).word, WaitWord::Starved);
    }

    #[test]
    fn the_sentence_has_the_figures_and_ends_with_what_to_do() {
        let said = judge(&ledger(160, 0, [160, 0, 840])).to_string();
        assert!(
            said.starts_with("wait-bound: every thread is blocked for 84 % of the time, 100 % of the"),
            "{said}"
        );
        let mut children = ledger(10, 0, [10, 0, 990]);
        children.children_cpu_ns = 1_900_000_000;
        assert!(judge(&children).to_string().contains("its children use 1.90 CPUs"));
    }
}
