//! Runs on disk: written after each case, atomically, so that an interrupted run keeps what it had.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{CaseId, CaseRecord, Failure, InstrumentState, Layout, LeftOut, Measurement, Run, SCHEMA};

/// Why a record could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// A file or folder refused.
    #[error("cannot {what} {}: {source}", path.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// On which path.
        path: PathBuf,
        /// What the system answered.
        source: io::Error,
    },
    /// A run's file is cut short, or no JSON of ours.
    #[error("{} is not a perflab record ({source}); it was left as it is: move it away to silence this", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Where the reader stopped.
        source: serde_json::Error,
    },
    /// A run's file was written by a newer perflab.
    #[error("{} has schema {found}, this perflab reads up to {SCHEMA}: update perflab, or move the file away", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its schema.
        found: u32,
    },
    /// Another run is under way.
    #[error("another run is under way (process {pid}, lock {}): wait for it, or end it", path.display())]
    Locked {
        /// The process that holds the lock, as it wrote it.
        pid: String,
        /// The lock file.
        path: PathBuf,
    },
}

fn io_error<'a>(what: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> RecordError + 'a {
    move |source| RecordError::Io { what, path: path.to_owned(), source }
}

/// Writes `bytes` to `path` whole or not at all.
///
/// # Errors
/// [`RecordError::Io`] with the path; what stood there before stays.
pub(crate) fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), RecordError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(io_error("create folder", folder))?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".writing-");
    // A temporary file is for its owner alone; pages are sent and served, so what the umask allows is allowed.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder).map_err(io_error("write", path))?;
    file.write_all(bytes).map_err(io_error("write", path))?;
    file.persist(path).map_err(|error| io_error("write", path)(error.error))?;
    Ok(())
}

/// Held while a run is under way; released when dropped or when the process ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock of `layout`.
    ///
    /// # Errors
    /// [`RecordError::Locked`] names the process that holds it; [`RecordError::Io`] when profiles/
    /// cannot be written.
    pub fn take(layout: &Layout) -> Result<Self, RecordError> {
        Self::take_file(layout.lock())
    }

    /// Takes the lock of the builds of `layout`, which whoever holds the other one may take too.
    ///
    /// # Errors
    /// As [`take`](Self::take).
    pub fn take_builds(layout: &Layout) -> Result<Self, RecordError> {
        Self::take_file(layout.builds_lock())
    }

    fn take_file(path: PathBuf) -> Result<Self, RecordError> {
        let folder = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(io_error("create folder", folder))?;
        let mut file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(io_error("open lock", &path))?;
        match file.try_lock() {
            Ok(()) => {
                file.set_len(0).map_err(io_error("write lock", &path))?;
                write!(file, "{}", std::process::id()).map_err(io_error("write lock", &path))?;
                Ok(Self { _file: file })
            }
            Err(TryLockError::WouldBlock) => {
                let mut pid = String::new();
                file.read_to_string(&mut pid).map_err(io_error("read lock", &path))?;
                if pid.is_empty() {
                    pid.push_str("not yet named");
                }
                Err(RecordError::Locked { pid, path })
            }
            Err(TryLockError::Error(source)) => Err(io_error("lock", &path)(source)),
        }
    }
}

/// Writes one run, after each case.
#[derive(Debug)]
pub struct Recorder {
    path: PathBuf,
    run: Run,
}

impl Recorder {
    /// Begins a new run.
    ///
    /// # Errors
    /// [`RecordError::Io`] when profiles/ cannot be written.
    pub fn begin(layout: &Layout, run: Run) -> Result<Self, RecordError> {
        let path = layout.run_file(&run.id);
        let recorder = Self { path, run };
        recorder.save()?;
        Ok(recorder)
    }

    /// Goes on with the run named `id`, as the next instrument of it does.
    ///
    /// # Errors
    /// As [`load`], for this one file.
    pub fn resume(layout: &Layout, id: &str) -> Result<Self, RecordError> {
        let path = layout.run_file(id);
        let run = read_record(&path)?;
        Ok(Self { path, run })
    }

    /// The run so far.
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// Records what an instrument can do, and the seconds it took so far.
    ///
    /// # Errors
    /// [`RecordError::Io`]; the file then still holds what it had.
    pub fn instrument(&mut self, state: InstrumentState) -> Result<(), RecordError> {
        self.run.instruments.retain(|old| old.name != state.name);
        self.run.instruments.push(state);
        self.save()
    }

