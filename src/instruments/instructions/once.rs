//! How long one iteration takes without Valgrind: whether it is counted at all, and how many of them.

use std::time::{Duration, Instant};

use super::LEAST_ITERATIONS;
use crate::instruments::{Effort, clock};
use crate::workload::Case;

/// One iteration without Valgrind: the least of a few, because a neighbour may have held up one of them, and how many
/// iterations are counted hangs on it.
pub(super) struct Once {
    pub(super) wall: Duration,
    /// CPU time of all threads of the process.
    pub(super) cpu: Duration,
}

impl Once {
    pub(super) fn of(case: &dyn Case) -> Self {
        let mut least = Self::look(case);
        for _ in 0..FURTHER_LOOKS {
            if least.wall > NOT_WORTH_A_SECOND_LOOK {
                break;
            }
            let again = Self::look(case);
            least = Self { wall: least.wall.min(again.wall), cpu: least.cpu.min(again.cpu) };
        }
        least
    }

    fn look(case: &dyn Case) -> Self {
        let (began, cpu_ns) = (Instant::now(), clock::process_cpu_ns());
        case.in_batches(1, |case, batch| case.run(batch));
        let used_ns = clock::process_cpu_ns().saturating_sub(cpu_ns);
        Self { wall: began.elapsed(), cpu: Duration::from_nanos(used_ns) }
    }
}

/// Looks after the first.
const FURTHER_LOOKS: usize = 4;
/// No neighbour's slice is what makes an iteration longer than this.
const NOT_WORTH_A_SECOND_LOOK: Duration = Duration::from_millis(10);

/// How many times slower Callgrind with its caches is: 83 to 230, measured.
const SLOWER: f64 = 150.0;
/// CPU time of an iteration above which a quick run would wait too long for [`LEAST_ITERATIONS`] under Callgrind.
const SLOWEST_QUICK: Duration = Duration::from_millis(20);

/// Why an iteration that takes `cpu` is not counted.
pub(super) fn too_slow(cpu: Duration, effort: Effort) -> Option<String> {
    (effort == Effort::Quick && cpu > SLOWEST_QUICK).then(|| {
        format!(
            "an iteration takes {} ms of CPU time, and under Callgrind {LEAST_ITERATIONS} of them some {:.0} s; `just \
             thorough` counts it",
            cpu.as_millis(),
            cpu.as_secs_f64() * LEAST_ITERATIONS as f64 * SLOWER
        )
    })
}

/// Iterations to n, so that a size's elements times n are alike: n, and twice, and three times n then take about
/// as long as Valgrind takes to start. A kernel slower than any of its size, such as one that starts a process, is run
/// less often. A few times more or less do not matter, because an exact count is the same at any n.
pub(super) fn iterations(once: Duration, size: usize) -> u64 {
    let by_size = (10_000 / size.max(1)).clamp(1, 100) as u64;
    match once {
        slow if slow > Duration::from_micros(200) => 1,
        slow if slow > Duration::from_micros(20) => by_size.min(10),
        _ => by_size,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quick_run_leaves_out_what_callgrind_would_take_a_minute_for() {
        let slow = Duration::from_millis(47);
        let reason = too_slow(slow, Effort::Quick).expect("it is slow");
        assert!(reason.starts_with("an iteration takes 47 ms of CPU time"), "{reason}");
        assert_eq!(too_slow(slow, Effort::Thorough), None);
        assert_eq!(too_slow(Duration::from_millis(15), Effort::Quick), None);
    }
}
