//! How it is measured: one room an instrument, and the session that drives them all.
//!
//! An instrument takes a catalogue and a selection, and yields records. It names no workload. Each
//! case is measured in a process of its own: this executable starts itself again, so that a case
//! that hangs or dies costs a row and not the run.

pub mod ceilings;
mod clock;
pub mod compare;
pub mod flamegraph;
pub mod folded;
pub mod heap;
pub mod instructions;
mod interleaved;
mod machine;
mod measured_loop;
mod moment;
mod options;
#[cfg(target_os = "linux")]
mod perf_events;
mod process;
#[cfg(target_os = "linux")]
mod procfs;
#[cfg(target_os = "linux")]
mod program;
mod progress;
pub mod python;
mod selection;
mod session;
mod shard;
pub mod speeds;
#[cfg(target_os = "linux")]
mod symbols;
pub mod time;
pub mod tools;
pub mod waits;
mod wire;

use std::path::PathBuf;

pub use interleaved::{MedianInterval, median_interval};
pub use machine::environment;
pub(crate) use moment::now;
pub use options::{Effort, Options};
pub(crate) use options::{layout, root as project};
pub(crate) use process::run_in_foreground;
pub use process::{ALLOCATOR_VARIABLE, Death, KEEPS_MEMORY, interrupted, run_to_end, stop_on_ctrl_c};
pub(crate) use progress::Progress;
pub use selection::{Selection, SelectionError};
pub(crate) use selection::{filter, nearest};
pub(crate) use session::id_of;
pub use session::{RUN_VARIABLE, Session, SessionError, new_run, run};
pub use shard::{Shard, ShardError};

use crate::catalogue::CaseRef;
use crate::record::{CaseId, Environment, InstrumentName, InstrumentState, Layout, Metric, Run};
use crate::workload::Case;

/// One number taken by an instrument, not yet dated.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Reading {
    /// Which case it is of.
    pub case: CaseId,
    /// What it counts; its unit follows.
    pub metric: Metric,
    /// The estimate.
    pub value: f64,
    /// Lower end of its interval or range; the value itself when exact.
    pub low: f64,
    /// Upper end of the same.
    pub high: f64,
}

impl std::fmt::Display for Reading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { metric, value, low, high, .. } = self;
        write!(f, "{} {}", metric.as_str(), significant(*value))?;
        if low == high { Ok(()) } else { write!(f, " [{}, {}]", significant(*low), significant(*high)) }
    }
}

/// Whole numbers in full, others to four significant digits: terminal lines, not the record.
fn significant(value: f64) -> String {
    if value.fract() == 0.0 || value.abs() >= 10_000.0 {
        return format!("{value:.0}");
    }
    let before_point = value.abs().log10().floor().max(0.0) as usize + 1;
    format!("{value:.*}", 4_usize.saturating_sub(before_point))
}

/// A case that a job measures.
pub struct PreparedCase {
    /// Its id.
    pub id: CaseId,
    /// Its catalogue line.
    pub case: CaseRef,
    /// Itself, its input built and its answer checked.
    pub prepared: Box<dyn Case>,
}

/// What an instrument is asked to measure, in the process that measures it.
pub struct Job {
    /// One case, or as many as [`Instrument::groups`] put together.
    pub cases: Vec<PreparedCase>,
    /// Where raw output goes.
    pub layout: Layout,
    /// How much time may be spent.
    pub effort: Effort,
    /// Whether no later group of this step belongs to the same family.
    pub last_of_family: bool,
    /// What the user passed on to the instrument's own harness.
    pub harness_args: Vec<String>,
    /// What the time instrument's canary took at its fastest, as far as this run has heard, nanoseconds.
    pub canary_ns: Option<f64>,
}

impl Job {
    /// The first case: the only one, unless the instrument groups cases.
    pub fn id(&self) -> &CaseId {
        &self.cases[0].id
    }

    /// The first case, ready to be measured.
    pub fn prepared(&self) -> &dyn Case {
        &*self.cases[0].prepared
    }

    /// Says that nothing more will be measured, so that the next group may begin ([`Overlap::Drawing`]).
    pub fn has_measured(&self) {
        wire::tell_measured();
    }

    /// A count of the first case that has no spread.
    pub fn exact(&self, metric: Metric, value: f64) -> Reading {
        self.reading(metric, value, value, value)
    }

