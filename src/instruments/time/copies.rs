//! What the machine gives: copies of a case at once, each a computation of its own. A host that takes a CPU away takes it from
//! them as from whoever shares the work of one, so that what a schedule reaches is held against what could be had.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use super::lone::run_batches;
use crate::catalogue::{CaseRef, cores};
use crate::workload::Case;

/// How many CPUs the schedule of `case` keeps busy, where it shares a computation and that is more than one.
pub(super) fn shared_by(case: &CaseRef) -> Option<Shared> {
    shared(|cores| case.entry.speedup_bound(case.size, cores), cores())
}

/// A computation that is shared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Shared {
    /// The most that its schedule allows, times as fast.
    pub(super) bound: f64,
    /// CPUs without which it would not.
    pub(super) cpus: usize,
}

/// Bounds are quotients of whole numbers: one that is whole may come out a little larger.
const ROUNDING: f64 = 1e-9;

fn shared(bound: impl Fn(usize) -> Option<f64>, cores: usize) -> Option<Shared> {
    // What gains on one CPU waits, and needs no others.
    let computes = bound(1)? <= 1.0 + ROUNDING;
    let bound = bound(cores)?;
    (computes && bound > 1.0 + ROUNDING).then_some(Shared { bound, cpus: (bound - ROUNDING).ceil() as usize })
}

/// Threads with a copy of a case each.
pub(super) struct Copies(Vec<Twin>);

/// One of them. Each has a way of its own to answer: where it is gone, that is noticed at once.
struct Twin {
    order: Option<Sender<u64>>,
    took: Receiver<Duration>,
    thread: Option<JoinHandle<()>>,
}

/// Why copies cannot run on.
const GONE: &str = "a copy of the baseline ended: its panic, if it had one, stands above";

impl Copies {
    /// So many copies of what `prepare` makes ready.
    ///
    /// # Errors
    /// One line, where the system starts no more threads or a copy panics.
    pub(super) fn of(
        prepare: impl Fn() -> Box<dyn Case> + Clone + Send + 'static,
        count: usize,
    ) -> Result<Self, String> {
        let mut copies = Self(Vec::new());
        for _ in 0..count {
            let (order, orders) = channel();
            let (tell, took) = channel();
            let prepare = prepare.clone();
            let thread = Builder::new().name("copy".to_owned()).spawn(move || {
                let prepared = prepare();
                // The first word says that it is ready.
                let mut took = Duration::ZERO;
                while tell.send(took).is_ok() {
                    let Ok(iterations) = orders.recv() else { return };
                    took = run_batches(&*prepared, iterations);
                }
            });
            let thread = thread.map_err(|error| format!("cannot start a thread: {error}"))?;
            copies.0.push(Twin { order: Some(order), took, thread: Some(thread) });
        }
        copies.heard(count)?;
        Ok(copies)
    }

    /// Runs so many iterations of each of the first `count` copies at once, and says in what time one CPU as fast as theirs
    /// were on average would have run one copy's: the harmonic mean of what each took.
    ///
    /// # Errors
    /// One line, where a copy is gone.
    pub(super) fn run(&self, count: usize, iterations: u64) -> Result<Duration, String> {
        for copy in &self.0[..count] {
            // A copy that is gone is missed below.
            let _ = copy.order.as_ref().map(|order| order.send(iterations));
        }
        Ok(harmonic_mean(&self.heard(count)?))
    }

    /// What each of the first `count` says next.
    fn heard(&self, count: usize) -> Result<Vec<Duration>, String> {
        self.0[..count].iter().map(|copy| copy.took.recv().map_err(|_| GONE.to_owned())).collect()
    }
}

/// Of one or more.
fn harmonic_mean(took: &[Duration]) -> Duration {
    let rates: f64 = took.iter().map(|took| 1.0 / took.as_secs_f64()).sum();
    Duration::from_secs_f64(took.len() as f64 / rates)
}

impl Drop for Twin {
    fn drop(&mut self) {
        self.order = None;
        // What it panicked of stands on stderr.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::CATALOGUE;
    use crate::workload::{Answer, WrongAnswer};

    #[test]
    fn what_shares_a_computation_needs_as_many_cpus_as_its_bound() {
        let of = |one: f64, all: f64| shared(|cores| Some(if cores == 1 { one } else { all }), 4);
        assert_eq!(of(1.0, 1.97), Some(Shared { bound: 1.97, cpus: 2 }));
        assert_eq!(of(1.0, 2.000_000_000_1).map(|shared| shared.cpus), Some(2));
        assert_eq!(of(1.0, 3.2).map(|shared| shared.cpus), Some(4));
        // Serial, waiting, unknown.
        assert_eq!(of(1.0, 1.0), None);
        assert_eq!(of(5.0, 5.0), None);
        assert_eq!(shared(|_| None, 4), None);
    }

    #[test]
    fn copies_on_a_whole_and_on_a_third_of_a_cpu_have_two_thirds_on_average() {
        let took = [1.0, 3.0].map(Duration::from_secs_f64);
        assert!((harmonic_mean(&took).as_secs_f64() - 1.5).abs() < 1e-6);
    }

    #[test]
    fn copies_answer_every_order_and_end_when_dropped() {
        let case = CATALOGUE.case("gcd-algorithm", "euclid", 10).expect("it is in the catalogue");
        let copies = Copies::of(move || case.prepare(), 3).expect("three threads");
        for count in [3, 1, 2] {
            assert!(copies.run(count, 2).expect("they answer") > Duration::ZERO, "{count}");
        }
    }

    /// Panics when it is run.
    struct Panics;

    impl Case for Panics {
        fn run(&self, _iterations: u64) {
            panic!("planted");
        }
        fn batch_limit(&self) -> u64 {
            u64::MAX
        }
        fn stage(&self, _iterations: u64) {}
        fn unstage(&self) {}
        fn verify(&self) -> Result<Answer, WrongAnswer> {
            panic!("planted");
        }
    }

    #[test]
    fn a_copy_that_panics_is_told_and_keeps_nobody_waiting() {
        assert!(Copies::of(|| panic!("planted"), 2).is_err());
        let copies = Copies::of(|| Box::new(Panics), 2).expect("two threads");
        assert_eq!(copies.run(2, 1), Err(GONE.to_owned()));
    }
}
