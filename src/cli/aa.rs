//! `perflab aa`: the laboratory measured against itself. Every case is compared with itself, many times: what it calls
//! different is a false alarm. With `--planted` one side does more work than it owns up to, and has to be found.

use std::path::PathBuf;
use std::time::Duration;

use super::{Folders, print, print_json};
use crate::catalogue::{CaseRef, Catalogue};
use crate::instruments::compare::{Budget, Outcome, Pair, Side, builds, settle, statistics};
use crate::instruments::{Progress, Selection, environment, interrupted, project, stop_on_ctrl_c};
use crate::record::{CaseId, Layout, Lock, SCHEMA, SelfCheck, SelfComparison};

/// What `perflab aa` is asked.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Regular expression over case ids, `family/workload@size`
    filter: Option<String>,
    /// Plant 1, 2 and 5 % of work in one side instead, and say how much of it is found
    #[arg(long)]
    planted: bool,
    /// Comparisons of each case
    #[arg(long, value_name = "N", default_value = "5", value_parser = clap::value_parser!(u32).range(1..))]
    comparisons: u32,
    /// Compare every other time with the same code at other addresses: so many links of this tree, built aside
    #[arg(long, value_name = "N", default_value = "0", value_parser = clap::value_parser!(u8).range(0..=16))]
    placements: u8,
    #[command(flatten)]
    rule: super::rule::RuleArguments,
    /// As JSON, by docs/schema/aa.schema.json
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    folders: Folders,
}

/// Thousandths of work that `--planted` adds.
const PLANTED: [u64; 3] = [10, 20, 50];

pub(super) fn aa(catalogue: &Catalogue, arguments: Arguments) -> anyhow::Result<()> {
    let selection = Selection::new(catalogue, arguments.filter.as_deref(), false)?;
    let layout = arguments.folders.layout();
    let _lock = Lock::take(&layout)?;
    stop_on_ctrl_c();
    let executable = std::env::current_exe()?;
    let elsewhere = placements(&layout, usize::from(arguments.placements))?;
    let planted: &[u64] = if arguments.planted { &PLANTED } else { &[0] };
    let rule = arguments.rule.rule()?;
    let mut progress =
        Progress::new("aa", selection.cases().len() * planted.len() * arguments.comparisons as usize);
    let mut families: Vec<Tally> = Vec::new();
    'cases: for case in selection.cases() {
        for planted in planted {
            if let Some(reason) = left_out(case, *planted) {
                eprintln!("{case}: left out: {reason}");
                (0..arguments.comparisons).for_each(|_| progress.skip());
                continue;
            }
            for comparison in 0..arguments.comparisons {
                progress.begins(&case.to_string());
                let id: CaseId = case.to_string().parse().expect("the catalogue's ids are well formed");
                // Every comparison draws its own starts; the same ones in every run of `aa`.
                let seed = seed(&case.to_string(), *planted, comparison);
                let mut pair = match &elsewhere {
                    [first, second] if !second.is_empty() && comparison % 2 == 1 => {
                        let side = |executables: &Vec<PathBuf>, planted| Side {
                            executables: executables.clone(),
                            case: id.clone(),
                            planted,
                        };
                        Pair::apart([side(first, 0), side(second, *planted)], seed)
                    }
                    _ => Pair::together(executable.clone(), [(id.clone(), 0), (id.clone(), *planted)], seed),
                };
                let budget = Budget::ordinary(arguments.rule.time_out());
                let outcome = settle(&mut pair, &rule, &budget, arguments.rule.budget());
                if interrupted() {
                    break 'cases;
                }
                let line = match &outcome {
                    Ok(outcome) => format!("{case}: {}", outcome.verdict),
                    Err(error) => format!("{case}: failed: {error}"),
                };
                tally(&mut families, case.family.name, *planted).add(outcome, &rule);
                progress.done(&line);
            }
        }
    }
    progress.finish();
    let check = SelfCheck {
        schema: SCHEMA,
        taken_at: crate::instruments::now(),
        environment: environment(&project()),
        tolerance: rule.tolerance,
        placements: elsewhere.iter().map(Vec::len).sum::<usize>().max(1),
        families: families.into_iter().map(Tally::told).collect(),
        interrupted: interrupted(),
    };
    if arguments.json {
        print_json(&check)?
    } else {
        print(&as_text(&check))?
    }
    if check.interrupted {
        anyhow::bail!("interrupted: what was compared until then stands above");
    }
    let failed: usize = check.families.iter().map(|family| family.failed).sum();
    if failed > 0 {
        anyhow::bail!("{failed} comparisons failed; why stands above");
    }
    Ok(())
}

