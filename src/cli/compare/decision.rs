//! What is said of a case: from the verdict over its starts, what each placement makes of it, and its instructions. Pure.

use crate::instruments::compare::statistics::{Estimate, Rule, Verdict, placements_differ};
use crate::instruments::compare::{FEWEST_PLACEMENTS, Outcome};
use crate::record::{ComparedCount, VerdictWord};

/// What was measured of a case.
struct Measured<'a> {
    /// Over its starts.
    verdict: &'a Verdict,
    /// The ratio in each placement that was measured.
    placements: &'a [f64],
    /// How many placements the builds have.
    made: usize,
}

/// A word, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) struct Said {
    pub(in crate::cli) word: VerdictWord,
    pub(in crate::cli) sentence: String,
}

/// So large a share of a difference in time instructions have to show, to the same side, before they explain it. A core
/// retires four instructions a cycle and more where nothing holds it up, and one where each waits for the last: so those that
/// were added may cost some four times the others, and where they are fewer yet, something else takes the time.
const COMMENSURATE: f64 = 0.25;

/// The word of a verdict of which nothing else is known.
pub(in crate::cli) fn bare(verdict: &Verdict, rule: &Rule) -> VerdictWord {
    match verdict {
        verdict if verdict.is_regression(rule.tolerance) => VerdictWord::Regression,
        Verdict::Slower(_) => VerdictWord::Slower,
        Verdict::Faster(_) => VerdictWord::Faster,
        Verdict::Equal { .. } => VerdictWord::Equal,
        Verdict::CannotTell(_) => VerdictWord::CannotTell,
    }
}

/// What is said of two builds of `made` placements.
pub(in crate::cli) fn of_builds(
    outcome: &Outcome,
    made: usize,
    instructions: Option<&ComparedCount>,
    rule: &Rule,
) -> Said {
    let placements: Vec<f64> = outcome.placements.iter().map(|placement| placement.ratio).collect();
    said(&Measured { verdict: &outcome.verdict, placements: &placements, made }, instructions, rule)
}

/// The word. A difference that instructions explain is work: a slowdown that is shown, whose estimate and whose instructions, which
/// are exact, are both beyond the tolerance, is a regression also where a noisy hour leaves time's own interval too wide to show that.
/// Where instructions are within the tolerance, how much slower it is hangs on where the code lies too: that it is beyond the
/// tolerance is then for the placements to show. Of any other difference, the placements are asked, each of which is one observation of where the code lies.
fn said(measured: &Measured<'_>, instructions: Option<&ComparedCount>, rule: &Rule) -> Said {
    let told = measured.verdict.to_string();
    let word = bare(measured.verdict, rule);
    let (estimate, differs) = match measured.verdict {
        Verdict::Slower(estimate) => (estimate, VerdictWord::Slower),
        Verdict::Faster(estimate) => (estimate, VerdictWord::Faster),
        Verdict::Equal { .. } | Verdict::CannotTell(_) => return Said { word, sentence: told },
    };
    let is_regression = word == VerdictWord::Regression;
    let placements = measured.placements;
    let is_shown = |tolerance: f64| {
        let of_this_side =
            placements.iter().filter(|ratio| (**ratio > 1.0) == (estimate.ratio > 1.0)).count();
        2 * of_this_side > placements.len() && placements_differ(placements, tolerance) <= rule.false_alarm
    };
    if let Some(count) = instructions.filter(|count| explain(count, estimate.ratio)) {
        let (tolerance, more) = (rule.tolerance * 100.0, (count.ratio() - 1.0) * 100.0);
        let is_counted = count.ratio() > 1.0 + rule.tolerance;
        return match word {
            VerdictWord::Slower if is_counted && estimate.ratio > 1.0 + rule.tolerance => {
                let sentence = format!("{told}; beyond {tolerance} % with its {more:.2} % more instructions");
                Said { word: VerdictWord::Regression, sentence }
            }
            VerdictWord::Regression if !is_counted && !is_shown(rule.tolerance) => {
                let sentence = format!(
                    "{told}; beyond {tolerance} % is not shown, by {more:.2} % more instructions and {} placements",
                    placements.len()
                );
                Said { word: VerdictWord::Slower, sentence }
            }
            _ => Said { word, sentence: told },
        };
    }
    let by_placement = || match placements {
        [] | [_] => String::new(),
        _ => format!(", {} by where the linker puts it", range(placements)),
    };
    let layout = || {
        let unexplained = if instructions.is_some() { ", which instructions do not explain" } else { "" };
        let sentence = format!("{told}{unexplained}{}{}", by_placement(), band(estimate));
        Said { word: VerdictWord::Layout, sentence }
    };
    if placements.len() < FEWEST_PLACEMENTS {
        return of_few(measured, estimate, differs, instructions.is_some(), rule).unwrap_or_else(layout);
    }
    match (is_shown(0.0), is_regression && !is_shown(rule.tolerance)) {
        (false, _) => layout(),
        (true, false) => Said { word, sentence: told },
        (true, true) => {
            let tolerance = rule.tolerance * 100.0;
            let sentence = format!("{told}; beyond {tolerance} % is not shown{}", by_placement());
            Said { word: VerdictWord::Slower, sentence }
        }
    }
}

