//! Whether each of six numbers is prime, by trial.
//!
//! The algorithm is the study notes': even numbers are not, and then every odd divisor up to the square root is tried.

use std::io::{self, Read, Write};

use super::kernel::{Kernel, Mirrors, Remote, number};
use super::worker::{self, Task};
use crate::workload::Answer;

pub(crate) mod algorithms;
mod certificate;

use certificate::Certificate;

/// The study notes' numbers, in their order; the first comes again as the third.
const NUMBERS: [u64; 6] = [
    112_272_535_095_293,
    112_582_705_942_171,
    112_272_535_095_293,
    115_280_095_190_773,
    115_797_848_077_099,
    1_099_726_899_285_419,
];

/// What is known of each, from the factors of it or of its predecessor, which coreutils' `factor` prints.
const KNOWN: [(u64, Certificate); 5] = [
    (NUMBERS[0], Certificate::Prime { generator: 2, factors: &[2, 11, 13, 27_961, 7_019_801] }),
    (NUMBERS[1], Certificate::Prime { generator: 3, factors: &[2, 3, 5, 271, 25_601, 60_101] }),
    (NUMBERS[3], Certificate::Prime { generator: 2, factors: &[2, 3, 251, 271, 5_051, 27_961] }),
    (NUMBERS[4], Certificate::Prime { generator: 2, factors: &[2, 3, 11, 41, 101, 5_051, 27_961] }),
    (NUMBERS[5], Certificate::Composite { by: 3_306_091 }),
];

/// By odd divisors, the smallest first. One function for all that try, as in `gcd`.
#[inline(never)]
fn by_odd_trial(n: u64) -> bool {
    if n < 3 || n.is_multiple_of(2) {
        return n == 2;
    }
    let root = n.isqrt();
    let mut i = 3;
    while i <= root {
        if n.is_multiple_of(i) {
            return false;
        }
        i += 2;
    }
    true
}

pub(crate) struct IsPrime;

impl Kernel for IsPrime {
    type Item = u64;
    type Found = bool;
    const MIRRORS: Mirrors = Mirrors {
        serial: Some("is-prime/serial"),
        thread_each: Some("is-prime/threads"),
        processes: Some("is-prime/processes"),
        ..Mirrors::NONE
    };

    /// The first `size` numbers, over again where there are more.
    fn items(size: usize) -> Vec<u64> {
        NUMBERS.iter().copied().cycle().take(size).collect()
    }

    fn work(n: u64) -> bool {
        by_odd_trial(n)
    }

    fn is_right(n: u64, is_prime: &bool) -> bool {
        let known = KNOWN.iter().find(|(number, _)| *number == n);
        known.is_some_and(|(_, certificate)| certificate.proves(n, *is_prime))
    }

    /// Odd divisors up to the smallest that divides, or up to the root.
    fn cost(n: u64) -> u64 {
        let root = n.isqrt();
        let last = match KNOWN.iter().find(|(number, _)| *number == n) {
            Some((_, Certificate::Composite { by })) => root.min(*by),
            _ => root,
        };
        last.saturating_sub(1) / 2
    }

    fn estimate(n: u64) -> u64 {
        n.isqrt().saturating_sub(1) / 2
    }

    fn answer(are_prime: &[bool]) -> Answer {
        Answer::of_sequence(are_prime.iter().copied().map(u64::from))
    }
}

/// Sends numbers, receives 1 for a prime and 0 for any other.
pub(super) const TASK: Task = Task { name: "is-prime", live };

fn live(_argument: &str, requests: &mut dyn Read, replies: &mut dyn Write) -> io::Result<()> {
    worker::answer_each(requests, replies, |request, reply| {
        reply.push(u8::from(by_odd_trial(number(request, 0))));
        Ok(())
    })
}

impl Remote for IsPrime {
    const TASK: Task = TASK;

    fn request(n: u64) -> Vec<u8> {
        n.to_le_bytes().to_vec()
    }

    fn found(reply: &[u8]) -> Option<bool> {
        match reply {
            [0] => Some(false),
            [1] => Some(true),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Candidates that trial looks at, counted one by one.
    fn counted(n: u64) -> u64 {
        (3..=n.isqrt())
            .step_by(2)
            .enumerate()
            .find(|(_, i)| n.is_multiple_of(*i))
            .map_or_else(|| (3..=n.isqrt()).step_by(2).count() as u64, |(before, _)| before as u64 + 1)
    }

    #[test]
    fn the_cost_of_a_number_is_the_candidates_looked_at() {
        for n in NUMBERS {
            assert_eq!(IsPrime::cost(n), counted(n), "{n}");
            assert!(IsPrime::cost(n) <= IsPrime::estimate(n));
        }
        assert_eq!(NUMBERS.map(IsPrime::cost).iter().sum::<u64>(), 28_303_062);
    }

    #[test]
    fn workers_answer_what_they_are_asked() {
        let mut stream = Vec::new();
        for n in [7, 9, 2] {
            worker::write_frame(&mut stream, &IsPrime::request(n)).expect("memory takes it");
        }
        let mut replies = Vec::new();
        live("", &mut &stream[..], &mut replies).expect("whole frames");
        let (mut from, mut reply) = (&replies[..], Vec::new());
        for is_prime in [true, false, true] {
            assert!(worker::read_frame(&mut from, &mut reply).expect("a whole frame"));
            assert_eq!(IsPrime::found(&reply), Some(is_prime));
        }
        assert_eq!(IsPrime::found(&[2]), None);
    }
}
