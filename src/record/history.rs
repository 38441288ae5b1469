//! Runs in brief: what is kept of each run so that a case can be followed over revisions. The exact counts and the
//! paired ratios alone: absolute times of different days compare the machine's moods, and raw profiles are large.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::store::{LoadedFiles, load_files};
use super::{CaseId, Environment, Layout, Metric, RecordError, Run, SCHEMA, write_atomically};

/// A run in brief, one file under profiles/history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BriefRun {
    /// [`SCHEMA`] of this file.
    pub schema: u32,
    /// The run's own; sorts by time.
    pub id: String,
    /// RFC 3339, UTC.
    pub started_at: String,
    /// Where it was taken, and of which revision.
    pub environment: Environment,
    /// What must be said wherever its numbers are shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// What it measured.
    pub cases: Vec<BriefCase>,
}

/// What a run measured of one case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BriefCase {
    /// Which case.
    pub id: CaseId,
    /// Its numbers.
    pub numbers: BTreeMap<Metric, BriefNumber>,
}

/// A number and its interval, or its range over several runs. In JSON `[value, low, high]`, or `[value]` when exact.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(into = "Vec<f64>", try_from = "Vec<f64>")]
pub struct BriefNumber {
    /// The estimate.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl From<BriefNumber> for Vec<f64> {
    fn from(BriefNumber { value, low, high }: BriefNumber) -> Self {
        if low == value && high == value { vec![value] } else { vec![value, low, high] }
    }
}

impl TryFrom<Vec<f64>> for BriefNumber {
    type Error = String;

    fn try_from(numbers: Vec<f64>) -> Result<Self, String> {
        match *numbers.as_slice() {
            [value] => Ok(Self { value, low: value, high: value }),
            [value, low, high] if low <= value && value <= high => Ok(Self { value, low, high }),
            _ => Err(format!("{numbers:?} is neither [value] nor [value, low, high]")),
        }
    }
}

impl BriefRun {
    /// What is kept of `run`; `None` when it measured nothing of it.
    pub fn of(run: &Run) -> Option<Self> {
        let mut cases = Vec::new();
        let canary_ns = run.canary_ns();
        for record in &run.cases {
            // A ratio that a neighbour on the core moved would be a change of the code.
            let is_slowed = canary_ns.is_some_and(|fastest| record.slowed(fastest).is_some());
            let numbers: BTreeMap<Metric, BriefNumber> = Metric::KEPT
                .into_iter()
                .filter(|metric| !(is_slowed && *metric == Metric::TimeRatio))
                .filter_map(|metric| {
                    let number = record.measurement(metric)?;
                    let low = number.low.min(number.value);
                    let brief = BriefNumber { value: number.value, low, high: number.high.max(number.value) };
                    [brief.value, brief.low, brief.high]
                        .iter()
                        .all(|n| n.is_finite())
                        .then_some((metric, brief))
                })
                .collect();
            if !numbers.is_empty() {
                cases.push(BriefCase { id: record.id.clone(), numbers });
            }
        }
        (!cases.is_empty()).then(|| Self {
            schema: SCHEMA,
            id: run.id.clone(),
            started_at: run.started_at.clone(),
            environment: run.environment.clone(),
            warnings: run.warnings.clone(),
            cases,
        })
    }

    /// What it measured of `id`.
    pub fn case(&self, id: &CaseId) -> Option<&BriefCase> {
        self.cases.iter().find(|case| case.id == *id)
    }

    /// The revision, with `+` behind it where the tree held other changes.
    pub fn revision(&self) -> String {
        format!("{}{}", self.environment.revision, if self.environment.dirty { "+" } else { "" })
    }
}

/// What could be read of profiles/history.
#[derive(Debug, Default)]
pub struct History {
    /// Oldest first.
    pub runs: Vec<BriefRun>,
    /// Files that could not be read; each is to be told to the user.
    pub problems: Vec<RecordError>,
}

impl History {
    /// Reads what `layout` keeps. A file that cannot be read is a problem, not the end, and stays as it is.
    ///
    /// # Errors
    /// [`RecordError::Io`] when the folder itself cannot be read; one that is not there holds nothing.
    pub fn load(layout: &Layout) -> Result<Self, RecordError> {
        let LoadedFiles { read, problems } = load_files(&layout.history())?;
        let mut runs: Vec<BriefRun> = read.into_iter().map(|(_, run)| run).collect();
        runs.sort_by(|a, b| (&a.started_at, &a.id).cmp(&(&b.started_at, &b.id)));
        Ok(Self { runs, problems })
    }

