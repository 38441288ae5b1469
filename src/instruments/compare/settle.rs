//! Start by start until the answer is known, or the budget spent.

use std::time::{Duration, Instant};

use super::causes::Causes;
use super::engine::{Budget, Pair, StartError};
use super::modes::Modes;
use super::statistics::{Decision, Rule, Start, Verdict, conclude, decide};
use crate::instruments::process::interrupted;

/// What came of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The word, with its figures.
    pub verdict: Verdict,
    /// Process starts, those with too few undisturbed quads included.
    pub starts: usize,
    /// Quads kept and set aside.
    pub causes: Causes,
    /// Median over starts of the nanoseconds an iteration of either side.
    pub iteration_ns: [f64; 2],
    /// Either side's times, told apart from how much of its core the host gave the CPU.
    pub modes: [Modes; 2],
    /// What it took.
    pub took: Duration,
}

/// Compares `pair` by `rule`, for at most `most`, which the start under way may exceed.
///
/// # Errors
/// [`StartError`] of the first start that failed.
pub fn settle(pair: &mut Pair, rule: &Rule, budget: &Budget, most: Duration) -> Result<Outcome, StartError> {
    let began = Instant::now();
    let (mut starts, mut causes) = (Vec::new(), Causes::default());
    let (mut first_ns, mut second_ns) = (Vec::new(), Vec::new());
    let mut modes = [Modes::default(), Modes::default()];
    let verdict = loop {
        let taken = pair.start(budget)?;
        causes.add(&taken.causes);
        first_ns.push(taken.iteration_ns[0]);
        second_ns.push(taken.iteration_ns[1]);
        for (modes, start) in modes.iter_mut().zip(taken.in_one_mode) {
            modes.add(start);
        }
        starts.push(Start { ratios: taken.ratios });
        match decide(&starts, rule) {
            Decision::Settled(verdict) => break verdict,
            // When time is up does not depend on the ratio, so this look is paid for like any other.
            Decision::Continue if began.elapsed() > most || interrupted() => break conclude(&starts, rule),
            Decision::Continue => {}
        }
    };
    Ok(Outcome {
        verdict,
        starts: starts.len(),
        causes,
        iteration_ns: [super::median(first_ns), super::median(second_ns)],
        modes,
        took: began.elapsed(),
    })
}
