//! How should five waits be spent? Each is a blocking system call with a time-out and nothing to wait for but that.
//!
//! Waiting needs no core: whoever waits for one at a time pays for all, on any machine.

use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;

use super::{schedule, threads};
use crate::system;
use crate::workload::{Answer, Concurrency, Floor, Spare, Workload};

mod positions;

use positions::Position;

/// As many as in the study notes.
const WAITS: usize = 5;

/// A wait that is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Waited {
    /// Which one: they were begun in the order of their places.
    place: usize,
    /// How long it took.
    waited: Duration,
}

/// The time-out of a case whose size is in milliseconds.
fn time_out(size: usize) -> Duration {
    Duration::from_millis(size as u64)
}

/// The kernel never ends a wait before its time-out (clock_nanosleep(2) and timerfd_create(2), of CLOCK_MONOTONIC,
/// which is `Instant`'s clock too); how much later it does is not for a check to say. Any order will do.
fn are_over(asked: Duration, waits: &[Waited]) -> bool {
    let mut places: Vec<usize> = waits.iter().map(|wait| wait.place).collect();
    places.sort_unstable();
    places.into_iter().eq(0..WAITS) && waits.iter().all(|wait| wait.waited >= asked)
}

fn places(waits: &[Waited]) -> Answer {
    Answer::of_set(waits.iter().map(|wait| wait.place as u64))
}

/// All waits at once, whatever the number of cores.
fn all_at_once() -> Option<f64> {
    Some(schedule::speedup(&[1; WAITS], WAITS))
}

/// What members share that need nothing but the time-out; the waits come in the order in which they were over.
macro_rules! of_a_time_out {
    () => {
        type Input = Duration;
        type Output = Vec<Waited>;

        fn input(size: usize) -> Duration {
            time_out(size)
        }

        fn check(asked: &Duration, waits: &Vec<Waited>) -> bool {
            are_over(*asked, waits)
        }

        fn answer(waits: &Vec<Waited>) -> Answer {
            places(waits)
        }
    };
}

pub(crate) struct Serial;

impl Workload for Serial {
    const NAME: &'static str = "serial";
    const ABOUT: &'static str = "one wait after the other: the times add up";
    const MIRRORS: Option<&'static str> = Some("wait/serial");
    of_a_time_out!();

    fn run(asked: &Duration) -> Vec<Waited> {
        (0..WAITS).map(|place| Waited { place, waited: system::wait_for(*asked) }).collect()
    }

    fn speedup_bound(_size: usize, _cores: usize) -> Option<f64> {
        Some(1.0)
    }

    /// No wait ends before its time-out, and all can be had at once.
    fn floor(size: usize) -> Option<Floor> {
        let waited_ns = u64::try_from(time_out(size).as_nanos()).unwrap_or(u64::MAX);
        Some(Floor { waited_ns, ..Floor::default() })
    }
}

/// A thread for each wait; this one does `meanwhile` before it joins them.
fn on_threads<T>(asked: Duration, meanwhile: impl FnOnce() -> T) -> (Vec<Waited>, T) {
    let over = Mutex::new(Vec::with_capacity(WAITS));
    let done = thread::scope(|scope| {
        for place in 0..WAITS {
            let over = &over;
            threads::start_in(scope, move || {
                let waited = system::wait_for(asked);
                over.lock().expect("no holder panics").push(Waited { place, waited });
            });
        }
        meanwhile()
    });
    (over.into_inner().expect("no holder panics"), done)
}

pub(crate) struct Threads;

impl Workload for Threads {
    const NAME: &'static str = "threads";
    const ABOUT: &'static str = "a thread for each wait, made and joined";
    const SPARES: &'static [Spare] = &[Spare::waiting("serial")];
    const MIRRORS: Option<&'static str> = Some("wait/threads");
    const CONCURRENCY: Concurrency = Concurrency::THREADS;
    of_a_time_out!();

    fn run(asked: &Duration) -> Vec<Waited> {
        on_threads(*asked, || ()).0
    }

    fn speedup_bound(_size: usize, _cores: usize) -> Option<f64> {
        all_at_once()
    }
}

pub(crate) struct ThreadsWhileComputing;

impl Workload for ThreadsWhileComputing {
    const NAME: &'static str = "threads-while-computing";
    const ABOUT: &'static str =
        "the same, while the main thread computes where five satellites are: work that the waits hide";
    const CONCURRENCY: Concurrency = Concurrency::THREADS;
    type Input = Duration;
    type Output = (Vec<Waited>, Vec<Position>);

    fn input(size: usize) -> Duration {
        time_out(size)
    }

    fn run(asked: &Duration) -> (Vec<Waited>, Vec<Position>) {
        on_threads(*asked, || (0..WAITS).map(positions::of_satellite).collect())
    }

