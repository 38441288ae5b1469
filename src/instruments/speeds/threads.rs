//! What waking a thread takes, starting one, and starting a process.

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::{TAKES, speed};
use crate::record::{Speed, Unit};

/// Round trips of one take.
const TRIPS: u32 = 50;
/// Threads started in one take.
const STARTS: u32 = 10;

/// Waking, starting threads, and starting a process where there is one that does nothing.
pub(super) fn speeds() -> Vec<Speed> {
    let ns = |took: Duration, count: u32| took.as_nanos() as f64 / f64::from(count);
    // There and back are two wake-ups.
    let wakes = (0..TAKES).map(|_| ns(round_trips(TRIPS), 2 * TRIPS));
    let threads = (0..TAKES).map(|_| {
        let start = Instant::now();
        (0..STARTS).for_each(|_| std::thread::scope(|scope| drop(scope.spawn(|| {}))));
        ns(start.elapsed(), STARTS)
    });
    let processes = (0..TAKES).map_while(|_| Some(ns(start_process()?, 1)));
    [
        speed(Speed::THREAD_WAKE, Unit::Ns, wakes),
        speed(Speed::THREAD_START, Unit::Ns, threads),
        speed(Speed::PROCESS_START, Unit::Ns, processes),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Two threads wake each other in turn, each asleep while the other runs.
fn round_trips(trips: u32) -> Duration {
    let (there, back) = (AtomicBool::new(false), AtomicBool::new(false));
    let asleep_until = |called: &AtomicBool| {
        while !called.swap(false, Ordering::Acquire) {
            std::thread::park();
        }
    };
    let caller = std::thread::current();
    std::thread::scope(|scope| {
        let answering = scope.spawn(|| {
            for _ in 0..trips {
                asleep_until(&there);
                back.store(true, Ordering::Release);
                caller.unpark();
            }
        });
        let start = Instant::now();
        for _ in 0..trips {
            there.store(true, Ordering::Release);
            answering.thread().unpark();
            asleep_until(&back);
        }
        start.elapsed()
    })
}

/// From the call until the process has ended; nothing where there is no such program.
fn start_process() -> Option<Duration> {
    let mut command = Command::new("true");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    let status = command.status().ok()?;
    status.success().then(|| start.elapsed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_call_is_answered() {
        assert!(round_trips(3) > Duration::ZERO);
    }
}
