//! Start by start until the answer is known, or the budget spent.

use std::time::{Duration, Instant};

use super::causes::Causes;
use super::chosen::{PlacementRatio, Slowness, Starts};
use super::engine::{Budget, Pair, StartError};
use super::modes::Modes;
use super::statistics::{Decision, Rule, Verdict, conclude, decide};
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
    /// What each placement of the builds makes of the ratio; of one build, all starts.
    pub placements: Vec<PlacementRatio>,
    /// What the canaries beside the quads that made the verdict tell. Nothing where they do not: blocks longer than
    /// [`Modes::LONGEST_BLOCK_NS`], threads.
    pub slowness: Option<Slowness>,
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
    let (mut starts, mut causes) = (Starts::default(), Causes::default());
    let verdict = loop {
        let taken = pair.start(budget)?;
        causes.add(&taken.causes);
        starts.taken.push(taken);
        let is_over = began.elapsed() > most || interrupted();
        let must_choose = is_over || starts.taken.len() >= rule.most_starts;
        starts.choose(if must_choose { 1.0 } else { began.elapsed().as_secs_f64() / most.as_secs_f64() });
        let Some(ratios) = starts.ratios() else { continue };
        match decide(&ratios, rule) {
            Decision::Settled(verdict) => break verdict,
            // When time is up does not depend on the ratio, so this look is paid for like any other.
            Decision::Continue if is_over => break conclude(&ratios, rule),
            Decision::Continue => {}
        }
    };
    let iteration_ns = |side: usize| starts.taken.iter().map(|start| start.iteration_ns[side]).collect();
    Ok(Outcome {
        verdict,
        starts: starts.taken.len(),
        causes,
        iteration_ns: [0, 1].map(|side| super::median(iteration_ns(side))),
        placements: starts.of_placements(),
        slowness: starts.slowness(),
        modes: starts.modes(),
        took: began.elapsed(),
    })
}
