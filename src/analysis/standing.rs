//! Why a number is there, or is not: five ways of being absent that must never look the same.

use crate::record::{InstrumentName, Measurement, Metric, Recorded, RecordedCase, State};

/// What is known of one metric of one case.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Standing<'a> {
    /// A number.
    Measured {
        /// The newest.
        measurement: &'a Measurement,
        /// Whether it was taken at another revision than the newest run's.
        stale: bool,
        /// Why a newer attempt gave none, if one was made: it failed, or left the case out.
        since: Option<&'a str>,
    },
    /// The instrument failed on this case.
    Failed(&'a str),
    /// The instrument left this case out on purpose.
    LeftOut(&'a str),
    /// The instrument cannot work on this machine.
    Unavailable(&'a str),
    /// The instrument measured the case and gave no such number.
    NotGiven,
    /// The instrument has not been asked yet.
    NotMeasured,
}

impl Standing<'_> {
    /// Whether there is a number.
    pub fn is_measured(&self) -> bool {
        matches!(self, Self::Measured { .. })
    }
}

/// The instrument that takes `metric`.
pub fn instrument_of(metric: Metric) -> InstrumentName {
    match metric {
        Metric::TimeNs | Metric::TimeRatio => InstrumentName::Time,
        Metric::Samples | Metric::SampleRateHz => InstrumentName::Flamegraph,
        Metric::HeapBlocks | Metric::HeapBytes | Metric::HeapPeakBytes => InstrumentName::Heap,
        Metric::Instructions | Metric::EstimatedCycles | Metric::L1Misses | Metric::LlMisses => {
            InstrumentName::Instructions
        }
    }
}

/// What `recorded` knows of `metric` of a case; `revision` is that of the newest run.
pub fn standing<'a>(
    recorded: &'a Recorded,
    case: Option<&'a RecordedCase>,
    metric: Metric,
    revision: Option<&str>,
) -> Standing<'a> {
    let instrument = instrument_of(metric);
    let failed = case.and_then(|case| {
        case.failures.iter().find(|failure| failure.instrument == instrument).map(|f| f.reason.as_str())
    });
    let left_out = case.and_then(|case| {
        case.left_out.iter().find(|left_out| left_out.instrument == instrument).map(|l| l.reason.as_str())
    });
    if let Some(measurement) = case.and_then(|case| case.measurement(metric)) {
        let stale = revision.is_some_and(|revision| measurement.revision != revision);
        return Standing::Measured { measurement, stale, since: failed.or(left_out) };
    }
    if let Some(reason) = failed {
        return Standing::Failed(reason);
    }
    if let Some(reason) = left_out {
        return Standing::LeftOut(reason);
    }
    if case.is_some_and(|case| case.measurements.iter().any(|number| number.instrument == instrument)) {
        return Standing::NotGiven;
    }
    match recorded.instruments.iter().find(|state| state.name == instrument) {
        Some(state) if state.state == State::Unavailable => {
            Standing::Unavailable(state.reason.as_deref().unwrap_or("no reason recorded"))
        }
        _ => Standing::NotMeasured,
    }
}
