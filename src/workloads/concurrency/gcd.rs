//! How should the greatest common divisors of ten pairs be found, by trial, on several cores?
//!
//! The algorithm is the study notes': every i from the smaller number down to 1, until one divides both. It is slow
//! on purpose: work that a core is busy with, and nothing else.

use std::cell::RefCell;
use std::io::{self, Read, Write};
use std::sync::Mutex;
use std::thread;

use super::schedule;
use super::worker::{self, Task, Worker};
use crate::workload::{Answer, Concurrency, Workload};

/// The study notes' pairs.
pub(super) const PAIRS: [(u64, u64); 10] = [
    (1_963_309, 2_265_973),
    (2_030_677, 3_814_172),
    (1_551_645, 2_229_620),
    (2_039_045, 2_020_802),
    (1_823_712, 1_924_928),
    (2_293_129, 1_020_491),
    (1_281_238, 2_273_782),
    (3_823_812, 4_237_281),
    (3_812_741, 4_729_139),
    (1_292_391, 2_123_811),
];

pub(super) type Pairs = Vec<(u64, u64)>;

/// The first `size` pairs, over again where there are more.
pub(super) fn pairs(size: usize) -> Pairs {
    PAIRS.iter().copied().cycle().take(size).collect()
}

/// By trial, from the smaller number down.
pub(super) fn by_trial(a: u64, b: u64) -> u64 {
    let mut i = a.min(b);
    while i > 1 && !(a.is_multiple_of(i) && b.is_multiple_of(i)) {
        i -= 1;
    }
    i
}

/// What a pair costs by trial: the candidates that are looked at.
fn cost((a, b): (u64, u64)) -> u64 {
    a.min(b) - euclid(a, b) + 1
}

/// Another way to know the answer: Euclid, Elements VII.2.
pub(super) fn euclid(mut a: u64, mut b: u64) -> u64 {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}

pub(super) fn is_right(pairs: &[(u64, u64)], divisors: &[u64]) -> bool {
    pairs.len() == divisors.len()
        && pairs.iter().zip(divisors).all(|((a, b), divisor)| euclid(*a, *b) == *divisor)
}

fn costs(size: usize) -> Vec<u64> {
    pairs(size).into_iter().map(cost).collect()
}

/// What members share beside their input.
macro_rules! divisors {
    () => {
        type Output = Vec<u64>;

        fn answer(divisors: &Vec<u64>) -> Answer {
            Answer::of_sequence(divisors.iter().copied())
        }
    };
}

/// What members share that need nothing but the pairs.
macro_rules! of_pairs {
    () => {
        type Input = Pairs;
        divisors!();

        fn input(size: usize) -> Pairs {
            pairs(size)
        }

        fn check(pairs: &Pairs, divisors: &Vec<u64>) -> bool {
            is_right(pairs, divisors)
        }
    };
}

pub(crate) struct Serial;

impl Workload for Serial {
    const NAME: &'static str = "serial";
    const ABOUT: &'static str = "division after division on one thread";
    const MIRRORS: Option<&'static str> = Some("gcd/serial");
    of_pairs!();

    fn run(pairs: &Pairs) -> Vec<u64> {
        pairs.iter().map(|(a, b)| by_trial(*a, *b)).collect()
    }

    fn speedup_bound(_size: usize, _cores: usize) -> Option<f64> {
        Some(1.0)
    }
}

/// How many workers share the pairs where their number is fixed, as in the notes.
const WORKERS: usize = 2;

pub(crate) struct TwoThreads;

impl Workload for TwoThreads {
    const NAME: &'static str = "two-threads";
    const ABOUT: &'static str =
        "each thread takes the next pair once it is free; threads are made and joined";
    const MIRRORS: Option<&'static str> = Some("gcd/threads");
    const CONCURRENCY: Concurrency = Concurrency::THREADS;
    of_pairs!();

    fn run(pairs: &Pairs) -> Vec<u64> {
        let next = Mutex::new(pairs.iter().enumerate());
        let mut divisors = vec![0; pairs.len()];
        let take = || {
            let mut found = Vec::new();
            loop {
                // The lock is held while a pair is taken, not while it is worked on.
                let pair = next.lock().expect("no holder panics").next();
                let Some((place, (a, b))) = pair else { return found };
                found.push((place, by_trial(*a, *b)));
            }
        };
        thread::scope(|scope| {
            let threads: Vec<_> = (0..WORKERS).map(|_| scope.spawn(take)).collect();
            for thread in threads {
                for (place, divisor) in thread.join().expect("a thread panicked") {
                    divisors[place] = divisor;
                }
            }
        });
        divisors
    }

