//! A session over the plants, as a user would run one, and what it left behind.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use perflab::record::{CaseId, Costs, Folded, Layout, Recorded, load};

/// Makes this executable the bench target over the plants.
pub(crate) const BENCH: &str = "PERFLAB_PLANTS";

/// What a session left behind.
pub(crate) struct Session {
    _folder: tempfile::TempDir,
    pub(crate) layout: Layout,
    pub(crate) recorded: Recorded,
    pub(crate) said: String,
}

pub(crate) fn id(name: &str) -> CaseId {
    CaseId { family: "costs".into(), workload: name.into(), size: 1_000 }
}

impl Session {
    /// Counts the plants that match `filter`, in `here`: where that is no folder of tools there is no runner.
    pub(crate) fn of(here: &Path, filter: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let layout = Layout::new(folder.path().join("profiles"), folder.path().join("reports"));
        let output = Command::new(std::env::current_exe().expect("this program runs from a file"))
            .current_dir(here)
            .env(BENCH, "1")
            .args([filter, "--profiles"])
            .arg(&layout.profiles)
            .arg("--reports")
            .arg(&layout.reports)
            .output()
            .expect("the bench target starts");
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said).into_owned();
        let loaded = load(&layout).unwrap_or_else(|error| panic!("{error}\n{said}"));
        let recorded = Recorded::merge(&loaded.runs);
        Self { _folder: folder, layout, recorded, said }
    }

    pub(crate) fn read(&self, path: &Path) -> String {
        std::fs::read_to_string(path)
            .unwrap_or_else(|error| panic!("{}: {error}\n{}", path.display(), self.said))
    }

    pub(crate) fn costs(&self, name: &str) -> Costs {
        serde_json::from_str(&self.read(&self.layout.costs(&id(name)))).expect("it is the JSON of costs")
    }

    pub(crate) fn stacks(&self, name: &str) -> Folded {
        let parsed = Folded::parse(&self.read(&self.layout.instructions_folded(&id(name))));
        assert_eq!(parsed.dropped, 0);
        parsed.folded
    }

    /// The share of instructions below a frame for which `is_wanted`.
    pub(crate) fn share(&self, name: &str, is_wanted: impl Fn(&str) -> bool) -> f64 {
        let stacks = self.stacks(name);
        stacks.inclusive(is_wanted) as f64 / stacks.total() as f64
    }
}

pub(crate) fn here() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All plants, once.
pub(crate) fn session() -> &'static Session {
    static SESSION: OnceLock<Session> = OnceLock::new();
    SESSION.get_or_init(|| Session::of(&here(), "^costs/"))
}
