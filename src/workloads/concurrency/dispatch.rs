//! What does it cost to hand out n tiny tasks? Each task doubles its number; the results come in order.
//!
//! Every result carries the mark of who worked on it, a thread or a process: checked for plausibility, and left out of
//! the answer, because nobody decides who that will be.

use std::collections::HashSet;
use std::thread::{self, ThreadId};

use crate::workload::{Answer, Workload};

mod channel_pool;
mod pools;
mod processes;
mod threads;

pub(crate) use channel_pool::ChannelPoolReady;
pub(crate) use pools::{FuturesReady, PoolMade, PoolReady, RayonReady};
pub(super) use processes::TASK;
pub(crate) use processes::{ProcessEach, ProcessPoolReady, ProcessReady};
pub(crate) use threads::{ScopedEach, ScopedHalves, ThreadEach};

/// How many threads or processes work where their number is fixed.
const WORKERS: usize = 2;

type Numbers = Vec<u64>;

/// The numbers 1 to `size`, as in the notes' `double` over [1, 2, 3, 4, 5].
fn numbers(size: usize) -> Numbers {
    (1..=size as u64).collect()
}

/// Who worked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Who {
    /// A thread of this process. Its id is never given to another.
    Thread(ThreadId),
    /// Another process, by its id.
    Process(u32),
}

/// A task done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Done {
    doubled: u64,
    by: Who,
}

fn double(number: u64) -> u64 {
    2 * number
}

/// The task, on whichever thread calls it.
fn double_here(number: u64) -> Done {
    Done { doubled: double(number), by: Who::Thread(thread::current().id()) }
}

/// Whether the even numbers came in order, and `is_plausible` holds of those who worked, the caller not among them.
fn is_right(numbers: &[u64], done: &[Done], is_plausible: impl Fn(usize) -> bool) -> bool {
    let ours = [Who::Thread(thread::current().id()), Who::Process(std::process::id())];
    let workers: HashSet<Who> = done.iter().map(|done| done.by).collect();
    are_doubled(numbers, done)
        && ours.iter().all(|we| !workers.contains(we))
        && (done.is_empty() || is_plausible(workers.len()))
}

fn are_doubled(numbers: &[u64], done: &[Done]) -> bool {
    let even = (2..).step_by(2).take(numbers.len());
    even.eq(done.iter().map(|done| done.doubled))
}

/// What members share beside their input.
macro_rules! doubled {
    () => {
        type Output = Vec<Done>;

        fn answer(done: &Vec<Done>) -> Answer {
            Answer::of_sequence(done.iter().map(|done| done.doubled))
        }
    };
}
use doubled;

pub(crate) struct Direct;

impl Workload for Direct {
    const NAME: &'static str = "direct";
    const ABOUT: &'static str = "a call for each task, on the thread that has them: nothing is handed out";
    type Input = Numbers;
    doubled!();

    fn input(size: usize) -> Numbers {
        numbers(size)
    }

    fn run(numbers: &Numbers) -> Vec<Done> {
        numbers.iter().map(|number| double_here(*number)).collect()
    }

    fn check(numbers: &Numbers, done: &Vec<Done>) -> bool {
        let me = Who::Thread(thread::current().id());
        are_doubled(numbers, done) && done.iter().all(|done| done.by == me)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by(who: Who) -> Vec<Done> {
        [2, 4, 6].map(|doubled| Done { doubled, by: who }).to_vec()
    }

    #[test]
    fn work_of_our_own_or_out_of_order_is_rejected() {
        let other = thread::spawn(|| thread::current().id()).join().expect("it only looks");
        let theirs = by(Who::Thread(other));
        assert!(is_right(&[1, 2, 3], &theirs, |workers| workers == 1));
        assert!(!is_right(&[1, 2, 3], &theirs, |workers| workers == 3), "one thread did it all");
        assert!(!is_right(&[1, 2, 3], &by(Who::Thread(thread::current().id())), |_| true), "we did it");
        assert!(!is_right(&[1, 2, 3], &by(Who::Process(std::process::id())), |_| true), "we did it");
        let reversed: Vec<_> = theirs.iter().rev().copied().collect();
        assert!(!is_right(&[1, 2, 3], &reversed, |_| true), "not in order");
        assert!(!is_right(&[1, 2, 3], &theirs[..2], |_| true), "one is missing");
    }
}
