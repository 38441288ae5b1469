//! What is planted for the samplers: work of known functions, which times itself by another clock.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;

use perflab::workload::{Answer, Workload};

pub(crate) static HOT_NS: AtomicU64 = AtomicU64::new(0);
pub(crate) static COLD_NS: AtomicU64 = AtomicU64::new(0);

/// CPU time of this thread: the other clock.
fn thread_ns() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the clock exists on every Linux, and `time` is ours to write to.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

fn clocked<T>(total: &AtomicU64, work: impl FnOnce() -> T) -> T {
    let start = thread_ns();
    let result = work();
    total.fetch_add(thread_ns() - start, Ordering::SeqCst);
    result
}

// Different bodies: the compiler merges functions that are alike.
#[inline(never)]
fn planted_hot(rounds: u64) -> u64 {
    (0..rounds).fold(1, |x: u64, i| x.wrapping_mul(6_364_136_223_846_793_005).rotate_left(7) ^ i)
}

#[inline(never)]
fn planted_cold(rounds: u64) -> u64 {
    (0..rounds).fold(3, |x: u64, i| (x ^ (x >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9).wrapping_add(i))
}

#[inline(never)]
fn planted_parent_of_hot(rounds: u64) -> u64 {
    clocked(&HOT_NS, || planted_hot(rounds)).wrapping_add(1)
}

#[inline(never)]
fn planted_parent_of_cold(rounds: u64) -> u64 {
    clocked(&COLD_NS, || planted_cold(rounds)).wrapping_add(2)
}

/// A planted workload in a few lines: its code, and nothing to check.
macro_rules! plant {
    ($name:ident, $output:ty, $run:expr) => {
        struct $name;
        impl ::perflab::workload::Workload for $name {
            const NAME: &'static str = "planted";
            const ABOUT: &'static str = "a planted truth";
            type Input = usize;
            type Output = $output;
            fn input(size: usize) -> usize {
                size
            }
            fn run(size: &usize) -> $output {
                $run(*size)
            }
            fn check(_: &usize, _: &$output) -> bool {
                true
            }
            fn answer(_: &$output) -> ::perflab::workload::Answer {
                ::perflab::workload::Answer::of_sequence([])
            }
        }
    };
}

pub(crate) use plant;

/// Rounds of one call, between 1,000 and 3,000 and never in step: calls of one length would beat with a sampler
/// that is bound to the kernel's tick, and samples would no longer be independent.
fn rounds() -> u64 {
    static CALLS: AtomicU64 = AtomicU64::new(0);
    let call = CALLS.fetch_add(1, Ordering::Relaxed);
    // Weyl's sequence of the golden ratio: equidistributed, without a period.
    1_000 + (call.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) * 2_000 / (1 << 32)
}

/// `percent` of the rounds are hot; how much time that is, the other clock says.
pub(crate) fn split(percent: usize) -> u64 {
    let rounds = rounds();
    let hot = planted_parent_of_hot(rounds * percent as u64);
    hot ^ planted_parent_of_cold(rounds * (100 - percent as u64))
}

/// Keeps the compiler from seeing through a copy.
#[inline(never)]
fn planted_touch(bytes: &mut [u8], at: usize) -> usize {
    bytes[at] ^= 1;
    bytes[bytes.len() - 1 - at] as usize
}

#[inline(never)]
fn planted_copies(size: usize) -> usize {
    let mut source = vec![3_u8; size];
    let mut sum = 0;
    for at in 0..200 {
        let mut copy = source.clone();
        sum += planted_touch(&mut copy, at) + planted_touch(&mut source, at);
    }
    sum
}

/// 70 % of the time copying and allocating, by this thread's clock.
pub(crate) fn mostly_copies(size: usize) -> u64 {
    let began = thread_ns();
    let mut sum = planted_copies(size) as u64;
    let copied = thread_ns();
    while (thread_ns() - copied) * 7 < (copied - began) * 3 {
        sum ^= planted_cold(20_000);
    }
    sum
}

#[inline(never)]
fn planted_recursion(depth: usize, rounds: u64) -> u64 {
    if depth == 1 {
        // Work after the call, so that it is no jump either.
        return planted_hot(rounds).wrapping_add(1);
    }
    // Work after the call, so that it is no loop.
    planted_recursion(depth - 1, rounds).wrapping_add(depth as u64).rotate_left(1)
}

pub(crate) fn recursion(depth: usize) -> u64 {
    planted_recursion(depth, 200_000)
}

pub(crate) fn on_threads(count: usize) -> u64 {
    let workers: Vec<_> = (0..count).map(|_| std::thread::spawn(|| planted_hot(20_000_000))).collect();
    workers.into_iter().map(|worker| worker.join().unwrap_or(0)).fold(0, u64::wrapping_add)
}

/// As much again by a child process, whose stacks would be read by the wrong symbols.
pub(crate) fn with_a_child(_: usize) -> u64 {
    let child = std::process::Command::new("sh")
        .args(["-c", "i=0; while [ $i -lt 200000 ]; do i=$((i + 1)); done"])
        .spawn();
    let own = planted_hot(40_000_000);
    child.and_then(|mut child| child.wait()).map_or(0, |_| own)
}

/// A thread that works on what it is sent: there before anything is measured.
pub(crate) struct Pool {
    rounds: mpsc::Sender<u64>,
    results: mpsc::Receiver<u64>,
}

/// Sends the work to a thread that was started in `input`.
pub(crate) struct Pooled;

impl Workload for Pooled {
    const NAME: &'static str = "planted";
    const ABOUT: &'static str = "a planted truth";
    type Input = Pool;
    type Output = u64;
    fn input(_: usize) -> Pool {
        let ((rounds, orders), (answers, results)) = (mpsc::channel::<u64>(), mpsc::channel());
        std::thread::spawn(move || {
            while let Ok(rounds) = orders.recv() {
                if answers.send(planted_hot(rounds)).is_err() {
                    return;
                }
            }
        });
        Pool { rounds, results }
    }
    fn run(pool: &Pool) -> u64 {
        pool.rounds.send(20_000_000).expect("the thread waits for it");
        pool.results.recv().expect("the thread answers")
    }
    fn check(_: &Pool, _: &u64) -> bool {
        true
    }
    fn answer(_: &u64) -> Answer {
        Answer::of_sequence([])
    }
}
