//! `perflab aa`: the laboratory measured against itself. Every case is compared with itself, many times: what it calls
//! different is a false alarm. With `--planted` one side does more work than it owns up to, and has to be found.

mod tally;
mod text;

use std::path::PathBuf;

use super::compare::{Said, bare, of_builds};
use super::{Folders, print, print_json};
use crate::catalogue::{CaseRef, Catalogue};
use crate::fnv;
use crate::instruments::compare::statistics::Rule;
use crate::instruments::compare::{Budget, Outcome, Pair, Side, builds, settle};
use crate::instruments::{Progress, Selection, environment, id_of, interrupted, project, stop_on_ctrl_c};
use crate::record::{Layout, Lock, SCHEMA, SelfCheck};
use crate::system::this_program;
use tally::Link;

/// What `perflab aa` is asked.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Regular expression over case ids, `family/workload@size`
    filter: Option<String>,
    /// Plant 0.5, 1, 2 and 5 % of work in one side instead, and say how much of it is found
    #[arg(long)]
    planted: bool,
    /// Comparisons of each case
    #[arg(long, value_name = "N", default_value = "5", value_parser = clap::value_parser!(u32).range(1..))]
    comparisons: u32,
    /// Compare every other time with the same code at other addresses, judged as two builds are: so many links of this tree beside
    /// its own, built aside; from 21 on each side has the placements that show what instructions do not
    #[arg(long, value_name = "N", default_value = "0", value_parser = clap::value_parser!(u8).range(0..=31))]
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
const PLANTED: [u64; 4] = [5, 10, 20, 50];

pub(super) fn aa(catalogue: &Catalogue, arguments: Arguments) -> anyhow::Result<()> {
    // What is wrong with the arguments is told before anything is built.
    let of_two_builds = arguments.rule.rule()?;
    // In one process no placements are asked, so that starts alone have to show a difference.
    let in_one_process = Rule { by_ranks: true, ..of_two_builds };
    let selection = Selection::new(catalogue, arguments.filter.as_deref(), false)?;
    let layout = arguments.folders.layout();
    let _lock = Lock::take(&layout)?;
    stop_on_ctrl_c();
    let executable = this_program()?;
    let elsewhere = placements(&layout, usize::from(arguments.placements))?;
    let planted: &[u64] = if arguments.planted { &PLANTED } else { &[0] };
    let mut progress =
        Progress::new("aa", selection.cases().len() * planted.len() * arguments.comparisons as usize);
    let mut families: Vec<tally::Tally> = Vec::new();
    'cases: for case in selection.cases() {
        for planted in planted {
            if let Some(reason) = left_out(case, *planted) {
                eprintln!("{case}: left out: {reason}");
                (0..arguments.comparisons).for_each(|_| progress.skip());
                continue;
            }
            for comparison in 0..arguments.comparisons {
                progress.begins(&case.to_string());
                let id = id_of(case);
                // Every comparison draws its own starts; the same ones in every run of `aa`.
                let seed = seed(&case.to_string(), *planted, comparison);
                let (link, mut pair) = match &elsewhere {
                    [first, second] if !second.is_empty() && comparison % 2 == 1 => {
                        let side = |executables: &Vec<PathBuf>, planted| Side {
                            executables: executables.clone(),
                            case: id.clone(),
                            planted,
                        };
                        (
                            Link::Another,
                            Pair::apart_at_other_addresses([side(first, 0), side(second, *planted)], seed),
                        )
                    }
                    _ => {
                        let cases = [(id.clone(), 0), (id.clone(), *planted)];
                        (Link::Same, Pair::together(executable.clone(), cases, seed))
                    }
                };
                let rule = match link {
                    Link::Same => in_one_process,
                    Link::Another => of_two_builds,
                };
                let budget = Budget::ordinary(arguments.rule.time_out());
                let outcome = settle(&mut pair, &rule, &budget, arguments.rule.budget());
                if interrupted() {
                    break 'cases;
                }
                let (line, outcome) = match outcome {
                    Ok(outcome) => {
                        let said = word(&outcome, link, &elsewhere, &rule);
                        (format!("{case}: {}", said.sentence), Ok((outcome, said.word)))
                    }
                    Err(error) => (format!("{case}: failed: {error}"), Err(error)),
                };
                tally::of(&mut families, case.family.name, *planted, link).add(&id, outcome);
                progress.done(&line);
            }
        }
    }
    progress.finish();
    let check = SelfCheck {
        schema: SCHEMA,
        taken_at: crate::instruments::now(),
        environment: environment(&project()),
        tolerance: of_two_builds.tolerance,
        placements: elsewhere.iter().map(Vec::len).sum::<usize>().max(1),
        families: families.into_iter().map(tally::Tally::told).collect(),
        interrupted: interrupted(),
    };
    if arguments.json {
        print_json(&check)?
    } else {
        print(&text::as_text(&check))?
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

/// What is said of a comparison: of two builds what `perflab compare --no-counts` says, which knows of no instructions.
fn word(outcome: &Outcome, link: Link, elsewhere: &[Vec<PathBuf>; 2], rule: &Rule) -> Said {
    match link {
        Link::Same => Said { word: bare(&outcome.verdict, rule), sentence: outcome.verdict.to_string() },
        Link::Another => {
            let made = elsewhere.iter().map(Vec::len).max().unwrap_or(1);
            of_builds(outcome, made, None, rule)
        }
    }
}

/// Links of this tree's code that differ in where its functions lie, none of them on both sides.
fn placements(layout: &Layout, count: usize) -> anyhow::Result<[Vec<PathBuf>; 2]> {
    if count == 0 {
        return Ok([Vec::new(), Vec::new()]);
    }
    let build = builds::build_this_tree(layout, &project(), &super::program()?, count, &mut |line| {
        eprintln!("{line}")
    })?;
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

/// The digest of what names a comparison.
fn seed(case: &str, planted: u64, comparison: u32) -> u64 {
    fnv::digest(format!("{case} {planted} {comparison}").as_bytes())
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
        assert_eq!(seeds.len(), 2 * 3 * PLANTED.len());
    }
}
