//! `perflab export`: what was recorded of a case, in the format of another tool.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::stacks::{self, From};
use super::{Folders, WrongUsage};
use crate::catalogue::Catalogue;
use crate::record::{CaseId, InstrumentName, Layout, Metric, Recorded, load, write_atomically};
use crate::report::export::{Profile, Weighs, csv, firefox, pprof, speedscope};

/// What `perflab export` is asked.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// A case id, `family/workload@size`; csv without one writes every case
    case: Option<String>,
    /// The format
    #[arg(long, value_name = "FORMAT")]
    format: Format,
    /// Whose stacks; samples if nothing is said
    #[arg(long, value_name = "STACKS")]
    from: Option<From>,
    /// Where to write; stdout if nothing is said
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    folders: Folders,
}

/// A format, by the name of what opens it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// A stack a line, as recorded: for every flamegraph tool
    Folded,
    /// For `go tool pprof`: gzipped protobuf
    Pprof,
    /// For speedscope: JSON
    Speedscope,
    /// For profiler.firefox.com: JSON
    Firefox,
    /// For KCachegrind and callgrind_annotate: the profile as Callgrind wrote it
    Callgrind,
    /// Every measurement: comma-separated values by RFC 4180
    Csv,
}

impl Format {
    /// What opens `file`.
    fn opened_by(self, file: &Path) -> String {
        let file = file.display();
        match self {
            Self::Folded => {
                format!("`inferno-flamegraph {file} > flamegraph.svg`, or any flamegraph tool, draws it")
            }
            Self::Pprof => format!("`go tool pprof -http=: {file}` opens it"),
            Self::Speedscope => format!("`npx speedscope {file}` or https://www.speedscope.app opens it"),
            Self::Firefox => "https://profiler.firefox.com opens it, by its button for files".to_owned(),
            Self::Callgrind => format!("`callgrind_annotate {file}` or KCachegrind opens it"),
            Self::Csv => "any spreadsheet opens it".to_owned(),
        }
    }
}

pub(super) fn export(catalogue: &Catalogue, arguments: Arguments) -> anyhow::Result<()> {
    let Arguments { case, format, from, output, folders } = arguments;
    let layout = folders.layout();
    let id = case.as_deref().map(|case| stacks::case_id(catalogue, case)).transpose()?;
    let bytes = match (format, id) {
        (Format::Csv, _) if from.is_some() => {
            let all = "csv holds the measurements of every instrument: leave --from out";
            return Err(WrongUsage(all.to_owned()).into());
        }
        (Format::Csv, id) => measurements(catalogue, &layout, id.as_ref())?,
        (_, None) => {
            let one = "which case? `perflab list` prints them; csv alone writes all of them";
            return Err(WrongUsage(one.to_owned()).into());
        }
        (Format::Callgrind, Some(_)) if from.is_some_and(|from| from != From::Instructions) => {
            let own = "callgrind's profile holds instructions: leave --from out";
            return Err(WrongUsage(own.to_owned()).into());
        }
        (Format::Callgrind, Some(id)) => callgrind(catalogue, &layout, &id)?,
        (format, Some(id)) => {
            if format == Format::Pprof && output.is_none() && std::io::stdout().is_terminal() {
                let binary =
                    "pprof is no text for a terminal: add `--output profile.pb.gz`, or `> profile.pb.gz`";
                return Err(WrongUsage(binary.to_owned()).into());
            }
            of_stacks(catalogue, &layout, &id, format, from.unwrap_or(From::Samples))?
        }
    };
    match output {
        None => {
            let mut stdout = std::io::stdout().lock();
            stdout.write_all(&bytes)?;
            stdout.flush()?;
        }
        Some(file) => {
            write(&file, &bytes)?;
            eprintln!("{} bytes in {}; {}", bytes.len(), file.display(), format.opened_by(&file));
        }
    }
    Ok(())
}

/// Writes a file whole or not at all; what is no file, such as a pipe, just gets the bytes.
fn write(file: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    if file.exists() && !file.is_file() {
        return std::fs::write(file, bytes).with_context(|| format!("cannot write {}", file.display()));
    }
    Ok(write_atomically(file, bytes)?)
}

fn recorded(layout: &Layout) -> anyhow::Result<Recorded> {
    let loaded = load(layout)?;
    for problem in &loaded.problems {
        eprintln!("warning: {problem}");
    }
    Ok(Recorded::merge(&loaded.runs))
}

fn measurements(catalogue: &Catalogue, layout: &Layout, id: Option<&CaseId>) -> anyhow::Result<Vec<u8>> {
    let recorded = recorded(layout)?;
    let Some(id) = id else { return Ok(csv(&recorded.cases).into_bytes()) };
    let case = recorded.case(id).filter(|case| !case.measurements.is_empty());
    let absent = || stacks::absent(catalogue, layout, id, "measurements", InstrumentName::Time);
    Ok(csv([case.ok_or_else(absent)?]).into_bytes())
}

fn callgrind(catalogue: &Catalogue, layout: &Layout, id: &CaseId) -> anyhow::Result<Vec<u8>> {
    let path = layout.callgrind(id);
    match std::fs::read(&path) {
        Ok(bytes) => Ok(bytes),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(stacks::absent(catalogue, layout, id, "callgrind profile", InstrumentName::Instructions))
        }
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

fn of_stacks(
    catalogue: &Catalogue,
    layout: &Layout,
    id: &CaseId,
    format: Format,
    from: From,
) -> anyhow::Result<Vec<u8>> {
    let folded = stacks::read(catalogue, layout, id, from)?;
    let weighs = match from {
        From::Samples => Weighs::Samples(sample_rate(layout, id)?),
        From::Instructions => Weighs::Instructions,
        From::Heap => Weighs::HeapBytes,
        From::Waits => Weighs::WallMicroseconds,
    };
    let profile = Profile { id, folded: &folded, weighs };
    if matches!(weighs, Weighs::Samples(None)) && matches!(format, Format::Pprof | Format::Speedscope) {
        eprintln!("warning: no sample rate of `{id}` is recorded: samples are counted, and are no time");
    }
    Ok(match format {
        Format::Pprof => pprof(&profile)?,
        Format::Speedscope => speedscope(&profile)?,
        Format::Firefox => firefox(&profile)?,
        Format::Folded | Format::Callgrind | Format::Csv => folded.to_text().into_bytes(),
    })
}

/// Samples a second of CPU time, as measured.
fn sample_rate(layout: &Layout, id: &CaseId) -> anyhow::Result<Option<f64>> {
    let recorded = recorded(layout)?;
    let rate = recorded.case(id).and_then(|case| case.measurement(Metric::SampleRateHz));
    Ok(rate.map(|rate| rate.value).filter(|rate| rate.is_finite() && *rate > 0.0))
}
