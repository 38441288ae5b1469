//! The cost of the ruler: a workload that does nothing.

use crate::workload::{Answer, Workload};

pub(crate) struct Noop;

impl Workload for Noop {
    const NAME: &'static str = "noop";
    const ABOUT: &'static str = "nothing: what the measured loop itself costs";
    type Input = ();
    type Output = ();

    fn input(_size: usize) {}

    fn run((): &()) {}

    fn check((): &(), (): &()) -> bool {
        true
    }

    fn answer((): &()) -> Answer {
        Answer::of_sequence([])
    }
}
