//! Windows made up by hand, whose books are known. Times in microseconds.

use super::super::edge::Edge;
use super::super::watch::Seen;
use super::*;
use crate::instruments::clock::Usage;
use crate::instruments::procfs::Schedstat;

mod known_ends;

const OWN: u32 = 10;
const FUTEX: Activity = Activity::Blocked(Place::Call(202));
const POLL: Activity = Activity::Blocked(Place::Call(7));
const RUNS: Activity = Activity::Runnable;

fn seen(thread: u32, at: u64, cpu: u64, runqueue: u64, activity: Activity) -> Seen {
    let sched = Schedstat { runqueue_ns: runqueue * 1_000, slices: 1 };
    Seen { thread, at_ns: at * 1_000, cpu_ns: cpu * 1_000, sched, activity }
}

fn pass(at: u64, seen: &[Seen]) -> Pass {
    Pass { at_ns: at * 1_000, seen: seen.to_vec() }
}

/// A window in which the process used `process_cpu` and the measuring thread `user` and `kernel`.
fn window(open: Pass, close: Pass, process_cpu: u64, user: u64, kernel: u64) -> Window {
    let usage = Usage { user_ns: user * 1_000, kernel_ns: kernel * 1_000 };
    let close = Edge {
        pass: close,
        thread_usage: usage,
        process_usage: usage,
        process_cpu_ns: process_cpu * 1_000,
        ..Edge::default()
    };
    Window { open: Edge { pass: open, ..Edge::default() }, close, iterations: 1, spans: Vec::new() }
}

const SETTING: Setting = Setting { own: OWN, cores: 2, sampler_user_share: 0.5, stolen_ns: 0 };

fn adds_up(account: &Account) {
    for thread in &account.threads {
        let WaitParts { wall_ns, runqueue_ns, blocked_ns, residual_ns, .. } = thread.parts;
        let parts = (thread.parts.cpu_ns() + runqueue_ns + blocked_ns) as i64 + residual_ns;
        assert_eq!(parts, wall_ns as i64, "{thread:?}");
        assert_eq!(thread.blocked.values().sum::<u64>(), blocked_ns, "{thread:?}");
    }
}

#[test]
fn what_is_neither_on_a_cpu_nor_waiting_for_one_is_blocked_in_the_calls_seen() {
    let passes = [
        pass(10_000, &[seen(OWN, 10_000, 9_000, 1_000, RUNS)]),
        pass(40_000, &[seen(OWN, 40_000, 10_000, 1_000, FUTEX)]),
        pass(90_000, &[seen(OWN, 90_000, 10_000, 1_000, POLL)]),
    ];
    let window = window(
        pass(0, &[seen(OWN, 0, 0, 0, RUNS)]),
        pass(100_000, &[seen(OWN, 100_000, 20_000, 1_000, RUNS)]),
        20_000,
        15_000,
        5_000,
    );
    let account = account(&window, &passes, SETTING);
    adds_up(&account);
    let [thread] = account.threads.as_slice() else { panic!("{account:?}") };
    let expected = WaitParts {
        wall_ns: 100_000_000,
        user_ns: 15_000_000,
        kernel_ns: 5_000_000,
        runqueue_ns: 1_000_000,
        blocked_ns: 79_000_000,
        residual_ns: 0,
    };
    assert_eq!(thread.parts, expected);
    // 29 ms were seen in futex and 50 in poll, where it was last seen before it ran again.
    assert_eq!(thread.blocked.len(), 2, "{thread:?}");
    let futex = thread.blocked[&Place::Call(202)] as f64 / 79e6;
    assert!((futex - 29.0 / 79.0).abs() < 1e-6, "{futex}");
    assert_eq!(
        (account.elapsed_ns, account.busy_ns, account.starved_ns),
        (100_000_000, 20_000_000, 1_000_000)
    );
}

