//! The one place that reads criterion's estimates.json. Criterion declares the file private, so a field that is
//! missing is told, not guessed.

use std::path::Path;
use std::time::SystemTime;

use serde::Deserialize;

#[derive(Deserialize)]
struct Estimates {
    median: Estimate,
}

#[derive(Deserialize)]
struct Estimate {
    point_estimate: f64,
    confidence_interval: Interval,
}

#[derive(Deserialize)]
struct Interval {
    confidence_level: f64,
    lower_bound: f64,
    upper_bound: f64,
}

/// The confidence level of every interval that is recorded.
const CONFIDENCE: f64 = 0.95;

/// The median time of an iteration in nanoseconds, and its 95 % bootstrap interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Median {
    /// The estimate.
    pub point_ns: f64,
    /// Lower end of the interval.
    pub low_ns: f64,
    /// Upper end of the same.
    pub high_ns: f64,
}

/// Reads the median from `folder`/estimates.json, written no earlier than `since`: criterion ends well also when
/// it measured nothing, so only a new file proves that it did.
pub(super) fn read(folder: &Path, since: SystemTime) -> Result<Median, String> {
    let path = folder.join("estimates.json");
    let written = std::fs::metadata(&path).and_then(|metadata| metadata.modified());
    match written {
        Ok(written) if written >= since => {}
        Ok(_) => {
            return Err("criterion kept no new estimates: zero time measured, or --discard-baseline".into());
        }
        Err(error) => return Err(format!("criterion kept no estimates: {}: {error}", path.display())),
    }
    let bytes = std::fs::read(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    parse(&bytes).map_err(|reason| format!("{}: {reason}", path.display()))
}

/// The median in the bytes of an estimates.json.
///
/// # Errors
/// What ails it: another version's fields, another confidence level, no number.
pub fn parse(bytes: &[u8]) -> Result<Median, String> {
    let Estimates { median } = serde_json::from_slice(bytes)
        .map_err(|error| format!("not the estimates of criterion 0.8 that perflab knows: {error}"))?;
    let Interval { confidence_level, lower_bound: low_ns, upper_bound: high_ns } = median.confidence_interval;
    if confidence_level != CONFIDENCE {
        return Err(format!(
            "its intervals are at {confidence_level}; perflab records them at {CONFIDENCE} alone"
        ));
    }
    let point_ns = median.point_estimate;
    if !(point_ns.is_finite() && low_ns.is_finite() && high_ns.is_finite() && point_ns > 0.0) {
        return Err(format!("the median is {point_ns} ns: nothing was measured"));
    }
    Ok(Median { point_ns, low_ns, high_ns })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_and_its_interval_are_read() {
        let json = br#"{"mean":{},"median":{"confidence_interval":{"confidence_level":0.95,
            "lower_bound":1.5,"upper_bound":2.5},"point_estimate":2.0,"standard_error":0.1}}"#;
        assert_eq!(parse(json), Ok(Median { point_ns: 2.0, low_ns: 1.5, high_ns: 2.5 }));
    }

    #[test]
    fn an_interval_at_another_level_is_not_passed_off_as_ours() {
        let json =
            br#"{"median":{"confidence_interval":{"confidence_level":0.5,"lower_bound":1,"upper_bound":3},
            "point_estimate":2}}"#;
        assert!(parse(json).expect_err("it is no 95 % interval").contains("0.5"));
    }

    #[test]
    fn a_missing_field_is_told() {
        let reason = parse(br#"{"mean":{}}"#).expect_err("there is no median");
        assert!(reason.contains("median"), "{reason}");
    }

    #[test]
    fn zero_time_is_no_measurement() {
        let json = br#"{"median":{"confidence_interval":{"confidence_level":0.95,"lower_bound":0,
            "upper_bound":0},"point_estimate":0}}"#;
        assert!(parse(json).is_err());
    }

    #[test]
    fn estimates_of_an_earlier_run_do_not_count() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("estimates.json"), "{}").expect("it can be written");
        let later = SystemTime::now() + std::time::Duration::from_secs(3600);
        let reason = read(folder.path(), later).expect_err("the file is older");
        assert!(reason.contains("no new estimates"), "{reason}");
    }
}
