//! A session over the plants, as a user would run one, and what it recorded.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use perflab::record::{CaseRecord, Metric, Run};

/// Makes this executable the bench target over the plants.
pub(crate) const BENCH: &str = "PERFLAB_PLANTS";
/// The plants that are no trap.
const SOUND: &str = "^(noop|loop|kernel|growth|random|shared)/";
/// The plants that are counted more than once.
pub(crate) const REPEATED: &str = "^(noop|kernel|growth)/|^loop/sum@1000$";

/// Two sessions over the same plants.
pub(crate) struct Counted {
    pub(crate) first: Session,
    pub(crate) second: Session,
}

/// They are made when the first test asks for them.
pub(crate) static COUNTED: LazyLock<Counted> = LazyLock::new(|| {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    Counted { first: session(&myself(), here, SOUND), second: session(&myself(), here, REPEATED) }
});

pub(crate) fn myself() -> PathBuf {
    std::env::current_exe().expect("this program runs from a file")
}

/// What a session printed and recorded.
pub(crate) struct Session {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) output: Output,
    pub(crate) run: Run,
}

impl Session {
    pub(crate) fn case(&self, id: &str) -> &CaseRecord {
        let case = self.run.cases.iter().find(|case| case.id.to_string() == id);
        case.unwrap_or_else(|| panic!("{id} has no row; the session said:\n{}", self.said()))
    }

    /// Value, low and high.
    pub(crate) fn figure(&self, id: &str, metric: Metric) -> (f64, f64, f64) {
        let case = self.case(id);
        let measurement = case.measurements.iter().find(|measurement| measurement.metric == metric);
        let measurement = measurement.unwrap_or_else(|| {
            panic!(
                "{id} has no {}; install what is missing with `just setup`:\n{}",
                metric.as_str(),
                self.said()
            )
        });
        (measurement.value, measurement.low, measurement.high)
    }

    /// A count without spread.
    pub(crate) fn exactly(&self, id: &str) -> f64 {
        let (value, low, high) = self.figure(id, Metric::Instructions);
        assert_eq!((low, high), (value, value), "{id} is not exact");
        value
    }

    pub(crate) fn said(&self) -> String {
        let Output { stdout, stderr, .. } = &self.output;
        format!("{}{}", String::from_utf8_lossy(stdout), String::from_utf8_lossy(stderr))
    }
}

/// A session of `executable` over the plants that match `filter`, in `here`.
pub(crate) fn session(executable: &Path, here: &Path, filter: &str) -> Session {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let profiles = folder.path().join("profiles");
    let output = Command::new(executable)
        .current_dir(here)
        .env(BENCH, "1")
        .args([filter, "--profiles"])
        .arg(&profiles)
        .arg("--reports")
        .arg(folder.path().join("reports"))
        .output()
        .expect("the bench target starts");
    let mut runs = std::fs::read_dir(profiles.join("runs")).expect("the session recorded a run");
    let run = runs.next().expect("one run").expect("its folder can be read").path();
    let run = serde_json::from_slice(&std::fs::read(run).expect("it is a file")).expect("it is a record");
    Session { folder, output, run }
}
