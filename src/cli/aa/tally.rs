//! What comparisons of a family with itself came to.

use std::collections::BTreeMap;

use crate::instruments::compare::{Outcome, told_apart};
use crate::record::{CaseId, SelfComparison, VerdictWord};

/// Whether both sides are one link of the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Link {
    /// They are: times of two such comparisons are times of the same code at the same addresses.
    Same,
    /// Their functions lie elsewhere, and so does the canary.
    Another,
}

impl Link {
    /// How many builds are compared, as the record has it.
    const fn builds(self) -> u8 {
        match self {
            Self::Same => 1,
            Self::Another => 2,
        }
    }
}

/// What a family's comparisons of one kind came to.
#[derive(Default)]
pub(super) struct Tally {
    told: SelfComparison,
    planted: u64,
    /// The smallest change that each would have shown, and whether that is an upper bound.
    smallest: Vec<(f64, bool)>,
    errors: Vec<f64>,
    layouts: Vec<f64>,
    seconds: Vec<f64>,
    /// Of each case: each comparison's time, and the same in canaries.
    times: BTreeMap<CaseId, [Vec<f64>; 2]>,
    kept: u64,
    taken: u64,
}

/// The family's tally at that much planted work and of that link; a new one where there is none yet.
pub(super) fn of<'a>(families: &'a mut Vec<Tally>, family: &str, planted: u64, link: Link) -> &'a mut Tally {
    let builds = link.builds();
    let same = |tally: &Tally| {
        tally.told.family == family && tally.planted == planted && tally.told.builds == builds
    };
    let index = families.iter().position(same).unwrap_or_else(|| {
        families.push(Tally {
            told: SelfComparison {
                family: family.to_owned(),
                builds,
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
        outcome: Result<(Outcome, VerdictWord), impl std::fmt::Display>,
    ) {
        let told = &mut self.told;
        told.comparisons += 1;
        let (outcome, word) = match outcome {
            Ok(told) => told,
            Err(error) => {
                told.failed += 1;
                told.failure.get_or_insert_with(|| error.to_string());
                return;
            }
        };
        match word {
            VerdictWord::Regression | VerdictWord::Slower => {
                told.different += 1;
                told.regressions += usize::from(word == VerdictWord::Regression);
            }
            VerdictWord::Faster => {
                told.different += 1;
                told.wrong_sign += usize::from(self.planted > 0);
            }
            VerdictWord::Layout => told.layout_alone += 1,
            VerdictWord::Equal => told.equal += 1,
            _ => told.cannot_tell += 1,
        }
        // The first side's, in which nothing is planted.
        let modes = &outcome.modes[0];
        told.slowed += usize::from(modes.is_slowed() == Some(true));
        if told.builds == Link::Same.builds() {
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
            self.smallest.extend(told_apart(&outcome.verdict));
            self.errors.push((estimate.ratio / truth - 1.0).abs());
            self.layouts
                .extend(estimate.layout.map(|layout| (layout.band.high / layout.band.low).sqrt() - 1.0));
        }
    }

    pub(super) fn told(mut self) -> SelfComparison {
        self.smallest.sort_unstable_by(|one, other| one.0.total_cmp(&other.0));
        if let Some((effect, at_most)) =
            self.smallest.get(self.smallest.len() / 2).filter(|(effect, _)| effect.is_finite())
        {
            (self.told.smallest_effect, self.told.smallest_effect_at_most) = (Some(*effect), *at_most);
        }
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
    fn comparisons_in_one_process_and_of_two_builds_have_a_row_each() {
        let mut families = Vec::new();
        let id: CaseId = "family/loop@1".parse().expect("a case id");
        for (planted, link) in [(0, Link::Same), (0, Link::Another), (10, Link::Same), (0, Link::Another)] {
            of(&mut families, "family", planted, link).add(&id, Err("it failed"));
        }
        let rows = families.into_iter().map(Tally::told);
        let rows: Vec<_> = rows.map(|row| (row.builds, row.planted, row.comparisons, row.failed)).collect();
        assert_eq!(rows, [(1, 0.0, 1, 1), (2, 0.0, 2, 2), (1, 0.01, 1, 1)]);
    }

    #[test]
    fn the_middle_smallest_effect_says_whether_it_is_a_bound() {
        let of = |smallest: &[(f64, bool)]| {
            let told = Tally { smallest: smallest.to_vec(), ..Tally::default() }.told();
            (told.smallest_effect, told.smallest_effect_at_most)
        };
        assert_eq!(of(&[(0.02, false), (0.005, true), (0.001, false)]), (Some(0.005), true));
        assert_eq!(of(&[(0.005, true), (f64::INFINITY, false), (0.01, false)]), (Some(0.01), false));
        assert_eq!(of(&[(f64::INFINITY, false)]), (None, false));
        assert_eq!(of(&[]), (None, false));
    }

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
