//! A comparison as a table for a terminal, and as Markdown for a pull request.

use super::ending::ending;
use super::growth::growth;
use crate::record::{ComparedBuild, ComparedCase, Comparison, VerdictWord};

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
    text.extend(grown(comparison).map(|line| format!("{line}\n")));
    let width = comparison.cases.iter().map(|case| case.id.to_string().len()).max().unwrap_or(0);
    let mut rows = ordered(comparison).peekable();
    if rows.peek().is_some() {
        text.push_str(&format!("{:<11} {:<width$}  {:>11}  in words\n", "verdict", "case", "layout band"));
    }
    for case in rows {
        let id = case.id.to_string();
        let (word, band) = (case.verdict.as_str(), band(case));
        text.push_str(&format!(
            "{word:<11} {id:<width$}  {band:>11}  {}",
            sentence(case, comparison.tolerance)
        ));
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
    text.extend(grown(comparison).map(|line| format!("**{line}**\n\n")));
    let rows: Vec<&ComparedCase> = ordered(comparison).collect();
    if !rows.is_empty() {
        text.push_str(
            "| case | verdict | after / before | layout band | exact counts |\n|---|---|---|---|---|\n",
        );
        for case in rows {
            let ratio = match (case.ratio, case.low, case.high) {
                (Some(ratio), Some(low), Some(high)) => format!("{ratio:.4} [{low:.4}, {high:.4}]"),
                _ => "-".to_owned(),
            };
            let sentence = sentence(case, comparison.tolerance);
            let verdict = format!("{}: {sentence}", case.verdict.as_str()).replace('|', "\\|");
            let (band, changes) = (band(case), changes(case).unwrap_or_default());
            text.push_str(&format!("| `{}` | {verdict} | {ratio} | {band} | {changes} |\n", case.id));
        }
        text.push('\n');
    }
    for line in ending(comparison).lines() {
        text.push_str(&format!("{line}  \n"));
    }
    text
}

/// What another start may do to the ratio of a case.
fn band(case: &ComparedCase) -> String {
    case.layout_reach().map_or_else(|| "-".to_owned(), |reach| format!("± {:.2} %", reach * 100.0))
}

/// The verdict in words, after what grew beyond `tolerance` and is no regression for that.
fn sentence(case: &ComparedCase, tolerance: f64) -> String {
    match growth(case, tolerance).filter(|_| case.verdict != VerdictWord::Regression) {
        Some(growth) => format!("{growth}; {}", case.sentence),
        None => case.sentence.clone(),
    }
}

/// Named in a line at most; the rows have all.
const NAMED: usize = 10;

