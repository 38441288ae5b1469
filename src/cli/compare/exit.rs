//! What a comparison ends with: 3 for a regression, 1 for what failed, and in one line why.

use anyhow::bail;

use crate::record::{ComparedCase, Comparison, VerdictWord};

/// A regression was found: exit code 3.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.told())]
pub(in crate::cli) struct Regression {
    slower: Vec<String>,
    grown: Vec<String>,
    failed: Vec<String>,
    uncounted: Vec<String>,
    tolerance: f64,
}

impl Regression {
    /// In one line, with what failed beside it: the exit code says nothing of that.
    fn told(&self) -> String {
        let Self { slower, grown, failed, uncounted, tolerance } = self;
        let cases = |cases: &[String], is: &str, are: &str| match cases {
            [] => None,
            [only] => Some(format!("1 case {is}: {only}")),
            _ => Some(format!("{} cases {are}: {}", cases.len(), cases.join(", "))),
        };
        let by = format!("by more than {tolerance} %");
        let told = [
            cases(slower, &format!("is slower {by}"), &format!("are slower {by}")),
            cases(grown, &format!("has counts that grew {by}"), &format!("have counts that grew {by}")),
            cases(failed, "could not be compared", "could not be compared"),
            cases(uncounted, "could not be counted", "could not be counted"),
        ];
        told.into_iter().flatten().collect::<Vec<_>>().join("; ")
    }
}

/// The exit code's reason, if it is not 0.
pub(super) fn end(comparison: &Comparison) -> anyhow::Result<()> {
    let of = |word: VerdictWord, by_counts: bool| -> Vec<String> {
        let is_of = |case: &&ComparedCase| case.verdict == word && case.by_counts == by_counts;
        comparison.cases.iter().filter(is_of).map(|case| case.id.to_string()).collect()
    };
    let (slower, grown) = (of(VerdictWord::Regression, false), of(VerdictWord::Regression, true));
    let failed = of(VerdictWord::Failed, false);
    let is_uncounted = |case: &&ComparedCase| comparison.gate_counts && case.count_failure.is_some();
    let uncounted: Vec<String> =
        comparison.cases.iter().filter(is_uncounted).map(|case| case.id.to_string()).collect();
    if !slower.is_empty() || !grown.is_empty() {
        let tolerance = comparison.tolerance * 100.0;
        return Err(Regression { slower, grown, failed, uncounted, tolerance }.into());
    }
    if !failed.is_empty() {
        bail!("{} could not be compared: {}", failed.len(), failed.join(", "));
    }
    if !uncounted.is_empty() {
        bail!(
            "{} could not be counted, and --gate-counts asks for that: {}",
            uncounted.len(),
            uncounted.join(", ")
        );
    }
    if comparison.interrupted {
        bail!("interrupted: {} cases were compared, and stand above", comparison.cases.len());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::compare::planted;

    fn comparison(verdicts: &[VerdictWord]) -> Comparison {
        let cases = verdicts.iter().enumerate();
        planted::comparison(cases.map(|(size, verdict)| planted::case(size, *verdict)).collect())
    }

    #[test]
    fn a_regression_exits_with_three_and_nothing_else_does() {
        use VerdictWord::{CannotTell, Equal, Failed, Faster, Layout, Regression, Slower};
        let code = |comparison: &Comparison| {
            end(comparison).map_or_else(|error| crate::cli::exit_code(&error), |()| 0)
        };
        let of = |verdicts: &[VerdictWord]| code(&comparison(verdicts));
        assert_eq!(of(&[Equal, Slower, Faster, Layout, CannotTell]), 0);
        assert_eq!(of(&[Equal, Regression]), 3);
        assert_eq!(of(&[Failed, Regression]), 3);
        assert_eq!(of(&[Equal, Failed]), 1);
        assert_eq!(code(&Comparison { interrupted: true, ..comparison(&[Equal]) }), 1);
        let error = end(&comparison(&[Equal, Regression, Regression])).expect_err("two are slower");
        assert_eq!(error.to_string(), "2 cases are slower by more than 2 %: family/loop@1, family/loop@2");
    }

    #[test]
    fn what_failed_is_said_beside_a_regression_and_counts_are_told_from_time() {
        let mut mixed = comparison(&[VerdictWord::Failed, VerdictWord::Regression, VerdictWord::Regression]);
        mixed.cases[2].by_counts = true;
        let error = end(&mixed).expect_err("two are regressions");
        assert_eq!(
            error.to_string(),
            "1 case is slower by more than 2 %: family/loop@1; 1 case has counts that grew by more than 2 %: \
             family/loop@2; 1 case could not be compared: family/loop@0"
        );
        assert_eq!(crate::cli::exit_code(&error), 3);
    }
}
