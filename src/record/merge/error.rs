//! Why profiles could not be joined.

use std::path::PathBuf;

use crate::record::{Difference, RecordError, told};

/// Why profiles could not be joined; nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// The folder is this tree's own.
    #[error("{} is this tree's own profiles folder: give the folder of another tree or shard", path.display())]
    Own {
        /// As typed.
        path: PathBuf,
    },
    /// The folder was given twice.
    #[error("{} is given twice: give each folder once", path.display())]
    Twice {
        /// As typed.
        path: PathBuf,
    },
    /// The folder is no profiles folder.
    #[error("{} is no profiles folder of perflab: it has no folder runs; give the one that `just bench` wrote", path.display())]
    NotProfiles {
        /// As typed.
        path: PathBuf,
    },
    /// The folder holds one.
    #[error("{} is no profiles folder of perflab, but it holds one: `perflab merge {}`", path.display(), inner.display())]
    Above {
        /// As typed.
        path: PathBuf,
        /// The folder within.
        inner: PathBuf,
    },
    /// No run was recorded there.
    #[error("{} holds no run: measure there first, with `just bench`", path.display())]
    Empty {
        /// As typed.
        path: PathBuf,
    },
    /// A record there is cut short, of a newer schema, or nonsense.
    #[error("{0}; nothing was merged: copy the folder again")]
    Unreadable(RecordError),
    /// A record there does not bear its run's name.
    #[error("{} holds a run named `{id}`; nothing was merged: give the file that name, or move it away", path.display())]
    Misnamed {
        /// The file.
        path: PathBuf,
        /// What the record says.
        id: String,
    },
    /// The compilers, flags or libraries differ: not even counts may be joined.
    #[error("{}: {}; counts and times depend on it: build both sides alike", path.display(), told(differences))]
    UnlikeToolchain {
        /// The folder.
        path: PathBuf,
        /// In what.
        differences: Vec<Difference>,
    },
    /// The machines differ, and both sides have times.
    #[error("{}: {}; times of unlike machines are not joined: measure on like machines, merge counts alone, or `perflab merge --force` to join them with a warning", path.display(), told(differences))]
    UnlikeMachine {
        /// The folder.
        path: PathBuf,
        /// In what.
        differences: Vec<Difference>,
    },
    /// A file here or there refused.
    #[error("{0}; nothing here was changed")]
    Record(#[from] RecordError),
}
