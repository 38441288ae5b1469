//! Joins the profiles of other machines, or of shards, into this tree's. Everything is read and checked before the
//! first write; what is replaced is put back when a write fails.

mod error;
mod plan;
mod transaction;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

pub use error::MergeError;

use super::store::load_files;
use super::{BriefRun, CaseId, InstrumentName, Layout, RecordError, Recorded, Run};
use plan::Plan;
use transaction::Transaction;

/// What a merge did, for the user.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Merged {
    /// Runs that came in.
    pub runs: usize,
    /// Cases that they speak of.
    pub cases: usize,
    /// Runs that were here already.
    pub known: usize,
    /// A line for each case that both sides had measured, and each unlike machine that was joined by force.
    pub notes: Vec<String>,
}

/// A folder of profiles, read whole.
struct Folder {
    path: PathBuf,
    layout: Layout,
    runs: Vec<Run>,
    history: Vec<BriefRun>,
}

/// Joins `folders` into `layout`, which the caller has locked. With `force`, times of unlike machines are joined too,
/// and their runs carry the warning.
///
/// # Errors
/// [`MergeError`]; then nothing here has changed.
pub fn merge(layout: &Layout, folders: &[PathBuf], force: bool) -> Result<Merged, MergeError> {
    transaction::undo_left_over(&layout.profiles)?;
    let own = Folder::own(layout)?;
    let mut sources: Vec<Folder> = Vec::new();
    for path in folders {
        let folder = Folder::read(path, layout)?;
        if sources.iter().any(|known| known.path == folder.path) {
            return Err(MergeError::Twice { path: path.clone() });
        }
        sources.push(folder);
    }
    let plan = Plan::of(&own, sources, force)?;
    let mut transaction = Transaction::begin(&layout.profiles)?;
    plan.stage(layout, &mut transaction)?;
    transaction.commit()?;
    Ok(plan.told)
}

impl Folder {
    /// This tree's own. Files that cannot be read stay as they are and take no part, as in a report.
    fn own(layout: &Layout) -> Result<Self, MergeError> {
        let runs = load_files(&layout.runs())?.read.into_iter().map(|(_, run)| run).collect();
        let history = load_files(&layout.history())?.read.into_iter().map(|(_, run)| run).collect();
        Ok(Self { path: layout.profiles.clone(), layout: layout.clone(), runs, history })
    }

    /// Another's, of which every record must be readable: a folder that was cut short on its way is not joined.
    fn read(path: &Path, own: &Layout) -> Result<Self, MergeError> {
        let canonical = fs::canonicalize(path).map_err(|source| RecordError::Io {
            what: "read folder",
            path: path.to_owned(),
            source,
        })?;
        if fs::canonicalize(&own.profiles).is_ok_and(|own| own == canonical) {
            return Err(MergeError::Own { path: path.to_owned() });
        }
        let layout = Layout::new(canonical.clone(), own.reports.clone());
        if !layout.runs().is_dir() {
            let inner = path.join("profiles");
            return Err(match inner.join("runs").is_dir() {
                true => MergeError::Above { path: path.to_owned(), inner },
                false => MergeError::NotProfiles { path: path.to_owned() },
            });
        }
        let runs = whole(load_files::<Run>(&layout.runs())?)?;
        let history = whole(load_files::<BriefRun>(&layout.history())?)?;
        if runs.is_empty() {
            return Err(MergeError::Empty { path: path.to_owned() });
        }
        let (runs, mut history) = (named(runs, |run| &run.id)?, named(history, |run| &run.id)?);
        // A run that was killed has left no brief of itself.
        let unkept = runs.iter().filter(|run| !history.iter().any(|kept: &BriefRun| kept.id == run.id));
        let unkept: Vec<BriefRun> = unkept.filter_map(BriefRun::of).collect();
        history.extend(unkept);
        Ok(Self { path: canonical, layout, runs, history })
    }

    /// The runs of which a number is among the newest, the newest run last.
    fn shown(&self) -> impl Iterator<Item = &Run> {
        let recorded = Recorded::merge(&self.runs);
        self.runs.iter().filter(move |run| recorded.shows(run))
    }

    /// When each instrument last measured each case.
    fn taken(&self) -> BTreeMap<(CaseId, InstrumentName), String> {
        let mut taken: BTreeMap<(CaseId, InstrumentName), String> = BTreeMap::new();
        for record in self.runs.iter().flat_map(|run| &run.cases) {
            for number in &record.measurements {
                let newest = taken.entry((record.id.clone(), number.instrument)).or_default();
                if number.taken_at > *newest {
                    newest.clone_from(&number.taken_at);
                }
            }
        }
        taken
    }
}

/// The records of a folder, or the first that could not be read.
fn whole<T>(files: super::store::LoadedFiles<T>) -> Result<Vec<(PathBuf, T)>, MergeError> {
    match files.problems.into_iter().next() {
        Some(problem) => Err(MergeError::Unreadable(problem)),
        None => Ok(files.read),
    }
}

/// The records, each of which must be named by its own id: the id becomes a file name here.
fn named<T>(files: Vec<(PathBuf, T)>, id: impl Fn(&T) -> &String) -> Result<Vec<T>, MergeError> {
    let mut records = Vec::new();
    for (path, record) in files {
        if path.file_stem().is_none_or(|stem| stem != id(&record).as_str()) {
            return Err(MergeError::Misnamed { path, id: id(&record).clone() });
        }
        records.push(record);
    }
    Ok(records)
}
