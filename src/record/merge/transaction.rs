//! Several files that change together: all are written beside their places first, then moved there; when one cannot be
//! moved, those before it are moved back. What is to be moved is written down before, so that moves which a killed process
//! has left half done are undone by the next one.

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
        let made = tempfile::Builder::new().prefix(PREFIX).tempdir_in(folder);
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
        let own = self.folder.path();
        let journal = own.join(JOURNAL);
        // Paths that are no UTF-8 cannot be written down.
        let written = serde_json::to_vec(&self.staged).map_err(io::Error::other);
        written.and_then(|json| fs::write(&journal, json)).map_err(io_error("write", &journal))?;
        for (index, (from, to)) in self.staged.iter().enumerate() {
            if let Err(error) = replace(from, to, &replaced(own, index)) {
                undo(own, &self.staged);
                return Err(error);
            }
        }
        Ok(())
    }
}

/// What a transaction is about to move, beside the files.
const JOURNAL: &str = "moves.json";
/// What the names of transactions' folders begin with.
const PREFIX: &str = ".merging-";

/// Where the file that gives way to the `index`-th is kept until all are moved.
fn replaced(own: &Path, index: usize) -> PathBuf {
    own.join(format!("old-{index}"))
}

/// Undoes what killed transactions within `folder` have half done, and removes what they left. The caller holds the lock.
pub(super) fn undo_left_over(folder: &Path) -> Result<(), RecordError> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    for own in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        let is_ours = own.file_name().is_some_and(|name| name.to_string_lossy().starts_with(PREFIX));
        if !is_ours || !own.is_dir() {
            continue;
        }
        // One that is not there whole was not begun to be carried out.
        let json = fs::read(own.join(JOURNAL)).unwrap_or_default();
        let moves: Vec<(PathBuf, PathBuf)> = serde_json::from_slice(&json).unwrap_or_default();
        undo(&own, &moves);
        fs::remove_dir_all(&own).map_err(io_error("remove", &own))?;
    }
    Ok(())
}

/// Puts `from` at `to` and what stood there at `replaced`.
fn replace(from: &Path, to: &Path, replaced: &Path) -> Result<(), RecordError> {
    let folder = to.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(io_error("create folder", folder))?;
    if fs::symlink_metadata(to).is_ok() {
        fs::rename(to, replaced).map_err(io_error("replace", to))?;
    }
    fs::rename(from, to).map_err(io_error("write", to))
}

/// Moves back, newest first, as far as it can be done: what no longer lies in `own` was moved. Nothing is removed, so that
/// doing it twice does no harm.
fn undo(own: &Path, moves: &[(PathBuf, PathBuf)]) {
    for (index, (from, to)) in moves.iter().enumerate().rev() {
        // What refuses here has been told by the error that brought us here: the system refuses writes.
        if fs::symlink_metadata(from).is_err() {
            let _ = fs::rename(to, from);
        }
        let replaced = replaced(own, index);
        if fs::symlink_metadata(&replaced).is_ok() {
            let _ = fs::rename(&replaced, to);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn put(path: &Path, text: &str) {
        fs::write(path, text).expect("it can be written");
    }

    fn read(path: &Path) -> Option<String> {
        fs::read_to_string(path).ok()
    }

    /// Three files, of which the first two stood there before; and a transaction that replaces all, killed after so many
    /// steps of two moves each.
    fn killed_after(steps: usize) -> (TempDir, [PathBuf; 3]) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let places = ["a", "b", "c"].map(|name| folder.path().join(name));
        put(&places[0], "old a");
        put(&places[1], "old b");
        let own = folder.path().join(format!("{PREFIX}killed"));
        fs::create_dir(&own).expect("it can be made");
        let moves: Vec<(PathBuf, PathBuf)> = places
            .iter()
            .enumerate()
            .map(|(index, to)| (own.join(format!("new-{index}")), to.clone()))
            .collect();
        moves.iter().for_each(|(from, _)| put(from, "new"));
        fs::write(own.join(JOURNAL), serde_json::to_vec(&moves).expect("plain paths"))
            .expect("it can be written");
        for step in 0..steps {
            let (from, to) = &moves[step / 2];
            let (from, to) = if step % 2 == 0 { (to, &replaced(&own, step / 2)) } else { (from, to) };
            // Nothing gives way to the third.
            let _ = fs::rename(from, to);
        }
        (folder, places)
    }

    #[test]
    fn moves_that_were_half_done_are_undone_wherever_they_stopped() {
        for steps in 0..=6 {
            let (folder, [a, b, c]) = killed_after(steps);
            undo_left_over(folder.path()).expect("all can be moved back");
            assert_eq!(
                (read(&a).as_deref(), read(&b).as_deref(), read(&c)),
                (Some("old a"), Some("old b"), None),
                "{steps}"
            );
            assert_eq!(fs::read_dir(folder.path()).expect("it is there").count(), 2, "{steps}");
        }
    }

    #[test]
    fn one_killed_before_it_began_is_swept_away() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let own = folder.path().join(format!("{PREFIX}early"));
        fs::create_dir(&own).expect("it can be made");
        put(&own.join("new-1"), "half");
        put(&own.join(JOURNAL), "[[\"cut sho");
        undo_left_over(folder.path()).expect("it can be removed");
        assert!(!own.exists());
        undo_left_over(&folder.path().join("nowhere")).expect("nothing is left there");
    }
}