/// Links of this tree's code that differ in where its functions lie, none of them on both sides.
fn placements(layout: &Layout, count: usize) -> anyhow::Result<[Vec<PathBuf>; 2]> {
    if count == 0 {
        return Ok([Vec::new(), Vec::new()]);
    }
    let build = builds::build_this_tree(layout, &project(), count, &mut |line| eprintln!("{line}"))?;
    if let Some(reason) = build.without_placements {
        anyhow::bail!("there are no other placements: {reason}; leave out --placements");
    }
    let half = build.executables.len().div_ceil(2);
    let (first, second) = build.executables.split_at(half);
    Ok([first.to_vec(), second.to_vec()])
}

/// Why a case is not compared with itself.
fn left_out(case: &CaseRef, planted: u64) -> Option<String> {
    if let Some(reason) = case.unavailable() {
        return Some(reason);
    }
    (planted > 0 && case.entry.concurrency.is_any())
        .then(|| "a hundredth of a loop that waits for others is not a hundredth of its time".to_owned())
}

/// Cases that every run compares with themselves, and how long each may take.
const SAMPLED: usize = 3;
const SAMPLE: Duration = Duration::from_millis(600);
/// A sample that is equal within this is told apart finely enough.
const SAMPLE_PRECISION: f64 = 0.005;

/// The smallest change that some of `cases`, compared with themselves, would have shown: the largest of what each would
/// have. `None` where none can be compared.
pub(super) fn tells_apart(cases: &[CaseRef], time_out: Duration) -> Option<f64> {
    let executable = std::env::current_exe().ok()?;
    let alone: Vec<&CaseRef> = cases
        .iter()
        .filter(|case| case.unavailable().is_none() && !case.entry.concurrency.is_any())
        .collect();
    let rule = statistics::Rule::with_precision(SAMPLE_PRECISION, super::rule::MOST_STARTS);
    let sampled = alone.iter().step_by(alone.len().div_ceil(SAMPLED).max(1));
    let smallest = sampled.filter_map(|case| {
        let id: CaseId = case.to_string().parse().ok()?;
        let seed = seed(&case.to_string(), 0, 0);
        let mut pair = Pair::together(executable.clone(), [(id.clone(), 0), (id, 0)], seed);
        let outcome = settle(&mut pair, &rule, &Budget::ordinary(time_out), SAMPLE).ok()?;
        told_apart(&outcome)
    });
    smallest.reduce(f64::max)
}

/// The smallest change that a comparison would have shown: what is settled early as equal was told from anything
/// beyond that.
fn told_apart(outcome: &Outcome) -> Option<f64> {
    match &outcome.verdict {
        statistics::Verdict::Equal { within, .. } => Some(*within),
        verdict => verdict.estimate().map(|estimate| estimate.smallest_effect),
    }
}

