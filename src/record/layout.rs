//! Where everything lies. Every path under profiles/ and reports/ is made here and nowhere else.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{CaseId, InstrumentName};

/// The two folders that perflab writes to, and the names within them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    /// Raw output of the instruments, and the records.
    pub profiles: PathBuf,
    /// Rendered pages.
    pub reports: PathBuf,
}

impl Layout {
    /// The layout over two folders.
    pub fn new(profiles: impl Into<PathBuf>, reports: impl Into<PathBuf>) -> Self {
        Self { profiles: profiles.into(), reports: reports.into() }
    }

    /// `profiles/runs`: one JSON record a run.
    pub fn runs(&self) -> PathBuf {
        self.profiles.join("runs")
    }

    /// `profiles/lock`: held while a run is under way.
    pub fn lock(&self) -> PathBuf {
        self.profiles.join("lock")
    }

    /// `profiles/criterion`: criterion's data and pages.
    pub fn criterion(&self) -> PathBuf {
        self.profiles.join("criterion")
    }

    /// The folder of criterion's files for a case, below [`criterion`](Self::criterion) or its copy in reports.
    pub fn criterion_case(id: &CaseId) -> PathBuf {
        Path::new(&id.family).join(&id.workload).join(id.size.to_string())
    }

    fn raw(&self, instrument: InstrumentName, id: &CaseId, ending: &str) -> PathBuf {
        self.profiles.join(instrument.as_str()).join(&id.family).join(format!("{}.{ending}", id.stem()))
    }

    /// Folded stacks of CPU samples.
    pub fn folded(&self, id: &CaseId) -> PathBuf {
        self.raw(InstrumentName::Flamegraph, id, "folded")
    }

    /// The flamegraph of CPU samples.
    pub fn flamegraph(&self, id: &CaseId) -> PathBuf {
        self.raw(InstrumentName::Flamegraph, id, "svg")
    }

    /// dhat's own JSON, for its viewer.
    pub fn dhat(&self, id: &CaseId) -> PathBuf {
        self.raw(InstrumentName::Heap, id, "dhat.json")
    }

    /// Call sites of heap blocks, a [`HeapSites`](super::HeapSites).
    pub fn heap_sites(&self, id: &CaseId) -> PathBuf {
        self.raw(InstrumentName::Heap, id, "sites.json")
    }

    /// Folded stacks of heap bytes.
    pub fn heap_folded(&self, id: &CaseId) -> PathBuf {
        self.raw(InstrumentName::Heap, id, "folded")
    }

    /// The flamegraph of heap bytes.
    pub fn heap_flamegraph(&self, id: &CaseId) -> PathBuf {
        self.raw(InstrumentName::Heap, id, "svg")
    }

    /// The callgrind profile, for KCachegrind.
    pub fn callgrind(&self, id: &CaseId) -> PathBuf {
        self.raw(InstrumentName::Instructions, id, "callgrind.out")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cases_files_lie_by_instrument_and_family() {
        let layout = Layout::new("profiles", "reports");
        let id: CaseId = "build-vec/push@100".parse().expect("a well-formed id");
        assert_eq!(layout.folded(&id), Path::new("profiles/flamegraph/build-vec/push@100.folded"));
        assert_eq!(layout.dhat(&id), Path::new("profiles/heap/build-vec/push@100.dhat.json"));
    }
}
