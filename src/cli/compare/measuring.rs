//! One case: that both sides give one answer, then its exact counts, then its time; and a regression once more.

use super::cases::failed;
use super::decision::{Said, of_builds, twice};
use crate::cli::rule::RuleArguments;
use crate::instruments::compare::builds::Build;
use crate::instruments::compare::statistics::{Estimate, Rule};
use crate::instruments::compare::{Begun, Budget, Outcome, Pair, Side, count, settle};
use crate::record::{CaseId, ComparedCase, SetAside, VerdictWord};
use crate::workload::Concurrency;

/// Compares one case. Its first start tells whether both sides give one answer, and what an iteration takes; then it is
/// counted where it is said what runs beside its thread, so that counts stand whatever becomes of the time. A regression is
/// measured once more, from other starts, and it is the second that is reported: the first was chosen for being large.
pub(super) fn compare(
    case: &CaseId,
    builds: [&Build; 2],
    rule: &Rule,
    arguments: &RuleArguments,
    counts: Option<Concurrency>,
    seed: u64,
) -> ComparedCase {
    let pair = |seed: u64| {
        let sides = builds.map(|build| Side {
            executables: build.executables.clone(),
            case: case.clone(),
            planted: 0,
        });
        Pair::apart(sides, seed)
    };
    let (budget, most) = (Budget::ordinary(arguments.time_out()), arguments.budget());
    let mut first = pair(seed);
    let begun = match Begun::of(&mut first, &budget) {
        Ok(begun) => begun,
        Err(error) => return failed(case, error),
    };
    let [before_ns, after_ns] = begun.iteration_ns();
    let counted = counts.map(|concurrency| {
        let executables = builds.map(|build| build.executables[0].as_path());
        count(executables, case, concurrency, before_ns.max(after_ns), arguments.time_out())
    });
    let (counts, uncounted) = match counted.transpose() {
        Ok(counts) => (counts.unwrap_or_default(), None),
        Err(reason) => (Vec::new(), Some(reason)),
    };
    let instructions = counts.iter().find(|count| count.metric == "instructions");
    let made = builds.iter().map(|build| build.executables.len()).max().unwrap_or(1);
    let said_of = |outcome: &Outcome| of_builds(outcome, made, instructions, rule);
    let settled = begun.settle(&mut first, rule, &budget, most).and_then(|outcome| {
        let said = said_of(&outcome);
        if said.word != VerdictWord::Regression {
            return Ok((outcome, said));
        }
        let mut again = settle(&mut pair(!seed), rule, &budget, most)?;
        again.took += outcome.took;
        let said = twice(&said, said_of(&again));
        Ok((again, said))
    });
    let mut told = match settled {
        Ok((outcome, said)) => of(case, outcome, rule.tolerance, said),
        Err(error) => failed(case, error),
    };
    told.counts = counts;
    if let Some(reason) = &uncounted {
        told.sentence.push_str(&format!("; not counted: {reason}"));
    }
    told.count_failure = uncounted;
    told
}

fn of(case: &CaseId, outcome: Outcome, tolerance: f64, said: Said) -> ComparedCase {
    let estimate = outcome.verdict.estimate();
    let layout = estimate.and_then(|estimate| estimate.layout);
    ComparedCase {
        ratio: estimate.map(|estimate| estimate.ratio),
        low: estimate.map(|estimate| estimate.interval.low),
        high: estimate.map(|estimate| estimate.interval.high),
        layout_low: layout.map(|layout| layout.band.low),
        layout_high: layout.map(|layout| layout.band.high),
        smallest_effect: estimate.and_then(|estimate| estimate.smallest_effect),
        p_tolerance: estimate.map(|estimate| estimate.p_within(tolerance)),
        p_equal: estimate.map(Estimate::p_equal),
        before_ns: Some(outcome.iteration_ns[0]),
        after_ns: Some(outcome.iteration_ns[1]),
        starts: outcome.starts,
        quads: outcome.causes.kept,
        set_aside: outcome
            .causes
            .set_aside
            .iter()
            .map(|(cause, quads)| SetAside { cause: cause.as_str().to_owned(), quads: *quads })
            .collect(),
        placements: outcome.placements.iter().map(|placement| placement.ratio).collect(),
        canary_slowness: outcome.slowness.map(|slowness| slowness.middle),
        seconds: outcome.took.as_secs_f64(),
        ..ComparedCase::unmeasured(case.clone(), said.word, said.sentence)
    }
}
