//! What comparisons of a family with itself came to.

use super::told_apart;
use crate::instruments::compare::{Outcome, statistics};
use crate::record::SelfComparison;

/// What a family's comparisons came to.
#[derive(Default)]
pub(super) struct Tally {
    told: SelfComparison,
    planted: u64,
    smallest: Vec<f64>,
    errors: Vec<f64>,
    layouts: Vec<f64>,
    seconds: Vec<f64>,
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
    pub(super) fn add(&mut self, outcome: Result<Outcome, impl std::fmt::Display>, rule: &statistics::Rule) {
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
        self.told.seconds = middle(&mut self.seconds).unwrap_or(0.0);
        self.told.set_aside = (self.taken - self.kept) as f64 / self.taken.max(1) as f64;
        self.told
    }
}

/// The middle value; none of none.
pub(super) fn middle(values: &mut [f64]) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}