    fn check(asked: &Duration, (waits, positions): &(Vec<Waited>, Vec<Position>)) -> bool {
        let right = |(satellite, position): (usize, &Position)| position.is_right(satellite);
        are_over(*asked, waits) && positions.len() == WAITS && positions.iter().enumerate().all(right)
    }

    fn answer((waits, _): &(Vec<Waited>, Vec<Position>)) -> Answer {
        places(waits)
    }

    fn speedup_bound(_size: usize, _cores: usize) -> Option<f64> {
        all_at_once()
    }
}

pub(crate) struct OnePoll;

impl Workload for OnePoll {
    const NAME: &'static str = "one-poll";
    const ABOUT: &'static str = "five timers of the kernel's, and one thread that polls them all";
    const SPARES: &'static [Spare] = &[Spare::waiting("serial")];
    of_a_time_out!();

    fn run(asked: &Duration) -> Vec<Waited> {
        let mut waits = Vec::with_capacity(WAITS);
        let over = |place, waited| waits.push(Waited { place, waited });
        system::wait_for_all(&[*asked; WAITS], over).unwrap_or_else(|error| {
            panic!("the kernel gives no timer: {error}; `ulimit -n` shows how many files are allowed")
        });
        waits
    }

    fn unavailable(_size: usize) -> Option<String> {
        system::linux_only()
    }

    fn speedup_bound(_size: usize, _cores: usize) -> Option<f64> {
        all_at_once()
    }
}

/// A time-out, and a scheduler that is kept, as a program keeps it.
pub(crate) struct Scheduled {
    asked: Duration,
    scheduler: Runtime,
}

pub(crate) struct AsyncTasks;

impl Workload for AsyncTasks {
    const NAME: &'static str = "async-tasks";
    const ABOUT: &'static str =
        "five asynchronous tasks on one thread, by tokio's current-thread scheduler, which is ready";
    const SPARES: &'static [Spare] = &[Spare::waiting("serial")];
    type Input = Scheduled;
    type Output = Vec<Waited>;

    fn input(size: usize) -> Scheduled {
        let scheduler = Builder::new_current_thread().enable_time().build();
        let scheduler = scheduler.unwrap_or_else(|error| panic!("tokio does not start: {error}"));
        Scheduled { asked: time_out(size), scheduler }
    }

    fn run(Scheduled { asked, scheduler }: &Scheduled) -> Vec<Waited> {
        let asked = *asked;
        scheduler.block_on(async {
            let mut tasks = JoinSet::new();
            for place in 0..WAITS {
                tasks.spawn(async move {
                    let began = Instant::now();
                    tokio::time::sleep(asked).await;
                    Waited { place, waited: began.elapsed() }
                });
            }
            let mut waits = Vec::with_capacity(WAITS);
            while let Some(wait) = tasks.join_next().await {
                waits.push(wait.expect("a task that sleeps does not panic"));
            }
            waits
        })
    }

    fn check(input: &Scheduled, waits: &Vec<Waited>) -> bool {
        are_over(input.asked, waits)
    }

    fn answer(waits: &Vec<Waited>) -> Answer {
        places(waits)
    }

    fn speedup_bound(_size: usize, _cores: usize) -> Option<f64> {
        all_at_once()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_that_is_too_short_or_missing_is_rejected() {
        let asked = Duration::from_millis(2);
        let waits: Vec<Waited> = (0..WAITS).map(|place| Waited { place, waited: asked }).collect();
        assert!(are_over(asked, &waits));
        let reversed: Vec<Waited> = waits.iter().rev().copied().collect();
        assert!(are_over(asked, &reversed), "the order in which they end is the kernel's affair");
        assert!(!are_over(asked + Duration::from_nanos(1), &waits), "one nanosecond too short");
        assert!(!are_over(asked, &waits[1..]), "one is missing");
        assert!(!are_over(asked, &[waits[0]; WAITS]), "one came five times");
    }

    #[test]
    fn serial_waits_end_in_the_order_in_which_they_began() {
        let waits = Serial::run(&Duration::from_millis(1));
        assert!(waits.iter().map(|wait| wait.place).eq(0..WAITS));
    }

    #[test]
    fn a_wait_outlasts_a_signal_storm() {
        // A child's end sends SIGCHLD; wait-timeout's handler makes it interrupt calls. The waits must not be cut short.
        let asked = Duration::from_millis(50);
        let waits = thread::scope(|scope| {
            let waiting = scope.spawn(|| Serial::run(&asked));
            while !waiting.is_finished() {
                let child = std::process::Command::new("true").spawn();
                let _ = child.map(|mut child| {
                    wait_timeout::ChildExt::wait_timeout(&mut child, Duration::from_secs(60))
                });
            }
            waiting.join().expect("it waits")
        });
        assert!(are_over(asked, &waits), "{waits:?}");
    }
}
