//! What the canary tells of the moment in which a case was timed, by the fastest that was heard of its build at any time.

use std::collections::BTreeMap;

use super::{CaseRecord, Measurement, Metric, RecordedCase, Run};

/// [`Metric::CanarySlowness`] up to which a canary sang on the full core. There it repeats to 0.1 %; the mildest neighbour that
/// was met took 5 % from it, and 40 % from a loop that keeps more of the core's queues full (measured).
pub const FULL_CORE: f64 = 1.02;

impl RecordedCase {
    /// How many times its fastest the canary took beside the blocks of this case's ratio, where the host gave the CPU less than
    /// its whole core.
    pub fn slowed(&self) -> Option<f64> {
        self.measurement(Metric::CanarySlowness).map(|told| told.value).filter(|value| *value > FULL_CORE)
    }
}

impl CaseRecord {
    /// The same by what the canary took at its `fastest` in the whole run, nanoseconds.
    pub fn slowed(&self, fastest_ns: f64) -> Option<f64> {
        let then = self.measurement(Metric::CanaryNs)?;
        let slowness = self.measurement(Metric::CanarySlowness)?.value * then.value / fastest_ns;
        (slowness > FULL_CORE).then_some(slowness)
    }
}

impl Run {
    /// What the canary took at its fastest, nanoseconds, by what this run has recorded so far.
    pub fn canary_ns(&self) -> Option<f64> {
        let heard = self.cases.iter().filter_map(|case| Some(case.measurement(Metric::CanaryNs)?.value));
        heard.min_by(f64::total_cmp)
    }
}

/// Holds what was told by the fastest canary up to then against the fastest of all: a neighbour that stays for minutes looks
/// like the full core to whoever has heard nothing else. A time that was taken beside one is no full core's.
pub(super) fn by_the_fastest(cases: &mut [RecordedCase]) {
    let mut fastest: BTreeMap<String, f64> = BTreeMap::new();
    for heard in cases.iter().filter_map(|case| case.measurement(Metric::CanaryNs)) {
        let of_build = fastest.entry(heard.revision.clone()).or_insert(f64::INFINITY);
        *of_build = of_build.min(heard.value);
    }
    for case in cases {
        let Some(heard) = case.measurement(Metric::CanaryNs) else { continue };
        let fastest = fastest[&heard.revision];
        let times = heard.value / fastest;
        if times > FULL_CORE {
            let revision = heard.revision.clone();
            let is_of_moment =
                |number: &Measurement| number.metric == Metric::TimeFullCoreNs && number.revision == revision;
            case.measurements.retain(|number| !is_of_moment(number));
        }
        for number in &mut case.measurements {
            let factor = match number.metric {
                Metric::CanarySlowness => times,
                Metric::CanaryNs => times.recip(),
                _ => continue,
            };
            (number.value, number.low, number.high) =
                (number.value * factor, number.low * factor, number.high * factor);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::InstrumentName;

    fn numbers(told: &[(Metric, f64)], revision: &str) -> Vec<Measurement> {
        let number = |(metric, value): &(Metric, f64)| Measurement {
            revision: revision.to_owned(),
            ..Measurement::undated(*metric, *value, InstrumentName::Time)
        };
        told.iter().map(number).collect()
    }

    /// A case beside whose blocks the canary took so many times what it took at its fastest then.
    fn told(name: &str, slowness: f64, canary_ns: f64, revision: &str) -> RecordedCase {
        let told = [
            (Metric::CanarySlowness, slowness),
            (Metric::CanaryNs, canary_ns),
            (Metric::TimeFullCoreNs, 5.0),
        ];
        let id = format!("family/{name}@1").parse().expect("a case id");
        RecordedCase::new(id, numbers(&told, revision))
    }

    #[test]
    fn a_neighbour_that_stays_is_known_by_what_others_heard() {
        let mut cases = [
            told("first", 1.001, 7_350.0, "a"),
            told("later", 1.003, 7_000.0, "a"),
            told("beside", 1.6, 7_000.0, "a"),
            // Of another build the canary lies elsewhere.
            told("other", 1.001, 7_350.0, "b"),
        ];
        by_the_fastest(&mut cases);
        let slowed: Vec<Option<f64>> = cases.iter().map(RecordedCase::slowed).collect();
        assert!(slowed[0].is_some_and(|times| (times - 1.001 * 1.05).abs() < 1e-9), "{slowed:?}");
        assert_eq!((slowed[1], slowed[2], slowed[3]), (None, Some(1.6), None));
        let full_core = |case: &RecordedCase| case.measurement(Metric::TimeFullCoreNs).is_some();
        assert_eq!(cases.each_ref().map(full_core), [false, true, true, true]);
        let heard = cases[0].measurement(Metric::CanaryNs).expect("it was told").value;
        assert!((heard - 7_000.0).abs() < 1e-6, "{heard}");
        let again = cases.clone();
        by_the_fastest(&mut cases);
        assert_eq!(cases.each_ref().map(RecordedCase::slowed), again.each_ref().map(RecordedCase::slowed));
    }

    #[test]
    fn a_run_knows_its_fastest_canary() {
        let mut run = crate::instruments::new_run();
        assert_eq!(run.canary_ns(), None);
        run.cases = [("a", 1.5, 7_100.0), ("b", 1.001, 7_350.0), ("c", 1.001, 7_000.0)]
            .map(|(name, slowness, heard)| {
                let case = told(name, slowness, heard, "");
                CaseRecord {
                    id: case.id,
                    measurements: case.measurements,
                    failures: vec![],
                    left_out: vec![],
                }
            })
            .to_vec();
        assert_eq!(run.canary_ns(), Some(7_000.0));
        let slowed: Vec<bool> = run.cases.iter().map(|case| case.slowed(7_000.0).is_some()).collect();
        assert_eq!(slowed, [true, true, false]);
    }
}