    /// A number of the first case, with its interval or range.
    pub fn reading(&self, metric: Metric, value: f64, low: f64, high: f64) -> Reading {
        Reading { case: self.id().clone(), metric, value, low, high }
    }
}

/// Why a case has no number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, serde::Serialize, serde::Deserialize)]
pub enum NoNumber {
    /// Something went wrong; the case's row is a failure.
    #[error("{0}")]
    Failed(String),
    /// Nothing went wrong, and this instrument has nothing to see; the case's row says so.
    #[error("{0}")]
    LeftOut(String),
}

impl From<String> for NoNumber {
    fn from(reason: String) -> Self {
        Self::Failed(reason)
    }
}

/// How much of the next group's work may be done while one group is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlap {
    /// None: one after another.
    None,
    /// One group measures at a time; once it has said [`Job::has_measured`], the next one begins while it still writes
    /// and draws.
    Drawing,
    /// Two groups are measured side by side: counts, not clocks, are read.
    Counting,
}

impl Overlap {
    /// Most groups under way.
    const fn groups(self) -> usize {
        match self {
            Self::None => 1,
            Self::Drawing | Self::Counting => 2,
        }
    }

    /// Most of them that measure.
    const fn measuring(self) -> usize {
        match self {
            Self::None | Self::Drawing => 1,
            Self::Counting => 2,
        }
    }
}

/// An instrument, as the session sees it.
pub trait Instrument: Sync {
    /// Which one it is.
    fn name(&self) -> InstrumentName;

    /// What it can do on this machine. Measures nothing.
    fn survey(&self) -> InstrumentState;

    /// The one number that it takes, where it is a step of an instrument that takes each of its numbers by itself: a
    /// case that it leaves out has the others all the same.
    fn takes(&self) -> Option<Metric> {
        None
    }

    /// Why `case` is not measured: it would tell nothing new, or this instrument cannot. `run` holds what
    /// this run has recorded so far.
    fn leaves_out(&self, _case: &CaseRef, _effort: Effort, _run: &Run) -> Option<String> {
        None
    }

    /// The cases that one process measures together; by default each is measured alone. `run` holds what this
    /// run has recorded so far.
    fn groups(&self, cases: &[CaseRef], _run: &Run) -> Vec<Vec<CaseRef>> {
        cases.iter().map(|case| vec![*case]).collect()
    }

    /// Notes in `environment` what this instrument says of the machine as a run of its own begins. Nothing by default.
    fn opens(&self, _cases: &[CaseRef], _time_out: std::time::Duration, _environment: &mut Environment) {}

    /// How its groups may overlap.
    fn overlap(&self) -> Overlap {
        Overlap::None
    }

    /// What must be said wherever the numbers of `run` are shown, now that it holds all that this instrument, or this step
    /// of it, has measured.
    fn warns(&self, _run: &Run) -> Option<String> {
        None
    }

    /// Measures one group. Called in a process of its own; raw output goes where `job.layout` says.
    ///
    /// # Errors
    /// [`NoNumber`], with one line that says why; it becomes the row of each of its cases.
    fn measure(&self, job: &Job) -> Result<Vec<Reading>, NoNumber>;
}

/// A folder, or the reason why it has none. Instruments that keep raw output call this before they write.
///
/// # Errors
/// One line naming the folder.
fn folder_of(path: &std::path::Path) -> Result<PathBuf, String> {
    let folder = path.parent().unwrap_or(std::path::Path::new(".")).to_owned();
    std::fs::create_dir_all(&folder)
        .map_err(|error| format!("cannot create folder {}: {error}", folder.display()))?;
    Ok(folder)
}

/// What each instrument can do on this machine. Measures nothing.
pub fn surveys() -> Vec<InstrumentState> {
    vec![
        time::survey(),
        flamegraph::Flamegraph.survey(),
        heap::survey(true),
        instructions::Instructions.survey(),
        waits::Waits.survey(),
        ceilings::survey(true),
        python::Python.survey(),
    ]
}

/// Removes what an earlier run left at `path`, so that it cannot pass for this run's.
///
/// # Errors
/// One line naming the file.
fn remove_stale(path: &std::path::Path) -> Result<(), String> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(format!("cannot remove {}: {error}", path.display()))
        }
        _ => Ok(()),
    }
}
