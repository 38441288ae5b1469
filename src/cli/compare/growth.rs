//! Exact counts that grew by more than the tolerance: said where time does not tell, and a regression where that is asked for.

use crate::record::{ComparedCase, ComparedCount, VerdictWord};

/// What grew beyond `tolerance`, in words: `instructions grew by 4.75 %`. Nothing where nothing did.
pub(super) fn growth(case: &ComparedCase, tolerance: f64) -> Option<String> {
    let grown: Vec<String> = case.grown(tolerance).map(grew).collect();
    (!grown.is_empty()).then(|| grown.join(", "))
}

fn grew(count: &ComparedCount) -> String {
    let percent = (count.ratio() - 1.0) * 100.0;
    let by = if percent.is_finite() { format!("by {percent:.2} %") } else { "from none".to_owned() };
    format!("{} grew {by}", count.metric)
}

/// Makes a growth beyond `tolerance` a regression, whatever the time says; not of a case that failed.
pub(super) fn gate(cases: &mut [ComparedCase], tolerance: f64) {
    for case in cases {
        if matches!(case.verdict, VerdictWord::Regression | VerdictWord::Failed) {
            continue;
        }
        if let Some(growth) = growth(case, tolerance) {
            case.verdict = VerdictWord::Regression;
            case.by_counts = true;
            case.sentence =
                format!("{growth}, by more than {} %; its time: {}", tolerance * 100.0, case.sentence);
        }
    }
}

/// What a gate by counts says nothing of: cases that did not fail and have no counts.
pub(super) fn ungated(cases: &[ComparedCase]) -> Option<String> {
    let went_well = |case: &&ComparedCase| case.verdict != VerdictWord::Failed;
    let uncounted = cases.iter().filter(went_well).filter(|case| case.counts.is_empty()).count();
    (uncounted > 0).then(|| {
        format!("--gate-counts says nothing of {uncounted} of {} cases: they were not counted", cases.len())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(verdict: VerdictWord, counts: &[(&str, f64, f64, bool)]) -> ComparedCase {
        let count = |(metric, before, after, changed): &(&str, f64, f64, bool)| ComparedCount {
            metric: (*metric).to_owned(),
            before: (*before, *before),
            after: (*after, *after),
            changed: *changed,
        };
        let id = "family/loop@1".parse().expect("a case id");
        ComparedCase {
            ratio: Some(1.0),
            counts: counts.iter().map(count).collect(),
            ..ComparedCase::unmeasured(id, verdict, "equal within ±0.50 %".to_owned())
        }
    }

    #[test]
    fn only_what_changed_and_grew_beyond_the_tolerance_is_told() {
        let told = |counts: &[(&str, f64, f64, bool)]| growth(&case(VerdictWord::Equal, counts), 0.02);
        assert_eq!(told(&[("instructions", 100.0, 102.0, true), ("heap_blocks", 9.0, 3.0, true)]), None);
        assert_eq!(told(&[("instructions", 100.0, 110.0, false)]), None, "by chance");
        assert_eq!(
            told(&[("instructions", 2_339.0, 2_450.0, true), ("heap_blocks", 0.0, 1.0, true)]).as_deref(),
            Some("instructions grew by 4.75 %, heap_blocks grew from none")
        );
    }

    #[test]
    fn a_gate_makes_it_a_regression_and_says_what_the_time_is() {
        use VerdictWord::{Equal, Failed, Regression};
        let grown = [("instructions", 100.0, 103.0, true)];
        let mut cases =
            [case(Equal, &grown), case(Regression, &grown), case(Failed, &grown), case(Equal, &[])];
        gate(&mut cases, 0.02);
        let words: Vec<_> = cases.iter().map(|case| (case.verdict, case.by_counts)).collect();
        assert_eq!(words, [(Regression, true), (Regression, false), (Failed, false), (Equal, false)]);
        assert_eq!(
            cases[0].sentence,
            "instructions grew by 3.00 %, by more than 2 %; its time: equal within ±0.50 %"
        );
        assert_eq!(
            ungated(&cases).as_deref(),
            Some("--gate-counts says nothing of 1 of 4 cases: they were not counted")
        );
        assert_eq!(ungated(&cases[..3]), None);
    }
}
