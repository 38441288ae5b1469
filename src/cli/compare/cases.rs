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
    let is_regression = |outcome: &Outcome| {
        outcome.verdict.is_regression(rule.tolerance) && word(outcome) == VerdictWord::Slower
    };
    let mut told = match measure(seed) {
        Ok(first) if is_regression(&first) => match measure(!seed) {
            Ok(again) if is_regression(&again) => of(case, first, rule.tolerance, VerdictWord::Regression),
            Ok(again) => {
                let sentence = format!("{} at first, and not again: {}", first.verdict, sentence(&again));
                ComparedCase { sentence, ..of(case, again, rule.tolerance, VerdictWord::CannotTell) }
            }
            Err(error) => failed(case, error),
        },
        Ok(outcome) => {
            let word = word(&outcome);
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
    if is_layout(&told) {
        told.verdict = VerdictWord::Layout;
        told.sentence =
            format!("{}, with the same instructions: another layout does as much to it", told.sentence);
    }
    told
}

fn word(outcome: &Outcome) -> VerdictWord {
    match &outcome.verdict {
        Verdict::Slower(_) | Verdict::Faster(_) if hangs_on_placement(outcome) => VerdictWord::Layout,
        Verdict::Slower(_) => VerdictWord::Slower,
        Verdict::Faster(_) => VerdictWord::Faster,
        Verdict::Equal { .. } => VerdictWord::Equal,
        Verdict::CannotTell(_) => VerdictWord::CannotTell,
    }
}

/// Whether some placement of the builds shows nothing of the difference, or the opposite: starts of one placement hang
/// together, and there are a few placements only.
fn hangs_on_placement(outcome: &Outcome) -> bool {
    let has_it = |ratio: f64| match outcome.verdict {
        Verdict::Slower(_) => ratio > 1.0,
        Verdict::Faster(_) => ratio < 1.0,
        Verdict::Equal { .. } | Verdict::CannotTell(_) => true,
    };
    !outcome.placements.iter().copied().all(has_it)
}

/// The verdict, and by how much placements differ where they decide it.
fn sentence(outcome: &Outcome) -> String {
    if !hangs_on_placement(outcome) {
        return outcome.verdict.to_string();
    }
    let percents = outcome.placements.iter().map(|ratio| (ratio - 1.0) * 100.0);
    let (least, most) = percents.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), percent| {
        (least.min(percent), most.max(percent))
    });
    format!("{}, but from {least:+.2} to {most:+.2} % by where the linker puts it", outcome.verdict)
}

/// Whether it differs with the same instructions, and starts in other layouts differ by as much as the sides do.
fn is_layout(case: &ComparedCase) -> bool {
    let differs = matches!(case.verdict, VerdictWord::Regression | VerdictWord::Slower | VerdictWord::Faster);
    let same = case.counts.iter().any(|count| count.metric == "instructions" && !count.changed);
    let band = case.layout_low.zip(case.layout_high);
    let within = case.ratio.zip(band).is_some_and(|(ratio, (low, high))| (low..=high).contains(&ratio));
    differs && same && within
}

fn failed(case: &CaseId, error: StartError) -> ComparedCase {
    let sentence = match error {
        StartError::Side { which, reason } => {
            format!("failed {}: {reason}", ["in the revision", "in this tree"][which])
        }
        StartError::Answers(_) | StartError::Refused(_) => error.to_string(),
    };
    ComparedCase::unmeasured(case.clone(), VerdictWord::Failed, sentence)
}

/// What needs no measuring: both sides are one program, byte for byte.
pub(super) fn same_program(case: &CaseId) -> ComparedCase {
    let sentence = "equal: both builds are the same program, byte for byte".to_owned();
    ComparedCase::unmeasured(case.clone(), VerdictWord::Equal, sentence)
}

fn of(case: &CaseId, outcome: Outcome, tolerance: f64, verdict: VerdictWord) -> ComparedCase {
    let sentence = sentence(&outcome);
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
        placements: outcome.placements,
        canary_slowness: outcome.slowness.map(|slowness| slowness.middle),
        seconds: outcome.took.as_secs_f64(),
        ..ComparedCase::unmeasured(case.clone(), verdict, sentence)
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
    use crate::instruments::compare::Causes;
    use crate::instruments::compare::statistics::{Start, conclude};
    use crate::record::ComparedCount;

    const PRECISION: f64 = 0.005;

    /// Twenty starts whose quads differ by so many per cent.
    fn outcome(percent: f64, placements: &[f64]) -> Outcome {
        let start = |index: usize| {
            let noise = |quad: usize| ((index * 7 + quad * 13) % 11) as f64 * 1e-4;
            Start { ratios: (0..24).map(|quad| (percent / 100.0_f64).ln_1p() + noise(quad)).collect() }
        };
        let starts: Vec<Start> = (0..20).map(start).collect();
        Outcome {
            verdict: conclude(&starts, &Rule::with_precision(PRECISION, 20)),
            starts: starts.len(),
            causes: Causes::default(),
            iteration_ns: [100.0; 2],
            placements: placements.to_vec(),
            slowness: None,
            modes: Default::default(),
            took: std::time::Duration::ZERO,
        }
    }

    #[test]
    fn a_difference_counts_where_every_placement_shows_it() {
        let words = |percent, placements: &[f64]| word(&outcome(percent, placements));
        assert_eq!(words(5.0, &[]), VerdictWord::Slower);
        assert_eq!(words(5.0, &[1.02, 1.07, 1.05]), VerdictWord::Slower);
        assert_eq!(words(5.0, &[1.20, 0.99, 1.05]), VerdictWord::Layout);
        assert_eq!(words(-5.0, &[0.97, 0.93]), VerdictWord::Faster);
        assert_eq!(words(-5.0, &[0.80, 1.01]), VerdictWord::Layout);
        assert_eq!(words(0.0, &[0.80, 1.20]), VerdictWord::Equal);
        let told = sentence(&outcome(5.0, &[1.20, 0.99, 1.05]));
        assert!(told.starts_with("slower by 5.0"), "{told}");
        assert!(told.ends_with(", but from -1.00 to +20.00 % by where the linker puts it"), "{told}");
    }

    #[test]
    fn a_difference_within_the_band_of_layouts_is_one_where_instructions_are_the_same() {
        let id: CaseId = "family/loop@1".parse().expect("a case id");
        let case = |ratio: f64, changed: bool| ComparedCase {
            ratio: Some(ratio),
            layout_low: Some(0.96),
            layout_high: Some(1.04),
            counts: vec![ComparedCount {
                metric: "instructions".to_owned(),
                before: (100.0, 100.0),
                after: (100.0, 100.0),
                changed,
            }],
            ..ComparedCase::unmeasured(id.clone(), VerdictWord::Slower, String::new())
        };
        assert!(is_layout(&case(1.03, false)) && is_layout(&case(0.97, false)));
        assert!(
            !is_layout(&case(1.05, false)) && !is_layout(&case(0.95, false)) && !is_layout(&case(1.03, true))
        );
        assert!(!is_layout(&ComparedCase { verdict: VerdictWord::Equal, ..case(1.03, false) }));
        assert!(!is_layout(&ComparedCase { counts: Vec::new(), ..case(1.03, false) }));
    }
}
