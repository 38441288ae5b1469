//! Why there is no build: each a line that names the value and the next command.

use std::io;
use std::path::{Path, PathBuf};

use crate::record::RecordError;

/// Why a revision, or this tree, was not built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The project has no history.
    #[error(
        "{} lies in no git repository: `git init` and a commit give it a history to compare with",
        .0.display()
    )]
    NotARepository(PathBuf),
    /// The repository has no commit yet.
    #[error("{} has no commit yet: `git commit` makes the first", .0.display())]
    NoCommit(PathBuf),
    /// Git would read it as an option.
    #[error("`{}` is an option to git, no revision: `git log --oneline` lists the revisions", .0.escape_debug())]
    Option(String),
    /// Git knows no such commit.
    #[error("there is no revision `{}`: `git log --oneline` lists the revisions", .0.escape_debug())]
    UnknownRevision(String),
    /// The clone's history is cut short, and the revision does not lie in what it has.
    #[error(
        "there is no revision `{}` in this shallow clone: `git fetch --unshallow` brings the whole history",
        .0.escape_debug()
    )]
    Shallow(String),
    /// The sources hold no package of the name.
    #[error(
        "{described} has no package {name}, which this command is of: `git log --oneline -- Cargo.toml` lists the revisions that may"
    )]
    NoPackage {
        /// What was to be built.
        described: String,
        /// The package's name.
        name: String,
    },
    /// The package has no program of the name.
    #[error(
        "{described} has no {name} binary: `git log --oneline -- src/main.rs` lists the revisions that may"
    )]
    NoBinary {
        /// What was to be built.
        described: String,
        /// The binary's name.
        name: String,
    },
    /// Cargo or the compiler refused it.
    #[error("{described} does not build: {error}; {} has it in full", log.display())]
    DoesNotBuild {
        /// What was built.
        described: String,
        /// The first error.
        error: String,
        /// Everything that cargo said.
        log: PathBuf,
    },
    /// A program is not there.
    #[error("{program} is not in PATH, and compare builds with it: {remedy}")]
    Missing {
        /// Its name.
        program: String,
        /// How to get it.
        remedy: &'static str,
    },
    /// Git refused.
    #[error("`git {command}` failed: {said}")]
    Git {
        /// What it was asked.
        command: String,
        /// What it said.
        said: String,
    },
    /// A program could not do what it was asked.
    #[error("{program} failed: {said}")]
    Refused {
        /// Its name.
        program: String,
        /// What it said.
        said: String,
    },
    /// The user pressed Ctrl-C.
    #[error("interrupted: nothing was left half built")]
    Interrupted,
    /// Nothing more can be written.
    #[error("no space left on the disk of {}: delete {}, all of which can be built again", path.display(), builds.display())]
    DiskFull {
        /// What was written.
        path: PathBuf,
        /// The folder that can go.
        builds: PathBuf,
    },
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
    /// Another build is under way, or the lock cannot be written.
    #[error(transparent)]
    Lock(#[from] RecordError),
}

impl BuildError {
    /// Says what to delete where the disk of the folder `builds` is full.
    pub(super) fn with_remedy(self, builds: &Path) -> Self {
        match self {
            Self::Io { path, source, .. } if source.kind() == io::ErrorKind::StorageFull => {
                Self::DiskFull { path, builds: builds.to_owned() }
            }
            Self::Lock(RecordError::Io { what, path, source }) => {
                Self::Io { what, path, source }.with_remedy(builds)
            }
            other => other,
        }
    }
}

/// Turns what the system answered into an error that says what was tried, and on which path.
pub(super) fn cannot<'a>(what: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> BuildError + 'a {
    move |source| BuildError::Io { what, path: path.to_owned(), source }
}

/// As much of a program's `text` as a line can hold: its last line that says something.
pub(super) fn last_line(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let line = text.lines().map(str::trim).rfind(|line| !line.is_empty());
    line.unwrap_or("it said nothing").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_says_what_to_delete() {
        let full = io::Error::from(io::ErrorKind::StorageFull);
        let error =
            cannot("write", Path::new("profiles/builds/x"))(full).with_remedy(Path::new("profiles/builds"));
        assert_eq!(
            error.to_string(),
            "no space left on the disk of profiles/builds/x: delete profiles/builds, all of which can be built again"
        );
    }

    #[test]
    fn what_the_user_typed_stays_on_its_line() {
        let error = BuildError::UnknownRevision("a\nb".into());
        assert_eq!(error.to_string().lines().count(), 1);
    }
}
