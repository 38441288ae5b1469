//! A recorded run held against what is recorded now. Exact counts are compared exactly; times were taken at different
//! moments, so what is said of them is no verdict: the drift of the machine between the two is in it.

use super::Estimate;
use crate::record::{
    CaseId, CaseRecord, ComparedCase, ComparedCount, Difference, Metric, NumberKind, Recorded, RecordedCase,
    Run, VerdictWord,
};

/// The counts that are compared exactly.
const COUNTS: [Metric; 4] =
    [Metric::Instructions, Metric::HeapBlocks, Metric::HeapBytes, Metric::HeapPeakBytes];

/// In what a run and those whose numbers of the same `wanted` cases are shown `now` differ, so that numbers of this kind do not
/// compare; empty where they do.
pub fn differences(
    before: &Run,
    now: &[Run],
    kind: NumberKind,
    wanted: impl Fn(&CaseId) -> bool,
) -> Vec<Difference> {
    let shown = Recorded::merge(now);
    let is_compared = |case: &CaseRecord| wanted(&case.id) && before.case(&case.id).is_some();
    let compared = |run: &&Run| shown.shows(run) && run.cases.iter().any(is_compared);
    let mut differences = Vec::new();
    for run in now.iter().filter(compared) {
        let unlike = run.environment.differences(&before.environment, kind).into_iter();
        let new: Vec<Difference> = unlike.filter(|difference| !differences.contains(difference)).collect();
        differences.extend(new);
    }
    differences
}

/// Leaves the times of `cases` out: they were taken on unlike machines, and only their counts compare.
pub fn without_times(cases: &mut [ComparedCase]) {
    for case in cases {
        let counts = std::mem::take(&mut case.counts);
        let sentence = "cannot tell: times of unlike machines are left out".to_owned();
        *case = ComparedCase {
            counts,
            ..ComparedCase::unmeasured(case.id.clone(), VerdictWord::CannotTell, sentence)
        };
    }
}

/// Each case that both hold and that `wanted` wants, in the order of `now`; then those that one side holds alone: first
/// `before`, then `now`.
pub fn unpaired(
    before: &Run,
    now: &Recorded,
    wanted: impl Fn(&CaseId) -> bool,
) -> (Vec<ComparedCase>, [Vec<CaseId>; 2]) {
    let now_cases = || now.cases.iter().filter(|case| wanted(&case.id));
    let compared = now_cases().filter_map(|after| Some(of(before.case(&after.id)?, after))).collect();
    let only_now = now_cases().filter(|case| before.case(&case.id).is_none()).map(|case| case.id.clone());
    let recorded_before = before.cases.iter().map(|case| &case.id).filter(|id| wanted(id));
    let only_before = recorded_before.filter(|id| now.case(id).is_none()).cloned();
    (compared, [only_before.collect(), only_now.collect()])
}

fn of(before: &CaseRecord, after: &RecordedCase) -> ComparedCase {
    let range = |read: Option<Estimate>| read.map(|count| (count.low, count.high));
    let counts = COUNTS.into_iter().filter_map(|metric| {
        let before = range(before.measurement(metric).and_then(Estimate::of))?;
        let after = range(after.measurement(metric).and_then(Estimate::of))?;
        let changed = before.1 < after.0 || after.1 < before.0;
        Some(ComparedCount { metric: metric.as_str().to_owned(), before, after, changed })
    });
    let times = before
        .measurement(Metric::TimeNs)
        .and_then(Estimate::of)
        .zip(after.measurement(Metric::TimeNs).and_then(Estimate::of));
    let ratio = times.and_then(|(before, after)| after.over(&before));
    let (verdict, sentence) = match ratio {
        None => (VerdictWord::CannotTell, "cannot tell: one side has no time".to_owned()),
        Some(Estimate { value, low, high }) => {
            let word = match () {
                () if low > 1.0 => VerdictWord::Slower,
                () if high < 1.0 => VerdictWord::Faster,
                () => VerdictWord::CannotTell,
            };
            (word, format!("{word}, unpaired: {value:.3} × the time then [{low:.3}, {high:.3}]"))
        }
    };
    ComparedCase {
        ratio: ratio.map(|ratio| ratio.value),
        low: ratio.map(|ratio| ratio.low),
        high: ratio.map(|ratio| ratio.high),
        before_ns: times.map(|(before, _)| before.value),
        after_ns: times.map(|(_, after)| after.value),
        counts: counts.collect(),
        ..ComparedCase::unmeasured(after.id.clone(), verdict, sentence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{InstrumentName, Measurement};

    fn number(metric: Metric, value: f64, low: f64, high: f64) -> Measurement {
        Measurement { low, high, ..Measurement::undated(metric, value, InstrumentName::Time) }
    }

    fn record(measurements: Vec<Measurement>) -> CaseRecord {
        let id = "family/a@10".parse().expect("a case id");
        CaseRecord { id, measurements, failures: Vec::new(), left_out: Vec::new() }
    }

    fn now(measurements: Vec<Measurement>) -> RecordedCase {
        RecordedCase::new("family/a@10".parse().expect("a case id"), measurements)
    }

    #[test]
    fn counts_change_where_their_ranges_part_and_times_are_no_verdict() {
        let before = record(vec![
            number(Metric::TimeNs, 10.0, 9.0, 11.0),
            number(Metric::Instructions, 100.0, 99.0, 101.0),
            number(Metric::HeapBlocks, 6.0, 6.0, 6.0),
        ]);
        let after = now(vec![
            number(Metric::TimeNs, 20.0, 18.0, 22.0),
            number(Metric::Instructions, 101.5, 101.0, 102.0),
            number(Metric::HeapBlocks, 1.0, 1.0, 1.0),
        ]);
        let compared = of(&before, &after);
        assert_eq!(compared.verdict, VerdictWord::Slower, "and never a regression");
        assert!(compared.sentence.contains("unpaired: 2.000 × the time then [1.636, 2.444]"), "{compared:?}");
        let changed: Vec<_> =
            compared.counts.iter().map(|count| (count.metric.as_str(), count.changed)).collect();
        assert_eq!(changed, [("instructions", false), ("heap_blocks", true)]);
    }

    #[test]
    fn one_time_alone_compares_with_nothing() {
        let compared = of(&record(Vec::new()), &now(vec![number(Metric::TimeNs, 1.0, 1.0, 1.0)]));
        assert_eq!((compared.verdict, compared.ratio), (VerdictWord::CannotTell, None));
    }
}
