//! How finely this machine tells apart just now: a few cases compared with themselves as a run begins.

use std::path::Path;
use std::time::Duration;

use super::engine::Pair;
use super::settle::settle;
use super::start::Budget;
use super::statistics::{FIRST_LOOK, Rule, Verdict};
use crate::catalogue::CaseRef;
use crate::instruments::session::id_of;
use crate::record::Environment;

/// Cases that every run compares with themselves, and how long each may take.
const SAMPLED: usize = 5;
const SAMPLE: Duration = Duration::from_millis(600);
/// A case that answers no sooner tells nothing, and nobody waits for it: it may be one that never ends.
const LONGEST_ANSWER: Duration = Duration::from_secs(3);
/// A sample that is equal within this is told apart finely enough.
const SAMPLE_PRECISION: f64 = 0.005;

/// The smallest change that a comparison would have shown, and whether that is an upper bound: what settles early as equal
/// was told from anything beyond its precision, and asked for no less. Infinite where not even a factor of two would
/// have been shown; nothing where nothing was measured.
pub fn told_apart(verdict: &Verdict) -> Option<(f64, bool)> {
    let smallest = verdict.estimate()?.smallest_effect.unwrap_or(f64::INFINITY);
    Some(match verdict {
        Verdict::Equal { within, .. } if *within < smallest => (*within, true),
        _ => (smallest, false),
    })
}

/// Notes in `environment` the smallest change that some of `cases`, compared with themselves in `executable`, would have shown:
/// the middle of what each would have, or that it would have shown none.
pub fn note_what_is_told_apart(
    environment: &mut Environment,
    executable: &Path,
    cases: &[CaseRef],
    time_out: Duration,
) {
    let alone: Vec<&CaseRef> = cases
        .iter()
        .filter(|case| case.unavailable().is_none() && !case.entry.concurrency.is_any())
        .collect();
    let rule = Rule::with_precision(SAMPLE_PRECISION, usize::MAX);
    let sampled = alone.iter().step_by(alone.len().div_ceil(SAMPLED).max(1));
    let verdicts = sampled.zip(0..).filter_map(|(case, seed)| {
        let id = id_of(case);
        let mut pair = Pair::together(executable.to_owned(), [(id.clone(), 0), (id, 0)], seed);
        let budget = Budget::ordinary(time_out.min(LONGEST_ANSWER));
        let outcome = settle(&mut pair, &rule, &budget, SAMPLE).ok()?;
        Some((outcome.verdict, outcome.starts))
    });
    enter(environment, verdicts);
}

/// Enters the middle of what `verdicts` tell, of two the larger. One on fewer starts than the first look has tells of a case that is too slow for
/// the sample, and nothing of the machine.
fn enter(environment: &mut Environment, verdicts: impl Iterator<Item = (Verdict, usize)>) {
    let told = verdicts.filter(|(_, starts)| *starts >= FIRST_LOOK);
    // Every start was disturbed: nothing was told.
    let smallest = told.map(|(verdict, _)| told_apart(&verdict).map_or(f64::INFINITY, |(effect, _)| effect));
    let mut smallest: Vec<f64> = smallest.collect();
    smallest.sort_unstable_by(f64::total_cmp);
    let middle = smallest.get(smallest.len() / 2).copied();
    environment.tells_apart = middle.filter(|effect| effect.is_finite());
    environment.tells_nothing_apart = middle.is_some_and(f64::is_infinite);
}

#[cfg(test)]
mod tests {
    use super::super::statistics::{Start, Unknown, conclude};
    use super::*;

    /// The verdict on so many starts, of which every other is this much longer and the rest as much shorter.
    fn verdict(count: i32, apart: f64) -> Verdict {
        let start = |index: i32| {
            let median = f64::from(index % 2 * 2 - 1) * apart + f64::from(index % 5) * 1e-6;
            Start { ratios: [0.0, 3.0, -1.0, 2.0, -3.0, 1.0, -2.0].map(|step| median + step * 1e-6).to_vec() }
        };
        let rule = Rule::with_precision(SAMPLE_PRECISION, usize::MAX);
        conclude(&(0..count).map(start).collect::<Vec<_>>(), &rule)
    }

    #[test]
    fn what_settles_early_as_equal_is_told_apart_within_its_precision_at_most() {
        assert_eq!(told_apart(&verdict(5, 1e-5)), Some((SAMPLE_PRECISION, true)), "ten per cent may hide");
        let (finer, is_bound) = told_apart(&verdict(36, 1e-5)).expect("it was measured");
        assert!(finer < 1e-3 && !is_bound, "{finer}");
        let (coarser, is_bound) = told_apart(&verdict(36, 0.02)).expect("it was measured");
        assert!((0.02..0.2).contains(&coarser) && !is_bound, "{coarser}");
        assert_eq!(told_apart(&verdict(2, 0.3)), Some((f64::INFINITY, false)));
        assert_eq!(told_apart(&Verdict::CannotTell(Err(Unknown::Disturbed))), None);
    }

    #[test]
    fn a_run_notes_the_middle_and_that_nothing_was_told_where_that_is_so() {
        let noted = |verdicts: Vec<(Verdict, usize)>| {
            let mut environment = Environment::default();
            enter(&mut environment, verdicts.into_iter());
            (environment.tells_apart, environment.tells_nothing_apart)
        };
        let (fine, wild) = (|| (verdict(5, 1e-5), 5), || (verdict(5, 0.4), 5));
        assert_eq!(noted(vec![fine(), fine()]), (Some(SAMPLE_PRECISION), false));
        assert_eq!(noted(vec![fine(), wild()]), (None, true));
        assert_eq!(noted(vec![wild(), fine(), fine()]), (Some(SAMPLE_PRECISION), false));
        assert_eq!(noted(vec![(Verdict::CannotTell(Err(Unknown::Disturbed)), 9)]), (None, true));
        assert_eq!(
            noted(vec![fine(), (verdict(2, 0.3), 2)]),
            (Some(SAMPLE_PRECISION), false),
            "it is too slow"
        );
        assert_eq!(noted(Vec::new()), (None, false));
    }
}