/// FNV-1a (Fowler, Noll, Vo) over what names a comparison.
fn seed(case: &str, planted: u64, comparison: u32) -> u64 {
    format!("{case} {planted} {comparison}")
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// What a family's comparisons came to.
struct Tally {
    told: SelfComparison,
    planted: u64,
    smallest: Vec<f64>,
    errors: Vec<f64>,
    layouts: Vec<f64>,
    seconds: Vec<f64>,
    kept: u64,
    taken: u64,
}

fn tally<'a>(families: &'a mut Vec<Tally>, family: &str, planted: u64) -> &'a mut Tally {
    let same = |tally: &Tally| tally.told.family == family && tally.planted == planted;
    let index = families.iter().position(same).unwrap_or_else(|| {
        families.push(Tally {
            told: SelfComparison {
                family: family.to_owned(),
                planted: planted as f64 / 1_000.0,
                comparisons: 0,
                regressions: 0,
                different: 0,
                wrong_sign: 0,
                equal: 0,
                cannot_tell: 0,
                covered: 0,
                smallest_effect: None,
                error: None,
                layout: None,
                set_aside: 0.0,
                seconds: 0.0,
                failed: 0,
                failure: None,
            },
            planted,
            smallest: Vec::new(),
            errors: Vec::new(),
            layouts: Vec::new(),
            seconds: Vec::new(),
            kept: 0,
            taken: 0,
        });
        families.len() - 1
    });
    &mut families[index]
}

impl Tally {
    fn add(&mut self, outcome: Result<Outcome, impl std::fmt::Display>, rule: &statistics::Rule) {
        use statistics::Verdict;
        let told = &mut self.told;
        told.comparisons += 1;
        let outcome = match outcome {
            Ok(outcome) => outcome,
            Err(error) => {
                told.failed += 1;
                told.failure.get_or_insert_with(|| error.to_string());
                return;
            }
        };
        told.regressions += usize::from(outcome.verdict.is_regression(rule.tolerance));
        match &outcome.verdict {
            Verdict::Slower(_) => told.different += 1,
            Verdict::Faster(_) => {
                told.different += 1;
                told.wrong_sign += usize::from(self.planted > 0);
            }
            Verdict::Equal { .. } => told.equal += 1,
            Verdict::CannotTell(_) => told.cannot_tell += 1,
        }
        self.kept += outcome.causes.kept;
        self.taken += outcome.causes.taken();
        self.seconds.push(outcome.took.as_secs_f64());
        if let Some(estimate) = outcome.verdict.estimate() {
            let truth = 1.0 + told.planted;
            told.covered += usize::from((estimate.interval.low..=estimate.interval.high).contains(&truth));
            self.smallest.extend(told_apart(&outcome));
            self.errors.push((estimate.ratio / truth - 1.0).abs());
            self.layouts
                .extend(estimate.layout.map(|layout| (layout.band.high / layout.band.low).sqrt() - 1.0));
        }
    }

    fn told(mut self) -> SelfComparison {
        self.told.smallest_effect = middle(&mut self.smallest);
        self.told.error = middle(&mut self.errors);
        self.told.layout = middle(&mut self.layouts);
        self.told.seconds = middle(&mut self.seconds).unwrap_or(0.0);
        self.told.set_aside = (self.taken - self.kept) as f64 / self.taken.max(1) as f64;
        self.told
    }
}

fn middle(values: &mut [f64]) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

fn as_text(check: &SelfCheck) -> String {
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
    let percent =
        |share: Option<f64>| share.map_or_else(|| "-".to_owned(), |share| format!("{:.2} %", share * 100.0));
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
    text.push_str(&summary(check));
    text
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
    let mut smallest: Vec<f64> = check.families.iter().filter_map(|family| family.smallest_effect).collect();
    if let Some(smallest) = middle(&mut smallest) {
        text.push_str(&format!(
            "today this machine tells apart changes of {:.2} % or more in half of these families\n",
            smallest * 100.0
        ));
    }
    if check.interrupted {
        text.push_str("interrupted: what stands here is what was compared until then\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_comparison_draws_its_own_starts() {
        let seeds: std::collections::BTreeSet<u64> = ["a/b@1", "a/b@2"]
            .into_iter()
            .flat_map(|case| (0..3).flat_map(move |n| PLANTED.map(|planted| seed(case, planted, n))))
            .collect();
        assert_eq!(seeds.len(), 18);
    }
}
