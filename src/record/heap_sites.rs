//! Where a case's heap blocks come from: the table behind its heap page.

use serde::{Deserialize, Serialize};

/// The call sites of one iteration of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeapSites {
    /// [`SCHEMA`](super::SCHEMA) of this file.
    pub schema: u32,
    /// Most bytes first.
    pub sites: Vec<CallSite>,
}

/// One stack that allocated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallSite {
    /// Frames, the allocating one first, as `function (file:line)`.
    pub frames: Vec<String>,
    /// Blocks allocated here in one iteration.
    pub blocks: u64,
    /// Bytes allocated here in one iteration.
    pub bytes: u64,
    /// Bytes of this site alive at the moment of the whole iteration's peak.
    pub peak_bytes: u64,
}
