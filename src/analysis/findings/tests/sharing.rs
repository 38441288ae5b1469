//! Threads that hold each other up, and threads that do not.

use super::world::{CASE, World};
use crate::analysis::planted::books;
use crate::record::{BlockedIn, Finding, FindingKind as Kind, Metric, Spare, Speed, WaitsLedger};

/// Two workers, each so long on a CPU in user code, in the kernel, waiting for one and blocked in `call`, and a thread that waits
/// for both.
fn two(parts: [u64; 4], call: &str) -> WaitsLedger {
    let main = ("measuring thread", [0, 0, 0, 1_000], "futex");
    books(980, 0, &[main, ("one", parts, call), ("two", parts, call)])
}

/// Two threads that take turns at one lock, in so many times the time of one thread, or of themselves on one CPU.
fn locked(of_one_thread: Option<[f64; 3]>, on_one_cpu: Option<[f64; 3]>) -> Vec<Kind> {
    let mut world = World::of(&["first", "a"], &[1_000]);
    world.member("a").concurrency.threads = true;
    // Where all threads share, nothing of the family runs on one thread.
    world.member("first").concurrency.threads = of_one_thread.is_none();
    world.books(CASE, two([490, 0, 0, 510], "futex"));
    if let Some(ratio) = of_one_thread {
        world.range(CASE, Metric::TimeRatio, ratio);
    }
    if let Some(times) = on_one_cpu {
        world.range(CASE, Metric::CeilingOneCpu, times);
    }
    world.kinds(CASE)
}

#[test]
fn that_threads_gain_nothing_is_shown_and_not_only_possible() {
    assert_eq!(locked(Some([1.0, 0.95, 1.05]), None), [Kind::LockContention]);
    assert_eq!(locked(None, Some([1.3, 1.25, 1.35])), [Kind::LockContention]);
    for may_be in [[0.6, 0.3, 0.95], [0.95, 0.89, 1.01]] {
        assert!(!locked(Some(may_be), None).contains(&Kind::LockContention), "{may_be:?}");
        assert!(!locked(None, Some(may_be)).contains(&Kind::LockContention), "{may_be:?}");
    }
}

/// Threads of `a` that books show to hold nobody up, in so many times the time of one thread; and the time of `apart`, which is
/// declared to be without its lock.
fn beside_one_without_its_lock(of_one_thread: [f64; 3], apart: [f64; 3]) -> Vec<Finding> {
    let mut world = World::of(&["first", "a", "apart"], &[1_000]);
    world.member("a").concurrency.threads = true;
    let apart_is = world.member("apart");
    apart_is.concurrency.threads = true;
    apart_is.spares.push(Spare { cost: "lock-contention".into(), of: "a".into() });
    world.books(CASE, two([970, 10, 0, 20], "futex"));
    world.range(CASE, Metric::TimeRatio, of_one_thread);
    world.range("planted/apart@1000", Metric::TimeRatio, apart);
    world.findings(CASE)
}

#[test]
fn a_lock_that_books_did_not_meet_shows_by_a_sibling_without_it() {
    let slower = [3.0, 2.7, 3.2];
    let found = beside_one_without_its_lock(slower, [0.65, 0.60, 0.70]);
    assert_eq!(found[0].kind, Kind::LockContention, "{found:#?}");
    assert!(found[0].claim.contains("take 3.00 times as long as one thread"), "{}", found[0].claim);
    assert!(found[0].ceiling_measured.is_some_and(|times| (times - 3.0 / 0.65).abs() < 1e-6), "{found:#?}");
    for (why, of_one_thread, apart) in [
        ("threads may gain", [1.2, 0.9, 1.5], [0.6, 0.55, 0.65]),
        ("the sibling may be no faster", slower, [2.5, 1.9, 3.0]),
    ] {
        let found = beside_one_without_its_lock(of_one_thread, apart);
        assert!(found.iter().all(|found| found.kind != Kind::LockContention), "{why}: {found:#?}");
    }
}

/// Two threads, and a sibling five times as fast with as many instructions; and what the books of the former are.
fn slower_than_its_sibling(ledger: Option<WaitsLedger>) -> World {
    let mut world = World::of(&["a", "padded"], &[1_000]);
    world.member("a").concurrency.threads = true;
    world.member("padded").concurrency.threads = true;
    world.number(CASE, Metric::Instructions, 100_000.0);
    world.number("planted/padded@1000", Metric::Instructions, 99_000.0);
    world.range("planted/padded@1000", Metric::TimeRatio, [0.2, 0.19, 0.21]);
    if let Some(ledger) = ledger {
        world.books(CASE, ledger);
    }
    world
}

