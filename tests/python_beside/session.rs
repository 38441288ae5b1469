//! A session of this bench target, what came of it, and the processes that it left.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use perflab::record::{CaseId, Layout, Recorded, RecordedCase, load};

/// Set for the process that plays the bench target.
pub(crate) const TARGET: &str = "PERFLAB_TEST_TARGET";

/// What [`TARGET`] says where it is the target of the whole catalogue.
pub(crate) const WHOLE: &str = "whole";

/// A session of this target, its folder, and what came of it.
pub(crate) struct Session {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) output: Output,
}

impl Session {
    pub(crate) fn recorded(&self) -> Recorded {
        let loaded = load(&layout(self.folder.path())).expect("the folder can be read");
        assert!(loaded.problems.is_empty(), "{:?}", loaded.problems);
        Recorded::merge(&loaded.runs)
    }

    pub(crate) fn case(&self, id: &str) -> RecordedCase {
        let id: CaseId = id.parse().expect("a well-formed id");
        let recorded = self.recorded();
        recorded.case(&id).unwrap_or_else(|| panic!("no row for {id}: {}", self.said())).clone()
    }

    pub(crate) fn failure(&self, id: &str) -> String {
        let case = self.case(id);
        assert!(case.measurements.is_empty(), "{case:?}");
        case.failures.first().unwrap_or_else(|| panic!("{id} did not fail: {}", self.said())).reason.clone()
    }

    pub(crate) fn said(&self) -> String {
        let Output { stdout, stderr, .. } = &self.output;
        format!("{}{}", String::from_utf8_lossy(stdout), String::from_utf8_lossy(stderr))
    }
}

fn layout(folder: &Path) -> Layout {
    Layout::new(folder.join("profiles"), folder.join("reports"))
}

pub(crate) fn target(folder: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this test knows itself"));
    command.env(TARGET, "1").arg("--bench");
    command.arg("--profiles").arg(folder.join("profiles")).arg("--reports").arg(folder.join("reports"));
    command
}

/// A session with the python3 at hand, or with the one planted in `path` alone.
pub(crate) fn session(path: Option<&Path>, arguments: &[&str]) -> Session {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut command = target(folder.path());
    if let Some(path) = path {
        command.env("PATH", path);
    }
    let output = command.args(arguments).output().expect("the bench target starts");
    Session { folder, output }
}

/// A session of every case of the catalogue that CPython has a twin of, at a size of two.
pub(crate) fn whole_catalogue() -> Session {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = target(folder.path()).env(TARGET, WHOLE).output().expect("the bench target starts");
    Session { folder, output }
}

/// Processes whose command line or environment names `folder`.
pub(crate) fn processes_of(folder: &Path) -> Vec<String> {
    let needle = folder.display().to_string();
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let name = |file: &str| fs::read(entry.path().join(file)).unwrap_or_default();
        let text = [name("cmdline"), name("environ")].concat();
        let text = String::from_utf8_lossy(&text).into_owned();
        let state = String::from_utf8_lossy(&name("stat")).into_owned();
        if text.contains(&needle) && !state.contains(") Z ") {
            found.push(text.replace('\0', " "));
        }
    }
    found
}

pub(crate) fn assert_no_process_left(folder: &Path) {
    let began = Instant::now();
    let mut left = processes_of(folder);
    while !left.is_empty() && began.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(50));
        left = processes_of(folder);
    }
    assert!(left.is_empty(), "still running: {left:#?}");
}
