//! The middle of what process starts tell, and the interval that is reported with it.

use super::interval::{Interval, RESOLUTION};
use super::signed_rank::WalshAverages;
use super::student::quantile;

/// What the reported interval leaves out at each end if the number of starts is fixed. To stop by what was seen costs up
/// to two points of coverage, so an interval made at 95.5 % holds 95 (simulated: 93 to 97, docs/method.md).
pub(super) const LEFT_OUT: f64 = 0.0225;

/// A value over starts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OverStarts {
    /// The middle by Hodges and Lehmann, of logarithms.
    pub middle: f64,
    /// Its 95 % interval.
    pub interval: Interval,
}

/// Of positive values, one a start; none of fewer than two.
pub fn over_starts(values: &[f64]) -> Option<OverStarts> {
    let logarithms: Vec<f64> = values.iter().map(|value| value.ln()).collect();
    if logarithms.len() < 2 {
        return None;
    }
    let (mean, deviation) = mean_and_deviation(&logarithms);
    let averages = WalshAverages::of(&logarithms);
    let root = (logarithms.len() as f64).sqrt();
    let interval = reported(&averages, mean, deviation.max(RESOLUTION) / root, logarithms.len() - 1);
    Some(OverStarts { middle: averages.middle().exp(), interval })
}

/// The interval of the signed-rank test; of too few starts for that, Student's t around their mean, which errs by `error`.
pub(super) fn reported(averages: &WalshAverages, mean: f64, error: f64, freedom: usize) -> Interval {
    averages.interval(LEFT_OUT).map_or_else(
        || Interval::around(mean, quantile(LEFT_OUT, freedom) * error),
        |ends| Interval::between(*ends.start(), *ends.end()),
    )
}

/// The mean of two or more values, and the standard deviation of what they were drawn from.
pub(super) fn mean_and_deviation(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, (squares / (count - 1.0)).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_starts_have_ranks_five_have_students_t_and_one_has_nothing() {
        // Of six, the ends are the least and the largest value; one wild start is only the last of them.
        let six = over_starts(&[5.0, 5.2, 4.9, 5.1, 5.0, 9.0]).expect("six starts");
        assert!((4.9..5.2).contains(&six.middle), "{six:?}");
        assert!((six.interval.low - 4.9).abs() < 1e-3 && (six.interval.high - 9.0).abs() < 1e-3, "{six:?}");
        // The logarithms' mean errs by 1.01 %; Student's t of four degrees of freedom at 2.25 % is 2.88.
        let five = over_starts(&[5.0, 5.2, 4.9, 5.1, 5.0]).expect("five starts");
        assert!((five.interval.reach() - 0.0291).abs() < 3e-4, "{five:?}");
        assert_eq!(over_starts(&[5.0]), None);
    }
}
