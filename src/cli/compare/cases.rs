//! Which cases both sides have, and the verdict on one.

use std::process::Command;

use anyhow::{Context, bail};

use crate::catalogue::CaseRef;
use crate::cli::rule::RuleArguments;
use crate::instruments::compare::builds::Build;
use crate::instruments::compare::statistics::{Estimate, Rule, Verdict, benjamini_hochberg, holm};
use crate::instruments::compare::{Budget, Outcome, Pair, Side, StartError, count, settle};
use crate::record::{CaseId, ComparedCase, Listing, SCHEMA, SetAside, VerdictWord};
use crate::workload::Concurrency;

/// The cases that `build` lists, as far as `filter` matches them.
///
/// # Errors
/// When it lists none, or by a schema that is not ours.
pub(super) fn listed(build: &Build, filter: Option<&str>) -> anyhow::Result<Vec<CaseId>> {
    let executable = &build.executables[0];
    let output = Command::new(executable)
        .args(["list", "--json"])
        .output()
        .with_context(|| format!("cannot start {}", executable.display()))?;
    if !output.status.success() {
        bail!("`perflab list --json` ended with {}", output.status);
    }
    let listing: Listing = serde_json::from_slice(&output.stdout)
        .context("`perflab list --json` printed what is no list of this perflab's")?;
    if listing.schema > SCHEMA {
        bail!("it lists by schema {}, and this perflab reads up to {SCHEMA}", listing.schema);
    }
    let filter = filter.map(crate::instruments::filter).transpose()?;
    let ids = listing.families.iter().flat_map(|family| {
        family.workloads.iter().flat_map(move |workload| {
            workload.sizes.iter().filter_map(move |size| {
                format!("{}/{}@{size}", family.name, workload.name).parse::<CaseId>().ok()
            })
        })
    });
    Ok(ids
        .filter(|id| filter.as_ref().is_none_or(|filter| filter.is_match(id.to_string().as_bytes())))
        .collect())
}

/// Both sides' cases.
pub(super) struct Shared {
    pub(super) both: Vec<CaseId>,
    pub(super) only_here: Vec<CaseId>,
    pub(super) only_there: Vec<CaseId>,
}

/// Which cases are on both sides, in the order in which this tree has them.
pub(super) fn shared(here: &[CaseRef], there: &[CaseId]) -> Shared {
    let here: Vec<CaseId> = here.iter().map(crate::instruments::id_of).collect();
    let only_there = there.iter().filter(|id| !here.contains(id)).cloned().collect();
    let (both, only_here) = here.into_iter().partition(|id| there.contains(id));
    Shared { both, only_here, only_there }
}

/// Compares one case, and counts it where it is said what runs beside its thread; a regression is measured once more, from other starts, before it is called one.
pub(super) fn compare(
    case: &CaseId,
    builds: [&Build; 2],
    rule: &Rule,
    arguments: &RuleArguments,
    counts: Option<Concurrency>,
    seed: u64,
) -> ComparedCase {
    let measure = |seed: u64| {
        let sides = builds.map(|build| Side {
            executables: build.executables.clone(),
            case: case.clone(),
            planted: 0,
        });
        let budget = Budget::ordinary(arguments.time_out());
        settle(&mut Pair::apart(sides, seed), rule, &budget, arguments.budget())
    };
    let is_regression = |outcome: &Outcome| outcome.verdict.is_regression(rule.tolerance);
    let mut told = match measure(seed) {
        Ok(first) if is_regression(&first) => match measure(!seed) {
            Ok(again) if is_regression(&again) => of(case, first, rule.tolerance, VerdictWord::Regression),
            Ok(again) => {
                let sentence = format!("{} at first, and not again: {}", first.verdict, again.verdict);
                ComparedCase { sentence, ..of(case, again, rule.tolerance, VerdictWord::CannotTell) }
            }
            Err(error) => failed(case, error),
        },
        Ok(outcome) => {
            let word = word(&outcome.verdict);
            of(case, outcome, rule.tolerance, word)
        }
        Err(error) => failed(case, error),
    };
    if let (Some(iteration_ns), Some(concurrency)) = (told.before_ns, counts) {
        let executables = builds.map(|build| build.executables[0].as_path());
        match count(executables, case, concurrency, iteration_ns, arguments.time_out()) {
            Ok(counts) => told.counts = counts,
            Err(reason) => told.sentence.push_str(&format!("; not counted: {reason}")),
        }
    }
    if let Some(why) = layout(&told, rule.tolerance) {
        told.verdict = VerdictWord::Layout;
        told.sentence = format!("{}, {why}", told.sentence);
    }
    told
}

