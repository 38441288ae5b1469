//! Where everything lies. Every path under profiles/ and reports/ is made here and nowhere else.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::case_id::is_name;
use super::{CaseId, InstrumentName};
use crate::fnv;

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

    /// `profiles/history`: each run in brief.
    pub fn history(&self) -> PathBuf {
        self.profiles.join("history")
    }

    /// The record of the run named `id`.
    pub fn run_file(&self, id: &str) -> PathBuf {
        self.runs().join(format!("{id}.json"))
    }

    /// The run named `id` in brief.
    pub fn history_file(&self, id: &str) -> PathBuf {
        self.history().join(format!("{id}.json"))
    }

    /// `profiles/lock`: held while a run is under way.
    pub fn lock(&self) -> PathBuf {
        self.profiles.join("lock")
    }

    /// `profiles/builds`: what was built to be compared.
    pub fn builds(&self) -> PathBuf {
        self.profiles.join("builds")
    }

    /// `profiles/builds/lock`: held while a build is under way there.
    pub fn builds_lock(&self) -> PathBuf {
        self.builds().join("lock")
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

    /// Folded stacks of instructions, over all iterations of the profile.
    pub fn instructions_folded(&self, id: &CaseId) -> PathBuf {
        self.raw(InstrumentName::Instructions, id, "folded")
    }

    /// The flamegraph of instructions.
    pub fn instructions_flamegraph(&self, id: &CaseId) -> PathBuf {
        self.raw(InstrumentName::Instructions, id, "svg")
    }

    /// What each function costs, a [`Costs`](super::Costs).
    pub fn costs(&self, id: &CaseId) -> PathBuf {
        self.raw(InstrumentName::Instructions, id, "costs.json")
    }

    /// The books of where threads wait, a [`WaitsLedger`](super::WaitsLedger).
    pub fn waits_ledger(&self, id: &CaseId) -> PathBuf {
        self.raw(InstrumentName::Waits, id, "json")
    }

    /// Folded stacks of wall time, by thread and wait.
    pub fn waits_folded(&self, id: &CaseId) -> PathBuf {
        self.raw(InstrumentName::Waits, id, "folded")
    }

    /// The flamegraph of wall time, by thread and wait.
    pub fn waits_flamegraph(&self, id: &CaseId) -> PathBuf {
        self.raw(InstrumentName::Waits, id, "svg")
    }

    /// Where an instrument keeps raw output of a case: files, or for time the folder that is criterion's.
    pub fn raw_output(&self, instrument: InstrumentName, id: &CaseId) -> Vec<PathBuf> {
        match instrument {
            InstrumentName::Time => vec![self.criterion().join(Self::criterion_case(id))],
            InstrumentName::Flamegraph => vec![self.folded(id), self.flamegraph(id)],
            InstrumentName::Heap => {
                vec![self.dhat(id), self.heap_sites(id), self.heap_folded(id), self.heap_flamegraph(id)]
            }
            InstrumentName::Instructions => {
                vec![
                    self.callgrind(id),
                    self.costs(id),
                    self.instructions_folded(id),
                    self.instructions_flamegraph(id),
                ]
            }
            InstrumentName::Waits => {
                vec![self.waits_ledger(id), self.waits_folded(id), self.waits_flamegraph(id)]
            }
            InstrumentName::Ceilings | InstrumentName::Python => Vec::new(),
        }
    }

    /// criterion's summary of a family: a folder.
    pub fn criterion_family(&self, family: &str) -> PathBuf {
        self.criterion().join(family).join("report")
    }

    /// `reports/index.html`.
    pub fn index_page(&self) -> PathBuf {
        self.reports.join("index.html")
    }

    /// `reports/<family>.html`.
    pub fn family_page(&self, family: &str) -> PathBuf {
        let name = if family == "index" { "index-family".to_owned() } else { file_name(family) };
        self.reports.join(format!("{name}.html"))
    }

    /// `reports/cases/<family>/<workload>@<size>.html`.
    pub fn case_page(&self, id: &CaseId) -> PathBuf {
        let stem = format!("{}@{}", file_name(&id.workload), id.size);
        self.reports.join("cases").join(file_name(&id.family)).join(format!("{stem}.html"))
    }

    /// The differential flamegraphs of a case against another, by the stacks named `by`: as wide as the case, and as wide
    /// as the other.
    pub fn differential(&self, id: &CaseId, other: &CaseId, by: &str) -> [PathBuf; 2] {
        let stem = |id: &CaseId| format!("{}@{}", file_name(&id.workload), id.size);
        let against = match other.family == id.family {
            true => stem(other),
            false => format!("{}-{}", file_name(&other.family), stem(other)),
        };
        let folder = self.reports.join("differential").join(file_name(&id.family));
        ["", ".as-wide-as-that"]
            .map(|width| folder.join(format!("{}-against-{against}.{by}{width}.svg", stem(id))))
    }

    /// Where a file or folder of profiles stands beside the pages: under the same name within reports.
    /// `None` for a path that does not lie in profiles.
    pub fn beside_pages(&self, profile: &Path) -> Option<PathBuf> {
        Some(self.reports.join(profile.strip_prefix(&self.profiles).ok()?))
    }

    /// criterion's page for a case, as it lies in profiles.
    pub fn criterion_page(&self, id: &CaseId) -> PathBuf {
        self.criterion().join(Self::criterion_case(id)).join("report").join("index.html")
    }

    /// criterion's page for a family, as it lies in profiles.
    pub fn criterion_family_page(&self, family: &str) -> PathBuf {
        self.criterion().join(family).join("report").join("index.html")
    }
}

/// `name` itself where it is a name of ours; else one made from its digest, so that no name, however it
/// was come by, leaves its folder or is too long for a file.
fn file_name(name: &str) -> String {
    if is_name(name) {
        return name.to_owned();
    }
    format!("unnamed-{:016x}", fnv::digest(name.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_takes_a_page_out_of_its_folder() {
        let layout = Layout::new("profiles", "reports");
        let id = CaseId { family: "../..".into(), workload: "<script>".into(), size: 1 };
        let depth = |path: PathBuf| {
            assert!(path.components().all(|part| part.as_os_str() != ".."), "{}", path.display());
            path.components().count()
        };
        assert_eq!(depth(layout.case_page(&id)), 4);
        assert_eq!(depth(layout.family_page(&"x/".repeat(5_000))), 2);
        assert_ne!(layout.family_page("index"), layout.index_page());
    }

    #[test]
    fn pages_keep_copies_under_the_names_that_profiles_use() {
        let layout = Layout::new("profiles", "reports");
        let id: CaseId = "build-vec/push@100".parse().expect("a well-formed id");
        let copy = layout.beside_pages(&layout.flamegraph(&id)).expect("it lies in profiles");
        assert_eq!(copy, Path::new("reports/flamegraph/build-vec/push@100.svg"));
        assert_eq!(layout.beside_pages(Path::new("elsewhere/file")), None);
    }

    #[test]
    fn a_cases_files_lie_by_instrument_and_family() {
        let layout = Layout::new("profiles", "reports");
        let id: CaseId = "build-vec/push@100".parse().expect("a well-formed id");
        assert_eq!(layout.folded(&id), Path::new("profiles/flamegraph/build-vec/push@100.folded"));
        assert_eq!(layout.dhat(&id), Path::new("profiles/heap/build-vec/push@100.dhat.json"));
    }
}