#[test]
fn a_thread_that_ended_gives_its_last_cpu_time_to_its_end() {
    let passes = [
        pass(10_000, &[seen(11, 10_000, 4_000, 0, RUNS), seen(OWN, 10_000, 100, 0, FUTEX)]),
        pass(20_000, &[seen(11, 20_000, 14_000, 0, RUNS), seen(OWN, 20_000, 100, 0, FUTEX)]),
        pass(30_000, &[seen(OWN, 30_000, 100, 0, FUTEX)]),
    ];
    let window = window(
        pass(0, &[seen(OWN, 0, 0, 0, RUNS)]),
        pass(40_000, &[seen(OWN, 40_000, 200, 0, RUNS)]),
        // Of the process's CPU time 14.2 ms were seen, 3 ms ran after the last look at it.
        17_200,
        200,
        0,
    );
    let account = account(&window, &passes, SETTING);
    adds_up(&account);
    let ended = &account.threads[1];
    assert_eq!((ended.thread, ended.cpu_ns), (11, 17_000_000));
    // Ready whenever it was seen: born 4 ms before its first sight, as its clock says, and run for 3 ms after its last.
    assert_eq!((ended.parts.wall_ns, ended.parts.residual_ns), (17_000_000, 0));
    assert_eq!(account.threads[0].blocked[&Place::Call(202)], 39_800_000);
}

#[test]
fn cpu_time_of_threads_that_no_pass_saw_has_a_row_of_its_own() {
    let window = window(
        pass(0, &[seen(OWN, 0, 0, 0, RUNS)]),
        pass(10_000, &[seen(OWN, 10_000, 4_000, 0, RUNS)]),
        9_000,
        4_000,
        0,
    );
    let account = account(&window, &[], SETTING);
    adds_up(&account);
    let unseen = &account.threads[1];
    assert_eq!((unseen.thread, unseen.cpu_ns, unseen.parts.wall_ns), (0, 5_000_000, 5_000_000));
}

#[test]
fn readings_one_after_the_other_make_no_thread() {
    let open = pass(0, &[seen(OWN, 0, 0, 0, RUNS)]);
    let window = window(open, pass(100, &[seen(OWN, 100, 100, 0, RUNS)]), 120, 100, 0);
    assert_eq!(account(&window, &[], SETTING).threads.len(), 1);
}

#[test]
fn neighbours_take_the_cpu_from_one_thread_and_four_threads_take_it_from_each_other() {
    let of = |threads: u32, cpu: u64| {
        let at = |at: u64, cpu: u64, runqueue: u64| {
            let all: Vec<Seen> = (0..threads).map(|n| seen(OWN + n, at, cpu, runqueue, RUNS)).collect();
            pass(at, &all)
        };
        let passes = [at(5_000, cpu / 2, 5_000 - cpu / 2)];
        let window = window(at(0, 0, 0), at(10_000, cpu, 10_000 - cpu), cpu * u64::from(threads), cpu, 0);
        let account = account(&window, &passes, SETTING);
        adds_up(&account);
        account
    };
    let alone = of(1, 4_000);
    assert_eq!((alone.busy_ns, alone.starved_ns), (4_000_000, 6_000_000));
    assert!(alone.own_share.abs() < 1e-9, "{}", alone.own_share);
    let crowd = of(4, 5_000);
    assert_eq!((crowd.busy_ns, crowd.starved_ns), (10_000_000, 0));
    assert!((crowd.own_share - 1.0).abs() < 1e-9, "{}", crowd.own_share);
}

#[test]
fn a_thread_last_seen_waiting_for_a_cpu_was_not_blocked() {
    let passes = [
        pass(10_000, &[seen(11, 10_000, 10_000, 0, RUNS)]),
        pass(20_000, &[seen(11, 20_000, 10_000, 0, RUNS)]),
        pass(30_000, &[seen(11, 30_000, 10_000, 0, RUNS)]),
    ];
    let open = pass(0, &[seen(OWN, 0, 0, 0, RUNS), seen(11, 0, 0, 0, RUNS)]);
    let window = window(open, pass(40_000, &[seen(OWN, 40_000, 40_000, 0, RUNS)]), 50_000, 40_000, 0);
    let account = account(&window, &passes, SETTING);
    adds_up(&account);
    let parts = account.threads[1].parts;
    // Its end is its last sight: no CPU time says that it lived longer.
    assert_eq!((parts.runqueue_ns, parts.blocked_ns, parts.residual_ns), (20_000_000, 0, 0));
}

