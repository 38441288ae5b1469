//! The steps of the instrument: what each measures, refuses and leaves out.

use std::path::Path;
use std::time::Duration;

use perflab::catalogue::cores;
use perflab::instruments::ceilings::{InCache, OnOneCpu, Weight, WithoutAllocation, weigh};
use perflab::instruments::compare::{Budget, Pair, StartError};
use perflab::instruments::{Effort, Instrument, NoNumber, Reading, new_run};
use perflab::record::{CaseId, CaseRecord, InstrumentName, Measurement, Metric, Run, Unit};

use crate::plants::{SUMMED, WRONG, case, measure, measure_by, seen, with_plants};

/// Whether `reason` says that the machine was not left alone, or that no gain was shown: figures are the machine's affair.
fn is_disturbance(reason: &str) -> bool {
    ["every process start was disturbed", "too busy", "cost nothing it runs at"]
        .iter()
        .any(|words| reason.contains(words))
}

/// Whose blocks cost nothing is counted where they are taken; how much faster a case is without hangs on the machine: it
/// is judged by its form alone, and printed.
pub(crate) fn ceilings() {
    let told = |id: &str, reading: Result<Vec<Reading>, NoNumber>| match reading {
        Ok(readings) => {
            assert_eq!(readings.len(), 1, "{id}");
            let Reading { case, metric, value, low, high } = &readings[0];
            assert_eq!((case.to_string().as_str(), *metric), (id, Metric::CeilingAllocation));
            assert!(0.0 < *low && low <= value && value <= high, "{id}: {readings:?}");
            assert_eq!(metric.unit(), Unit::Ratio);
            println!("{id}: {value:.3} times as fast without allocation [{low:.3}, {high:.3}]");
        }
        // On a machine that is never left alone there is no reading.
        Err(NoNumber::LeftOut(reason)) => {
            assert!(is_disturbance(&reason), "{id}: {reason}");
            println!("{id}: {reason}");
        }
        Err(failed) => panic!("{id}: {failed}"),
    };
    for id in ["build-vec/push@100", "gcd-algorithm/euclid@10"] {
        told(id, measure(&WithoutAllocation, id));
    }
    with_plants(|| {
        for id in ["planted/allocates@1000", "planted/adds@1000"] {
            told(id, measure(&WithoutAllocation, id));
        }
    });
    let by_process = seen(|| told("planted/tells@1000", measure(&WithoutAllocation, "planted/tells@1000")));
    assert!(!by_process.is_empty(), "no process was started");
    for told in by_process {
        assert_eq!(told, ["0", "1000"], "of 1,000 blocks of an iteration these cost nothing");
    }
    let largest = |id: &str| {
        let prepared = case(id).1.prepare();
        weigh(|| prepared.in_batches(3, |case, batch| case.run(batch))).1.largest
    };
    // 32 bytes are the four numbers that each of its blocks has room for.
    assert_eq!((largest("planted/allocates@1000"), largest("planted/adds@1000")), (32, 0));
}

pub(crate) fn refused() {
    with_plants(|| {
        let Err(NoNumber::LeftOut(reason)) = measure(&WithoutAllocation, "hoard/hoards@1") else {
            panic!("100 MiB have no room")
        };
        assert!(reason.contains("no room") && reason.contains("64 MiB"), "{reason}");
    });
}

/// A run that has recorded these numbers of a case.
fn recorded(id: &CaseId, numbers: &[(Metric, f64)]) -> Run {
    let measurements = numbers
        .iter()
        .map(|(metric, value)| Measurement {
            metric: *metric,
            value: *value,
            low: *value,
            high: *value,
            unit: metric.unit(),
            instrument: InstrumentName::Time,
            taken_at: String::new(),
            revision: String::new(),
        })
        .collect();
    let record = CaseRecord { id: id.clone(), measurements, failures: Vec::new(), left_out: Vec::new() };
    Run { cases: vec![record], ..new_run() }
}

fn says(reason: Option<String>, word: &str) {
    let reason = reason.expect("it is left out");
    assert!(reason.contains(word), "{reason}");
}

