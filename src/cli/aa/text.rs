//! The laboratory against itself, as a table and in sentences.

use super::tally::middle;
use crate::record::{SelfCheck, SelfComparison};

/// A row for each family, kind of comparison and planted share, and what readers look for below.
pub(super) fn as_text(check: &SelfCheck) -> String {
    let mut text = format!(
        "{:<20} {:>6} {:>8} {:>5} {:>10} {:>9} {:>10} {:>6} {:>6} {:>11} {:>8} {:>10} {:>8} {:>8} {:>9} {:>6}\n",
        "family",
        "builds",
        "planted",
        "n",
        "regression",
        "different",
        "wrong sign",
        "layout",
        "equal",
        "cannot tell",
        "covered",
        "smallest",
        "error",
        "band",
        "set aside",
        "s each"
    );
    for family in &check.families {
        text.push_str(&format!(
            "{:<20} {:>6} {:>8} {:>5} {:>10} {:>9} {:>10} {:>6} {:>6} {:>11} {:>8} {:>10} {:>8} {:>8} {:>9} {:>6.2}\n",
            family.family,
            family.builds,
            percent(Some(family.planted)),
            family.comparisons,
            family.regressions,
            family.different,
            family.wrong_sign,
            family.layout_alone,
            family.equal,
            family.cannot_tell,
            percent(Some(family.covered as f64 / (family.comparisons - family.failed).max(1) as f64)),
            at_most(family.smallest_effect_at_most, percent(family.smallest_effect)),
            percent(family.error),
            percent(family.layout),
            percent(Some(family.set_aside)),
            family.seconds,
        ));
        if let Some(failure) = &family.failure {
            text.push_str(&format!("  {} failed: {failure}\n", family.failed));
        }
    }
    text.push_str(&strays(check));
    text.push_str(&summary(check));
    text
}

/// How far absolute times stray, and how often the host was in another mode; nothing where no case was compared twenty times.
fn strays(check: &SelfCheck) -> String {
    let told: Vec<_> = check.families.iter().filter(|family| family.time_strays.is_some()).collect();
    if told.is_empty() {
        return String::new();
    }
    let mut text =
        "absolute times: 19 of 20 comparisons' lie within so much of the middle of their case's (kept blocks)\n".to_owned();
    text.push_str(&format!(
        "{:<20} {:>8} {:>9} {:>12} {:>19}\n",
        "family", "planted", "as timed", "in canaries", "slowed core"
    ));
    for family in told {
        text.push_str(&format!(
            "{:<20} {:>8} {:>9} {:>12} {:>19}\n",
            family.family,
            percent(Some(family.planted)),
            percent(family.time_strays),
            percent(family.time_in_canaries_strays),
            format!("{} of {}", family.slowed, family.comparisons - family.failed),
        ));
    }
    text
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "-".to_owned(), |share| format!("{:.2} %", share * 100.0))
}

/// `≤ 0.50 %` where it is an upper bound.
fn at_most(is_bound: bool, told: String) -> String {
    if is_bound { format!("≤ {told}") } else { told }
}

/// What readers look for, in sentences: of each kind of comparison and each planted share apart.
fn summary(check: &SelfCheck) -> String {
    let mut kinds: Vec<(f64, u8)> =
        check.families.iter().map(|family| (family.planted, family.builds)).collect();
    kinds.sort_unstable_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
    kinds.dedup();
    let mut text = String::new();
    for (share, builds) in kinds {
        let families: Vec<&SelfComparison> = check
            .families
            .iter()
            .filter(|family| family.planted == share && family.builds == builds)
            .collect();
        let sum =
            |count: fn(&SelfComparison) -> usize| families.iter().map(|family| count(family)).sum::<usize>();
        let n = sum(|family| family.comparisons - family.failed);
        let of = if builds == 2 { "of two builds" } else { "in one process" };
        if share == 0.0 {
            text.push_str(&format!(
                "of {n} comparisons of a case with itself {of} {} called it a regression beyond {} %, {} called it different",
                sum(|family| family.regressions),
                check.tolerance * 100.0,
                sum(|family| family.different),
            ));
        } else {
            text.push_str(&format!(
                "of {n} comparisons {of} with {} % of work planted {} found it, {} with the wrong sign",
                share * 100.0,
                sum(|family| family.different) - sum(|family| family.wrong_sign),
                sum(|family| family.wrong_sign),
            ));
        }
        let covered = sum(|family| family.covered);
        text.push_str(&format!("; the 95 % interval held the truth in {covered}\n"));
    }
    let measured = check.families.iter().filter(|family| family.comparisons > family.failed);
    let mut smallest: Vec<f64> =
        measured.map(|family| family.smallest_effect.unwrap_or(f64::INFINITY)).collect();
    match middle(&mut smallest) {
        Some(smallest) if smallest.is_finite() => text.push_str(&format!(
            "today this machine tells apart changes of {:.2} % or more in half of these rows\n",
            smallest * 100.0
        )),
        Some(_) => {
            text.push_str("today this machine tells not even a factor of two apart in half of these rows\n")
        }
        None => {}
    }
    if check.interrupted {
        text.push_str("interrupted: what stands here is what was compared until then\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Environment, SCHEMA};

    fn row(builds: u8, planted: f64) -> SelfComparison {
        SelfComparison {
            family: "build-vec".to_owned(),
            builds,
            planted,
            comparisons: 21,
            failed: 1,
            different: 3,
            wrong_sign: 1,
            covered: 19,
            smallest_effect: Some(0.005),
            smallest_effect_at_most: builds == 1,
            ..SelfComparison::default()
        }
    }

    #[test]
    fn one_process_and_two_builds_are_told_apart_in_rows_and_sentences() {
        let text = as_text(&SelfCheck {
            schema: SCHEMA,
            taken_at: String::new(),
            environment: Environment::default(),
            tolerance: 0.02,
            placements: 12,
            families: vec![row(1, 0.0), row(2, 0.0), row(2, 0.01)],
            interrupted: false,
        });
        let lines: Vec<&str> = text.lines().collect();
        let words = |line: usize| lines[line].split_whitespace().take(3).collect::<Vec<_>>();
        assert_eq!((words(1), words(2)), (vec!["build-vec", "1", "0.00"], vec!["build-vec", "2", "0.00"]));
        assert!(lines[1].contains(" ≤ 0.50 % ") && !lines[2].contains('≤'), "{text}");
        assert_eq!(
            lines[4..],
            [
                "of 20 comparisons of a case with itself in one process 0 called it a regression beyond 2 %, 3 called it \
                 different; the 95 % interval held the truth in 19",
                "of 20 comparisons of a case with itself of two builds 0 called it a regression beyond 2 %, 3 called it \
                 different; the 95 % interval held the truth in 19",
                "of 20 comparisons of two builds with 1 % of work planted 2 found it, 1 with the wrong sign; the 95 % interval \
                 held the truth in 19",
                "today this machine tells apart changes of 0.50 % or more in half of these rows",
            ]
        );
    }
}