fn word(verdict: &Verdict) -> VerdictWord {
    match verdict {
        Verdict::Slower(_) => VerdictWord::Slower,
        Verdict::Faster(_) => VerdictWord::Faster,
        Verdict::Equal { .. } => VerdictWord::Equal,
        Verdict::CannotTell(_) => VerdictWord::CannotTell,
    }
}

/// So large a share of placements has to differ to the side to which all starts together do: starts of one placement hang
/// together, there are a few placements only, and one in some is far off.
const SAME_SIDE: f64 = 0.75;
/// And so large a share of them has to lie beyond the tolerance where all starts together do.
const BEYOND_TOLERANCE: f64 = 0.5;

/// Why the difference that was found is layout's, if it is: not where more instructions or fewer explain it.
fn layout(case: &ComparedCase, tolerance: f64) -> Option<String> {
    let differs = matches!(case.verdict, VerdictWord::Regression | VerdictWord::Slower | VerdictWord::Faster);
    let instructions = case.counts.iter().find(|count| count.metric == "instructions");
    let ratio = case.ratio.filter(|_| differs && instructions.is_none_or(|count| !count.changed))?;
    let within =
        case.layout_low.zip(case.layout_high).is_some_and(|(low, high)| (low..=high).contains(&ratio));
    if instructions.is_some() && within {
        return Some("with the same instructions: another layout does as much to it".to_owned());
    }
    let beyond = |least: f64| {
        let shows = |placement: &&f64| {
            if ratio > 1.0 { **placement > 1.0 + least } else { **placement < 1.0 / (1.0 + least) }
        };
        case.placements.iter().filter(shows).count() as f64 / case.placements.len() as f64
    };
    let is_regression = case.verdict == VerdictWord::Regression;
    let few = beyond(0.0) < SAME_SIDE || (is_regression && beyond(tolerance) < BEYOND_TOLERANCE);
    (few && !case.placements.is_empty()).then(|| {
        let percents = case.placements.iter().map(|placement| (placement - 1.0) * 100.0);
        let (least, most) = percents.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), percent| {
            (least.min(percent), most.max(percent))
        });
        format!("but from {least:+.2} to {most:+.2} % by where the linker puts it")
    })
}

fn failed(case: &CaseId, error: StartError) -> ComparedCase {
    let sentence = match error {
        StartError::Side { which, reason } => {
            format!("failed {}: {reason}", ["in the revision", "in this tree"][which])
        }
        StartError::Answers(_) | StartError::Refused(_) | StartError::TooLong(_) => error.to_string(),
    };
    ComparedCase::unmeasured(case.clone(), VerdictWord::Failed, sentence)
}

/// What needs no measuring: both sides are one program, byte for byte.
pub(super) fn same_program(case: &CaseId) -> ComparedCase {
    let sentence = "equal: both builds are the same program, byte for byte".to_owned();
    ComparedCase::unmeasured(case.clone(), VerdictWord::Equal, sentence)
}

fn of(case: &CaseId, outcome: Outcome, tolerance: f64, verdict: VerdictWord) -> ComparedCase {
    let estimate = outcome.verdict.estimate();
    let layout = estimate.and_then(|estimate| estimate.layout);
    ComparedCase {
        ratio: estimate.map(|estimate| estimate.ratio),
        low: estimate.map(|estimate| estimate.interval.low),
        high: estimate.map(|estimate| estimate.interval.high),
        layout_low: layout.map(|layout| layout.band.low),
        layout_high: layout.map(|layout| layout.band.high),
        smallest_effect: estimate.and_then(|estimate| estimate.smallest_effect),
        p_tolerance: estimate.map(|estimate| estimate.p_within(tolerance)),
        p_equal: estimate.map(Estimate::p_equal),
        before_ns: Some(outcome.iteration_ns[0]),
        after_ns: Some(outcome.iteration_ns[1]),
        starts: outcome.starts,
        quads: outcome.causes.kept,
        set_aside: outcome
            .causes
            .set_aside
            .iter()
            .map(|(cause, quads)| SetAside { cause: cause.as_str().to_owned(), quads: *quads })
            .collect(),
        placements: outcome.placements.iter().filter(|of| of.starts >= 3).map(|of| of.ratio).collect(),
        canary_slowness: outcome.slowness.map(|slowness| slowness.middle),
        seconds: outcome.took.as_secs_f64(),
        ..ComparedCase::unmeasured(case.clone(), verdict, outcome.verdict.to_string())
    }
}

