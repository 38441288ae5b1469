//! Branches that a predictor guesses wrong, as far as a simulated one tells.

use super::Found;
use super::bottleneck::{Bottleneck, Seen};
use super::case::Case;
use crate::analysis::shares::Share;
use crate::record::{Anchor, Metric};

/// Cycles that a wrong guess costs, at least and at most, on the cores of the last fifteen years (Fog, The microarchitecture of
/// Intel, AMD and VIA CPUs, § 3). The lower end is the estimate, because hardware predicts better than the simulated one.
const PENALTY: [f64; 2] = [15.0, 20.0];
/// Of branches, the share that must be guessed wrong: a loop that ends after ten rounds has as many.
const WRONG: f64 = 0.1;
/// Of the cycles of a model, the share from which it is told: a model's figures need more room than a count's.
const LEAST: f64 = 0.25;

pub(super) fn find(case: &Case<'_>) -> Option<Found> {
    let costs = &case.files.costs.as_ref()?.data;
    let branches = costs.branches?;
    let iterations = costs.iterations.max(1) as f64;
    let (mispredicted, executed) =
        (branches.mispredicted as f64 / iterations, branches.executed as f64 / iterations);
    let modelled = case.number(Metric::EstimatedCycles).or_else(|| case.number(Metric::Instructions));
    let others = modelled.map_or(costs.instructions as f64 / iterations, |cycles| cycles.value);
    let [low, high] = PENALTY.map(|cycles| {
        let lost = mispredicted * cycles;
        lost / (lost + others).max(1.0)
    });
    if mispredicted < WRONG * executed || low < LEAST {
        return None;
    }
    let worst =
        costs.functions.iter().filter_map(|function| Some((function, function.branches?.mispredicted)));
    let worst = worst.max_by_key(|(_, wrong)| *wrong).filter(|(_, wrong)| *wrong > 0);
    let mut says = format!(
        "{} of {} branches guessed wrong by the simulated predictor",
        branches.mispredicted, branches.executed
    );
    if let Some((function, wrong)) = worst {
        says.push_str(&format!(", {wrong} of them in {}", function.name));
    }
    let worst = worst.map(|(function, _)| Anchor::Function(function.name.clone()));
    let evidence = vec![case.stacks_say(Seen::Instructions, says).at(worst)];
    let share = Share { value: low, low, high };
    Some(Found::new(Bottleneck::Branching { mispredicted, executed, share }, evidence))
}
