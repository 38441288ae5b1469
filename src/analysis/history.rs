//! How a case moved over the runs that are kept: its numbers in the order of time, which of them may stand in one
//! series, and where a series changed.
//!
//! # The rule
//! Only numbers of like environments stand in one series ([`Environment::fingerprint`](crate::record::Environment)):
//! counts of like toolchains, times of like machines too. Runs of unlike environments may alternate; each continues
//! the series of its own kind. A row whose environment differs from the row before it says in what.

mod change_points;
mod student;

use std::collections::BTreeMap;

use change_points::{Step, count_changes, time_changes};

use super::Estimate;
use crate::record::{BriefRun, CaseId, Difference, Metric, NumberKind};

pub use change_points::FEWEST;

/// Everything that is kept of a case.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseHistory {
    /// The metrics that a run has of it, in the order of [`Metric::KEPT`].
    pub metrics: Vec<Metric>,
    /// A row a run that measured it, oldest first.
    pub rows: Vec<HistoryRow>,
}

/// What one run measured of a case.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryRow {
    /// The run's id.
    pub run: String,
    /// Its revision, with `+` behind it where the tree held other changes.
    pub revision: String,
    /// When the run began, RFC 3339.
    pub started_at: String,
    /// In what its environment differs from the row before: across it, only what the fields allow is joined.
    pub unlike_before: Vec<Difference>,
    /// What the run has to warn of.
    pub warnings: Vec<String>,
    /// Its numbers.
    pub points: BTreeMap<Metric, HistoryPoint>,
}

/// A number in a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HistoryPoint {
    /// The number.
    pub estimate: Estimate,
    /// Which series of its metric it belongs to, from 0 in the order in which they begin.
    pub series: usize,
    /// Set where the series is shown to have changed here.
    pub change: Option<Change>,
}

/// A change of a series: its level before and from here on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// The level before: the last count, or the mean (of logarithms) of the ratios between two changes.
    pub before: f64,
    /// The level from here on.
    pub after: f64,
}

impl Change {
    /// After over before; `None` when that was zero.
    pub fn ratio(&self) -> Option<f64> {
        (self.before > 0.0).then(|| self.after / self.before)
    }
}

impl CaseHistory {
    /// What `runs`, oldest first, have kept of `id`.
    pub fn of(runs: &[BriefRun], id: &CaseId) -> Self {
        let measured: Vec<_> = runs.iter().filter_map(|run| Some((run, run.case(id)?))).collect();
        let mut rows: Vec<HistoryRow> = Vec::new();
        for (index, (run, _)) in measured.iter().enumerate() {
            let before = index.checked_sub(1).map(|before| &measured[before].0.environment);
            rows.push(HistoryRow {
                run: run.id.clone(),
                revision: run.revision(),
                started_at: run.started_at.clone(),
                unlike_before: before
                    .map(|before| before.differences(&run.environment, NumberKind::Time))
                    .unwrap_or_default(),
                warnings: run.warnings.clone(),
                points: BTreeMap::new(),
            });
        }
        let mut metrics = Vec::new();
        for metric in Metric::KEPT {
            let kind = metric.number_kind();
            let mut fingerprints = Vec::new();
            let mut series: Vec<Vec<(usize, Estimate)>> = Vec::new();
            for (row, (run, case)) in measured.iter().enumerate() {
                let Some(number) = case.numbers.get(&metric) else { continue };
                let fingerprint = run.environment.fingerprint(kind);
                let place =
                    fingerprints.iter().position(|known| *known == fingerprint).unwrap_or_else(|| {
                        fingerprints.push(fingerprint);
                        series.push(Vec::new());
                        fingerprints.len() - 1
                    });
                let estimate = Estimate { value: number.value, low: number.low, high: number.high };
                series[place].push((row, estimate));
            }
            if !series.is_empty() {
                metrics.push(metric);
            }
            for (place, points) in series.iter().enumerate() {
                let estimates: Vec<Estimate> = points.iter().map(|(_, estimate)| *estimate).collect();
                let steps = match kind {
                    NumberKind::Count => count_changes(&estimates),
                    NumberKind::Time => time_changes(&estimates),
                };
                for (at, (row, estimate)) in points.iter().enumerate() {
                    let change = steps.iter().find(|step| step.at == at);
                    let change =
                        change.map(|Step { before, after, .. }| Change { before: *before, after: *after });
                    rows[*row]
                        .points
                        .insert(metric, HistoryPoint { estimate: *estimate, series: place, change });
                }
            }
        }
        Self { metrics, rows }
    }

