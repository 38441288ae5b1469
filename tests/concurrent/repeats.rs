//! Each concurrent member run again and again, answers compared, at a size at which what runs beside each other shares.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use libtest_mimic::Failed;
use perflab::catalogue::{Axis, CaseRef, Counts, Family};
use perflab::workload::{Answer, Entry};

use crate::concurrent;

/// Runs of each concurrent member, answers compared.
const REPEATS: usize = 1_000;
/// A member that takes longer for all of them is run fewer times, and the test says how often and why.
const ENOUGH: Duration = Duration::from_secs(3);
/// But at least so often.
const FEWEST: usize = 10;

/// Two for each of two workers: with fewer, one of them might have nothing to do.
const SHARED: usize = 4;

/// Why a member, or all of a family, need not reach [`REPEATS`] where that takes longer than [`ENOUGH`]. Who stands in none of
/// these is run as often whatever it takes.
const MAY_BE_FEWER: [(&str, &[&str]); 5] = [
    ("waits by the clock", &["wait", "children", "child-time-out"]),
    (
        "starts processes",
        &[
            "child-io",
            "encrypt",
            "start-child",
            "gcd/two-processes",
            "is-prime/two-processes",
            "dispatch/process-each",
        ],
    ),
    // What their threads share is tried a thousand times with tiny items, beside the code: sharing.rs, worker.rs.
    ("items of milliseconds, the study notes'", &["gcd", "is-prime", "factorize", "scaling-gcd"]),
    (
        "one run is thousands of meetings, or milliseconds of one amount of work",
        &["shared-counter", "channels", "scaling-sum", "scaling-map-reduce"],
    ),
    // Who tells them waits for its turn of the scheduler, where cores are as few as they are.
    ("workers that never sleep keep the cores", &["stop-flag/polled-atomic"]),
];

/// The first reason for which `entry` may be run fewer times.
fn may_be_fewer(family: &Family, entry: &Entry) -> Option<&'static str> {
    let member = format!("{}/{}", family.name, entry.name);
    let is_named = |names: &[&str]| names.iter().any(|name| *name == family.name || *name == member);
    MAY_BE_FEWER.into_iter().find(|(_, names)| is_named(names)).map(|(reason, _)| reason)
}

/// The least amount of work at which a member's workers share.
fn least(axis: Axis) -> usize {
    match axis.unit {
        // However long it is waited, as many wait.
        "millisecond" => 1,
        // Sizes that count workers: two share.
        "worker" => 2,
        _ => SHARED,
    }
}

/// The smallest size at which workers share, of the member's own or any where any will do; and where sizes count workers
/// the smallest and the largest: one worker alone shares nothing.
pub(crate) fn asked(family: &Family, entry: &Entry) -> Vec<usize> {
    let sizes: Vec<usize> = family.sizes().filter(|size| entry.runs_at(*size)).collect();
    let (Some(first), Some(last)) = (sizes.first().copied(), sizes.last().copied()) else {
        return Vec::new();
    };
    if family.axis.counts == Counts::Workers {
        return if first == last { vec![first] } else { vec![first, last] };
    }
    let least = least(family.axis);
    let shared = match sizes.iter().copied().find(|size| *size >= least) {
        _ if first >= least => first,
        _ if entry.sizes.is_none() => least,
        Some(own) => own,
        None => last,
    };
    vec![shared]
}

fn baseline(family: &'static Family, size: usize) -> Result<Answer, Failed> {
    let case = family.case(family.baseline(), size).ok_or("the baseline runs at every size")?;
    Ok(case.prepare().verify()?)
}

pub(crate) fn agrees(family: &'static Family, entry: &'static Entry) -> Result<(), Failed> {
    for size in asked(family, entry) {
        let case = CaseRef { family, entry, size };
        assert_eq!(case.prepare().verify()?, baseline(family, size)?, "{case}");
    }
    Ok(())
}

/// How often a case was run, and why it may be fewer times than it should.
struct Outcome {
    case: String,
    runs: usize,
    reason: Option<&'static str>,
}

static OUTCOMES: Mutex<Vec<Outcome>> = Mutex::new(Vec::new());

pub(crate) fn again_and_again(family: &'static Family, entry: &'static Entry) -> Result<(), Failed> {
    let asked = *asked(family, entry).last().ok_or("it runs at no size")?;
    let case = |size| CaseRef { family, entry, size };
    let began = Instant::now();
    case(asked).prepare().verify()?;
    // By half: other trials run beside it, and later runs may be slower than this one.
    let is_long = began.elapsed() * REPEATS as u32 > ENOUGH / 2;
    // Where a size is an amount of work and any will do, less work leaves time for more runs.
    let any_will_do = entry.sizes.is_none() && family.axis.counts == Counts::Work;
    let size = if is_long && any_will_do { asked.min(least(family.axis)) } else { asked };
    let expected = baseline(family, size)?;
    let reason = may_be_fewer(family, entry);
    let (prepared, began) = (case(size).prepare(), Instant::now());
    let mut runs = 0;
    while runs < REPEATS && (reason.is_none() || runs < FEWEST || began.elapsed() < ENOUGH) {
        assert_eq!(prepared.verify()?, expected, "{} in run {runs}", case(size));
        runs += 1;
    }
    let outcome = Outcome { case: case(size).to_string(), runs, reason };
    OUTCOMES.lock().unwrap_or_else(PoisonError::into_inner).push(outcome);
    Ok(())
}

/// How many members were run as often as they should, and how often the others, by reason.
pub(crate) fn tell() {
    let outcomes = OUTCOMES.lock().unwrap_or_else(PoisonError::into_inner);
    if outcomes.is_empty() {
        return;
    }
    let (whole, fewer): (Vec<_>, Vec<_>) = outcomes.iter().partition(|outcome| outcome.runs >= REPEATS);
    eprintln!(
        "{} members were run {REPEATS} times, {} fewer times in {} s:",
        whole.len(),
        fewer.len(),
        ENOUGH.as_secs()
    );
    for (reason, _) in MAY_BE_FEWER {
        let cases = fewer.iter().filter(|outcome| outcome.reason == Some(reason));
        let cases: Vec<_> = cases.map(|outcome| format!("{} {}", outcome.case, outcome.runs)).collect();
        eprintln!("  {} {reason}: {}", cases.len(), cases.join(", "));
    }
}

/// Where tasks are counted there is one for everybody, and every reason names somebody.
pub(crate) fn sizes_and_reasons() -> Result<(), Failed> {
    for (family, entry) in concurrent() {
        let asked = asked(family, entry);
        assert!(!asked.is_empty(), "{}/{} runs at no size", family.name, entry.name);
        if family.axis == Axis::TASKS {
            assert!(asked.iter().all(|size| *size >= SHARED), "{}/{}: {asked:?}", family.name, entry.name);
        }
    }
    for (reason, names) in MAY_BE_FEWER {
        for name in names {
            let mut members = concurrent();
            let is_there = members.any(|(family, entry)| {
                family.name == *name || format!("{}/{}", family.name, entry.name) == *name
            });
            assert!(is_there, "{reason}: nobody is called {name}");
        }
    }
    Ok(())
}
