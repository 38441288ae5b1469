//! Families of concurrent members: one whose sizes count threads, and one whose members' schedules bound their gain.

use perflab::record::{
    CaseId, InstrumentName, ListedConcurrency, ListedCounts, ListedFamily, ListedWorkload, Listing, Metric,
    Recorded, RecordedCase, SCHEMA, SpeedupBound,
};

use super::{NOW, environment, instruments, number};
use perflab::record::State;

/// Threads asked at.
pub(crate) const THREADS: [usize; 8] = [1, 2, 3, 4, 6, 8, 12, 16];

/// Serial share of the members of `scaling-sum`.
const MEMBERS: [(&str, f64); 2] = [("in-order", 0.1), ("longest-first", 0.0)];

fn case(family: &str, workload: &str, size: usize, numbers: Vec<(Metric, f64)>) -> RecordedCase {
    let spread = |value: f64| if value == 1.0 { 0.0 } else { 0.02 };
    let measurements = numbers
        .into_iter()
        .map(|(metric, value)| number(metric, InstrumentName::Time, value, spread(value), NOW));
    let id = CaseId { family: family.into(), workload: workload.into(), size };
    RecordedCase::new(id, measurements.collect())
}

/// Amdahl's speed-up with a planted serial share; no more than the cores give.
fn speedup(serial: f64, threads: usize, cores: usize) -> f64 {
    let workers = threads.min(cores) as f64;
    1.0 / (serial + (1.0 - serial) / workers)
}

/// Both families, as measured on a machine with `cores` cores.
pub(crate) fn on_cores(cores: usize) -> (Listing, Recorded) {
    let concurrency = ListedConcurrency { threads: true, ..ListedConcurrency::default() };
    let member = |name: &str, sizes: &[usize], bound: &dyn Fn(usize) -> f64| ListedWorkload {
        name: name.into(),
        about: "equal parts".into(),
        sizes: sizes.to_vec(),
        concurrency,
        speedup_bounds: sizes
            .iter()
            .map(|size| SpeedupBound { size: *size, speedup: bound(*size), at_worst: None })
            .collect(),
        ..ListedWorkload::default()
    };
    let scaling = ListedFamily {
        name: "scaling-sum".into(),
        question: "What do more threads gain?".into(),
        parts: true,
        baseline: "in-order".into(),
        axis: "threads".into(),
        unit: "thread".into(),
        counts: ListedCounts::Workers,
        sizes: THREADS.to_vec(),
        workloads: MEMBERS.map(|(name, _)| member(name, &THREADS, &|n| n.min(cores) as f64)).to_vec(),
        ..ListedFamily::default()
    };
    let shared = ListedFamily {
        name: "gcd".into(),
        question: "How should work be shared?".into(),
        baseline: "serial".into(),
        axis: "pairs".into(),
        unit: "pair".into(),
        counts: ListedCounts::Work,
        sizes: vec![10],
        workloads: vec![member("serial", &[10], &|_| 1.0), member("two-threads", &[10], &|_| 1.97)],
        ..ListedFamily::default()
    };
    let mut cases = vec![
        case("gcd", "serial", 10, vec![(Metric::TimeNs, 42e6)]),
        case("gcd", "two-threads", 10, vec![(Metric::TimeNs, 21.4e6), (Metric::TimeRatio, 1.0 / 1.96)]),
    ];
    for (name, serial) in MEMBERS {
        for threads in THREADS {
            let gain = speedup(serial, threads, cores);
            let mut numbers = vec![(Metric::TimeNs, 80e6 / gain)];
            if (name, threads) != ("in-order", 1) {
                numbers.push((Metric::Speedup, gain));
                let same_size = speedup(MEMBERS[0].1, threads, cores);
                if name != "in-order" {
                    numbers.push((Metric::TimeRatio, same_size / gain));
                }
            }
            cases.push(case("scaling-sum", name, threads, numbers));
        }
    }
    cases.sort_by(|a, b| a.id.cmp(&b.id));
    let mut environment = environment();
    environment.cores = cores;
    let recorded = Recorded {
        environment: Some(environment),
        instruments: instruments(State::Ready),
        cases,
        ..Recorded::default()
    };
    (Listing { schema: SCHEMA, families: vec![shared, scaling] }, recorded)
}
