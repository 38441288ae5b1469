//! `perflab compare REV`: this tree against another revision, interleaved, with a verdict and an exit code.

mod cases;
mod decision;
mod ending;
mod exit;
mod growth;
mod measuring;
#[cfg(test)]
mod planted;
mod recorded;
mod text;

use std::path::PathBuf;

use anyhow::{Context, anyhow, bail};

pub(super) use decision::{Said, bare, of_builds};
pub(super) use exit::Regression;

use super::rule::RuleArguments;
use super::{Folders, print, print_json};
use crate::catalogue::Catalogue;
use crate::instruments::compare::builds::{self, Build};
use crate::instruments::compare::{can_be_undrawn, can_count, serves};
use crate::instruments::{
    Progress, Selection, SelectionError, environment, interrupted, project, stop_on_ctrl_c,
};
use crate::record::{ComparedBuild, Comparison, Lock, SCHEMA};

/// What `perflab compare` is asked.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The revision to compare with: a hash, a branch, a tag, `HEAD~1`; with --recorded, the filter
    #[arg(required_unless_present = "recorded")]
    revision: Option<String>,
    /// Regular expression over case ids, `family/workload@size`
    #[arg(conflicts_with = "recorded")]
    filter: Option<String>,
    /// Compare what is recorded here with this run of another day, a file of profiles/runs, and measure nothing
    #[arg(long, value_name = "FILE")]
    recorded: Option<PathBuf>,
    /// With --recorded: compare unlike machines or builds too, with a warning in the result
    #[arg(long, requires = "recorded")]
    force: bool,
    #[command(flatten)]
    rule: RuleArguments,
    /// Links of each build beside its own that differ in where its functions lie; fewer than 10 show no regression that
    /// instructions do not explain
    #[arg(long, value_name = "N", default_value = "11", value_parser = clap::value_parser!(u8).range(1..=16))]
    placements: u8,
    /// Measure also where both builds are the same program, byte for byte, instead of saying so
    #[arg(long)]
    measure_same: bool,
    /// Compare times only: leave instructions and heap blocks uncounted
    #[arg(long)]
    no_counts: bool,
    /// Call it a regression, too, when an exact count grew by more than the tolerance
    #[arg(long, conflicts_with = "no_counts")]
    gate_counts: bool,
    /// As JSON, by docs/schema/compare.schema.json
    #[arg(long, conflicts_with = "markdown")]
    json: bool,
    /// As Markdown, fit for a pull request
    #[arg(long)]
    markdown: bool,
    #[command(flatten)]
    folders: Folders,
}

