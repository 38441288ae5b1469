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

/// The numbers of `metric` of a member, by size, ascending.
pub fn points(
    family: &ListedFamily,
    workload: &ListedWorkload,
    recorded: &Recorded,
    metric: Metric,
) -> Vec<(usize, f64)> {
    let point = |size: &usize| {
        let id = CaseId { family: family.name.clone(), workload: workload.name.clone(), size: *size };
        Some((*size, Estimate::of(recorded.case(&id)?.measurement(metric)?)?.value))
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
