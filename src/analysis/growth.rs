//! How a count or a time grows with the size: the exponent of a power law, fitted over a member's sizes.
//!
//! y = c · nᵉ is a line in logarithms; e is its slope by least squares, as in Goldsmith, Aiken & Wilkerson, "Measuring
//! empirical computational complexity", FSE 2007. The interval is Student's, over n − 2 degrees of freedom (Draper &
//! Smith, Applied Regression Analysis, 3rd ed., § 1.4).

use super::Estimate;
use crate::record::{CaseId, ListedFamily, ListedWorkload, Metric, Recorded};

/// Fewest sizes that a law is fitted to: with two any law fits.
const FEWEST: usize = 3;

/// Two-sided 5 % points of Student's t for 1 to 10 degrees of freedom (Fisher & Yates, Statistical Tables, table III).
const T: [f64; 10] = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228];

/// A power law.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GrowthLaw {
    /// By how much the exponent of the cost exceeds zero: 1 is linear, 2 quadratic.
    pub exponent: Estimate,
    /// The logarithm of the cost at size 1.
    intercept: f64,
    /// Sizes it was fitted to.
    pub sizes: usize,
    /// The largest of them.
    pub largest: usize,
}

impl GrowthLaw {
    /// Fits sizes and costs. `None` with fewer than three sizes, or a cost that is not positive.
    pub fn fit(points: &[(usize, f64)]) -> Option<Self> {
        let sound = points.iter().all(|(size, cost)| *size > 0 && cost.is_finite() && *cost > 0.0);
        if points.len() < FEWEST || !sound {
            return None;
        }
        let logs: Vec<(f64, f64)> =
            points.iter().map(|(size, cost)| ((*size as f64).ln(), cost.ln())).collect();
        let n = logs.len() as f64;
        let mean_x = logs.iter().map(|(x, _)| x).sum::<f64>() / n;
        let mean_y = logs.iter().map(|(_, y)| y).sum::<f64>() / n;
        let spread: f64 = logs.iter().map(|(x, _)| (x - mean_x).powi(2)).sum();
        if spread <= 0.0 {
            return None;
        }
        let slope = logs.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum::<f64>() / spread;
        let intercept = mean_y - slope * mean_x;
        let squares: f64 = logs.iter().map(|(x, y)| (y - intercept - slope * x).powi(2)).sum();
        let freedom = logs.len() - 2;
        let half = T[freedom.min(T.len()) - 1] * (squares / freedom as f64 / spread).sqrt();
        let exponent = Estimate { value: slope, low: slope - half, high: slope + half };
        let largest = points.iter().map(|(size, _)| *size).max()?;
        Some(Self { exponent, intercept, sizes: points.len(), largest })
    }

    /// What the law says of `size`.
    pub fn at(&self, size: usize) -> f64 {
        (self.intercept + self.exponent.value * (size as f64).ln()).exp()
    }
}

/// How one metric of a member grows with the size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Law {
    /// What grows.
    pub metric: Metric,
    /// The exponent: 0 stays, 1 grows in step with the size, 2 with its square.
    pub exponent: f64,
    /// Lower end of its 95 % interval.
    pub low: f64,
    /// Upper end of the same.
    pub high: f64,
    /// Sizes that it was fitted to.
    pub points: usize,
}

/// What laws are fitted to: the exact counts, and time.
const FITTED: [Metric; 5] =
    [Metric::Instructions, Metric::HeapBlocks, Metric::HeapBytes, Metric::HeapPeakBytes, Metric::TimeNs];

/// Every law of a member, each over the sizes at which its metric was recorded. A metric with fewer than three sizes, or that
/// is zero at one of them, has none.
pub fn laws(family: &ListedFamily, workload: &ListedWorkload, recorded: &Recorded) -> Vec<Law> {
    let fitted = FITTED.into_iter().filter_map(|metric| {
        let GrowthLaw { exponent, sizes, .. } = law(family, workload, recorded, metric)?;
        Some(Law { metric, exponent: exponent.value, low: exponent.low, high: exponent.high, points: sizes })
    });
    fitted.collect()
}

/// The numbers of `metric` of a member, by size, ascending.
pub fn points(
    family: &ListedFamily,
    workload: &ListedWorkload,
    recorded: &Recorded,
    metric: Metric,
) -> Vec<(usize, f64)> {
    let estimates = estimates(family, workload, recorded, metric).into_iter();
    estimates.map(|(size, estimate)| (size, estimate.value)).collect()
}

