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

/// The interval of the signed-rank test; of fewer than five starts, Student's t around their mean, which errs by `error`. Around
/// five, of which one in ten is far off now and then, it would hold the middle in up to 98 % (simulated).
pub(super) fn reported(averages: &WalshAverages, mean: f64, error: f64, freedom: usize) -> Interval {
    averages.interpolated(LEFT_OUT).map_or_else(
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
    fn six_and_five_starts_have_ranks_four_have_students_t_and_one_has_nothing() {
        // Of six, the ends lie where 2.25 % would: the least and the greatest leave out 1 in 64 each, the next averages 2.
        let six = over_starts(&[5.0, 5.2, 4.9, 5.1, 5.0, 9.0]).expect("six starts");
        assert!((4.9..5.2).contains(&six.middle), "{six:?}");
        assert!((six.interval.low - 4.921_827).abs() < 1e-5, "{six:?}");
        assert!((six.interval.high - 7.976_822).abs() < 1e-5, "{six:?}");
        // Of five, the least and the greatest leave out 1 in 32, so the ends lie 0.28 times as far beyond as the next averages
        // within.
        let five = over_starts(&[5.0, 5.2, 4.9, 5.1, 5.0]).expect("five starts");
        assert!((five.interval.low - 4.886161).abs() < 1e-5, "{five:?}");
        assert!((five.interval.high - 5.214156).abs() < 1e-5, "{five:?}");
        // The logarithms' mean errs by 1.28 %; Student's t of three degrees of freedom at 2.25 % is 3.32.
        let four = over_starts(&[5.0, 5.2, 4.9, 5.1]).expect("four starts");
        assert!((four.interval.reach() - 0.0425).abs() < 3e-4, "{four:?}");
        assert_eq!(over_starts(&[5.0]), None);
    }
}
