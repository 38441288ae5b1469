//! The greatest common divisors of ten pairs, by trial.
//!
//! The algorithm is the study notes': every i from the smaller number down to 1, until one divides both. It is slow
//! on purpose: work that a core is busy with, and nothing else.

use std::io::{self, Read, Write};

use super::kernel::{Kernel, Mirrors, Remote, number};
use super::worker::{self, Task};
use crate::workload::{Answer, Spare};

pub(crate) mod algorithms;
mod global_lock;

pub(crate) use global_lock::GlobalLock;

/// The study notes' pairs.
const PAIRS: [(u64, u64); 10] = [
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

/// The largest of `from` down to `to` that divides both. One function for all that try: their speed-ups compare how
/// work is shared, and two copies of the loop could lie differently in memory.
#[inline(never)]
fn first_common(a: u64, b: u64, from: u64, to: u64) -> Option<u64> {
    let mut i = from;
    while i >= to && !(a.is_multiple_of(i) && b.is_multiple_of(i)) {
        i -= 1;
    }
    (i >= to).then_some(i)
}

/// By trial, from the smaller number down; the other number where one is 0.
fn by_trial((a, b): (u64, u64)) -> u64 {
    first_common(a, b, a.min(b), 1).unwrap_or(a.max(b))
}

/// Euclid, Elements VII.2: the way in which every check knows the answer.
fn euclid(mut a: u64, mut b: u64) -> u64 {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}

pub(crate) struct Gcd;

impl Kernel for Gcd {
    type Item = (u64, u64);
    type Found = u64;
    const MIRRORS: Mirrors = Mirrors {
        serial: Some("gcd/serial"),
        two_threads: Some("gcd/threads"),
        processes: Some("gcd/processes"),
        ..Mirrors::NONE
    };
    const TWO_THREADS_SPARE: &'static [Spare] = &[Spare::lock_contention("global-lock")];

    /// The first `size` pairs, over again where there are more.
    fn items(size: usize) -> Vec<(u64, u64)> {
        PAIRS.iter().copied().cycle().take(size).collect()
    }

    fn work(pair: (u64, u64)) -> u64 {
        by_trial(pair)
    }

    fn is_right((a, b): (u64, u64), divisor: &u64) -> bool {
        euclid(a, b) == *divisor
    }

    fn cost((a, b): (u64, u64)) -> u64 {
        a.min(b) - euclid(a, b) + 1
    }

    fn estimate((a, b): (u64, u64)) -> u64 {
        a.min(b)
    }

    fn answer(divisors: &[u64]) -> Answer {
        Answer::of_sequence(divisors.iter().copied())
    }
}

/// Sends pairs, receives divisors.
pub(super) const TASK: Task = Task { name: "gcd", live };

fn live(_argument: &str, requests: &mut dyn Read, replies: &mut dyn Write) -> io::Result<()> {
    worker::answer_each(requests, replies, |request, reply| {
        let divisor = by_trial((number(request, 0), number(request, 1)));
        reply.extend_from_slice(&divisor.to_le_bytes());
        Ok(())
    })
}

impl Remote for Gcd {
    const TASK: Task = TASK;

    fn request((a, b): (u64, u64)) -> Vec<u8> {
        [a.to_le_bytes(), b.to_le_bytes()].concat()
    }

    fn found(reply: &[u8]) -> Option<u64> {
        (reply.len() == 8).then(|| number(reply, 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trial_and_euclid_agree() {
        for (a, b) in [(1, 1), (7, 13), (12, 18), (18, 12), (1_071, 462), (64, 1_024), (0, 5), (5, 0), (0, 0)]
        {
            assert_eq!(by_trial((a, b)), euclid(a, b), "{a}, {b}");
        }
    }

    #[test]
    fn the_cost_of_a_pair_is_the_candidates_looked_at() {
        assert_eq!(Gcd::cost((12, 18)), 7);
        assert_eq!(Gcd::cost((7, 13)), 7);
        assert!(PAIRS.iter().all(|pair| Gcd::cost(*pair) <= Gcd::estimate(*pair)));
    }

    #[test]
    fn workers_answer_what_they_are_asked() {
        let mut stream = Vec::new();
        for pair in [(12, 18), (7, 13)] {
            worker::write_frame(&mut stream, &Gcd::request(pair)).expect("memory takes it");
        }
        let mut replies = Vec::new();
        live("", &mut &stream[..], &mut replies).expect("whole frames");
        let (mut from, mut reply) = (&replies[..], Vec::new());
        for divisor in [6, 1] {
            assert!(worker::read_frame(&mut from, &mut reply).expect("a whole frame"));
            assert_eq!(Gcd::found(&reply), Some(divisor));
        }
        assert_eq!(Gcd::found(&[1, 2]), None);
    }
}
