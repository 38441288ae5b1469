//! Two threads that share one global lock, as those of an interpreter with one do: they take turns and gain nothing.

use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use super::{Gcd, first_common};
use crate::workload::{Answer, Concurrency, Workload};
use crate::workloads::concurrency::forms::WORKERS;
use crate::workloads::concurrency::kernel::{Kernel, all_right};
use crate::workloads::concurrency::turns::{Turn, Turns};
use crate::workloads::concurrency::{sharing, threads};

/// How long a thread keeps the lock while others wait: CPython's default,
/// <https://docs.python.org/3/library/sys.html#sys.setswitchinterval>.
const SWITCH_INTERVAL: Duration = Duration::from_millis(5);

/// Candidates between two looks at the clock, some tens of microseconds: an interpreter looks after each instruction,
/// and pays for it.
const CANDIDATES: u64 = 1 << 14;

/// By trial, and whoever waits for the lock gets it once it was held for the interval.
fn by_trial_in_turns((a, b): (u64, u64), turn: &mut Turn<'_>, since: &mut Instant) -> u64 {
    let mut from = a.min(b);
    while from > 0 {
        let to = from.saturating_sub(CANDIDATES - 1).max(1);
        if let Some(divisor) = first_common(a, b, from, to) {
            return divisor;
        }
        from = to - 1;
        if since.elapsed() >= SWITCH_INTERVAL {
            turn.pass_on();
            *since = Instant::now();
        }
    }
    a.max(b)
}

pub(crate) struct GlobalLock;

impl Workload for GlobalLock {
    const NAME: &'static str = "global-lock";
    const ABOUT: &'static str =
        "two threads, one lock that a thread must hold to compute, passed on every 5 ms as CPython's is";
    const MIRRORS: Option<&'static str> = Some("global-lock");
    const CONCURRENCY: Concurrency = Concurrency::THREADS;
    type Input = Vec<(u64, u64)>;
    type Output = Vec<u64>;

    fn input(size: usize) -> Vec<(u64, u64)> {
        Gcd::items(size)
    }

    fn run(pairs: &Vec<(u64, u64)>) -> Vec<u64> {
        let next = Mutex::new(0..pairs.len());
        let turns = Turns::new();
        let compute = || {
            let mut found = Vec::new();
            let mut turn = turns.take();
            let mut since = Instant::now();
            loop {
                let place = next.lock().expect("no holder panics").next();
                let Some(place) = place else { return found };
                found.push((place, by_trial_in_turns(pairs[place], &mut turn, &mut since)));
            }
        };
        let found = thread::scope(|scope| {
            let threads: Vec<_> = (0..WORKERS).map(|_| threads::start_in(scope, compute)).collect();
            threads.into_iter().flat_map(sharing::join).collect()
        });
        sharing::in_order(found)
    }

    fn check(pairs: &Vec<(u64, u64)>, divisors: &Vec<u64>) -> bool {
        all_right::<Gcd>(pairs, divisors)
    }

    fn answer(divisors: &Vec<u64>) -> Answer {
        Gcd::answer(divisors)
    }

    /// One computes while the other waits.
    fn speedup_bound(_size: usize, _cores: usize) -> Option<f64> {
        Some(1.0)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::workloads::concurrency::gcd::euclid;

    #[test]
    fn one_at_a_time_holds_the_lock_a_thousand_times() {
        for _ in 0..1_000 {
            let turns = Turns::new();
            let (inside, total) = (AtomicUsize::new(0), AtomicUsize::new(0));
            thread::scope(|scope| {
                for _ in 0..3 {
                    scope.spawn(|| {
                        let mut turn = turns.take();
                        for _ in 0..4 {
                            assert_eq!(inside.fetch_add(1, Ordering::Relaxed), 0);
                            total.fetch_add(1, Ordering::Relaxed);
                            inside.fetch_sub(1, Ordering::Relaxed);
                            turn.pass_on();
                        }
                    });
                }
            });
            assert_eq!(total.into_inner(), 12);
        }
    }

    #[test]
    fn threads_under_one_lock_are_right_a_thousand_times() {
        let pairs: Vec<(u64, u64)> = (1..8).map(|i| (i * 12, i * 18)).collect();
        for repeat in 0..1_000 {
            let some = pairs[..repeat % (pairs.len() + 1)].to_vec();
            let divisors = GlobalLock::run(&some);
            assert!(GlobalLock::check(&some, &divisors), "{repeat}: {divisors:?}");
        }
    }

    #[test]
    fn trial_in_turns_finds_what_euclid_does_across_their_ends() {
        let turns = Turns::new();
        let mut turn = turns.take();
        let mut since = Instant::now();
        let edges =
            [1, 2, CANDIDATES - 1, CANDIDATES, CANDIDATES + 1, 2 * CANDIDATES, 2 * CANDIDATES + 1, 50_021];
        for a in edges {
            for b in edges {
                assert_eq!(by_trial_in_turns((a, b), &mut turn, &mut since), euclid(a, b), "{a}, {b}");
            }
            assert_eq!(by_trial_in_turns((a, 0), &mut turn, &mut since), a);
        }
    }
}
