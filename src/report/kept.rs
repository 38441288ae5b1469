//! What instruments kept of a case, read once for all that its page shows of it.

use std::fs;
use std::path::Path;

use serde::de::DeserializeOwned;

use super::Source;
use crate::record::{CaseId, Costs, HeapSites, WaitsLedger, read_kept};

/// A file's content, or why it cannot be read; `None` where there is no such file.
type Read<T> = Option<Result<T, String>>;

/// The tables behind a case's page.
pub(super) struct Kept {
    /// What its functions cost.
    pub(super) costs: Read<Costs>,
    /// Where its heap blocks come from.
    pub(super) heap: Read<HeapSites>,
    /// Where its threads wait.
    pub(super) waits: Read<WaitsLedger>,
}

impl Kept {
    /// Reads the files of the case `id`.
    pub(super) fn read(source: &Source<'_>, id: &CaseId) -> Self {
        let files = source.files.of(id);
        let layout = source.layout;
        Self {
            costs: files.costs.as_ref().map(|_| read(&layout.costs(id))),
            heap: files.heap_sites.as_ref().map(|_| read(&layout.heap_sites(id))),
            waits: files.waits_ledger.as_ref().map(|_| read(&layout.waits_ledger(id))),
        }
    }
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<T, String> {
    read_kept(&fs::read(path).map_err(|error| error.to_string())?)
}
