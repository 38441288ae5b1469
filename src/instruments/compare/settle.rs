//! Start by start until the answer is known, or the budget spent.

use std::time::{Duration, Instant};

use super::causes::Causes;
use super::chosen::{PlacementRatio, Slowness, Starts};
use super::engine::{Budget, Pair, StartError, Taken};
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

/// By fewer placements than these nothing is shown at one false alarm in 1,000: where all of eleven lie to one side, the
/// signed-rank test has 2 · 2⁻¹¹, 0.98 in 1,000.
pub const FEWEST_PLACEMENTS: usize = 11;

/// A pair whose first start is over: both sides do the same work, and what an iteration takes is known.
pub struct Begun {
    first: Taken,
    took: Duration,
}

impl Begun {
    /// The first start of `pair`.
    ///
    /// # Errors
    /// [`StartError`].
    pub fn of(pair: &mut Pair, budget: &Budget) -> Result<Self, StartError> {
        let began = Instant::now();
        let first = pair.start(budget)?;
        Ok(Self { first, took: began.elapsed() })
    }

    /// Nanoseconds an iteration of either side took in it.
    pub fn iteration_ns(&self) -> [f64; 2] {
        self.first.iteration_ns
    }

    /// Goes on as [`settle`] does, of which this was the beginning.
    ///
    /// # Errors
    /// [`StartError`] of the first start that failed.
    pub fn settle(
        self,
        pair: &mut Pair,
        rule: &Rule,
        budget: &Budget,
        most: Duration,
    ) -> Result<Outcome, StartError> {
        let went_on = Instant::now();
        let elapsed = || self.took + went_on.elapsed();
        let (mut starts, mut causes) = (Starts::default(), Causes::default());
        let mut taken = self.first;
        let verdict = loop {
            causes.add(&taken.causes);
            starts.taken.push(taken);
            let is_over = elapsed() > most || interrupted();
            let must_choose = is_over || starts.taken.len() >= rule.most_starts;
            starts.choose(if must_choose { 1.0 } else { elapsed().as_secs_f64() / most.as_secs_f64() });
            if let Some(ratios) = starts.ratios() {
                match decide(&ratios, rule) {
                    // What differs may do so by where the linker put it: that is asked of placements, and there must be enough.
                    // To go on costs no error: each look pays for itself.
                    Decision::Settled(verdict)
                        if must_choose
                            || matches!(verdict, Verdict::Equal { .. })
                            || starts.of_placements().len() >= FEWEST_PLACEMENTS.min(pair.placements()) =>
                    {
                        break verdict;
                    }
                    // When time is up does not depend on the ratio, so this look is paid for like any other.
                    _ if is_over => break conclude(&ratios, rule),
                    _ => {}
                }
            }
            taken = pair.start(budget)?;
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
            took: elapsed(),
        })
    }
}

/// Compares `pair` by `rule`, for at most `most`, which the start under way may exceed.
///
/// # Errors
/// [`StartError`] of the first start that failed.
pub fn settle(pair: &mut Pair, rule: &Rule, budget: &Budget, most: Duration) -> Result<Outcome, StartError> {
    Begun::of(pair, budget)?.settle(pair, rule, budget, most)
}
