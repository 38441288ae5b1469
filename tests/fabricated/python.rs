//! The notes' kernels beside CPython.

use perflab::record::{
    CaseId, InstrumentName, InstrumentState, ListedConcurrency, ListedFamily, ListedWorkload, Listing,
    Metric, Recorded, RecordedCase, State,
};

use super::{NOW, number, whole, workload};

/// The notes' kernels, some measured beside CPython: f2 and f6 of collections; gcd's forms, of which threads helped
/// Rust alone and processes both; waiting, where threads helped both; and is-prime, where nobody can tell.
pub(crate) fn with_python() -> (Listing, Recorded) {
    let (mut listing, mut recorded) = whole(1);
    let detail = "CPython 3.11.7 (one global interpreter lock); /usr/bin/python3";
    recorded.instruments.push(InstrumentState {
        name: InstrumentName::Python,
        state: State::Ready,
        detail: detail.into(),
        reason: None,
        remedy: None,
        seconds: 61.0,
    });
    let mut take = |id: &str, ours: f64, python: f64, speedups: Option<(f64, f64, f64)>| {
        let id: CaseId = id.parse().expect("a case id");
        let number = |metric, value, spread| number(metric, InstrumentName::Python, value, spread, NOW);
        let mut numbers = vec![
            number(Metric::PythonNs, python, 0.02),
            number(Metric::PythonOursNs, ours, 0.02),
            number(Metric::PythonRatio, ours / python, 0.01),
        ];
        if let Some((rust, python, spread)) = speedups {
            numbers.push(number(Metric::PythonOursSpeedup, rust, spread));
            numbers.push(number(Metric::PythonSpeedup, python, spread));
        }
        match recorded.cases.iter_mut().find(|case| case.id == id) {
            Some(case) => case.measurements.extend(numbers),
            None => recorded.cases.push(RecordedCase::new(id, numbers)),
        }
    };
    take("build-vec-00/push@100", 237.0, 4_740.0, None);
    take("build-vec-00/collect@100", 44.0, 880.0, None);
    take("gcd/serial@10", 42e6, 1.26e9, None);
    take("gcd/threads@10", 21.5e6, 1.28e9, Some((1.95, 0.98, 0.01)));
    take("gcd/processes@10", 21.8e6, 0.67e9, Some((1.93, 1.88, 0.01)));
    take("wait/threads@100", 100.2e6, 101.9e6, Some((4.99, 4.92, 0.01)));
    take("is-prime/threads@6", 60e6, 2.1e9, Some((1.63, 1.02, 0.4)));
    recorded.cases.sort_by(|a, b| a.id.cmp(&b.id));
    for (name, unit, size) in [("gcd", "pair", 10), ("wait", "millisecond", 100), ("is-prime", "number", 6)] {
        let form = |form: &str, threads, processes, spins| ListedWorkload {
            concurrency: ListedConcurrency { threads, processes, spins },
            ..workload(form, "the notes' kernel", Some(&format!("{name}/{form}")), &[size])
        };
        listing.families.push(ListedFamily {
            name: name.into(),
            question: format!("How should {name} be shared?"),
            baseline: "serial".into(),
            axis: format!("{unit}s"),
            unit: unit.into(),
            sizes: vec![size],
            workloads: vec![
                form("serial", false, false, false),
                form("threads", true, false, false),
                form("processes", true, true, false),
                ListedWorkload { mirrors: None, ..form("rayon", true, false, true) },
            ],
            ..ListedFamily::default()
        });
    }
    (listing, recorded)
}