    /// Records what must be said wherever the numbers of this run are shown.
    ///
    /// # Errors
    /// [`RecordError::Io`]; the file then still holds what it had.
    pub fn warn(&mut self, warning: String) -> Result<(), RecordError> {
        self.run.warnings.push(warning);
        self.save()
    }

    /// Records numbers of a case.
    ///
    /// # Errors
    /// [`RecordError::Io`]; the file then still holds what it had.
    pub fn measured(&mut self, id: &CaseId, measurements: Vec<Measurement>) -> Result<(), RecordError> {
        self.case(id).measurements.extend(measurements);
        self.save()
    }

    /// Records that an instrument failed on a case.
    ///
    /// # Errors
    /// [`RecordError::Io`]; the file then still holds what it had.
    pub fn failed(&mut self, id: &CaseId, failure: Failure) -> Result<(), RecordError> {
        self.case(id).failures.push(failure);
        self.save()
    }

    /// Records that an instrument left a case out.
    ///
    /// # Errors
    /// [`RecordError::Io`]; the file then still holds what it had.
    pub fn left_out(&mut self, id: &CaseId, left_out: LeftOut) -> Result<(), RecordError> {
        self.case(id).left_out.push(left_out);
        self.save()
    }

    fn case(&mut self, id: &CaseId) -> &mut CaseRecord {
        let index = match self.run.cases.iter().position(|case| case.id == *id) {
            Some(index) => index,
            None => {
                self.run.cases.push(CaseRecord {
                    id: id.clone(),
                    measurements: Vec::new(),
                    failures: Vec::new(),
                    left_out: Vec::new(),
                });
                self.run.cases.len() - 1
            }
        };
        &mut self.run.cases[index]
    }

    fn save(&self) -> Result<(), RecordError> {
        let json = serde_json::to_vec(&self.run).expect("a run holds nothing that JSON cannot");
        write_atomically(&self.path, &json)
    }
}

/// What could be read of profiles/runs.
#[derive(Debug)]
pub struct Loaded {
    /// Oldest first.
    pub runs: Vec<Run>,
    /// Files that could not be read; each is to be told to the user.
    pub problems: Vec<RecordError>,
}

/// Reads every run of `layout`, oldest first. A file that cannot be read is a problem, not the end.
///
/// # Errors
/// [`RecordError::Io`] when the folder itself cannot be read; a folder that is not there holds no runs.
pub fn load(layout: &Layout) -> Result<Loaded, RecordError> {
    let LoadedFiles { read, problems } = load_files(&layout.runs())?;
    Ok(Loaded { runs: read.into_iter().map(|(_, run)| run).collect(), problems })
}

/// The records of a folder, by the name of their file.
pub(super) struct LoadedFiles<T> {
    pub(super) read: Vec<(PathBuf, T)>,
    pub(super) problems: Vec<RecordError>,
}

/// Reads every record of a folder; one that is not there holds none.
pub(super) fn load_files<T: DeserializeOwned>(folder: &Path) -> Result<LoadedFiles<T>, RecordError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(LoadedFiles { read: Vec::new(), problems: Vec::new() });
        }
        Err(error) => return Err(io_error("read folder", folder)(error)),
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(io_error("read folder", folder))?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            paths.push(path);
        }
    }
    paths.sort();
    let mut loaded = LoadedFiles { read: Vec::new(), problems: Vec::new() };
    for path in paths {
        match read_record(&path) {
            Ok(record) => loaded.read.push((path, record)),
            Err(problem) => loaded.problems.push(problem),
        }
    }
    Ok(loaded)
}

/// Reads one run.
///
/// # Errors
/// [`RecordError`] with the file: it cannot be read, is no record, or is of a newer schema.
pub fn load_run(path: &Path) -> Result<Run, RecordError> {
    read_record(path)
}

#[derive(Deserialize)]
struct SchemaOnly {
    schema: u32,
}

fn read_record<T: DeserializeOwned>(path: &Path) -> Result<T, RecordError> {
    let bytes = fs::read(path).map_err(io_error("read", path))?;
    let malformed = |source| RecordError::Malformed { path: path.to_owned(), source };
    let SchemaOnly { schema } = serde_json::from_slice(&bytes).map_err(malformed)?;
    if schema > SCHEMA {
        return Err(RecordError::Newer { path: path.to_owned(), found: schema });
    }
    serde_json::from_slice(&bytes).map_err(malformed)
}
