//! All runs together: for each case and instrument the newest that was taken. What `perflab report --json` prints.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    CaseId, CaseRecord, Environment, Failure, Finding, InstrumentState, LeftOut, Measurement, Run, SCHEMA,
};

/// Everything known, newest first where several runs speak of the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recorded {
    /// [`SCHEMA`].
    pub schema: u32,
    /// Of the newest run; `None` when nothing was recorded yet.
    pub environment: Option<Environment>,
    /// What the runs whose numbers are shown have to warn of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// The newest state of each instrument.
    pub instruments: Vec<RecordedInstrument>,
    /// In the order of their ids.
    pub cases: Vec<RecordedCase>,
}

/// An instrument's newest state. The same fields as [`InstrumentState`].
pub type RecordedInstrument = InstrumentState;

/// A case, with the newest that each instrument had to say of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordedCase {
    /// Which case.
    pub id: CaseId,
    /// Its family.
    pub family: String,
    /// Its workload.
    pub workload: String,
    /// Its size.
    pub size: usize,
    /// The newest numbers of each instrument.
    pub measurements: Vec<Measurement>,
    /// Named bottlenecks, the leading one first.
    pub findings: Vec<Finding>,
    /// Instruments whose newest attempt failed; older numbers of theirs stay above.
    pub failures: Vec<Failure>,
    /// Instruments that left the case out in its newest run.
    pub left_out: Vec<LeftOut>,
}

impl RecordedCase {
    /// The case `id` with these numbers; nothing found, failed or left out.
    pub fn new(id: CaseId, measurements: Vec<Measurement>) -> Self {
        Self {
            family: id.family.clone(),
            workload: id.workload.clone(),
            size: id.size,
            id,
            measurements,
            findings: Vec::new(),
            failures: Vec::new(),
            left_out: Vec::new(),
        }
    }

    /// The newest value of `metric`.
    pub fn measurement(&self, metric: super::Metric) -> Option<&Measurement> {
        self.measurements.iter().find(|measurement| measurement.metric == metric)
    }
}

impl Recorded {
    /// Merges `runs`, given oldest first.
    pub fn merge(runs: &[Run]) -> Self {
        let mut instruments = BTreeMap::new();
        let mut cases: BTreeMap<CaseId, RecordedCase> = BTreeMap::new();
        for run in runs {
            for state in &run.instruments {
                instruments.insert(state.name, state.clone());
            }
            for record in &run.cases {
                let new = || RecordedCase::new(record.id.clone(), Vec::new());
                let case = cases.entry(record.id.clone()).or_insert_with(new);
                for measurement in &record.measurements {
                    case.measurements.retain(|old| {
                        old.metric != measurement.metric || old.instrument != measurement.instrument
                    });
                    case.measurements.push(measurement.clone());
                    case.failures.retain(|old| old.instrument != measurement.instrument);
                    case.left_out.retain(|old| old.instrument != measurement.instrument);
                }
                for failure in &record.failures {
                    case.failures.retain(|old| old.instrument != failure.instrument);
                    case.left_out.retain(|old| old.instrument != failure.instrument);
                    case.failures.push(failure.clone());
                }
                for left_out in &record.left_out {
                    case.failures.retain(|old| old.instrument != left_out.instrument);
                    case.left_out.retain(|old| old.instrument != left_out.instrument);
                    case.left_out.push(left_out.clone());
                }
            }
        }
        let mut recorded = Self {
            schema: SCHEMA,
            environment: runs.last().map(|run| run.environment.clone()),
            warnings: Vec::new(),
            instruments: instruments.into_values().collect(),
            cases: cases.into_values().collect(),
        };
        for run in runs.iter().filter(|run| !run.warnings.is_empty()) {
            if recorded.shows(run) {
                let new = run.warnings.iter().filter(|warning| !recorded.warnings.contains(warning));
                let new: Vec<String> = new.cloned().collect();
                recorded.warnings.extend(new);
            }
        }
        recorded
    }

    /// Whether a number of `run` is among the newest.
    pub fn shows(&self, run: &Run) -> bool {
        run.cases.iter().any(|record| self.case(&record.id).is_some_and(|case| shares_a_number(record, case)))
    }

    /// The case named `id`.
    pub fn case(&self, id: &CaseId) -> Option<&RecordedCase> {
        self.cases.binary_search_by(|case| case.id.cmp(id)).ok().map(|index| &self.cases[index])
    }
}

fn shares_a_number(record: &CaseRecord, case: &RecordedCase) -> bool {
    record.measurements.iter().any(|number| case.measurements.contains(number))
}