    /// The points of `metric`, each with its row, oldest first.
    pub fn points(&self, metric: Metric) -> impl Iterator<Item = (usize, &HistoryPoint)> {
        self.rows.iter().enumerate().filter_map(move |(row, entry)| Some((row, entry.points.get(&metric)?)))
    }

    /// Whether `metric` is shown to have changed.
    pub fn moved(&self, metric: Metric) -> bool {
        self.points(metric).any(|(_, point)| point.change.is_some())
    }

    /// Whether it was measured at two revisions or more.
    pub fn has_two_revisions(&self) -> bool {
        self.rows.iter().any(|row| row.revision != self.rows[0].revision)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{BriefCase, BriefNumber, Environment};

    fn run(revision: &str, day: u32, cpu: &str, libc: &str, instructions: f64, ratio: f64) -> BriefRun {
        let number = |value, spread| BriefNumber { value, low: value - spread, high: value + spread };
        BriefRun {
            schema: 1,
            id: format!("run-{day}"),
            started_at: format!("2026-11-{day:02}T00:00:00Z"),
            environment: Environment {
                cpu: cpu.into(),
                cores: 2,
                libc: libc.into(),
                revision: revision.into(),
                ..Environment::default()
            },
            warnings: Vec::new(),
            cases: vec![BriefCase {
                id: "build-vec/push@100".parse().expect("an id"),
                numbers: BTreeMap::from([
                    (Metric::Instructions, number(instructions, 0.0)),
                    (Metric::TimeRatio, number(ratio, 0.01)),
                ]),
            }],
        }
    }

    fn history(runs: &[BriefRun]) -> CaseHistory {
        CaseHistory::of(runs, &"build-vec/push@100".parse().expect("an id"))
    }

    #[test]
    fn a_count_that_differs_by_one_is_a_change_at_its_revision() {
        let history = history(&[
            run("a", 1, "x", "l", 2_339.0, 0.5),
            run("b", 2, "x", "l", 2_339.0, 0.5),
            run("c", 3, "x", "l", 2_340.0, 0.5),
        ]);
        assert_eq!(history.metrics, [Metric::Instructions, Metric::TimeRatio]);
        let changes: Vec<_> = history.points(Metric::Instructions).map(|(_, point)| point.change).collect();
        assert_eq!(changes, [None, None, Some(Change { before: 2_339.0, after: 2_340.0 })]);
        assert!(!history.moved(Metric::TimeRatio) && history.has_two_revisions());
    }

    #[test]
    fn another_cpu_parts_times_and_joins_counts() {
        let history = history(&[
            run("a", 1, "x", "l", 2_339.0, 0.5),
            run("b", 2, "y", "l", 2_340.0, 0.9),
            run("c", 3, "x", "l", 2_340.0, 0.5),
        ]);
        let series = |metric| history.points(metric).map(|(_, point)| point.series).collect::<Vec<_>>();
        assert_eq!(series(Metric::TimeRatio), [0, 1, 0]);
        assert_eq!(series(Metric::Instructions), [0, 0, 0]);
        assert!(history.moved(Metric::Instructions));
        let unlike = &history.rows[1].unlike_before;
        assert_eq!(unlike, &[Difference { field: "cpu", here: "x".into(), there: "y".into() }]);
    }

    #[test]
    fn another_libc_parts_counts_too() {
        let history = history(&[run("a", 1, "x", "l", 2_339.0, 0.5), run("b", 2, "x", "m", 2_500.0, 0.5)]);
        assert!(!history.moved(Metric::Instructions), "they are not joined, so nothing changed");
        assert_eq!(history.rows[1].unlike_before[0].field, "libc");
    }

    #[test]
    fn a_case_that_no_run_measured_has_no_rows() {
        let runs = [run("a", 1, "x", "l", 1.0, 1.0)];
        let none = CaseHistory::of(&runs, &"build-vec/collect@100".parse().expect("an id"));
        assert!(none.rows.is_empty() && none.metrics.is_empty() && !none.has_two_revisions());
    }
}
