//! All runs together: for each case and instrument the newest that was taken. What `perflab report --json` prints.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::canary::by_the_fastest;
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

impl Default for Recorded {
    /// Of no run.
    fn default() -> Self {
        Self {
            schema: SCHEMA,
            environment: None,
            warnings: Vec::new(),
            instruments: Vec::new(),
            cases: Vec::new(),
        }
    }
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

/// Whether nothing is left of what `old` said once `new` was.
fn replaces(new: &LeftOut, old: &LeftOut) -> bool {
    let of_one = new.metric.is_some_and(|metric| old.metric.is_some_and(|other| other != metric));
    old.instrument == new.instrument && !of_one
}

/// Whether `new` stands for `old`: the same number, or the one that `old` was told beside at another time.
fn supersedes(new: &Measurement, old: &Measurement) -> bool {
    let beside = old.metric.principal() == new.metric && old.taken_at != new.taken_at;
    old.instrument == new.instrument && (old.metric == new.metric || beside)
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
                    case.measurements.retain(|old| !supersedes(measurement, old));
                    case.measurements.push(measurement.clone());
                    case.failures.retain(|old| old.instrument != measurement.instrument);
                    case.left_out.retain(|old| !old.speaks_of(measurement.instrument, measurement.metric));
                }
                for left_out in &record.left_out {
                    case.failures.retain(|old| old.instrument != left_out.instrument);
                    case.left_out.retain(|old| !replaces(left_out, old));
                    case.left_out.push(left_out.clone());
                }
                // Last: an instrument that left one number out may have failed at the next.
                for failure in &record.failures {
                    case.failures.retain(|old| old.instrument != failure.instrument);
                    case.left_out.retain(|old| old.instrument != failure.instrument);
                    case.failures.push(failure.clone());
                }
            }
        }
        let mut cases: Vec<RecordedCase> = cases.into_values().collect();
        by_the_fastest(&mut cases);
        let mut recorded = Self {
            environment: newest_environment(runs),
            instruments: instruments.into_values().collect(),
            cases,
            ..Self::default()
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

/// That of the newest run. A run of other instruments than time takes no speeds of the machine; those of the newest run on the
/// same machine that did still hold.
fn newest_environment(runs: &[Run]) -> Option<Environment> {
    let mut newest = runs.last()?.environment.clone();
    if newest.speeds.is_none() {
        let is_same = |other: &&Environment| other.cpu == newest.cpu && other.cores == newest.cores;
        let others = runs.iter().rev().map(|run| &run.environment).filter(is_same);
        newest.speeds = others.filter_map(|other| other.speeds.clone()).next();
    }
    Some(newest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{InstrumentName, Metric, Speed, Unit};

    const CASE: &str = "family/a@10";

    /// What one run had to say of a case: numbers, failures, and what was left out, all of the instrument ceilings.
    fn run(metrics: &[Metric], failed: bool, left_out: &[(Option<Metric>, &str)]) -> Run {
        let instrument = InstrumentName::Ceilings;
        let measurements = metrics.iter().map(|metric| Measurement {
            low: 1.4,
            high: 1.6,
            ..Measurement::undated(*metric, 1.5, instrument)
        });
        let record = CaseRecord {
            id: CASE.parse().expect("a case id"),
            measurements: measurements.collect(),
            failures: failed.then(|| Failure { instrument, reason: "died".into() }).into_iter().collect(),
            left_out: left_out
                .iter()
                .map(|(metric, reason)| LeftOut { instrument, metric: *metric, reason: (*reason).into() })
                .collect(),
        };
        Run { cases: vec![record], ..crate::instruments::new_run() }
    }

    fn reasons(runs: &[Run]) -> Vec<String> {
        let recorded = Recorded::merge(runs);
        let case = recorded.case(&CASE.parse().expect("a case id")).expect("it was recorded");
        let left_out = case.left_out.iter().map(|left_out| left_out.reason.clone());
        left_out.chain(case.failures.iter().map(|failure| failure.reason.clone())).collect()
    }

    #[test]
    fn a_part_that_newer_books_do_not_name_is_gone() {
        let books = |parts: &[Metric], moment: &str| {
            let mut run = run(parts, false, &[]);
            run.cases[0].measurements.iter_mut().for_each(|number| {
                number.instrument = InstrumentName::Waits;
                number.taken_at = moment.into();
            });
            run
        };
        let old = books(&[Metric::WallNs, Metric::CpuUserNs, Metric::RunqueueNs, Metric::BlockedNs], "1");
        let new = books(&[Metric::CpuUserNs, Metric::WallNs, Metric::BlockedNs], "2");
        let merged = Recorded::merge(&[old, new]);
        let told: Vec<Metric> = merged.cases[0].measurements.iter().map(|number| number.metric).collect();
        assert_eq!(told, [Metric::CpuUserNs, Metric::WallNs, Metric::BlockedNs]);
    }

    #[test]
    fn speeds_of_the_machine_outlive_a_run_that_took_none() {
        let of = |cpu: &str, speed: Option<f64>| {
            let mut run = run(&[], false, &[]);
            run.environment.cpu = cpu.into();
            run.environment.speeds = speed.map(|value| {
                let (name, unit) = (Speed::ALLOCATION.into(), Unit::Ns);
                vec![Speed { name, value, low: value, high: value, unit, holds_bytes: None }]
            });
            run
        };
        let merged = |runs: &[Run]| {
            let environment = Recorded::merge(runs).environment.expect("a run was recorded");
            environment.speeds.map(|speeds| speeds[0].value)
        };
        assert_eq!(merged(&[of("a", Some(1.0)), of("a", Some(2.0)), of("a", None)]), Some(2.0));
        assert_eq!(merged(&[of("a", Some(1.0)), of("a", Some(2.0))]), Some(2.0));
        assert_eq!(merged(&[of("b", Some(1.0)), of("a", None)]), None, "another machine");
    }

    #[test]
    fn what_was_told_beside_a_number_goes_with_it() {
        let at = |metrics: &[Metric], moment: &str| {
            let mut run = run(metrics, false, &[]);
            run.cases[0].measurements.iter_mut().for_each(|number| number.taken_at = moment.into());
            run
        };
        let beside = Metric::CeilingMemorySize;
        let metrics = |runs: &[Run]| -> Vec<Metric> {
            Recorded::merge(runs).cases[0].measurements.iter().map(|number| number.metric).collect()
        };
        let both = at(&[Metric::CeilingMemory, beside], "first");
        assert_eq!(metrics(std::slice::from_ref(&both)), [Metric::CeilingMemory, beside]);
        assert_eq!(metrics(&[both.clone(), at(&[Metric::CeilingMemory], "then")]), [Metric::CeilingMemory]);
        assert_eq!(metrics(&[both, at(&[Metric::CeilingAllocation], "then")]).len(), 3);
    }

    #[test]
    fn what_left_one_number_out_stands_beside_the_others_until_that_one_is_there() {
        let (allocation, memory) = (Metric::CeilingAllocation, Metric::CeilingMemory);
        let first = run(&[allocation], false, &[(Some(memory), "takes long")]);
        assert_eq!(reasons(std::slice::from_ref(&first)), ["takes long"]);
        let both = run(&[], false, &[(Some(allocation), "no block"), (Some(memory), "does not fit")]);
        assert_eq!(reasons(&[first.clone(), both.clone()]), ["no block", "does not fit"]);
        // What is told beside a ceiling stands for it.
        let fits = run(&[Metric::WorkingSetBytes], false, &[]);
        assert_eq!(reasons(&[first.clone(), fits]), Vec::<String>::new());
        let all = run(&[], false, &[(None, "not here")]);
        assert_eq!(reasons(&[both.clone(), all.clone()]), ["not here"]);
        assert_eq!(reasons(&[all, first]), ["takes long"]);
        let failed = run(&[], true, &[(Some(allocation), "no block")]);
        assert_eq!(reasons(&[both.clone(), failed.clone()]), ["died"]);
        assert_eq!(reasons(&[failed, both]), ["no block", "does not fit"]);
    }
}
