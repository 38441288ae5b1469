//! How a family's members gain by more workers: speed-up against what the schedule allows, and the laws fitted to it.

mod laws;

use super::Estimate;
use crate::record::{CaseId, ListedFamily, ListedWorkload, Metric, Recorded, SpeedupBound};

pub use laws::{Laws, Refusal};

/// One member at one number of workers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScalingPoint {
    /// Threads or processes that share the work.
    pub workers: usize,
    /// Times as fast as the baseline with the fewest workers; exactly 1 for that one.
    pub speedup: Estimate,
    /// What the schedule allows on this machine.
    pub bound: Option<SpeedupBound>,
    /// Whether there are more workers than cores: what such a point gains, it gains by chance or by waiting.
    pub oversubscribed: bool,
}

impl ScalingPoint {
    /// The share of what the schedule allows; of the workers, or the cores if there are fewer, where nobody counted.
    pub fn efficiency(&self, cores: usize) -> f64 {
        self.speedup.value / self.bound.map_or(self.workers.min(cores) as f64, |bound| bound.speedup)
    }
}

/// A member over its numbers of workers.
#[derive(Debug, Clone, PartialEq)]
pub struct ScalingCurve<'a> {
    /// Which.
    pub workload: &'a ListedWorkload,
    /// Ascending; those with a speed-up.
    pub points: Vec<ScalingPoint>,
    /// The laws fitted to the points that are not oversubscribed, or why there is no fit.
    pub laws: Result<Laws, Refusal>,
}

/// Every member of a family whose sizes count workers, on a machine with `cores` cores.
pub fn scaling<'a>(family: &'a ListedFamily, recorded: &Recorded, cores: usize) -> Vec<ScalingCurve<'a>> {
    let fewest = family.sizes.first().copied();
    let point = |workload: &ListedWorkload, workers: usize| {
        let id = CaseId { family: family.name.clone(), workload: workload.name.clone(), size: workers };
        let case = recorded.case(&id)?;
        let measured = case.measurement(Metric::Speedup).and_then(Estimate::of);
        let is_reference = workload.name == family.baseline && Some(workers) == fewest;
        let reference =
            || (is_reference && case.measurement(Metric::TimeNs).is_some()).then(|| Estimate::exact(1.0));
        Some(ScalingPoint {
            workers,
            speedup: measured.filter(|speedup| speedup.value > 0.0).or_else(reference)?,
            bound: workload.speedup_bound(workers),
            oversubscribed: workers > cores,
        })
    };
    let curve = |workload: &'a ListedWorkload| {
        let points: Vec<ScalingPoint> =
            workload.sizes.iter().filter_map(|workers| point(workload, *workers)).collect();
        let within: Vec<(f64, f64)> = points
            .iter()
            .filter(|point| !point.oversubscribed)
            .map(|point| (point.workers as f64, point.speedup.value))
            .collect();
        ScalingCurve { workload, points, laws: Laws::fit(&within) }
    };
    family.workloads.iter().map(curve).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{InstrumentName, Measurement, RecordedCase};

    fn number(metric: Metric, value: f64) -> Measurement {
        Measurement {
            low: value * 0.99,
            high: value * 1.01,
            ..Measurement::undated(metric, value, InstrumentName::Time)
        }
    }

    /// A family of one member, its speed-ups by number of workers; none at the first, which is the reference.
    fn recorded(speedups: &[(usize, f64)]) -> (ListedFamily, Recorded) {
        let sizes: Vec<usize> = speedups.iter().map(|(workers, _)| *workers).collect();
        let bound = |size: usize| SpeedupBound { size, speedup: size as f64, at_worst: None };
        let workload = ListedWorkload {
            name: "threads".into(),
            sizes: sizes.clone(),
            speedup_bounds: sizes.iter().copied().map(bound).collect(),
            ..ListedWorkload::default()
        };
        let family = ListedFamily {
            name: "scaling".into(),
            baseline: "threads".into(),
            sizes,
            workloads: vec![workload],
            ..ListedFamily::default()
        };
        let cases = speedups.iter().enumerate().map(|(index, (workers, speedup))| {
            let id = CaseId { family: "scaling".into(), workload: "threads".into(), size: *workers };
            let gained = (index > 0).then(|| number(Metric::Speedup, *speedup));
            RecordedCase::new(id, std::iter::once(number(Metric::TimeNs, 1e6)).chain(gained).collect())
        });
        let recorded = Recorded { cases: cases.collect(), ..Recorded::default() };
        (family, recorded)
    }

    #[test]
    fn the_first_is_one_by_definition_and_the_rest_is_marked_beyond_the_cores() {
        let (family, recorded) = recorded(&[(1, 1.0), (2, 1.9), (4, 1.8)]);
        let curves = scaling(&family, &recorded, 2);
        let points = &curves[0].points;
        assert_eq!(points[0].speedup, Estimate::exact(1.0));
        assert_eq!(points.iter().map(|point| point.oversubscribed).collect::<Vec<_>>(), [false, false, true]);
        assert!((points[1].efficiency(2) - 0.95).abs() < 1e-12);
    }

    #[test]
    fn two_cores_identify_no_law() {
        let (family, recorded) = recorded(&[(1, 1.0), (2, 1.9), (3, 1.9), (4, 1.9), (6, 1.9), (8, 1.9)]);
        let curves = scaling(&family, &recorded, 2);
        assert_eq!(curves[0].laws, Err(Refusal { points: 2, worker_counts: 2 }));
    }
}
