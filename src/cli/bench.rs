//! `perflab bench`: every available instrument over the matching cases as one run, then the pages.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use anyhow::{Context, bail};

use super::benches;
use crate::catalogue::Catalogue;
use crate::instruments::compare::note_what_is_told_apart;
use crate::instruments::{Options, RUN_VARIABLE, Selection, new_run, run_in_foreground};
use crate::record::{History, InstrumentName, Layout, Lock, Recorder, State};
use crate::system::{say_parent, this_program};

/// What `perflab bench` is asked.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    options: Options,
    /// Only this instrument; may be given several times. Without it every one but python
    #[arg(long = "instrument", value_name = "NAME", value_parser = instrument_name)]
    instruments: Vec<InstrumentName>,
}

fn instrument_name(text: &str) -> Result<InstrumentName, String> {
    let known = InstrumentName::ALL;
    known.into_iter().find(|name| name.as_str() == text).ok_or_else(|| {
        let names: Vec<&str> = known.iter().map(|name| name.as_str()).collect();
        format!("the instruments are {}", names.join(", "))
    })
}

pub(super) fn bench(catalogue: &Catalogue, arguments: Arguments) -> anyhow::Result<()> {
    let options = arguments.options;
    // A filter that matches nothing is told before anything is built.
    let selection = Selection::of(catalogue, &options)?;
    let wanted: Vec<InstrumentName> = match arguments.instruments.as_slice() {
        [] => InstrumentName::BENCHED.into(),
        named => InstrumentName::ALL.into_iter().filter(|name| named.contains(name)).collect(),
    };
    let layout = options.layout();
    let _lock = Lock::take(&layout)?;
    let executables = benches::build(&wanted)?;
    let mut run = new_run();
    if wanted.contains(&InstrumentName::Time) {
        run.environment.speeds = Some(crate::instruments::speeds::calibrate());
        let (executable, time_out) = (this_program()?, options.time_out());
        note_what_is_told_apart(&mut run.environment, &executable, selection.cases(), time_out);
    }
    let run = Recorder::begin(&layout, run)?.run().id.clone();
    eprintln!("{} cases, {} instruments", selection.cases().len(), wanted.len());
    let measured = measure_all(executables, &run, &options, &layout);
    // Whatever ended the run, what it has measured is kept.
    let recorder = Recorder::resume(&layout, &run)?;
    History::keep(&layout, recorder.run())?;
    let mut failed = measured?;
    let states = &recorder.run().instruments;
    let unavailable = |name: &InstrumentName| {
        states.iter().any(|state| state.name == *name && state.state == State::Unavailable)
    };
    // What was asked for by name and is not there is no number that was measured.
    failed.retain(|name| !unavailable(name) || arguments.instruments.contains(name));
    let mut seconds = String::new();
    for state in states {
        seconds.push_str(&format!("  {:<14} {:>7.1} s\n", state.name.as_str(), state.seconds));
    }
    eprint!("seconds each instrument took:\n{seconds}");
    let empty = super::report::pages(catalogue, &layout)?;
    let measured: BTreeSet<String> = selection.cases().iter().map(ToString::to_string).collect();
    let empty: Vec<String> =
        empty.iter().map(ToString::to_string).filter(|id| measured.contains(id)).collect();
    ending(&failed, &empty)
}

/// How a run ends of which these instruments had failures, and of these cases the work is not there.
fn ending(failed: &[InstrumentName], empty: &[String]) -> anyhow::Result<()> {
    if !failed.is_empty() {
        let names: Vec<&str> = failed.iter().map(|name| name.as_str()).collect();
        bail!(
            "{} had failures, or cannot measure here, as told above; the rest is on the pages",
            names.join(", ")
        )
    }
    if !empty.is_empty() {
        bail!(
            "the work of {} is not there, as told above: no number of these means anything",
            empty.join(", ")
        )
    }
    Ok(())
}

/// Runs each instrument until one is interrupted; returns those that failed.
fn measure_all(
    executables: BTreeMap<InstrumentName, PathBuf>,
    run: &str,
    options: &Options,
    layout: &Layout,
) -> anyhow::Result<Vec<InstrumentName>> {
    let mut failed = Vec::new();
    for (instrument, executable) in executables {
        let status = measure(&executable, run, options, layout)
            .with_context(|| format!("cannot start {}", executable.display()))?;
        if !status.success() {
            failed.push(instrument);
        }
        if crate::instruments::interrupted() {
            break;
        }
    }
    Ok(failed)
}

fn measure(executable: &Path, run: &str, options: &Options, layout: &Layout) -> std::io::Result<ExitStatus> {
    let mut command = Command::new(executable);
    command.arg("--bench").env(RUN_VARIABLE, run);
    say_parent(&mut command);
    command.arg("--profiles").arg(&layout.profiles).arg("--reports").arg(&layout.reports);
    command.arg("--timeout").arg(options.timeout.to_string());
    if options.thorough {
        command.arg("--thorough");
    }
    if options.exact {
        command.arg("--exact");
    }
    if let Some(shard) = options.shard {
        command.arg("--shard").arg(shard.to_string());
    }
    if let Some(filter) = &options.filter {
        command.arg("--").arg(filter);
    }
    run_in_foreground(&mut command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_with_failures_or_without_work_ends_with_an_error() {
        assert!(ending(&[], &[]).is_ok());
        let told = |failed: &[InstrumentName], empty: &[String]| {
            ending(failed, empty).expect_err("it did not end well").to_string()
        };
        assert!(told(&[InstrumentName::Heap], &[]).starts_with("heap had failures, or cannot measure here"));
        assert!(told(&[], &["family/a@10".to_owned()]).starts_with("the work of family/a@10 is not there"));
    }
}