/// Which exact counts grew beyond the tolerance where time shows no regression.
fn grown(comparison: &Comparison) -> Option<String> {
    let not_failing = comparison.cases.iter().filter(|case| case.verdict != VerdictWord::Regression);
    let grown: Vec<String> = not_failing
        .filter_map(|case| Some(format!("{} ({})", case.id, growth(case, comparison.tolerance)?)))
        .collect();
    let more = grown.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let tolerance = comparison.tolerance * 100.0;
    (!grown.is_empty()).then(|| {
        format!(
            "exact counts grew by more than {tolerance} % where no regression of time is shown: {}{more}",
            grown[..grown.len().min(NAMED)].join(", ")
        )
    })
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
            let percent = (count.ratio() - 1.0) * 100.0;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::compare::planted;
    use crate::record::ComparedCount;

    fn case(size: usize, verdict: VerdictWord, sentence: &str) -> ComparedCase {
        ComparedCase { sentence: sentence.to_owned(), ..planted::case(size, verdict) }
    }

    fn count(before: f64, after: f64) -> Vec<ComparedCount> {
        let metric = "instructions".to_owned();
        vec![ComparedCount {
            metric,
            before: (before, before),
            after: (after, after),
            changed: before != after,
        }]
    }

    fn comparison(cases: Vec<ComparedCase>) -> Comparison {
        let build =
            |revision: &str, dirty| ComparedBuild { revision: revision.to_owned(), dirty, placements: 12 };
        Comparison {
            before: build("0123456789abcdef", false),
            after: build("fedcba9876543210", true),
            only_before: vec!["gone/loop@1".parse().expect("a well-formed id")],
            notes: vec!["a note".to_owned()],
            interrupted: true,
            ..planted::comparison(cases)
        }
    }

    /// A failure, a regression, one whose instructions grew, and one that is equal.
    fn of_each() -> Comparison {
        let regression = ComparedCase {
            ratio: Some(1.05),
            low: Some(1.04),
            high: Some(1.06),
            layout_low: Some(1.0 / 1.0123),
            layout_high: Some(1.0123),
            p_tolerance: Some(0.0001),
            p_tolerance_of_all: Some(0.0002),
            ..case(10, VerdictWord::Regression, "slower by 5.00 % [4.00, 6.00]")
        };
        let grown = ComparedCase {
            counts: count(2_339.0, 2_450.0),
            p_tolerance_of_all: Some(1.0),
            ..case(100, VerdictWord::Equal, "equal within ±0.50 %")
        };
        let cases = vec![
            case(1, VerdictWord::Equal, "equal within ±0.50 %"),
            grown,
            regression,
            case(1_000, VerdictWord::Failed, "failed in this tree: it said a | b"),
        ];
        comparison(cases)
    }

    #[test]
    fn a_table_says_first_what_failed_then_what_is_slower_and_what_grew_and_counts_what_is_equal() {
        let table = table(&of_each());
        let lines: Vec<&str> = table.lines().collect();
        let expected = [
            "fedcba987654 with uncommitted changes against 0123456789ab: 1 failed, 1 regression, 2 equal",
            "exact counts grew by more than 2 % where no regression of time is shown: family/loop@100 (instructions grew by 4.75 %)",
            "verdict     case              layout band  in words",
            "failed      family/loop@1000            -  failed in this tree: it said a | b",
            "regression  family/loop@10       ± 1.23 %  slower by 5.00 % [4.00, 6.00]",
            "equal       family/loop@100             -  instructions grew by 4.75 %; equal within ±0.50 %; instructions 2339 → 2450 (+4.75 %)",
            "of those not equal, not even a factor of two would have been told apart in half, not even a factor of two in all; tolerance 2 %",
            "regressions that stand when all 2 measured cases are taken together: 1 of 1 (Holm, p up to 0.01)",
            "only in the revision: gone/loop@1",
            "note: a note",
            "interrupted: what stands here is what was compared until then",
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn markdown_is_the_same_as_a_table_that_a_bar_does_not_break() {
        let markdown = markdown(&of_each());
        for line in [
            "### perflab: fedcba987654 with uncommitted changes against 0123456789ab: 1 failed, 1 regression, 2 equal",
            "**exact counts grew by more than 2 % where no regression of time is shown: family/loop@100 (instructions grew by 4.75 %)**",
            "| case | verdict | after / before | layout band | exact counts |",
            "|---|---|---|---|---|",
            "| `family/loop@1000` | failed: failed in this tree: it said a \\| b | - | - |  |",
            "| `family/loop@10` | regression: slower by 5.00 % [4.00, 6.00] | 1.0500 [1.0400, 1.0600] | ± 1.23 % |  |",
            "| `family/loop@100` | equal: instructions grew by 4.75 %; equal within ±0.50 % | - | - | instructions 2339 → 2450 (+4.75 %) |",
            "note: a note  ",
        ] {
            assert!(markdown.lines().any(|told| told == line), "no `{line}` in\n{markdown}");
        }
        assert!(!markdown.contains("`family/loop@1`"), "what is equal is a number");
    }

    #[test]
    fn ten_that_grew_are_named_and_the_others_counted() {
        let grew = |size| ComparedCase { counts: count(1.0, 2.0), ..case(size, VerdictWord::Equal, "") };
        let line = grown(&comparison((1..=12).map(grew).collect())).expect("all grew");
        assert!(line.ends_with("family/loop@10 (instructions grew by 100.00 %) and 2 more"), "{line}");
    }
}
