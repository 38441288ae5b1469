//! What the comparisons came to: a row a tool.

use serde::Serialize;

use super::verdict::{Verdict, Word};

/// Who compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Tool {
    /// perflab's paired engine.
    Perflab,
    /// criterion with a stored baseline.
    Criterion,
    /// tango-bench's `compare`.
    TangoBench,
}

impl Tool {
    /// All of them, in the order of their rows.
    pub(crate) const ALL: [Self; 3] = [Self::Perflab, Self::Criterion, Self::TangoBench];

    /// As it is written.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Perflab => "perflab",
            Self::Criterion => "criterion",
            Self::TangoBench => "tango-bench",
        }
    }
}

/// One comparison by one tool.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Comparison {
    pub(crate) tool: Tool,
    pub(crate) function: &'static str,
    /// Per cent of work that the second build does and the first does not.
    pub(crate) planted_percent: usize,
    /// What it said, or why it said nothing.
    pub(crate) verdict: Result<Verdict, String>,
    pub(crate) seconds: f64,
}

/// What a tool's comparisons with the same share of planted work came to.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct Planted {
    pub(crate) percent: usize,
    /// Comparisons that gave a verdict.
    pub(crate) comparisons: usize,
    pub(crate) slower: usize,
    pub(crate) faster: usize,
}

impl Planted {
    fn of<'a>(percent: usize, verdicts: impl Iterator<Item = &'a Verdict>) -> Self {
        verdicts.fold(Self { percent, ..Self::default() }, |planted, verdict| Self {
            comparisons: planted.comparisons + 1,
            slower: planted.slower + usize::from(verdict.word == Word::Slower),
            faster: planted.faster + usize::from(verdict.word == Word::Faster),
            ..planted
        })
    }
}

/// A tool's row.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Row {
    pub(crate) tool: Tool,
    /// Of identical code: whatever is called slower or faster is a false alarm.
    pub(crate) same: Planted,
    /// Of planted work, the least first: what is called slower is found, what is called faster has the wrong sign.
    pub(crate) planted: Vec<Planted>,
    /// The middle of how far the effects that were measured lie from those that were planted: 0.01 is one per cent.
    pub(crate) error: Option<f64>,
    /// What a comparison took on average.
    pub(crate) seconds: f64,
    pub(crate) failed: usize,
    /// Why the first of these failed.
    pub(crate) failure: Option<String>,
}

impl Row {
    fn of(tool: Tool, comparisons: &[Comparison]) -> Self {
        let own: Vec<&Comparison> = comparisons.iter().filter(|comparison| comparison.tool == tool).collect();
        let with = |percent: usize| {
            let planted = own.iter().filter(move |comparison| comparison.planted_percent == percent);
            Planted::of(percent, planted.filter_map(|comparison| comparison.verdict.as_ref().ok()))
        };
        let mut percents: Vec<usize> =
            comparisons.iter().map(|comparison| comparison.planted_percent).collect();
        percents.sort_unstable();
        percents.dedup();
        let mut errors: Vec<f64> = own
            .iter()
            .filter_map(|comparison| {
                let effect = comparison.verdict.as_ref().ok()?.effect?;
                Some((effect - comparison.planted_percent as f64 / 100.0).abs())
            })
            .collect();
        errors.sort_unstable_by(f64::total_cmp);
        let failures = || own.iter().filter_map(|comparison| comparison.verdict.as_ref().err());
        Self {
            tool,
            same: with(0),
            planted: percents.into_iter().filter(|percent| *percent > 0).map(with).collect(),
            error: errors.get(errors.len() / 2).copied(),
            seconds: own.iter().fold(0.0, |all, comparison| all + comparison.seconds)
                / own.len().max(1) as f64,
            failed: failures().count(),
            failure: failures().next().cloned(),
        }
    }
}

/// The rows of `comparisons`.
pub(crate) fn rows(comparisons: &[Comparison]) -> Vec<Row> {
    Tool::ALL.iter().map(|tool| Row::of(*tool, comparisons)).collect()
}

