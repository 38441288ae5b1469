//! The `perflab` command: what users type, and the exit codes they get. Imports everything; nobody imports it.

mod aa;
mod bench;
mod benches;
mod compare;
mod diff;
mod doctor;
mod export;
mod history;
mod list;
mod merge;
mod report;
mod rule;
mod run;
mod setup;
mod stacks;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand};

use crate::catalogue::Catalogue;
use crate::instruments::{SelectionError, SessionError};

/// Declare a hot loop once, measure it with every instrument, read one report.
#[derive(Parser)]
#[command(name = "perflab", version, about, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Print families, workloads and sizes
    List {
        /// As JSON, by docs/schema/list.schema.json
        #[arg(long)]
        json: bool,
    },
    /// Run one case, unmeasured, for any outside tool
    Run {
        /// A case id, `family/workload@size`
        case: String,
        /// How often to run it
        #[arg(long, default_value = "1", value_parser = clap::value_parser!(u64).range(1..))]
        iterations: u64,
    },
    /// Measure the matching cases with every available instrument, then write the pages
    Bench(bench::Arguments),
    /// Compare this tree with another revision, interleaved; exit code 3 when a case is slower beyond the tolerance
    Compare(compare::Arguments),
    /// Compare every case with itself: what this machine tells apart today, and how often it is wrong
    Aa(aa::Arguments),
    /// Write the pages from what is recorded
    Report {
        /// Print everything recorded as JSON instead, by docs/schema/report.schema.json
        #[arg(long)]
        json: bool,
        /// Print a summary as Markdown instead, fit for a pull request
        #[arg(long, conflicts_with = "json")]
        markdown: bool,
        /// Of the matching cases alone: a regular expression over case ids
        #[arg(requires = "markdown")]
        filter: Option<String>,
        #[command(flatten)]
        folders: Folders,
    },
    /// Write what was recorded of a case in the format of another tool
    Export(export::Arguments),
    /// Draw where a case costs more than another, and where less: a differential flamegraph per iteration
    Diff(diff::Arguments),
    /// Print how a case moved over the runs that are kept, the newest last
    History {
        /// A case id, `family/workload@size`
        case: String,
        /// As JSON, by docs/schema/history.schema.json
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        folders: Folders,
    },
    /// Join the profiles of shards or of other trees into this tree's
    Merge(merge::Arguments),
    /// Say what this machine can measure, and how to get the rest
    Doctor {
        /// As JSON, by docs/schema/doctor.schema.json
        #[arg(long)]
        json: bool,
    },
    /// Install what the instruments need and is missing
    Setup {
        /// What the tests need too: a browser
        #[arg(long)]
        for_tests: bool,
    },
    /// Open the pages in the default browser
    Open {
        #[command(flatten)]
        folders: Folders,
    },
}

/// Where to read and write, when not beside the nearest Cargo.toml.
#[derive(Debug, clap::Args)]
struct Folders {
    /// Folder of raw output
    #[arg(long, value_name = "DIR")]
    profiles: Option<PathBuf>,
    /// Folder of pages
    #[arg(long, value_name = "DIR")]
    reports: Option<PathBuf>,
}

impl Folders {
    fn layout(self) -> crate::record::Layout {
        crate::instruments::layout(self.profiles, self.reports)
    }
}

/// Wrong usage that clap cannot see: an id that is not in the catalogue.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct WrongUsage(String);

/// The command over `catalogue`. Another crate calls it with its own.
pub fn main(catalogue: &Catalogue) -> ExitCode {
    crate::catalogue::serve_workers();
    let served = crate::instruments::compare::serve(catalogue)
        .or_else(|| crate::instruments::instructions::serve_counted(catalogue));
    if let Some(code) = served {
        return code;
    }
    let cli = Cli::parse();
    let outcome = match cli.command {
        Command::List { json } => list::list(catalogue, json),
        Command::Run { case, iterations } => run::run(catalogue, &case, iterations),
        Command::Bench(arguments) => bench::bench(catalogue, arguments),
        Command::Compare(arguments) => compare::compare(catalogue, arguments),
        Command::Aa(arguments) => aa::aa(catalogue, arguments),
        Command::Report { json: true, folders, .. } => report::json(catalogue, &folders.layout()),
        Command::Report { markdown: true, filter, folders, .. } => {
            report::markdown(catalogue, filter.as_deref(), &folders.layout())
        }
        Command::Report { folders, .. } => report::pages(catalogue, &folders.layout()).map(drop),
        Command::Export(arguments) => export::export(catalogue, arguments),
        Command::Diff(arguments) => diff::diff(catalogue, arguments),
        Command::History { case, json, folders } => {
            history::history(catalogue, &case, json, &folders.layout())
        }
        Command::Merge(arguments) => merge::merge(arguments),
        Command::Doctor { json } => doctor::doctor(json),
        Command::Setup { for_tests } => setup::setup(for_tests),
        Command::Open { folders } => report::open(&folders.layout()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        // The reader of a pipe that has seen enough is no failure of ours.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", in_one_line(&error));
            ExitCode::from(exit_code(&error))
        }
    }
}

/// The error and its causes, without those that it has already told.
fn in_one_line(error: &anyhow::Error) -> String {
    let mut line = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !line.contains(&cause) {
            line.push_str(": ");
            line.push_str(&cause);
        }
    }
    line
}

/// 2 for wrong usage, 3 for a regression, 1 for what failed.
fn exit_code(error: &anyhow::Error) -> u8 {
    if error.is::<WrongUsage>() || error.is::<SelectionError>() {
        return 2;
    }
    if error.is::<compare::Regression>() {
        return 3;
    }
    error.downcast_ref::<SessionError>().map_or(1, SessionError::exit_code)
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

/// The name of this command, which its package has too: what revisions are asked to build.
fn program() -> anyhow::Result<String> {
    let file = crate::system::this_program()?;
    let name = file.file_stem().context("this program's file has no name")?;
    Ok(name.to_string_lossy().into_owned())
}

/// Prints `text` on stdout; a reader that has gone is an error that [`main`] forgives.
fn print(text: &str) -> anyhow::Result<()> {
    use std::io::Write;
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()?;
    Ok(())
}

/// Prints `value` as JSON on stdout.
fn print_json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    let mut text = serde_json::to_string_pretty(value)?;
    text.push('\n');
    print(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_is_well_formed() {
        <Cli as clap::CommandFactory>::command().debug_assert();
    }
}
