//! The laboratory against itself, as a table and in sentences.

use super::tally::middle;
use crate::record::{SelfCheck, SelfComparison};

/// A row a family, and what readers look for below.
pub(super) fn as_text(check: &SelfCheck) -> String {
    let mut text = format!(
        "{:<20} {:>8} {:>5} {:>10} {:>9} {:>10} {:>6} {:>11} {:>8} {:>9} {:>8} {:>8} {:>9} {:>6}\n",
        "family",
        "planted",
        "n",
        "regression",
        "different",
        "wrong sign",
        "equal",
        "cannot tell",
        "covered",
        "smallest",
        "error",
        "layout",
        "set aside",
        "s each"
    );
    for family in &check.families {
        text.push_str(&format!(
            "{:<20} {:>8} {:>5} {:>10} {:>9} {:>10} {:>6} {:>11} {:>8} {:>9} {:>8} {:>8} {:>9} {:>6.2}\n",
            family.family,
            percent(Some(family.planted)),
            family.comparisons,
            family.regressions,
            family.different,
            family.wrong_sign,
            family.equal,
            family.cannot_tell,
            percent(Some(family.covered as f64 / (family.comparisons - family.failed).max(1) as f64)),
            percent(family.smallest_effect),
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

/// What readers look for, in sentences.
fn summary(check: &SelfCheck) -> String {
    let of = |count: fn(&SelfComparison) -> usize| check.families.iter().map(count).sum::<usize>();
    let comparisons = of(|family| family.comparisons - family.failed);
    let mut planted: Vec<f64> = check.families.iter().map(|family| family.planted).collect();
    planted.sort_unstable_by(f64::total_cmp);
    planted.dedup();
    let mut text = String::new();
    for share in planted {
        let families: Vec<&SelfComparison> =
            check.families.iter().filter(|family| family.planted == share).collect();
        let sum =
            |count: fn(&SelfComparison) -> usize| families.iter().map(|family| count(family)).sum::<usize>();
        let n = sum(|family| family.comparisons - family.failed);
        if share == 0.0 {
            text.push_str(&format!(
                "of {n} comparisons of a case with itself {} called it a regression beyond {} %, {} called it different\n",
                sum(|family| family.regressions),
                check.tolerance * 100.0,
                sum(|family| family.different),
            ));
        } else {
            text.push_str(&format!(
                "of {n} comparisons with {} % of work planted {} found it, {} with the wrong sign\n",
                share * 100.0,
                sum(|family| family.different) - sum(|family| family.wrong_sign),
                sum(|family| family.wrong_sign),
            ));
        }
    }
    text.push_str(&format!(
        "the 95 % interval held the truth in {} of {comparisons}\n",
        of(|family| family.covered)
    ));
    let measured = check.families.iter().filter(|family| family.comparisons > family.failed);
    let mut smallest: Vec<f64> =
        measured.map(|family| family.smallest_effect.unwrap_or(f64::INFINITY)).collect();
    match middle(&mut smallest) {
        Some(smallest) if smallest.is_finite() => text.push_str(&format!(
            "today this machine tells apart changes of {:.2} % or more in half of these families\n",
            smallest * 100.0
        )),
        Some(_) => text
            .push_str("today this machine tells not even a factor of two apart in half of these families\n"),
        None => {}
    }
    if check.interrupted {
        text.push_str("interrupted: what stands here is what was compared until then\n");
    }
    text
}