#[test]
fn what_the_hypervisor_took_is_waiting_for_a_cpu() {
    let passes = [pass(50_000, &[seen(OWN, 50_000, 40_000, 0, RUNS)])];
    let close = pass(100_000, &[seen(OWN, 100_000, 90_000, 2_000, RUNS)]);
    let window = window(pass(0, &[seen(OWN, 0, 0, 0, RUNS)]), close, 90_000, 90_000, 0);
    for (stolen, runqueue, blocked) in [(0, 2, 8), (5, 7, 3), (500, 10, 0)] {
        let account = account(&window, &passes, Setting { stolen_ns: stolen * 1_000_000, ..SETTING });
        adds_up(&account);
        let parts = account.threads[0].parts;
        assert_eq!((parts.runqueue_ns, parts.blocked_ns), (runqueue * 1_000_000, blocked * 1_000_000));
        assert_eq!(account.stolen_ns, (runqueue - 2) * 1_000_000);
    }
}

#[test]
fn a_number_given_to_a_new_thread_is_a_new_thread() {
    let passes = [
        pass(10_000, &[seen(11, 10_000, 9_000, 0, RUNS)]),
        pass(20_000, &[seen(11, 20_000, 1_000, 0, RUNS)]),
    ];
    let open = pass(0, &[seen(OWN, 0, 0, 0, RUNS), seen(11, 0, 0, 0, RUNS)]);
    let window = window(open, pass(30_000, &[seen(OWN, 30_000, 0, 0, RUNS)]), 10_000, 0, 0);
    let account = account(&window, &passes, SETTING);
    adds_up(&account);
    assert_eq!(
        account.threads.iter().map(|thread| thread.cpu_ns).collect::<Vec<_>>(),
        [0, 9_000_000, 1_000_000]
    );
}

#[test]
fn a_clock_that_goes_back_a_little_is_no_new_thread() {
    let back = Seen { cpu_ns: 5_000_000 - 701, ..seen(OWN, 6_000, 0, 0, RUNS) };
    let open = pass(0, &[seen(OWN, 0, 1_000, 0, RUNS)]);
    let passes = [pass(5_000, &[seen(OWN, 5_000, 5_000, 0, RUNS)])];
    let account = account(&window(open, pass(6_000, &[back]), 4_000, 4_000, 0), &passes, SETTING);
    adds_up(&account);
    let [thread] = account.threads.as_slice() else { panic!("{account:?}") };
    assert_eq!((thread.cpu_ns, thread.parts.residual_ns), (4_000_000 - 701, 0));
}

#[test]
fn a_thread_that_the_opening_missed_brings_no_time_of_its_own() {
    let own = |at| seen(OWN, at, at, 0, RUNS);
    let open = pass(0, &[own(0)]);
    let passes = [pass(5_000, &[own(5_000), seen(11, 5_000, 800_000, 900_000, RUNS)])];
    let close = pass(10_000, &[own(10_000), seen(11, 10_000, 804_000, 901_000, RUNS)]);
    let account = account(&window(open, close, 14_000, 14_000, 0), &passes, SETTING);
    adds_up(&account);
    let late = account.threads.iter().find(|thread| thread.thread == 11).expect("it is there");
    assert_eq!((late.parts.wall_ns, late.cpu_ns, late.parts.runqueue_ns), (5_000_000, 4_000_000, 1_000_000));
}

#[test]
fn blocked_time_that_no_pass_saw_says_so() {
    let close = pass(10_000, &[seen(OWN, 10_000, 1_000, 0, RUNS)]);
    let window = window(pass(0, &[seen(OWN, 0, 0, 0, RUNS)]), close, 1_000, 1_000, 0);
    let account = account(&window, &[], SETTING);
    assert_eq!(account.threads[0].blocked, BTreeMap::from([(Place::Unknown, 9_000_000)]));
}
