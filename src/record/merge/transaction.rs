//! Several files that change together: all are written beside their places first, then moved there; when one cannot be
//! moved, those before it are moved back.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;
use tempfile::TempDir;

use crate::record::RecordError;

/// Files on their way.
pub(super) struct Transaction {
    folder: TempDir,
    /// Where each lies and where it belongs, in the order of moving.
    staged: Vec<(PathBuf, PathBuf)>,
    places: usize,
}

fn io_error<'a>(what: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> RecordError + 'a {
    move |source| RecordError::Io { what, path: path.to_owned(), source }
}

impl Transaction {
    /// Begins within `folder`, so that moving is renaming.
    pub(super) fn begin(folder: &Path) -> Result<Self, RecordError> {
        let made = tempfile::Builder::new().prefix(".merging-").tempdir_in(folder);
        let made = made.map_err(io_error("make a temporary folder in", folder))?;
        Ok(Self { folder: made, staged: Vec::new(), places: 0 })
    }

    /// A new place beside; what was to come to `to` before gives way.
    fn place(&mut self, to: &Path) -> PathBuf {
        self.staged.retain(|(_, other)| other != to);
        self.places += 1;
        self.folder.path().join(format!("new-{}", self.places))
    }

    /// Copies a file or folder; what is not there is passed over: an instrument need not have kept all it can. So is
    /// a link, which could lead anywhere.
    pub(super) fn stage_copy(&mut self, from: &Path, to: &Path) -> Result<(), RecordError> {
        if !fs::symlink_metadata(from).is_ok_and(|found| found.is_dir() || found.is_file()) {
            return Ok(());
        }
        let place = self.place(to);
        copy(from, &place)?;
        self.staged.push((place, to.to_owned()));
        Ok(())
    }

    /// Writes a record.
    pub(super) fn stage_json(&mut self, record: &impl Serialize, to: &Path) -> Result<(), RecordError> {
        let place = self.place(to);
        let json = serde_json::to_vec(record).expect("a record that was read can be written");
        fs::write(&place, json).map_err(io_error("write", &place))?;
        self.staged.push((place, to.to_owned()));
        Ok(())
    }

    /// Moves everything to its place, or nothing.
    pub(super) fn commit(self) -> Result<(), RecordError> {
        let mut moved: Vec<(PathBuf, Option<PathBuf>)> = Vec::new();
        for (from, to) in &self.staged {
            let replaced = self.folder.path().join(format!("old-{}", moved.len()));
            match replace(from, to, &replaced) {
                Ok(had) => moved.push((to.clone(), had.then_some(replaced))),
                Err(error) => {
                    undo(&moved);
                    return Err(error);
                }
            }
        }
        Ok(())
    }
}

/// Puts `from` at `to` and what stood there at `replaced`; returns whether something stood there.
fn replace(from: &Path, to: &Path, replaced: &Path) -> Result<bool, RecordError> {
    let folder = to.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(io_error("create folder", folder))?;
    let had = fs::symlink_metadata(to).is_ok();
    if had {
        fs::rename(to, replaced).map_err(io_error("replace", to))?;
    }
    if let Err(source) = fs::rename(from, to) {
        if had {
            undo(&[(to.to_owned(), Some(replaced.to_owned()))]);
        }
        return Err(io_error("write", to)(source));
    }
    Ok(had)
}

/// Moves back, newest first, as far as it can be done.
fn undo(moved: &[(PathBuf, Option<PathBuf>)]) {
    for (to, replaced) in moved.iter().rev() {
        // What refuses here has been told by the error that brought us here: the system refuses writes.
        let _ = if to.is_dir() { fs::remove_dir_all(to) } else { fs::remove_file(to) };
        if let Some(replaced) = replaced {
            let _ = fs::rename(replaced, to);
        }
    }
}

/// Files and folders alone.
fn copy(from: &Path, to: &Path) -> Result<(), RecordError> {
    let kind = fs::symlink_metadata(from).map_err(io_error("read", from))?.file_type();
    if kind.is_dir() {
        fs::create_dir_all(to).map_err(io_error("create folder", to))?;
        for entry in fs::read_dir(from).map_err(io_error("read folder", from))? {
            let entry = entry.map_err(io_error("read folder", from))?;
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
    } else if kind.is_file() {
        let bytes = fs::read(from).map_err(io_error("read", from))?;
        fs::write(to, bytes).map_err(io_error("write", to))?;
    }
    Ok(())
}