#[test]
fn threads_at_work_that_a_sibling_outruns_write_to_one_cache_line() {
    let found = slower_than_its_sibling(Some(two([970, 10, 0, 20], "futex"))).findings(CASE);
    assert_eq!(found[0].kind, Kind::FalseSharing);
    assert!(!found[0].claim.contains("nobody saw"), "{}", found[0].claim);
    // What neighbours took meanwhile is no waiting of theirs.
    let starved = slower_than_its_sibling(Some(two([500, 0, 480, 20], "futex"))).kinds(CASE);
    assert!(starved.contains(&Kind::FalseSharing), "{starved:?}");
    // Two threads can use two CPUs, however many there are and whoever waits for them.
    let wide = WaitsLedger { cores: 8, ..two([970, 10, 0, 20], "futex") };
    assert_eq!(slower_than_its_sibling(Some(wide)).kinds(CASE), [Kind::FalseSharing]);
}

#[test]
fn threads_that_wait_or_call_the_kernel_are_no_false_sharing() {
    for (why, ledger) in [
        ("asleep", two([10, 0, 0, 990], "clock_nanosleep")),
        ("in turn behind a lock", two([490, 0, 0, 510], "futex")),
        ("in the kernel", two([300, 680, 0, 20], "futex")),
    ] {
        let kinds = slower_than_its_sibling(Some(ledger)).kinds(CASE);
        assert!(!kinds.contains(&Kind::FalseSharing), "{why}: {kinds:?}");
    }
}

#[test]
fn where_nobody_saw_whether_threads_wait_the_claim_says_so_and_one_cpu_may_refute_it() {
    // Threads that live too short to be looked at are blocked in a call that is not seen.
    for ledger in [None, Some(two([300, 0, 0, 700], BlockedIn::NOT_SEEN))] {
        let on_one_cpu = |times: Option<[f64; 3]>| {
            let mut world = slower_than_its_sibling(ledger.clone());
            if let Some(times) = times {
                world.range(CASE, Metric::CeilingOneCpu, times);
            }
            world.findings(CASE)
        };
        for times in [None, Some([4.9, 4.5, 5.2])] {
            let found = on_one_cpu(times);
            assert_eq!(found[0].kind, Kind::FalseSharing);
            assert!(found[0].claim.contains("nobody saw whether they wait instead"), "{}", found[0].claim);
        }
        let refuted = on_one_cpu(Some([1.6, 1.2, 2.0]));
        assert!(refuted.iter().all(|finding| finding.kind != Kind::FalseSharing), "{refuted:#?}");
    }
}

#[test]
fn threads_that_are_slower_on_one_cpu_share_no_line() {
    let on_one_cpu = |times: [f64; 3]| {
        let mut world = slower_than_its_sibling(Some(two([970, 10, 0, 20], "futex")));
        world.range(CASE, Metric::CeilingOneCpu, times);
        world.kinds(CASE).contains(&Kind::FalseSharing)
    };
    // Where no line is shared, its sibling's time on one CPU is twice that on two, and the case is five times as slow as that.
    assert!(on_one_cpu([4.9, 4.5, 5.2]));
    assert!(on_one_cpu([2.5, 2.0, 3.0]), "as fast there as its sibling would be");
    assert!(!on_one_cpu([0.55, 0.5, 0.6]), "each is slow by itself: it gains by the second CPU");
}

#[test]
fn threads_that_an_iteration_starts_are_faster_on_one_cpu_without_sharing_a_line() {
    let found = |births: Option<f64>, start_ns: Option<f64>| {
        let mut world = World::of(&["a"], &[2]);
        world.member("a").concurrency.threads = true;
        let case = "planted/a@2";
        world.range(case, Metric::CeilingOneCpu, [4.2, 2.5, 8.2]);
        world.books(case, WaitsLedger { births, ..two([970, 10, 0, 20], "futex") });
        if let Some(ns) = start_ns {
            world.speed(Speed::THREAD_START, [ns; 3]);
        }
        world.kinds(case).contains(&Kind::FalseSharing)
    };
    assert!(found(Some(0.0), None), "it keeps its threads");
    assert!(!found(Some(2.0), None), "nobody knows what starting takes");
    // An iteration takes 100 ms.
    assert!(!found(Some(2.0), Some(2e7)));
    assert!(found(Some(2.0), Some(5e4)));
}