pub(crate) fn left_out() {
    let reason = |case_id: &str, effort, numbers: &[(Metric, f64)]| {
        let (id, case) = case(case_id);
        WithoutAllocation.leaves_out(&case, effort, &recorded(&id, numbers))
    };
    let vector = "build-vec/push@100";
    assert_eq!(reason(vector, Effort::Quick, &[]), None);
    assert_eq!(reason(vector, Effort::Quick, &[(Metric::HeapBlocks, 6.0), (Metric::TimeNs, 200.0)]), None);
    says(reason(vector, Effort::Thorough, &[(Metric::HeapBlocks, 0.0)]), "no heap block");
    let blocked = [(Metric::BlockedNs, 70.0), (Metric::WallNs, 100.0)];
    says(reason("wait/serial@2", Effort::Quick, &blocked), "blocked for 70 %");
    says(reason(vector, Effort::Quick, &[(Metric::TimeNs, 5e7)]), "50.0 ms");
    assert_eq!(reason(vector, Effort::Thorough, &[(Metric::TimeNs, 5e7)]), None);
    says(reason("dispatch/process-ready@10", Effort::Thorough, &[]), "processes");
}

pub(crate) fn weighed() {
    let (kept, weight) = weigh(|| {
        let gone = vec![1_u8; 5_000];
        let kept: Vec<Box<[u8; 96]>> = (0..10).map(|_| Box::new([7; 96])).collect();
        drop(gone);
        kept
    });
    // Ten blocks and their spine of ten pointers.
    assert_eq!(weight, Weight { kept: 1_040, most: 6_040, largest: 5_000 });
    let ((), given_back) = weigh(|| drop(kept));
    assert_eq!(given_back, Weight { kept: 0, most: 0, largest: 0 });
    let (grown, growing) = weigh(|| {
        (0..1_000_u64).fold(Vec::new(), |mut all, n| {
            all.push(n);
            all
        })
    });
    // 4, 8 … 1,024 numbers: each growth is one block of another size.
    assert_eq!((grown.capacity(), growing), (1_024, Weight { kept: 8_192, most: 8_192, largest: 8_192 }));
    let ((), elsewhere) = weigh(|| {
        std::thread::scope(|scope| {
            let handle = scope.spawn(|| vec![0_u64; 1_000]);
            assert_eq!(handle.join().expect("it does not panic").len(), 1_000);
        });
    });
    assert!(elsewhere.most >= 8_000 && elsewhere.largest == 8_000, "{elsewhere:?}");
}

/// What is alive, which size it is compared with and that both are run is exact; how much faster that is hangs on the
/// machine, and is printed.
pub(crate) fn in_cache() {
    let id = format!("beyond/sums@{SUMMED}");
    let bytes = (SUMMED * size_of::<u64>()) as f64;
    let mut measured = None;
    let by_process = seen(|| measured = Some(measure_by(&InCache, Effort::Thorough, &id)));
    // Each process of the comparison has summed two sizes, the smaller one the other halved a few times.
    let mut smaller: Vec<usize> = by_process
        .iter()
        .map(|told| {
            let mut sizes: Vec<usize> = told.iter().map(|size| size.parse().expect("a size")).collect();
            sizes.sort_unstable();
            let [small, SUMMED] = sizes[..] else { panic!("{sizes:?}") };
            assert!(
                small < SUMMED && SUMMED.is_multiple_of(small) && (SUMMED / small).is_power_of_two(),
                "{small}"
            );
            small
        })
        .collect();
    smaller.dedup();
    match measured.expect("it was measured") {
        Ok(readings) => {
            let of = |metric| readings.iter().find(|reading| reading.metric == metric);
            assert!(holds(of(Metric::WorkingSetBytes), bytes), "{readings:?}");
            let (times, size) = (of(Metric::CeilingMemory), of(Metric::CeilingMemorySize));
            let Some((times, size)) = times.zip(size) else {
                assert!(smaller.is_empty(), "{smaller:?}");
                println!("{id}: a core of this machine has 8 MiB to itself");
                return;
            };
            assert_eq!(smaller, [size.value as usize]);
            assert!(0.0 < times.low && times.low <= times.value && times.value <= times.high, "{times:?}");
            println!("{id}: {times}, at {}", size.value);
        }
        Err(NoNumber::LeftOut(reason)) => {
            let untold = reason.contains("does not tell") && !Path::new(CACHES).exists();
            assert_eq!(smaller.is_empty(), untold, "{reason}");
            // Where no cache is faster for it, a sum in order has no ceiling.
            let known = untold || is_disturbance(&reason) || reason.contains("no ceiling");
            assert!(known, "{reason}");
            println!("{id}: {reason}");
        }
        Err(failed) => panic!("{id}: {failed}"),
    }
    // What fits has no ceiling, and none is made up.
    if let Ok(readings) = measure(&InCache, "build-vec/push@1000") {
        assert!(readings.len() == 1 && holds(readings.first(), 8_192.0), "{readings:?}");
    }
}