/// Of too few placements to show a difference by them: it is layout's (`None`) where they disagree, or where, of one alone,
/// another start does as much. Else it is said where all of them are beyond the tolerance, and is no regression.
fn of_few(
    measured: &Measured<'_>,
    estimate: &Estimate,
    differs: VerdictWord,
    is_counted: bool,
    rule: &Rule,
) -> Option<Said> {
    let Measured { verdict, placements, made } = measured;
    let all = |is: &dyn Fn(f64) -> bool| placements.iter().all(|ratio| is(*ratio));
    let is_slower = estimate.ratio > 1.0;
    if placements.len() > 1 && !all(&|ratio: f64| (ratio > 1.0) == is_slower) {
        return None;
    }
    let within =
        estimate.layout.is_some_and(|layout| (layout.band.low..=layout.band.high).contains(&estimate.ratio));
    if placements.len() < 2 && is_counted && within {
        return None;
    }
    let counted = placements.len();
    let why = if *made < FEWEST_PLACEMENTS {
        format!("of {FEWEST_PLACEMENTS} placements that would show it the builds have {made}")
    } else {
        format!(
            "{counted} of {FEWEST_PLACEMENTS} placements that would show it were measured: --budget allows more"
        )
    };
    let beyond = |ratio: f64| ratio > 1.0 + rule.tolerance || ratio < 1.0 - rule.tolerance;
    let is_beyond = estimate.p_within(rule.tolerance) <= rule.false_alarm && all(&beyond);
    Some(if is_beyond {
        let but = if is_slower { "no regression is shown: " } else { "" };
        Said { word: differs, sentence: format!("{verdict}; {but}{why}") }
    } else {
        Said { word: VerdictWord::CannotTell, sentence: format!("cannot tell: {verdict}, but {why}") }
    })
}

/// Whether what `count` changed by explains a ratio of times.
fn explain(count: &ComparedCount, ratio: f64) -> bool {
    count.changed && count.ratio().ln() / ratio.ln() >= COMMENSURATE
}

/// `from -1.00 to +20.00 %`.
fn range(ratios: &[f64]) -> String {
    let percents = ratios.iter().map(|ratio| (ratio - 1.0) * 100.0);
    let (least, most) = percents.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), percent| {
        (least.min(percent), most.max(percent))
    });
    format!("from {least:+.2} to {most:+.2} %")
}

/// What another start does, where that is known.
fn band(estimate: &Estimate) -> String {
    let reach = estimate.layout.map(|layout| (layout.band.high / layout.band.low).sqrt() - 1.0);
    reach.map(|reach| format!("; another start does ±{:.2} % to it", reach * 100.0)).unwrap_or_default()
}