/// Adjusts the p values for how many cases were compared: of a thousand verdicts at one in a thousand, one is wrong.
pub(super) fn adjust(cases: &mut [ComparedCase]) {
    let measured: Vec<usize> = (0..cases.len()).filter(|index| cases[*index].p_equal.is_some()).collect();
    let values = |of: fn(&ComparedCase) -> Option<f64>| -> Vec<f64> {
        measured.iter().filter_map(|index| of(&cases[*index])).collect()
    };
    let (tolerance, equal) =
        (holm(&values(|case| case.p_tolerance)), benjamini_hochberg(&values(|case| case.p_equal)));
    for ((index, tolerance), equal) in measured.into_iter().zip(tolerance).zip(equal) {
        cases[index].p_tolerance_of_all = Some(tolerance);
        cases[index].p_equal_of_all = Some(equal);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::ComparedCount;

    const TOLERANCE: f64 = 0.02;

    /// A case of which instructions are the same, changed, or not counted.
    fn case(verdict: VerdictWord, ratio: f64, placements: &[f64], changed: Option<bool>) -> ComparedCase {
        let id: CaseId = "family/loop@1".parse().expect("a case id");
        let count = |changed| ComparedCount {
            metric: "instructions".to_owned(),
            before: (100.0, 100.0),
            after: (100.0, 100.0),
            changed,
        };
        ComparedCase {
            ratio: Some(ratio),
            layout_low: Some(0.96),
            layout_high: Some(1.04),
            placements: placements.to_vec(),
            counts: changed.map(count).into_iter().collect(),
            ..ComparedCase::unmeasured(id, verdict, String::new())
        }
    }

    #[test]
    fn a_difference_counts_where_most_placements_show_it() {
        use VerdictWord::{Equal, Faster, Regression, Slower};
        let is_layout = |verdict, ratio, placements: &[f64]| {
            layout(&case(verdict, ratio, placements, None), TOLERANCE).is_some()
        };
        assert!(!is_layout(Regression, 1.05, &[]));
        assert!(!is_layout(Regression, 1.05, &[1.01, 1.07, 1.05]));
        assert!(!is_layout(Regression, 1.05, &[0.43, 1.04, 1.04, 1.04]), "one link is far off");
        assert!(is_layout(Regression, 1.05, &[1.20, 0.99, 1.05]), "one of three has nothing of it");
        assert!(is_layout(Regression, 1.05, &[1.002, 3.07, 1.001, 1.006]), "one link makes it all");
        assert!(!is_layout(Slower, 1.01, &[1.002, 1.03, 1.001, 1.006]), "within the tolerance");
        assert!(!is_layout(Faster, 0.95, &[0.97, 0.93]));
        assert!(is_layout(Faster, 0.95, &[0.80, 1.01]));
        assert!(!is_layout(Equal, 1.0, &[0.80, 1.20]));
        let told = layout(&case(Slower, 1.05, &[1.20, 0.99, 1.05], None), TOLERANCE);
        assert_eq!(told.as_deref(), Some("but from -1.00 to +20.00 % by where the linker puts it"));
    }

    #[test]
    fn what_instructions_explain_is_no_layout_s_and_what_they_do_not_may_be() {
        let why = |ratio, placements: &[f64], changed| {
            layout(&case(VerdictWord::Regression, ratio, placements, changed), TOLERANCE)
        };
        let band = "with the same instructions: another layout does as much to it";
        assert_eq!(why(1.03, &[], Some(false)).as_deref(), Some(band));
        assert_eq!(why(0.97, &[], Some(false)).as_deref(), Some(band));
        assert_eq!(
            (why(1.05, &[], Some(false)), why(0.95, &[], Some(false))),
            (None, None),
            "beyond the band"
        );
        assert_eq!(why(1.03, &[], None), None, "nothing was counted");
        assert_eq!(why(1.03, &[0.99, 1.05, 1.1], Some(true)), None, "there is more work");
        assert!(why(1.05, &[0.99, 1.05, 1.1], Some(false)).is_some());
    }
}