/// Where the kernel tells of caches.
const CACHES: &str = "/sys/devices/system/cpu/cpu0/cache";

/// Whether a working set is of so many bytes, and the few in which the case itself lies.
fn holds(working_set: Option<&Reading>, bytes: f64) -> bool {
    working_set.is_some_and(|set| {
        set.metric == Metric::WorkingSetBytes && (bytes..bytes + 128.0).contains(&set.value)
    })
}

pub(crate) fn two_sizes() {
    let id = |size: usize| format!("beyond/sums@{size}").parse::<CaseId>().expect("a case id");
    let executable = || std::env::current_exe().expect("this program");
    let budget = Budget::ordinary(Duration::from_secs(60));
    with_plants(|| {
        let mut pair = Pair::of_sizes(executable(), [id(1_000), id(8_000)], 1);
        let taken = pair.start(&budget).expect("each answer is right by its own check");
        assert!(taken.causes.taken() > 0 && taken.iteration_ns.iter().all(|ns| *ns > 0.0), "{taken:?}");
        let sides = [(id(1_000), 0), (id(8_000), 0)];
        let together = Pair::together(executable(), sides, 1).start(&budget);
        assert!(matches!(together, Err(StartError::Answers(_))), "{together:?}");
        let wrong = Pair::of_sizes(executable(), [id(WRONG), id(8_000)], 1).start(&budget);
        let Err(StartError::Side { which: 0, reason }) = wrong else { panic!("{wrong:?}") };
        assert!(reason.contains("wrong answer"), "{reason}");
    });
}

pub(crate) fn one_cpu() {
    let mut reading = None;
    let by_process = seen(|| reading = Some(measure(&OnOneCpu, "looks/looks@1")));
    match reading.expect("it was measured") {
        Ok(readings) => {
            let [Reading { metric: Metric::CeilingOneCpu, value, low, high, .. }] = readings[..] else {
                panic!("{readings:?}")
            };
            assert!(0.0 < low && low <= value && value <= high, "{readings:?}");
            println!("looks/looks@1: {}", readings[0]);
        }
        Err(NoNumber::LeftOut(reason)) => {
            assert!(is_disturbance(&reason), "{reason}");
            println!("looks/looks@1: {reason}");
        }
        Err(failed) => panic!("{failed}"),
    }
    // The first process ends when it is met that the case has threads, and may have run on one CPU alone.
    let mut told: Vec<String> = by_process.into_iter().flatten().collect();
    told.sort();
    told.dedup();
    let all = cores();
    let mut expected = vec!["1 1".to_owned(), format!("{all} {all}")];
    expected.dedup();
    assert_eq!(told, expected, "the waiting thread's CPUs, and the started one's");
}

pub(crate) fn steps_leave_out() {
    let one = |case_id: &str, numbers: &[(Metric, f64)]| {
        let (id, case) = case(case_id);
        OnOneCpu.leaves_out(&case, Effort::Quick, &recorded(&id, numbers))
    };
    let time = (Metric::TimeNs, 1e6);
    assert_eq!(
        one("shared-counter/mutex@2", &[time, (Metric::CpuUserNs, 9e5), (Metric::CpuKernelNs, 1e5)]),
        None
    );
    let waits = [time, (Metric::CpuUserNs, 1e5), (Metric::CpuKernelNs, 5e4)];
    says(one("wait/threads@2", &waits), "on a CPU for 15 % of its time");
    says(one("map-reduce/two-processes-ready@1000", &[time]), "other processes");
    says(one("gcd/two-threads@10", &[(Metric::TimeNs, 4e7)]), "40.0 ms");
    let asked = |case_id: &str| !OnOneCpu.groups(&[case(case_id).1], &new_run()).is_empty();
    assert!(!asked("shared-counter/mutex@1"), "one thread has nobody to wait for");
    assert!(!asked("gcd/serial@10"), "it has one thread");
    assert_eq!(asked("shared-counter/mutex@2"), cores() > 1);
    let (id, large) = case("build-set/insert@1000000");
    says(InCache.leaves_out(&large, Effort::Quick, &recorded(&id, &[(Metric::TimeNs, 6e7)])), "60.0 ms");
}