/// What is said of a case that was measured again because it was a regression: the second's word, whose figure was not
/// chosen for being large.
pub(super) fn twice(first: &Said, second: Said) -> Said {
    if second.word == VerdictWord::Regression {
        return second;
    }
    let sentence = format!("{} at first, and not again: {}", first.sentence, second.sentence);
    Said { sentence, ..second }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instruments::compare::statistics::{Start, Unknown, conclude};

    fn rule() -> Rule {
        Rule::with_precision(0.005, 160)
    }

    /// The verdict on 36 starts around this ratio, of which every other is this much longer and the rest as much shorter.
    fn verdict(ratio: f64, apart: f64) -> Verdict {
        let start = |index: i32| {
            let median = ratio.ln() + f64::from(index % 2 * 2 - 1) * apart + f64::from(index % 5) * 1e-5;
            Start { ratios: [0.0, 3.0, -1.0, 2.0, -3.0, 1.0, -2.0].map(|step| median + step * 1e-6).to_vec() }
        };
        conclude(&(0..36).map(start).collect::<Vec<_>>(), &rule())
    }

    /// Instructions of 100,000 before, and this many times that after.
    fn counted(ratio: f64) -> Option<ComparedCount> {
        Some(ComparedCount {
            metric: "instructions".to_owned(),
            before: (1e5, 1e5),
            after: (1e5 * ratio, 1e5 * ratio),
            changed: ratio != 1.0,
        })
    }

    fn of(verdict: &Verdict, placements: &[f64], made: usize, instructions: &Option<ComparedCount>) -> Said {
        said(&Measured { verdict, placements, made }, instructions.as_ref(), &rule())
    }

    fn word(ratio: f64, placements: &[f64], instructions: f64) -> VerdictWord {
        of(&verdict(ratio, 1e-4), placements, 12, &counted(instructions)).word
    }

    /// Twelve placements, of which so many say this and the rest that.
    fn twelve(count: usize, these: f64, those: f64) -> Vec<f64> {
        (0..12).map(|index| if index < count { these } else { those } + index as f64 * 1e-5).collect()
    }

    #[test]
    fn what_instructions_explain_is_work_and_beyond_the_tolerance_where_they_are() {
        use VerdictWord::{Faster, Layout, Regression, Slower};
        let apart = twelve(6, 1.10, 0.99);
        for (ratio, instructions, expected) in [
            (1.05, 1.03, Regression),
            // Slower by work, and how much slower hangs on where it lies.
            (1.05, 1.013, Slower),
            (1.012, 1.01, Slower),
            (0.95, 0.97, Faster),
            // One in 100,000 more, or fewer, explains nothing; nor what moved to the other side.
            (1.05, 1.000_01, Layout),
            (1.05, 0.999_99, Layout),
            (1.05, 0.95, Layout),
            (0.95, 1.03, Layout),
            (1.40, 1.01, Layout),
            (1.05, 1.0, Layout),
        ] {
            assert_eq!(word(ratio, &apart, instructions), expected, "{ratio}, {instructions}");
        }
        assert_eq!(word(1.05, &twelve(12, 1.05, 0.0), 1.013), Regression, "wherever it lies");
        let by_chance = ComparedCount { changed: false, ..counted(1.05).expect("it was counted") };
        assert_eq!(of(&verdict(1.05, 1e-4), &apart, 12, &Some(by_chance)).word, Layout);
    }

    #[test]
    fn instructions_beyond_the_tolerance_make_a_regression_of_a_slowdown_that_time_alone_leaves_open() {
        use VerdictWord::{CannotTell, Equal, Regression, Slower};
        // Shown to be slower, and not by how much.
        let wide = verdict(1.025, 0.01);
        assert!(matches!(wide, Verdict::Slower(_)) && !wide.is_regression(0.02), "{wide:?}");
        let said = of(&wide, &[], 12, &counted(1.03));
        let told = format!("{wide}; beyond 2 % with its 3.00 % more instructions");
        assert_eq!((said.word, said.sentence), (Regression, told));
        assert_eq!(of(&wide, &[], 12, &counted(1.015)).word, Slower, "instructions are within it");
        assert_eq!(word(1.015, &[], 1.03), Slower, "its time is within it");
        assert_eq!(word(1.0, &[], 1.03), Equal, "it is no slower");
        let open = Verdict::CannotTell(Err(Unknown::Disturbed));
        assert_eq!(of(&open, &[], 12, &counted(1.03)).word, CannotTell);
    }

    #[test]
    fn a_slowdown_that_all_placements_share_is_a_regression_also_within_the_band() {
        let wide = verdict(1.06, 0.03);
        let layout = wide.estimate().and_then(|estimate| estimate.layout).expect("many starts");
        assert!(layout.band.high > 1.06 && wide.is_regression(0.02), "{wide:?}");
        for instructions in [counted(1.0), None] {
            let said = of(&wide, &twelve(12, 1.06, 0.0), 12, &instructions);
            assert_eq!((said.word, said.sentence), (VerdictWord::Regression, wide.to_string()));
        }
        assert_eq!(
            word(1.06, &twelve(11, 1.06, 0.0)[..11], 1.0),
            VerdictWord::Regression,
            "eleven are enough"
        );
    }

    #[test]
    fn placements_that_disagree_make_it_layout_and_say_by_how_much() {
        let verdict = verdict(1.05, 1e-4);
        let said = of(&verdict, &twelve(9, 1.2, 0.99), 12, &counted(1.0));
        assert_eq!(said.word, VerdictWord::Layout);
        let told = format!(
            "{verdict}, which instructions do not explain, from -0.99 to +20.01 % by where the linker puts it; another start does ±"
        );
        assert!(said.sentence.starts_with(&told), "{}", said.sentence);
        assert_eq!(word(0.95, &twelve(9, 0.8, 1.01), 1.0), VerdictWord::Layout);
        assert_eq!(word(1.05, &twelve(12, 0.9, 0.0), 1.0), VerdictWord::Layout, "they all say the contrary");
    }

    #[test]
    fn beyond_nothing_and_not_beyond_the_tolerance_is_slower_and_no_regression() {
        let verdict = verdict(1.05, 1e-4);
        let said = of(&verdict, &twelve(8, 1.06, 1.01), 12, &counted(1.0));
        let told = "; beyond 2 % is not shown, from +1.01 to +6.01 % by where the linker puts it";
        assert_eq!((said.word, said.sentence), (VerdictWord::Slower, format!("{verdict}{told}")));
        assert_eq!(word(1.012, &twelve(12, 1.012, 0.0), 1.0), VerdictWord::Slower);
        assert_eq!(word(0.9, &twelve(12, 0.9, 0.0), 1.0), VerdictWord::Faster);
    }

    #[test]
    fn few_placements_show_no_regression_and_the_sentence_says_why() {
        let verdict = verdict(1.05, 1e-4);
        let said = of(&verdict, &[1.05; 10], 12, &counted(1.0));
        let why = "; no regression is shown: 10 of 11 placements that would show it were measured: --budget allows more";
        assert_eq!((said.word, said.sentence), (VerdictWord::Slower, format!("{verdict}{why}")));
        let said = of(&verdict, &[1.05; 8], 8, &None);
        assert!(
            said.sentence.ends_with("of 11 placements that would show it the builds have 8"),
            "{}",
            said.sentence
        );
        assert_eq!(word(1.05, &[1.05, 1.05, 0.99], 1.0), VerdictWord::Layout);
        assert_eq!(word(1.05, &[1.05, 1.05, 1.01], 1.0), VerdictWord::CannotTell);
        assert_eq!(word(1.012, &[1.012; 8], 1.0), VerdictWord::CannotTell);
        assert_eq!(word(0.9, &[0.9; 8], 1.0), VerdictWord::Faster);
    }

    #[test]
    fn the_band_of_starts_is_asked_where_one_placement_was_measured() {
        let wide = verdict(1.06, 0.03);
        let said = of(&wide, &[1.06], 1, &counted(1.0));
        assert_eq!(said.word, VerdictWord::Layout);
        assert!(
            said.sentence.contains("which instructions do not explain; another start does ±"),
            "{}",
            said.sentence
        );
        assert_eq!(of(&wide, &[1.06], 1, &None).word, VerdictWord::Slower, "nothing was counted");
        assert_eq!(word(1.06, &[1.06], 1.0), VerdictWord::Slower, "beyond the band");
        assert_eq!(word(1.012, &[1.012], 1.0), VerdictWord::CannotTell);
    }

    #[test]
    fn what_is_equal_or_cannot_be_told_stays_so() {
        let equal = verdict(1.0, 1e-4);
        let said = of(&equal, &twelve(6, 1.1, 0.9), 12, &counted(1.05));
        assert_eq!((said.word, said.sentence.as_str()), (VerdictWord::Equal, "equal within ±0.50 %"));
        let said = of(&Verdict::CannotTell(Err(Unknown::Disturbed)), &[], 12, &None);
        assert_eq!(said.word, VerdictWord::CannotTell);
    }

    #[test]
    fn of_a_regression_that_was_measured_again_the_second_word_stands() {
        let said = |word, sentence: &str| Said { word, sentence: sentence.to_owned() };
        let first = said(VerdictWord::Regression, "slower by 9.00 %");
        let again = said(VerdictWord::Regression, "slower by 5.00 %");
        assert_eq!(twice(&first, again.clone()), again);
        assert_eq!(
            twice(&first, said(VerdictWord::Equal, "equal within ±0.50 %")),
            said(VerdictWord::Equal, "slower by 9.00 % at first, and not again: equal within ±0.50 %")
        );
    }
}
