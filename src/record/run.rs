//! One run: what was asked of which instruments, on which machine, and what came of it.

use serde::{Deserialize, Serialize};

use super::{CaseId, Environment, InstrumentName, Metric, Unit};

/// The record of one run, one file under profiles/runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// [`SCHEMA`](super::SCHEMA) of this file.
    pub schema: u32,
    /// When the run began, and the process that made it; sorts by time.
    pub id: String,
    /// RFC 3339, UTC.
    pub started_at: String,
    /// Where it was taken.
    pub environment: Environment,
    /// What must be said wherever its numbers are shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// The instruments that took part, in the order in which they did.
    pub instruments: Vec<InstrumentState>,
    /// What was measured, in the order in which it was.
    pub cases: Vec<CaseRecord>,
}

impl Run {
    /// What this run has to say of `id` so far.
    pub fn case(&self, id: &CaseId) -> Option<&CaseRecord> {
        self.cases.iter().find(|record| record.id == *id)
    }
}

/// What an instrument can do on this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// All of it.
    Ready,
    /// Less than it could, for the reason given.
    Degraded,
    /// Nothing, for the reason given.
    Unavailable,
}

/// An instrument, and what it can do on this machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InstrumentState {
    /// Which.
    pub name: InstrumentName,
    /// How well it works here.
    pub state: State,
    /// How it measures here: its version, its sampler, its settings.
    pub detail: String,
    /// Why it is not [`State::Ready`].
    pub reason: Option<String>,
    /// The command or step that would make it so.
    pub remedy: Option<String>,
    /// Wall seconds that it took in this run; zero until it has run.
    #[serde(default)]
    pub seconds: f64,
}

/// Everything that one run has to say of a case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseRecord {
    /// Which case.
    pub id: CaseId,
    /// Numbers.
    pub measurements: Vec<Measurement>,
    /// Instruments that failed on it.
    pub failures: Vec<Failure>,
    /// Instruments that left it out on purpose.
    pub left_out: Vec<LeftOut>,
}

impl CaseRecord {
    /// The newest value of `metric`.
    pub fn measurement(&self, metric: Metric) -> Option<&Measurement> {
        self.measurements.iter().rev().find(|measurement| measurement.metric == metric)
    }
}

#[cfg(test)]
impl Measurement {
    /// An exact number that nobody dated, for tests.
    pub(crate) fn undated(metric: Metric, value: f64, instrument: InstrumentName) -> Self {
        let (taken_at, revision) = (String::new(), String::new());
        Self { metric, value, low: value, high: value, unit: metric.unit(), instrument, taken_at, revision }
    }
}

/// One number, with all that is needed to read it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measurement {
    /// What it counts.
    pub metric: Metric,
    /// The estimate.
    pub value: f64,
    /// Lower end of the 95 % interval, or of the range over several runs; the value itself when exact.
    pub low: f64,
    /// Upper end of the same.
    pub high: f64,
    /// Its unit.
    pub unit: Unit,
    /// What took it.
    pub instrument: InstrumentName,
    /// RFC 3339, UTC.
    pub taken_at: String,
    /// Git revision, with `+` behind it where the tree was dirty.
    pub revision: String,
}

/// An instrument that could not measure a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Which instrument.
    pub instrument: InstrumentName,
    /// What happened: a time-out, a signal, a wrong answer.
    pub reason: String,
}

/// An instrument that was not asked to measure a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// Which instrument.
    pub instrument: InstrumentName,
    /// The one number that it left out, where it takes each of its numbers by itself; absent where it left out all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric: Option<Metric>,
    /// Why it would tell nothing new, or cannot.
    pub reason: String,
}

impl LeftOut {
    /// Whether it speaks of `metric` of `instrument`.
    pub fn speaks_of(&self, instrument: InstrumentName, metric: Metric) -> bool {
        self.instrument == instrument && self.metric.is_none_or(|left_out| left_out == metric.principal())
    }
}
