//! What stands below a comparison's rows: what would have been told apart, what was set aside, which cases one side has alone.

use crate::record::{ComparedCase, Comparison, FULL_CORE, VerdictWord};

pub(super) fn ending(comparison: &Comparison) -> String {
    let mut text = String::new();
    let mut smallest: Vec<f64> = comparison
        .cases
        .iter()
        .filter(|case| case.verdict != VerdictWord::Equal && case.ratio.is_some())
        .map(|case| case.smallest_effect.unwrap_or(f64::INFINITY))
        .collect();
    smallest.sort_unstable_by(f64::total_cmp);
    if let Some(largest) = smallest.last() {
        text.push_str(&format!(
            "of those not equal, {} would have been told apart in half, {} in all; tolerance {} %\n",
            changes_of(smallest[smallest.len() / 2]),
            changes_of(*largest),
            comparison.tolerance * 100.0
        ));
    }
    text.extend(standing(comparison));
    text.extend(set_aside(&comparison.cases));
    text.extend(slowed(&comparison.cases));
    for (cases, side) in [(&comparison.only_before, "the revision"), (&comparison.only_after, "this tree")] {
        if !cases.is_empty() {
            let ids: Vec<String> = cases.iter().map(ToString::to_string).collect();
            text.push_str(&format!("only in {side}: {}\n", ids.join(", ")));
        }
    }
    for note in &comparison.notes {
        text.push_str(&format!("note: {note}\n"));
    }
    if comparison.interrupted {
        text.push_str("interrupted: what stands here is what was compared until then\n");
    }
    text
}

/// How many regressions are left when all verdicts are taken together. Nothing where there is none.
fn standing(comparison: &Comparison) -> Option<String> {
    let measured = comparison.cases.iter().filter(|case| case.p_tolerance_of_all.is_some());
    // One that exact counts show beside its time has no p value of time that would tell of it.
    let by_time = |case: &&ComparedCase| case.p_tolerance.is_some_and(|p_value| p_value <= OF_ALL);
    let is_regression =
        |case: &&ComparedCase| case.verdict == VerdictWord::Regression && !case.by_counts && by_time(case);
    let regressions: Vec<f64> =
        measured.clone().filter(is_regression).filter_map(|case| case.p_tolerance_of_all).collect();
    let stand = regressions.iter().filter(|p_value| **p_value <= OF_ALL).count();
    (!regressions.is_empty()).then(|| {
        format!(
            "regressions that stand when all {} measured cases are taken together: {stand} of {} (Holm, p up to {OF_ALL})\n",
            measured.count(),
            regressions.len()
        )
    })
}

/// One wrong word in a hundred comparisons of everything.
const OF_ALL: f64 = 0.01;

/// What would have been told apart, in words.
fn changes_of(smallest: f64) -> String {
    if smallest.is_finite() {
        format!("changes of {:.2} % or more", smallest * 100.0)
    } else {
        "not even a factor of two".to_owned()
    }
}

/// How many quads were set aside, and why: the most frequent cause first. Nothing where none were.
fn set_aside(cases: &[ComparedCase]) -> Option<String> {
    let mut causes: Vec<(&str, u64)> = Vec::new();
    for aside in cases.iter().flat_map(|case| &case.set_aside) {
        match causes.iter_mut().find(|(cause, _)| *cause == aside.cause) {
            Some((_, quads)) => *quads += aside.quads,
            None => causes.push((&aside.cause, aside.quads)),
        }
    }
    causes.sort_unstable_by_key(|(_, quads)| std::cmp::Reverse(*quads));
    let aside: u64 = causes.iter().map(|(_, quads)| quads).sum();
    let taken = aside + cases.iter().map(|case| case.quads).sum::<u64>();
    let percent = |quads: u64| quads as f64 * 100.0 / taken as f64;
    let causes: Vec<String> =
        causes.into_iter().map(|(cause, quads)| format!("{:.1} % {cause}", percent(quads))).collect();
    (aside > 0).then(|| {
        format!("{:.1} % of {taken} quads of blocks set aside: {}\n", percent(aside), causes.join(", "))
    })
}

/// How many cases were compared beside a neighbour on the core. Nothing where none was.
fn slowed(cases: &[ComparedCase]) -> Option<String> {
    let told: Vec<f64> = cases.iter().filter_map(|case| case.canary_slowness).collect();
    let slowed = told.iter().filter(|slowness| **slowness > FULL_CORE).count();
    (slowed > 0).then(|| {
        let of = told.len();
        format!("the host gave the CPU less than its whole core in {slowed} of {of} comparisons: what differs there may differ otherwise on a core to itself\n")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::compare::planted;
    use crate::record::SetAside;

    #[test]
    fn regressions_stand_by_their_p_value_among_all_and_those_by_counts_are_none_of_time() {
        let case = |verdict, p_tolerance_of_all: Option<f64>, by_counts| ComparedCase {
            p_tolerance: p_tolerance_of_all.map(|_| 1e-3),
            p_tolerance_of_all,
            by_counts,
            ..planted::case(1, verdict)
        };
        let of = |cases: Vec<ComparedCase>| {
            standing(&Comparison { gate_counts: true, ..planted::comparison(cases) })
        };
        use VerdictWord::{Equal, Failed, Regression};
        let told = of(vec![
            case(Regression, Some(0.002), false),
            case(Regression, Some(0.2), false),
            case(Regression, Some(1.0), true),
            case(Equal, Some(1.0), false),
            case(Failed, None, false),
        ]);
        assert_eq!(
            told.as_deref(),
            Some(
                "regressions that stand when all 4 measured cases are taken together: 1 of 2 (Holm, p up to 0.01)\n"
            )
        );
        assert_eq!(of(vec![case(Regression, Some(1.0), true), case(Equal, Some(1.0), false)]), None);
        let beside_counts = ComparedCase { p_tolerance: Some(0.3), ..case(Regression, Some(1.0), false) };
        assert_eq!(of(vec![beside_counts]), None, "by its time and its instructions together");
    }

    #[test]
    fn what_was_set_aside_is_told_by_cause_the_most_frequent_first() {
        let case = |quads: u64, causes: &[(&str, u64)]| {
            let aside = |(cause, quads): &(&str, u64)| SetAside { cause: (*cause).to_owned(), quads: *quads };
            ComparedCase {
                quads,
                set_aside: causes.iter().map(aside).collect(),
                ..planted::case(1, VerdictWord::Equal)
            }
        };
        let cases = [case(50, &[("preempted", 10)]), case(100, &[("preempted", 10), ("a flip", 30)])];
        assert_eq!(
            set_aside(&cases).as_deref(),
            Some("25.0 % of 200 quads of blocks set aside: 15.0 % a flip, 10.0 % preempted\n")
        );
        assert_eq!(set_aside(&[case(50, &[])]), None);
    }

    #[test]
    fn a_neighbour_on_the_core_is_told_and_long_blocks_are_not_counted() {
        let case = |canary_slowness| ComparedCase { canary_slowness, ..planted::case(1, VerdictWord::Equal) };
        let told = slowed(&[case(Some(1.003)), case(None), case(Some(1.6))]).expect("one was");
        assert!(told.contains("in 1 of 2 comparisons"), "{told}");
        assert_eq!(slowed(&[case(Some(1.02)), case(None)]), None);
    }
}