/// The same with their intervals.
pub fn estimates(
    family: &ListedFamily,
    workload: &ListedWorkload,
    recorded: &Recorded,
    metric: Metric,
) -> Vec<(usize, Estimate)> {
    let point = |size: &usize| {
        let id = CaseId { family: family.name.clone(), workload: workload.name.clone(), size: *size };
        Some((*size, Estimate::of(recorded.case(&id)?.measurement(metric)?)?))
    };
    workload.sizes.iter().filter_map(point).collect()
}

/// The law of `metric` for a member, where its sizes allow one.
pub fn law(
    family: &ListedFamily,
    workload: &ListedWorkload,
    recorded: &Recorded,
    metric: Metric,
) -> Option<GrowthLaw> {
    GrowthLaw::fit(&points(family, workload, recorded, metric))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{InstrumentName, Measurement, RecordedCase};

    /// A member `a`, with what `cost` says of each metric at each size; nothing where it is `None`.
    fn member(cost: impl Fn(Metric, f64) -> Option<f64>) -> (ListedFamily, Recorded) {
        let sizes = vec![10, 100, 1_000, 10_000];
        let cases = sizes.iter().map(|size| {
            let id = CaseId { family: "f".into(), workload: "a".into(), size: *size };
            let number = |metric: Metric| {
                let value = cost(metric, *size as f64)?;
                Some(Measurement::undated(metric, value, InstrumentName::Time))
            };
            RecordedCase::new(id, FITTED.into_iter().filter_map(number).collect())
        });
        let recorded = Recorded { cases: cases.collect(), ..Recorded::default() };
        let workload = ListedWorkload { name: "a".into(), sizes, ..ListedWorkload::default() };
        let family = ListedFamily { name: "f".into(), workloads: vec![workload], ..ListedFamily::default() };
        (family, recorded)
    }

    #[test]
    fn each_count_and_the_time_have_a_law_over_the_sizes_that_were_recorded() {
        let (family, recorded) = member(|metric, n| match metric {
            Metric::Instructions if n > 1_000.0 => None,
            Metric::Instructions => Some(7.0 * n),
            Metric::HeapBlocks => Some(3.0),
            Metric::HeapBytes => Some(4.0 * n * n),
            Metric::HeapPeakBytes => Some(0.0),
            _ => Some(2.0 * n.powf(1.5)),
        });
        let laws = laws(&family, &family.workloads[0], &recorded);
        let told: Vec<(Metric, String, usize)> =
            laws.iter().map(|law| (law.metric, format!("{:.3}", law.exponent.abs()), law.points)).collect();
        let expected = [
            (Metric::Instructions, "1.000", 3),
            (Metric::HeapBlocks, "0.000", 4),
            (Metric::HeapBytes, "2.000", 4),
            (Metric::TimeNs, "1.500", 4),
        ];
        assert_eq!(told, expected.map(|(metric, exponent, points)| (metric, exponent.to_owned(), points)));
        assert!(laws.iter().all(|law| law.low <= law.exponent && law.exponent <= law.high), "{laws:?}");
    }

    #[test]
    fn exact_powers_have_exact_exponents() {
        for exponent in [0.0, 1.0, 2.0] {
            let points: Vec<(usize, f64)> =
                [10, 100, 1_000].map(|size: usize| (size, 5.0 * (size as f64).powf(exponent))).into();
            let law = GrowthLaw::fit(&points).expect("three sizes");
            assert!((law.exponent.value - exponent).abs() < 1e-9, "{law:?}");
            assert!(law.exponent.high - law.exponent.low < 1e-6, "{law:?}");
            assert!((law.at(10_000) / (5.0 * 10_000_f64.powf(exponent)) - 1.0).abs() < 1e-6);
        }
    }

    #[test]
    fn slope_and_interval_are_the_textbooks() {
        // Worked apart, in double precision: slope 0.976140, its standard error 0.038838, t = 4.302653.
        let law =
            GrowthLaw::fit(&[(10, 12.0), (100, 95.0), (1_000, 1_300.0), (10_000, 9_000.0)]).expect("a law");
        assert!((law.exponent.value - 0.976_140).abs() < 1e-6, "{:?}", law.exponent);
        assert!((law.exponent.high - law.exponent.value - 0.167_109).abs() < 1e-4, "{:?}", law.exponent);
    }

    #[test]
    fn two_sizes_or_a_cost_of_nothing_have_no_law() {
        assert_eq!(GrowthLaw::fit(&[(1, 1.0), (2, 2.0)]), None);
        assert_eq!(GrowthLaw::fit(&[(1, 1.0), (2, 0.0), (3, 2.0)]), None);
        assert_eq!(GrowthLaw::fit(&[(1, 1.0), (1, 2.0), (1, 3.0)]), None);
    }
}
