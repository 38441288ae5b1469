//! Made-up records of runs on made-up machines, written as the instruments and the session write them.

#![allow(dead_code)] // each target that includes this file uses its own part of it

use std::fs;
use std::process::{Command, Output};

use perflab::record::{
    CaseId, CaseRecord, Environment, History, InstrumentName, Layout, Measurement, Metric, Run, SCHEMA,
};
use tempfile::TempDir;

/// A machine and a revision.
pub(crate) fn environment(cpu: &str, libc: &str, revision: &str) -> Environment {
    Environment {
        cpu: cpu.into(),
        cores: 2,
        libc: libc.into(),
        revision: revision.into(),
        ..Environment::default()
    }
}

/// A run of the day `day`, that measured `numbers`: a case, a metric, a value.
pub(crate) fn run(environment: Environment, day: u32, numbers: &[(&str, Metric, f64)]) -> Run {
    let started_at = format!("2026-11-{day:02}T22:00:00Z");
    let mut cases: Vec<CaseRecord> = Vec::new();
    for (id, metric, value) in numbers {
        let id: CaseId = id.parse().expect("a case id");
        let (instrument, spread) = match metric {
            Metric::Instructions => (InstrumentName::Instructions, 0.0),
            Metric::HeapBlocks | Metric::HeapBytes | Metric::HeapPeakBytes => (InstrumentName::Heap, 0.0),
            _ => (InstrumentName::Time, 0.002),
        };
        let number = Measurement {
            metric: *metric,
            value: *value,
            low: value * (1.0 - spread),
            high: value * (1.0 + spread),
            unit: metric.unit(),
            instrument,
            taken_at: started_at.clone(),
            revision: environment.revision.clone(),
        };
        match cases.iter_mut().find(|case| case.id == id) {
            Some(case) => case.measurements.push(number),
            None => cases.push(CaseRecord {
                id,
                measurements: vec![number],
                failures: Vec::new(),
                left_out: Vec::new(),
            }),
        }
    }
    Run {
        schema: SCHEMA,
        id: format!("202611{day:02}T220000Z-7"),
        started_at,
        environment,
        warnings: Vec::new(),
        instruments: Vec::new(),
        cases,
    }
}

/// A tree's folders.
pub(crate) struct Tree {
    _folder: TempDir,
    pub(crate) layout: Layout,
}

impl Tree {
    /// A tree in which `runs` were recorded and kept.
    pub(crate) fn with(runs: &[Run]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let layout = Layout::new(folder.path().join("profiles"), folder.path().join("reports"));
        fs::create_dir_all(&layout.profiles).expect("it can be made");
        for run in runs {
            fs::create_dir_all(layout.runs()).expect("it can be made");
            fs::write(layout.run_file(&run.id), serde_json::to_vec(run).expect("a run")).expect("written");
            History::keep(&layout, run).expect("it can be kept");
        }
        Self { _folder: folder, layout }
    }

    /// `perflab` with these words, over this tree's folders.
    pub(crate) fn perflab(&self, words: &[&str]) -> Outcome {
        let mut command = Command::new(env!("CARGO_BIN_EXE_perflab"));
        command.args(words).arg("--profiles").arg(&self.layout.profiles);
        command.arg("--reports").arg(&self.layout.reports);
        Outcome(command.output().expect("it starts"))
    }

    /// The profiles folder, as one types it.
    pub(crate) fn typed(&self) -> String {
        self.layout.profiles.display().to_string()
    }
}

/// What a command did.
pub(crate) struct Outcome(Output);

impl Outcome {
    /// What it printed on stdout.
    pub(crate) fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.0.stdout).into_owned()
    }

    /// What it said on stderr.
    pub(crate) fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.0.stderr).into_owned()
    }

    /// Holds its exit code.
    #[track_caller]
    pub(crate) fn code(self, expected: i32) -> Self {
        assert_eq!(self.0.status.code(), Some(expected), "{}{}", self.stdout(), self.stderr());
        self
    }

    /// Holds that stderr tells each of `words`.
    #[track_caller]
    pub(crate) fn complains(self, words: &[&str]) -> Self {
        for word in words {
            assert!(self.stderr().contains(word), "no `{word}` on stderr: {}", self.stderr());
        }
        self
    }
}
