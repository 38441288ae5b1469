//! What instruments kept of a case, read once for all that its page shows of it.

use std::fs;
use std::path::Path;

use serde::de::DeserializeOwned;

use super::Source;
use crate::record::{CaseId, Costs, HeapSites, SCHEMA, WaitsLedger};

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
            costs: files.costs.as_ref().map(|_| read(&layout.costs(id), |costs: &Costs| costs.schema)),
            heap: files
                .heap_sites
                .as_ref()
                .map(|_| read(&layout.heap_sites(id), |heap: &HeapSites| heap.schema)),
            waits: files
                .waits_ledger
                .as_ref()
                .map(|_| read(&layout.waits_ledger(id), |ledger: &WaitsLedger| ledger.schema)),
        }
    }
}

fn read<T: DeserializeOwned>(path: &Path, schema_of: fn(&T) -> u32) -> Result<T, String> {
    let bytes = fs::read(path).map_err(|error| error.to_string())?;
    let content: T = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
    let schema = schema_of(&content);
    if schema > SCHEMA {
        return Err(format!("schema {schema} is newer than {SCHEMA}"));
    }
    Ok(content)
}