/// The rows as text.
pub(crate) fn as_text(rows: &[Row]) -> String {
    let mut text = format!("{:<12} {:>10} {:>13}", "tool", "identical", "false alarms");
    for planted in rows.first().map_or(&[][..], |row| &row.planted) {
        text.push_str(&format!(" {:>12}", format!("found {} %", planted.percent)));
    }
    text.push_str(&format!(" {:>11} {:>8} {:>7}\n", "wrong sign", "error", "s each"));
    for row in rows {
        let alarms = row.same.slower + row.same.faster;
        text.push_str(&format!("{:<12} {:>10} {alarms:>13}", row.tool.name(), row.same.comparisons));
        for planted in &row.planted {
            text.push_str(&format!(" {:>12}", format!("{} of {}", planted.slower, planted.comparisons)));
        }
        let wrong: usize = row.planted.iter().map(|planted| planted.faster).sum();
        let error = row.error.map_or_else(|| "-".to_owned(), |error| format!("{:.2} %", error * 100.0));
        text.push_str(&format!(" {wrong:>11} {error:>8} {:>7.1}\n", row.seconds));
        if let Some(failure) = &row.failure {
            text.push_str(&format!("  {} failed: {failure}\n", row.failed));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comparison(tool: Tool, planted_percent: usize, said: Result<(Word, f64), &str>) -> Comparison {
        let verdict = match said {
            Ok((word, effect)) => Ok(Verdict { word, effect: Some(effect) }),
            Err(reason) => Err(reason.to_owned()),
        };
        Comparison { tool, function: "push-100", planted_percent, verdict, seconds: 2.0 }
    }

    fn some() -> Vec<Comparison> {
        use Tool::{Criterion, Perflab};
        vec![
            comparison(Perflab, 0, Ok((Word::NoDifference, 0.001))),
            comparison(Perflab, 2, Ok((Word::Slower, 0.022))),
            comparison(Criterion, 0, Ok((Word::Slower, 0.07))),
            comparison(Criterion, 0, Ok((Word::Faster, -0.05))),
            comparison(Criterion, 0, Ok((Word::NoDifference, 0.0))),
            comparison(Criterion, 2, Ok((Word::Faster, -0.04))),
            comparison(Criterion, 2, Ok((Word::Slower, 0.08))),
            Comparison { seconds: 8.0, ..comparison(Criterion, 2, Err("it said nothing")) },
        ]
    }

    #[test]
    fn what_identical_code_is_called_is_a_false_alarm_and_what_planted_work_is_called_is_found() {
        let [perflab, criterion, tango] = <[Row; 3]>::try_from(rows(&some())).expect("a row a tool");
        assert_eq!((perflab.same.slower, perflab.same.faster, perflab.same.comparisons), (0, 0, 1));
        assert_eq!((criterion.same.slower, criterion.same.faster, criterion.same.comparisons), (1, 1, 3));
        // What failed gave no verdict, and neither found nor missed anything.
        assert_eq!(criterion.planted, [Planted { percent: 2, comparisons: 2, slower: 1, faster: 1 }]);
        assert_eq!((criterion.failed, criterion.failure.as_deref()), (1, Some("it said nothing")));
        assert_eq!(tango.same, Planted::default());
    }

    #[test]
    fn the_error_is_the_middle_one_and_the_seconds_are_the_mean() {
        let rows = rows(&some());
        // 0.001 and |0.022 − 0.02|; then 0, 0.05, 0.06, 0.06, 0.07.
        let near = |error: Option<f64>, expected: f64| {
            assert!((error.expect("effects were measured") - expected).abs() < 1e-12, "{error:?}");
        };
        near(rows[0].error, 0.002);
        near(rows[1].error, 0.06);
        assert_eq!(rows[2].error, None);
        assert_eq!((rows[0].seconds, rows[1].seconds, rows[2].seconds), (2.0, 3.0, 0.0));
    }

    #[test]
    fn the_text_has_a_row_a_tool_and_says_why_comparisons_failed() {
        let text = as_text(&rows(&some()));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 5, "{text}");
        let words = |line: usize| lines[line].split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(words(0), "tool identical false alarms found 2 % wrong sign error s each");
        assert_eq!(words(1), "perflab 1 0 1 of 1 0 0.20 % 2.0");
        assert_eq!(words(2), "criterion 3 2 1 of 2 1 6.00 % 3.0");
        assert_eq!(words(3), "1 failed: it said nothing");
        assert_eq!(words(4), "tango-bench 0 0 0 of 0 0 - 0.0");
    }
}
