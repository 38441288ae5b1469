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
        /// Why a newer attempt gave none, if one was made.
        since: Option<Since<'a>>,
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

/// What became of a newer attempt than the one that gave the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since<'a> {
    /// It failed.
    Failed(&'a str),
    /// It left the case out.
    LeftOut(&'a str),
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
        Metric::TimeNs
        | Metric::TimeRatio
        | Metric::CanarySlowness
        | Metric::CanaryNs
        | Metric::TimeFullCoreNs
        | Metric::Speedup
        | Metric::Capacity
        | Metric::BoundReached => InstrumentName::Time,
        Metric::Samples | Metric::SampleRateHz => InstrumentName::Flamegraph,
        Metric::HeapBlocks | Metric::HeapBytes | Metric::HeapPeakBytes => InstrumentName::Heap,
        Metric::Instructions
        | Metric::EstimatedCycles
        | Metric::L1Misses
        | Metric::LlMisses
        | Metric::Branches
        | Metric::BranchMisses => InstrumentName::Instructions,
        Metric::WallNs
        | Metric::CpuUserNs
        | Metric::CpuKernelNs
        | Metric::RunqueueNs
        | Metric::BlockedNs
        | Metric::ResidualNs
        | Metric::Threads
        | Metric::Children
        | Metric::ChildrenCpuNs => InstrumentName::Waits,
        Metric::CeilingAllocation
        | Metric::CeilingMemory
        | Metric::CeilingMemorySize
        | Metric::WorkingSetBytes
        | Metric::CeilingOneCpu => InstrumentName::Ceilings,
        Metric::PythonNs
        | Metric::PythonOursNs
        | Metric::PythonRatio
        | Metric::PythonSpeedup
        | Metric::PythonOursSpeedup => InstrumentName::Python,
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
        case.left_out
            .iter()
            .find(|left_out| left_out.speaks_of(instrument, metric))
            .map(|l| l.reason.as_str())
    });
    if let Some(measurement) = case.and_then(|case| case.measurement(metric)) {
        let stale = revision.is_some_and(|revision| measurement.revision != revision);
        return Standing::Measured {
            measurement,
            stale,
            since: failed.map(Since::Failed).or(left_out.map(Since::LeftOut)),
        };
    }
    if let Some(reason) = failed {
        return Standing::Failed(reason);
    }
    if let Some(reason) = left_out {
        return Standing::LeftOut(reason);
    }
    let gave_another = |case: &RecordedCase| {
        case.measurements.iter().any(|number| number.instrument == instrument)
            || case.left_out.iter().any(|left_out| left_out.instrument == instrument)
    };
    if case.is_some_and(gave_another) {
        return Standing::NotGiven;
    }
    match recorded.instruments.iter().find(|state| state.name == instrument) {
        Some(state) if state.state == State::Unavailable => {
            Standing::Unavailable(state.reason.as_deref().unwrap_or("no reason recorded"))
        }
        _ => Standing::NotMeasured,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Failure, InstrumentState, LeftOut};

    fn case() -> RecordedCase {
        RecordedCase::new("family/a@10".parse().expect("a case id"), Vec::new())
    }

    fn blocks(revision: &str) -> Measurement {
        Measurement {
            revision: revision.into(),
            ..Measurement::undated(Metric::HeapBlocks, 1.0, InstrumentName::Heap)
        }
    }

    fn nothing(state: State) -> Recorded {
        let heap = InstrumentState {
            name: InstrumentName::Heap,
            state,
            detail: String::new(),
            reason: Some("no dhat".into()),
            remedy: None,
            seconds: 0.0,
        };
        Recorded { instruments: vec![heap], ..Recorded::default() }
    }

    #[test]
    fn each_way_of_being_absent_is_told_apart() {
        let ready = nothing(State::Ready);
        let look = |recorded: &Recorded, case: &RecordedCase, metric| -> String {
            format!("{:?}", standing(recorded, Some(case), metric, None))
        };
        assert_eq!(look(&ready, &case(), Metric::HeapBlocks), "NotMeasured");
        assert_eq!(
            look(&nothing(State::Unavailable), &case(), Metric::HeapBlocks),
            "Unavailable(\"no dhat\")"
        );
        let mut failed = case();
        failed.failures.push(Failure { instrument: InstrumentName::Heap, reason: "died".into() });
        assert_eq!(look(&ready, &failed, Metric::HeapBlocks), "Failed(\"died\")");
        let mut left_out = case();
        let reason = "spins".to_owned();
        left_out.left_out.push(LeftOut { instrument: InstrumentName::Heap, metric: None, reason });
        assert_eq!(look(&ready, &left_out, Metric::HeapBlocks), "LeftOut(\"spins\")");
        assert_eq!(look(&ready, &left_out, Metric::TimeNs), "NotMeasured");
        let mut one = case();
        let reason = "takes long".to_owned();
        let metric = Some(Metric::CeilingMemory);
        one.left_out.push(LeftOut { instrument: InstrumentName::Ceilings, metric, reason });
        assert_eq!(look(&ready, &one, Metric::WorkingSetBytes), "LeftOut(\"takes long\")");
        assert_eq!(look(&ready, &one, Metric::CeilingOneCpu), "NotGiven");
        let mut partly = case();
        partly.measurements.push(blocks("now"));
        assert_eq!(look(&ready, &partly, Metric::HeapPeakBytes), "NotGiven");
    }

    #[test]
    fn an_older_number_stays_and_says_what_came_since() {
        let recorded = nothing(State::Ready);
        let mut case = case();
        case.measurements.push(blocks("before"));
        case.failures.push(Failure { instrument: InstrumentName::Heap, reason: "died".into() });
        let Standing::Measured { stale, since, .. } =
            standing(&recorded, Some(&case), Metric::HeapBlocks, Some("now"))
        else {
            panic!("it has a number");
        };
        assert!(stale);
        assert_eq!(since, Some(Since::Failed("died")));
    }
}
