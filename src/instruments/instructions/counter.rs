//! One case under Callgrind, as often as is asked: by the runner where there is one, else without.

use std::path::{Path, PathBuf};

use super::callgrind::{self, Profile};
use super::counted;
use super::harness::Plan;
use super::means::Means;
use super::runner::{self, Executables};
use crate::instruments::process::myself;

/// Counts one case, with the runner or without.
pub(super) struct Counter {
    pub(super) means: Means,
    pub(super) plan: Plan,
}

impl Counter {
    pub(super) fn count(&self, runs: usize, folder: &Path) -> Result<Vec<Profile>, String> {
        let valgrind = self.means.valgrind.as_deref().ok_or("Valgrind is not installed; `just setup`")?;
        let folder_for = |name: String| {
            let folder = folder.join(name);
            std::fs::create_dir_all(&folder)
                .map_err(|error| format!("cannot create {}: {error}", folder.display()))?;
            Ok::<PathBuf, String>(folder)
        };
        if let Some(runner) = self.means.runner.as_deref() {
            let plan = Plan { runs, ..self.plan.clone() };
            return runner::run(&Executables { runner, valgrind }, &plan, &folder_for("runs".into())?);
        }
        let myself = myself()?;
        let arguments = counted::arguments(&self.plan.id, self.plan.n);
        (0..runs)
            .map(|run| {
                callgrind::run(
                    valgrind,
                    self.plan.threads,
                    &myself,
                    &arguments,
                    &folder_for(run.to_string())?,
                )
            })
            .collect()
    }
}