    fn speedup_bound(size: usize, cores: usize) -> Option<f64> {
        Some(schedule::speedup(&costs(size), WORKERS.min(cores)))
    }
}

/// Sends pairs, receives divisors.
pub(super) const TASK: Task = Task { name: "gcd", live };

fn live(_argument: &str, requests: &mut dyn Read, replies: &mut dyn Write) -> io::Result<()> {
    worker::answer_each(requests, replies, |request, reply| {
        let number = |at: usize| {
            request.get(at..at + 8).and_then(|bytes| bytes.try_into().ok()).map(u64::from_le_bytes)
        };
        let (a, b) = (number(0).unwrap_or(0), number(8).unwrap_or(0));
        reply.extend_from_slice(&by_trial(a, b).to_le_bytes());
        Ok(())
    })
}

/// Pairs, and the workers that wait for them.
pub(crate) struct Staffed {
    pairs: Pairs,
    workers: RefCell<Vec<Worker>>,
}

impl Staffed {
    fn divide(&self) -> Vec<u64> {
        divide_among(&mut self.workers.borrow_mut(), &self.pairs)
    }
}

fn divide_among(workers: &mut [Worker], pairs: &[(u64, u64)]) -> Vec<u64> {
    let requests = pairs.iter().map(|(a, b)| [a.to_le_bytes(), b.to_le_bytes()].concat()).collect::<Vec<_>>();
    let replies = worker::share(workers, &requests).unwrap_or_else(|error| panic!("{error}"));
    let divisor = |reply: Vec<u8>| reply.try_into().map(u64::from_le_bytes);
    replies.into_iter().map(|reply| divisor(reply).expect("a divisor is eight bytes")).collect()
}

fn hire() -> Vec<Worker> {
    let start = || Worker::start(TASK.name).unwrap_or_else(|error| panic!("{error}"));
    (0..WORKERS).map(|_| start()).collect()
}

pub(crate) struct TwoProcessesReady;

impl Workload for TwoProcessesReady {
    const NAME: &'static str = "two-processes-ready";
    const ABOUT: &'static str = "each of two waiting worker processes takes the next pair once it is free";
    const MIRRORS: Option<&'static str> = Some("gcd/processes");
    const CONCURRENCY: Concurrency = Concurrency { threads: true, ..Concurrency::PROCESSES };
    type Input = Staffed;
    divisors!();

    fn input(size: usize) -> Staffed {
        Staffed { pairs: pairs(size), workers: RefCell::new(hire()) }
    }

    fn run(staffed: &Staffed) -> Vec<u64> {
        staffed.divide()
    }

    fn check(staffed: &Staffed, divisors: &Vec<u64>) -> bool {
        is_right(&staffed.pairs, divisors)
    }

    fn unavailable(_size: usize) -> Option<String> {
        worker::unavailable()
    }

    fn speedup_bound(size: usize, cores: usize) -> Option<f64> {
        Some(schedule::speedup(&costs(size), WORKERS.min(cores)))
    }
}

pub(crate) struct TwoProcesses;

impl Workload for TwoProcesses {
    const NAME: &'static str = "two-processes";
    const ABOUT: &'static str = "the same, with the two processes started and ended each time";
    const CONCURRENCY: Concurrency = Concurrency { threads: true, ..Concurrency::PROCESSES };
    of_pairs!();

    fn run(pairs: &Pairs) -> Vec<u64> {
        divide_among(&mut hire(), pairs)
    }

    fn unavailable(_size: usize) -> Option<String> {
        worker::unavailable()
    }

    fn speedup_bound(size: usize, cores: usize) -> Option<f64> {
        Some(schedule::speedup(&costs(size), WORKERS.min(cores)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trial_and_euclid_agree() {
        for (a, b) in [(1, 1), (7, 13), (12, 18), (18, 12), (1_071, 462), (64, 1_024)] {
            assert_eq!(by_trial(a, b), euclid(a, b), "{a}, {b}");
        }
    }

    #[test]
    fn the_cost_of_a_pair_is_the_candidates_looked_at() {
        assert_eq!(cost((12, 18)), 7);
        assert_eq!(cost((7, 13)), 7);
    }
}