pub(super) fn compare(catalogue: &Catalogue, arguments: Arguments) -> anyhow::Result<()> {
    let rule = arguments.rule.rule()?;
    if let Some(file) = &arguments.recorded {
        let (filter, layout) = (arguments.revision.as_deref(), arguments.folders.layout());
        let (force, gates_counts) = (arguments.force, arguments.gate_counts);
        let mut comparison = recorded::recorded(&layout, file, filter, rule.tolerance, force, gates_counts)?;
        if arguments.gate_counts {
            gate(&mut comparison, false);
        }
        show(&comparison, arguments.json, arguments.markdown)?;
        return exit::end(&comparison);
    }
    // What a gate is to stand on must be there before anything is built.
    if arguments.gate_counts && !can_count() {
        bail!("--gate-counts counts with Valgrind, and it is not installed: `just setup`");
    }
    let revision = arguments.revision.as_deref().unwrap_or("HEAD");
    // A filter that matches nothing here may match what only the revision has.
    let selection = match Selection::new(catalogue, arguments.filter.as_deref(), false) {
        Err(error @ SelectionError::Syntax { .. }) => return Err(error.into()),
        selection => selection,
    };
    let layout = arguments.folders.layout();
    let _lock = Lock::take(&layout)?;
    stop_on_ctrl_c();
    let mut tell = |line: &str| eprintln!("{line}");
    let placements = usize::from(arguments.placements);
    let program = super::program()?;
    let before = builds::build_revision(&layout, &project(), &program, revision, placements, &mut tell)?;
    // That the revision lists nothing is told before this tree is built too.
    let there = cases::listed(&before, arguments.filter.as_deref(), arguments.rule.time_out())
        .with_context(|| format!("{revision} cannot say what it measures"))?;
    let after = builds::build_this_tree(&layout, &project(), &program, placements, &mut tell)?;
    if before.unaligned.is_some() != after.unaligned.is_some() {
        bail!("functions begin at cache lines in one of the two builds alone: ask for the comparison again");
    }
    let here = match selection {
        Ok(selection) => selection.cases().to_vec(),
        Err(_) if !there.is_empty() => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    let shared = cases::shared(&here, &there);
    let mut notes = Vec::new();
    for build in [&before, &after] {
        let unaligned = build.unaligned.as_ref();
        let unaligned = unaligned.map(|reason| format!("functions do not begin at cache lines: {reason}"));
        for note in [build.without_placements.clone(), unaligned].into_iter().flatten() {
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
    }
    let counts = !arguments.no_counts && can_count();
    if !arguments.no_counts && !counts {
        notes.push("Valgrind is not installed, so nothing was counted: `just setup`".to_owned());
    }
    let same = !arguments.measure_same && before.is_same_as(&after)?;
    if same {
        notes.push(
            "both builds are the same program, byte for byte: nothing was measured (--measure-same does)"
                .to_owned(),
        );
    }
    if !same && !can_be_undrawn() {
        notes.push(
            "where each process lies cannot be kept from being drawn here (by personality(2)), so the two builds' layouts differ \
             from start to start, and less can be told apart"
                .to_owned(),
        );
    }
    for build in [&before, &after].into_iter().filter(|_| !same) {
        can_be_compared(build, &arguments.rule)?;
    }
    let mut comparison = Comparison {
        schema: SCHEMA,
        taken_at: crate::instruments::now(),
        environment: environment(&project()),
        tolerance: rule.tolerance,
        before: told(&before),
        after: told(&after),
        cases: Vec::new(),
        only_before: shared.only_there,
        only_after: shared.only_here,
        gate_counts: false,
        notes,
        interrupted: false,
    };
    let mut progress = Progress::new("compare", shared.both.len());
    for (index, case) in shared.both.iter().enumerate() {
        progress.begins(&case.to_string());
        let here = catalogue.case(&case.family, &case.workload, case.size);
        let counted = here.filter(|_| counts).map(|here| here.entry.concurrency);
        let compared = match same {
            true => cases::same_program(case),
            false => {
                measuring::compare(case, [&before, &after], &rule, &arguments.rule, counted, index as u64)
            }
        };
        if interrupted() {
            comparison.interrupted = true;
            break;
        }
        progress.done(&format!("{case}: {}", compared.sentence));
        comparison.cases.push(compared);
    }
    progress.finish();
    cases::adjust(&mut comparison.cases);
    if arguments.gate_counts {
        gate(&mut comparison, same);
    }
    show(&comparison, arguments.json, arguments.markdown)?;
    exit::end(&comparison)
}

/// What a build does not serve for one case it serves for none: said once, and not as each case's failure.
fn can_be_compared(build: &Build, rule: &RuleArguments) -> anyhow::Result<()> {
    serves(&build.executables[0], rule.time_out())
        .map_err(|reason| anyhow!("{} cannot be compared: {reason}", build.described))
}

/// Makes growth of an exact count a regression, and notes of what cases that says nothing; of one program that stands on both
/// sides nothing need be counted.
fn gate(comparison: &mut Comparison, same: bool) {
    comparison.gate_counts = true;
    let ungated = growth::ungated(&comparison.cases).filter(|_| !same);
    comparison.notes.extend(ungated);
    growth::gate(&mut comparison.cases, comparison.tolerance);
}

/// Prints a comparison in the form asked for.
fn show(comparison: &Comparison, json: bool, markdown: bool) -> anyhow::Result<()> {
    match (json, markdown) {
        (true, _) => print_json(comparison),
        (_, true) => print(&text::markdown(comparison)),
        _ => print(&text::table(comparison)),
    }
}

fn told(build: &Build) -> ComparedBuild {
    ComparedBuild {
        revision: build.revision.clone(),
        dirty: build.dirty,
        placements: build.executables.len(),
    }
}
