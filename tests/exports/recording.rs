//! A folder with what instruments left of a case, and the command over it.

#![allow(dead_code)] // each target that includes this file uses its own part of it

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use perflab::record::{CaseRecord, Environment, InstrumentName, Layout, Measurement, Metric, Run, SCHEMA};

/// The case that was measured.
pub(crate) const CASE: &str = "build-vec/push@100";

/// Not the nominal rate, so that a test sees which one was used.
pub(crate) const RATE_HZ: f64 = 973.25;

/// A number with an interval of a tenth.
pub(crate) fn number(metric: Metric, instrument: InstrumentName, value: f64, revision: &str) -> Measurement {
    Measurement {
        metric,
        value,
        low: value * 0.9,
        high: value * 1.1,
        unit: metric.unit(),
        instrument,
        taken_at: "2026-11-22T08:00:00Z".into(),
        revision: revision.into(),
    }
}

/// A run that measured these cases.
pub(crate) fn run_of(cases: &[(&str, Vec<Measurement>)]) -> Run {
    Run {
        schema: SCHEMA,
        id: "20261122T080000Z-1".into(),
        started_at: "2026-11-22T08:00:00Z".into(),
        environment: Environment { cores: 2, revision: "abc".into(), ..Environment::default() },
        warnings: Vec::new(),
        instruments: Vec::new(),
        cases: cases
            .iter()
            .map(|(id, numbers)| CaseRecord {
                id: id.parse().expect("a case id"),
                measurements: numbers.clone(),
                failures: Vec::new(),
                left_out: Vec::new(),
            })
            .collect(),
    }
}

/// A callgrind profile of two functions, 420 instructions in all.
pub(crate) const CALLGRIND: &str = "version: 1\ncreator: callgrind-3.19.0\npid: 1\ncmd: x\npart: 1\n\ndesc: Trigger: Program \
    termination\n\npositions: line\nevents: Ir\nsummary: 420\n\nfl=(1) a.rs\nfn=(1) lab::push\n1 400\n\nfn=(2) \
    lab::grow\n2 20\n\ntotals: 420\n";

/// Folded stacks of 100 samples.
pub(crate) const STACKS: &str = "Prepared<lab::Push>::run 30\nPrepared<lab::Push>::run;grow 70\n";

/// A folder with what instruments left of one case.
pub(crate) struct Recording {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) layout: Layout,
}

impl Recording {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let layout = Layout::new(folder.path().join("profiles"), folder.path().join("reports"));
        let recording = Self { folder, layout };
        let numbers = vec![
            number(Metric::TimeNs, InstrumentName::Time, 200.0, "abc"),
            number(Metric::SampleRateHz, InstrumentName::Flamegraph, RATE_HZ, "abc"),
        ];
        let run = serde_json::to_string(&run_of(&[(CASE, numbers)])).expect("plain data");
        recording.put(&recording.layout.run_file("20261122T080000Z-1"), &run);
        recording.put(&recording.layout.folded(&CASE.parse().expect("a case id")), STACKS);
        recording.put(
            &recording.layout.heap_folded(&CASE.parse().expect("a case id")),
            "Prepared<lab::Push>::run (a.rs:7);grow (v.rs:1) 2016\n",
        );
        recording.put(&recording.layout.callgrind(&CASE.parse().expect("a case id")), CALLGRIND);
        recording
    }

    pub(crate) fn put(&self, path: &Path, text: &str) {
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, text).expect("written");
    }

    pub(crate) fn perflab(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_perflab"));
        command.args(arguments).arg("--profiles").arg(&self.layout.profiles);
        command.arg("--reports").arg(&self.layout.reports).stdin(Stdio::null());
        command.output().expect("it starts")
    }

    #[track_caller]
    pub(crate) fn exports(&self, arguments: &[&str]) -> Vec<u8> {
        let output = self.perflab(&[&["export", "--format"], arguments].concat());
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    #[track_caller]
    pub(crate) fn refuses(&self, arguments: &[&str], code: i32, says: &[&str]) {
        let output = self.perflab(arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
        assert!(says.iter().all(|words| said.contains(words)), "{arguments:?}: {said}");
        // clap's own complaints are of several lines.
        assert!(said.trim().lines().count() == 1 || said.contains("--help"), "{said}");
    }
}
