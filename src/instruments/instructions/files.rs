//! The files that are left of a case: Callgrind's profile, and the costs that are read from it.

use std::path::PathBuf;

use super::call_graph::CallGraph;
use super::{callgrind, costs, counted};
use crate::instruments::folded::draw_to;
use crate::instruments::process::myself;
use crate::instruments::{Job, remove_stale};
use crate::record::{RecordError, write_atomically};

/// What is kept of a case, beside its numbers.
pub(super) struct Files {
    kept: PathBuf,
    costs: PathBuf,
    folded: PathBuf,
    picture: PathBuf,
}

impl Files {
    pub(super) fn of(job: &Job) -> Self {
        let (layout, id) = (&job.layout, job.id());
        Self {
            kept: layout.callgrind(id),
            costs: layout.costs(id),
            folded: layout.instructions_folded(id),
            picture: layout.instructions_flamegraph(id),
        }
    }

    /// Removes what an earlier run left.
    ///
    /// # Errors
    /// One line naming the file.
    pub(super) fn remove_stale(&self) -> Result<(), String> {
        [&self.kept, &self.costs, &self.folded, &self.picture]
            .into_iter()
            .try_for_each(|file| remove_stale(file))
    }

    /// Writes Callgrind's `profile` of the last part, and what comes of it.
    ///
    /// # Errors
    /// One line, for a profile that cannot be read or a file that cannot be written.
    pub(super) fn write(&self, job: &Job, profile: &[u8], n: u64) -> Result<(), String> {
        let failed = |error: RecordError| error.to_string();
        write_atomically(&self.kept, &callgrind::without_outer_arcs(profile)).map_err(failed)?;
        let graph = CallGraph::read(profile).map_err(|error| error.to_string())?;
        let executable = myself()?;
        let has_threads = job.cases[0].case.entry.concurrency.threads;
        let taken =
            costs::take(&graph, &executable, has_threads, n * counted::PARTS[counted::PARTS.len() - 1]);
        let json = serde_json::to_vec_pretty(&taken.costs).map_err(|error| error.to_string())?;
        write_atomically(&self.costs, &json).map_err(failed)?;
        taken.folded.write(&self.folded).map_err(failed)?;
        draw_to(&taken.folded, &self.picture, &taken.caption(job.id())).map_err(|error| error.to_string())
    }
}