    /// Keeps `run` in brief, whole or not at all, under its id; a run that measured nothing leaves no file.
    ///
    /// # Errors
    /// [`RecordError::Io`] with the path; what stood there before stays.
    pub fn keep(layout: &Layout, run: &Run) -> Result<Option<PathBuf>, RecordError> {
        let Some(brief) = BriefRun::of(run) else { return Ok(None) };
        let path = layout.history_file(&brief.id);
        let json = serde_json::to_vec(&brief).expect("numbers are finite, the rest is text");
        write_atomically(&path, &json)?;
        Ok(Some(path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn a_run(numbers: &str) -> Run {
        let json = format!(
            r#"{{"schema":1,"id":"20261121T220000Z-1","started_at":"2026-11-21T22:00:00Z","environment":{{"cpu":"a",
            "cores":2,"memory_bytes":1,"kernel":"k","timer_hz":null,"perf_event_paranoid":2,"rustc":"r","target":"t",
            "profile_flags":"f","libc":"l","allocator":"s","load":0.5,"revision":"abc","dirty":true}},
            "instruments":[],"cases":[{{"id":"build-vec/push@100","measurements":[{numbers}],"failures":[],
            "left_out":[]}}]}}"#
        );
        serde_json::from_str(&json).expect("a run")
    }

    fn number(metric: Metric, value: f64, low: f64, high: f64) -> String {
        format!(
            r#"{{"metric":"{}","value":{value},"low":{low},"high":{high},"unit":"count","instrument":"time",
            "taken_at":"x","revision":"abc"}}"#,
            metric.as_str()
        )
    }

    #[test]
    fn a_brief_run_keeps_counts_and_ratios_and_no_times() {
        let run = a_run(
            &[
                number(Metric::TimeNs, 200.0, 190.0, 210.0),
                number(Metric::Instructions, 2_339.0, 2_339.0, 2_339.0),
                number(Metric::TimeRatio, 0.5, 0.49, 0.52),
            ]
            .join(","),
        );
        let folder = tempfile::tempdir().expect("a temporary folder");
        let layout = Layout::new(folder.path(), folder.path());
        let path =
            History::keep(&layout, &run).expect("it can be written").expect("there is something to keep");
        let text = std::fs::read_to_string(&path).expect("it is there");
        assert!(text.contains(r#""instructions":[2339.0]"#), "{text}");
        assert!(text.contains(r#""time_ratio":[0.5,0.49,0.52]"#), "{text}");
        assert!(!text.contains("time_ns"), "{text}");
        let history = History::load(&layout).expect("it can be read");
        assert_eq!(history.runs, [BriefRun::of(&run).expect("as kept")]);
        assert_eq!(history.runs[0].revision(), "abc+");
    }

    #[test]
    fn a_run_that_measured_nothing_leaves_no_file() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let layout = Layout::new(folder.path(), folder.path());
        let run = a_run(&number(Metric::TimeNs, 200.0, 190.0, 210.0));
        assert_eq!(History::keep(&layout, &run).expect("nothing to write"), None);
        assert!(!layout.history().exists());
    }

    #[test]
    fn files_that_cannot_be_read_are_named_and_stay_and_the_rest_is_read() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let layout = Layout::new(folder.path(), folder.path());
        let run = a_run(&number(Metric::HeapBlocks, 7.0, 7.0, 7.0));
        let path = History::keep(&layout, &run).expect("written").expect("kept");
        let text = std::fs::read_to_string(&path).expect("it is there");
        let put =
            |name: &str, text: &str| std::fs::write(layout.history().join(name), text).expect("written");
        put("cut.json", &text[..100]);
        put("newer.json", &text.replace("\"schema\":1", "\"schema\":99"));
        put("odd.json", &text.replace("[7.0]", "[7.0,8.0]"));
        let history = History::load(&layout).expect("the folder can be read");
        assert_eq!(history.runs.len(), 1);
        let told: Vec<String> = history.problems.iter().map(ToString::to_string).collect();
        for (file, why) in
            [("cut.json", "not a perflab record"), ("newer.json", "schema 99"), ("odd.json", "neither")]
        {
            assert!(told.iter().any(|line| line.contains(file) && line.contains(why)), "{file}: {told:?}");
            assert!(layout.history().join(file).is_file(), "{file} must stay");
        }
    }
}
