//! A comparison as a table for a terminal, and as Markdown for a pull request.

use crate::record::{ComparedBuild, ComparedCase, Comparison, FULL_CORE, VerdictWord};

/// Words that are worth a row each, the worst first; what is equal is a number.
const TOLD: [VerdictWord; 6] = [
    VerdictWord::Failed,
    VerdictWord::Regression,
    VerdictWord::Slower,
    VerdictWord::Layout,
    VerdictWord::Faster,
    VerdictWord::CannotTell,
];

pub(super) fn table(comparison: &Comparison) -> String {
    let mut text = format!("{}\n", headline(comparison));
    let width = comparison.cases.iter().map(|case| case.id.to_string().len()).max().unwrap_or(0);
    for case in ordered(comparison) {
        let id = case.id.to_string();
        text.push_str(&format!("{:<11} {id:<width$}  {}", case.verdict.as_str(), case.sentence));
        if let Some(changes) = changes(case) {
            text.push_str(&format!("; {changes}"));
        }
        text.push('\n');
    }
    text.push_str(&ending(comparison));
    text
}

pub(super) fn markdown(comparison: &Comparison) -> String {
    let mut text = format!("### perflab: {}\n\n", headline(comparison));
    let rows: Vec<&ComparedCase> = ordered(comparison).collect();
    if !rows.is_empty() {
        text.push_str("| case | verdict | after / before | exact counts |\n|---|---|---|---|\n");
        for case in rows {
            let ratio = match (case.ratio, case.low, case.high) {
                (Some(ratio), Some(low), Some(high)) => format!("{ratio:.4} [{low:.4}, {high:.4}]"),
                _ => "-".to_owned(),
            };
            let verdict = format!("{}: {}", case.verdict.as_str(), case.sentence).replace('|', "\\|");
            let changes = changes(case).unwrap_or_default();
            text.push_str(&format!("| `{}` | {verdict} | {ratio} | {changes} |\n", case.id));
        }
        text.push('\n');
    }
    for line in ending(comparison).lines() {
        text.push_str(&format!("{line}  \n"));
    }
    text
}

fn named(build: &ComparedBuild) -> String {
    let short: String = build.revision.chars().take(12).collect();
    if build.dirty { format!("{short} with uncommitted changes") } else { short }
}

fn headline(comparison: &Comparison) -> String {
    let count = |word: VerdictWord| comparison.cases.iter().filter(|case| case.verdict == word).count();
    let counts: Vec<String> = TOLD
        .into_iter()
        .chain([VerdictWord::Equal])
        .filter(|word| count(*word) > 0)
        .map(|word| format!("{} {}", count(word), word.as_str()))
        .collect();
    let counts = if counts.is_empty() { "no case is on both sides".to_owned() } else { counts.join(", ") };
    format!("{} against {}: {counts}", named(&comparison.after), named(&comparison.before))
}

/// What is worth a row, the worst first, and what is equal in time with other counts.
fn ordered(comparison: &Comparison) -> impl Iterator<Item = &ComparedCase> {
    let told =
        TOLD.into_iter().flat_map(|word| comparison.cases.iter().filter(move |case| case.verdict == word));
    let counted = comparison
        .cases
        .iter()
        .filter(|case| case.verdict == VerdictWord::Equal && case.counts.iter().any(|count| count.changed));
    told.chain(counted)
}

/// The exact counts that changed.
fn changes(case: &ComparedCase) -> Option<String> {
    let changed: Vec<String> = case
        .counts
        .iter()
        .filter(|count| count.changed)
        .map(|count| {
            let percent = (count.after.0 + count.after.1) / (count.before.0 + count.before.1) * 100.0 - 100.0;
            // Of an iteration, so a count that differs from run to run has a fraction.
            let number = |n: f64| if n.fract() == 0.0 { format!("{n}") } else { format!("{n:.2}") };
            let shown = |(low, high): (f64, f64)| {
                if low == high { number(low) } else { format!("{} to {}", number(low), number(high)) }
            };
            let percent = if percent.is_finite() { format!(" ({percent:+.2} %)") } else { String::new() };
            format!("{} {} → {}{percent}", count.metric, shown(count.before), shown(count.after))
        })
        .collect();
    (!changed.is_empty()).then(|| changed.join(", "))
}

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

fn ending(comparison: &Comparison) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::SetAside;

    #[test]
    fn what_was_set_aside_is_told_by_cause_the_most_frequent_first() {
        let case = |quads: u64, causes: &[(&str, u64)]| {
            let id = "family/loop@1".parse().expect("a well-formed id");
            let aside = |(cause, quads): &(&str, u64)| SetAside { cause: (*cause).to_owned(), quads: *quads };
            ComparedCase {
                quads,
                set_aside: causes.iter().map(aside).collect(),
                ..ComparedCase::unmeasured(id, VerdictWord::Equal, String::new())
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
        let case = |canary_slowness| {
            let id = "family/loop@1".parse().expect("a well-formed id");
            ComparedCase {
                canary_slowness,
                ..ComparedCase::unmeasured(id, VerdictWord::Equal, String::new())
            }
        };
        let told = slowed(&[case(Some(1.003)), case(None), case(Some(1.6))]).expect("one was");
        assert!(told.contains("in 1 of 2 comparisons"), "{told}");
        assert_eq!(slowed(&[case(Some(1.02)), case(None)]), None);
    }
}
