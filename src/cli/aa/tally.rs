//! What comparisons of a family with itself came to.

use std::collections::BTreeMap;

use super::told_apart;
use crate::instruments::compare::{Outcome, statistics};
use crate::record::{CaseId, SelfComparison};

/// Whether both sides are one link of the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Link {
    /// They are: times of two such comparisons are times of the same code at the same addresses.
    Same,
    /// Their functions lie elsewhere, and so does the canary.
    Another,
}

/// What a family's comparisons came to.
#[derive(Default)]
pub(super) struct Tally {
    told: SelfComparison,
    planted: u64,
    smallest: Vec<f64>,
    errors: Vec<f64>,
    layouts: Vec<f64>,
    seconds: Vec<f64>,
    /// Of each case: each comparison's time, and the same in canaries.
    times: BTreeMap<CaseId, [Vec<f64>; 2]>,
    kept: u64,
    taken: u64,
}

/// The family's tally at that much planted work; a new one where there is none yet.
pub(super) fn of<'a>(families: &'a mut Vec<Tally>, family: &str, planted: u64) -> &'a mut Tally {
    let same = |tally: &Tally| tally.told.family == family && tally.planted == planted;
    let index = families.iter().position(same).unwrap_or_else(|| {
        families.push(Tally {
            told: SelfComparison {
                family: family.to_owned(),
                planted: planted as f64 / 1_000.0,
                ..SelfComparison::default()
            },
            planted,
            ..Tally::default()
        });
        families.len() - 1
    });
    &mut families[index]
}

impl Tally {
    pub(super) fn add(
        &mut self,
        case: &CaseId,
        link: Link,
        outcome: Result<Outcome, impl std::fmt::Display>,
        rule: &statistics::Rule,
    ) {
        use statistics::Verdict;
        let told = &mut self.told;
        told.comparisons += 1;
        let outcome = match outcome {
            Ok(outcome) => outcome,
            Err(error) => {
                told.failed += 1;
                told.failure.get_or_insert_with(|| error.to_string());
                return;
            }
        };
        told.regressions += usize::from(outcome.verdict.is_regression(rule.tolerance));
        match &outcome.verdict {
            Verdict::Slower(_) => told.different += 1,
            Verdict::Faster(_) => {
                told.different += 1;
                told.wrong_sign += usize::from(self.planted > 0);
            }
            Verdict::Equal { .. } => told.equal += 1,
            Verdict::CannotTell(_) => told.cannot_tell += 1,
        }
        // The first side's, in which nothing is planted.
        let modes = &outcome.modes[0];
        told.slowed += usize::from(modes.is_slowed() == Some(true));
        if link == Link::Same {
            let [times, in_canaries] = self.times.entry(case.clone()).or_default();
            times.extend(modes.as_timed_ns());
            in_canaries.extend(modes.in_canaries());
        }
        self.kept += outcome.causes.kept;
        self.taken += outcome.causes.taken();
        self.seconds.push(outcome.took.as_secs_f64());
        if let Some(estimate) = outcome.verdict.estimate() {
            let truth = 1.0 + told.planted;
            told.covered += usize::from((estimate.interval.low..=estimate.interval.high).contains(&truth));
            self.smallest.extend(told_apart(&outcome));
            self.errors.push((estimate.ratio / truth - 1.0).abs());
            self.layouts
                .extend(estimate.layout.map(|layout| (layout.band.high / layout.band.low).sqrt() - 1.0));
        }
    }

    pub(super) fn told(mut self) -> SelfComparison {
        self.told.smallest_effect = middle(&mut self.smallest).filter(|effect| effect.is_finite());
        self.told.error = middle(&mut self.errors);
        self.told.layout = middle(&mut self.layouts);
        let [times, in_canaries] = [0, 1].map(|unit: usize| {
            let of_cases = self.times.values().map(|units| &units[unit]);
            strays(of_cases)
        });
        (self.told.time_strays, self.told.time_in_canaries_strays) = (times, in_canaries);
        self.told.seconds = middle(&mut self.seconds).unwrap_or(0.0);
        self.told.set_aside = (self.taken - self.kept) as f64 / self.taken.max(1) as f64;
        self.told
    }
}

/// Fewer values of a case say nothing of how far one in twenty strays.
const FEWEST: usize = 20;

/// Within how much of the middle of its case's values 19 of 20 of them lie, as a share; of cases with twenty or more.
fn strays<'a>(cases: impl Iterator<Item = &'a Vec<f64>>) -> Option<f64> {
    let mut distances = Vec::new();
    for values in cases.filter(|values| values.len() >= FEWEST) {
        let mut sorted = values.clone();
        let middle = middle(&mut sorted)?;
        distances.extend(sorted.iter().map(|value| (value / middle - 1.0).abs()));
    }
    distances.sort_unstable_by(f64::total_cmp);
    distances.get((distances.len() * 19).div_ceil(20).checked_sub(1)?).copied()
}

/// The middle value; none of none.
pub(super) fn middle(values: &mut [f64]) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strays_are_held_against_the_middle_of_their_own_case_and_leave_out_one_in_twenty() {
        let steady: Vec<f64> = (0..20).map(|index| if index == 7 { 300.0 } else { 100.0 }).collect();
        let tenfold: Vec<f64> = (0..20).map(|index| if index < 2 { 1_020.0 } else { 1_000.0 }).collect();
        assert_eq!(strays([&steady].into_iter()), Some(0.0));
        let of_both = strays([&steady, &tenfold].into_iter()).expect("40 values");
        assert!((of_both - 0.02).abs() < 1e-12, "{of_both}");
        assert_eq!(strays([&steady[..19].to_vec()].into_iter()), None);
    }
}
