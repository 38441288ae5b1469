//! The sources of one build, in a git worktree aside that goes when the build is done.

use std::fs;
use std::path::{Path, PathBuf};

use super::BuildError;
use super::disk::was_full;
use super::error::cannot;
use super::git::{Repository, Sources};

/// Sources checked out; dropped, they are gone, and git forgets them.
#[derive(Debug)]
pub(super) struct Worktree<'a> {
    repository: &'a Repository,
    folder: PathBuf,
}

impl<'a> Worktree<'a> {
    /// Checks `sources` out into `folder`, which is not there yet.
    pub(super) fn check_out(
        repository: &'a Repository,
        folder: &Path,
        sources: &Sources,
    ) -> Result<Self, BuildError> {
        // From here on it is removed, however far git comes.
        let worktree = Self { repository, folder: folder.to_owned() };
        let name = folder.to_string_lossy();
        let builds = folder.parent().unwrap_or(folder);
        let git = |arguments: &[&str]| {
            repository.ask(arguments).map_err(|error| match &error {
                BuildError::Git { said, .. } if was_full(builds, said) => {
                    BuildError::DiskFull { path: folder.to_owned(), builds: builds.to_owned() }
                }
                _ => error,
            })
        };
        git(&["worktree", "add", "--force", "--force", "--detach", "--no-checkout", &name, &sources.commit])?;
        // The commit's files, or those of a dirty tree, which no commit has.
        git(&["-C", &name, "read-tree", "--reset", "-u", &sources.tree])?;
        Ok(worktree)
    }

    /// Removes what a run that was killed left in `folder`, and git's note of it.
    pub(super) fn remove_left_over(
        repository: &Repository,
        folder: &Path,
        tell: &mut dyn FnMut(&str),
    ) -> Result<(), BuildError> {
        let known = is_known(repository, folder)?;
        if !known && !folder.exists() {
            return Ok(());
        }
        remove(repository, folder, known)?;
        tell(&format!("removed the worktree that a killed run left: {}", folder.display()));
        Ok(())
    }

    /// The folder of the project in it.
    pub(super) fn project(&self) -> PathBuf {
        self.folder.join(self.repository.prefix())
    }

    /// The folder itself.
    pub(super) fn top(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Worktree<'_> {
    fn drop(&mut self) {
        // What stays in spite of this, the next run removes and says.
        let known = is_known(self.repository, &self.folder).unwrap_or(true);
        let _ = remove(self.repository, &self.folder, known);
    }
}

fn is_known(repository: &Repository, folder: &Path) -> Result<bool, BuildError> {
    let list = repository.ask(&["worktree", "list", "--porcelain"])?;
    Ok(list.lines().any(|line| line.strip_prefix("worktree ").is_some_and(|path| Path::new(path) == folder)))
}

fn remove(repository: &Repository, folder: &Path, known: bool) -> Result<(), BuildError> {
    if known {
        // Twice: a run that was killed while git made the worktree left it locked.
        let name = folder.to_string_lossy();
        let removed = repository.ask(&["worktree", "remove", "--force", "--force", &name]);
        if removed.is_err() {
            // Where git cannot read what it left, the folder goes first and the note of it afterwards.
            // A note that is locked stays, and the next `worktree add` takes it over.
            remove_folder(folder)?;
            repository.ask(&["worktree", "prune"])?;
        }
    }
    remove_folder(folder)
}

fn remove_folder(folder: &Path) -> Result<(), BuildError> {
    match fs::symlink_metadata(folder) {
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(folder),
        Ok(_) => fs::remove_file(folder),
        Err(_) => Ok(()),
    }
    .map_err(cannot("remove", folder))
}
