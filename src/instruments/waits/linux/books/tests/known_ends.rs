//! Windows in which the kernel recorded births and ends. Times in microseconds.

use super::super::super::births::Span;
use super::*;

fn span(thread: u32, born: u64, ended: Option<u64>) -> Span {
    Span { thread, born_ns: Some(born * 1_000), ended_ns: ended.map(|at| at * 1_000) }
}

/// 40 ms in which the measuring thread waits in futex, and the process uses `process_cpu`, of which it 0.2 ms.
fn waits_for(others: &[(u64, &[Seen])], process_cpu: u64, spans: &[Span]) -> Window {
    let close = pass(40_000, &[seen(OWN, 40_000, 200, 0, RUNS)]);
    let window = window(pass(0, &[seen(OWN, 0, 0, 0, RUNS)]), close, process_cpu, 200, 0);
    assert!(others.len() < 3, "two passes are made");
    Window { spans: spans.to_vec(), ..window }
}

fn passes(others: &[(u64, &[Seen])]) -> Vec<Pass> {
    let with_own = |(at, seen_there): &(u64, &[Seen])| {
        let own = seen(OWN, *at, 100, 0, FUTEX);
        pass(*at, &[&[own], *seen_there].concat())
    };
    others.iter().map(with_own).collect()
}

/// The books of the threads beside the measuring one.
fn others(seen: &[(u64, &[Seen])], process_cpu: u64, spans: &[Span]) -> Vec<ThreadAccount> {
    let account = account(&waits_for(seen, process_cpu, spans), &passes(seen), SETTING);
    adds_up(&account);
    account.threads.into_iter().filter(|thread| thread.thread != OWN).collect()
}

#[test]
fn a_thread_seen_once_has_its_whole_life() {
    // Born at 2 ms, asleep in poll at 10, ended at 22: a look at 30 finds it gone.
    let looks: [(u64, &[Seen]); 2] = [(10_000, &[seen(11, 10_000, 100, 50, POLL)]), (30_000, &[])];
    let threads = others(&looks, 300, &[span(11, 2_000, Some(22_000))]);
    let [thread] = threads.as_slice() else { panic!("{threads:?}") };
    assert_eq!((thread.parts.wall_ns, thread.cpu_ns), (20_000_000, 100_000));
    assert_eq!((thread.parts.runqueue_ns, thread.parts.residual_ns), (50_000, 0));
    assert_eq!(thread.blocked, BTreeMap::from([(Place::Call(7), 19_850_000)]));
    // Without its record, nobody knows: half of either gap.
    let guessed = others(&looks, 300, &[]);
    assert_eq!(guessed[0].parts.wall_ns, 5_000_000 + 10_000_000);
}

#[test]
fn threads_that_no_pass_saw_have_their_lives_and_share_the_cpu_time_that_no_clock_told() {
    let spans = [span(11, 1_000, Some(4_000)), span(12, 20_000, Some(25_000))];
    let threads = others(&[(10_000, &[])], 1_200, &spans);
    let [unseen] = threads.as_slice() else { panic!("{threads:?}") };
    assert_eq!((unseen.thread, unseen.parts.wall_ns, unseen.cpu_ns), (0, 8_000_000, 1_000_000));
    assert_eq!(unseen.blocked, BTreeMap::from([(Place::Unknown, 7_000_000)]));
    // More CPU time than they lived: somebody else used it, of whom nothing is known.
    let more = others(&[(10_000, &[])], 11_200, &spans);
    assert_eq!(
        (more[0].parts.wall_ns, more[0].cpu_ns, more[0].parts.blocked_ns),
        (11_000_000, 11_000_000, 0)
    );
}

#[test]
fn lives_count_within_the_window_alone() {
    let spans = [
        Span { born_ns: None, ..span(11, 0, Some(10_000)) },
        span(12, 30_000, Some(90_000)),
        // Its end was never recorded: nothing tells that it lived.
        span(13, 1_000, None),
    ];
    let threads = others(&[], 200, &spans);
    assert_eq!(threads[0].parts.wall_ns, 10_000_000, "{threads:?}");
}

#[test]
fn the_end_of_a_thread_that_ran_takes_the_cpu_time_that_no_clock_told_before_one_that_slept() {
    let looks: [(u64, &[Seen]); 2] =
        [(10_000, &[seen(11, 10_000, 9_000, 0, RUNS), seen(12, 10_000, 0, 0, POLL)]), (30_000, &[])];
    let spans = [span(11, 1_000, Some(15_000)), span(12, 1_000, Some(29_000))];
    // 4 ms of the 5 that the first one lived on, and nothing of the 19 of the other.
    let threads = others(&looks, 13_200, &spans);
    assert_eq!((threads[0].cpu_ns, threads[0].parts.wall_ns), (13_000_000, 14_000_000));
    assert_eq!((threads[1].cpu_ns, threads[1].parts.blocked_ns), (0, 28_000_000));
    // 7 ms: the other one woke up.
    let threads = others(&looks, 16_200, &spans);
    assert_eq!((threads[0].cpu_ns, threads[1].cpu_ns), (14_000_000, 2_000_000));
}

#[test]
fn a_thread_ready_when_last_seen_was_off_the_cpu_as_it_had_been_before() {
    let of = |runqueue, activity| {
        let first = seen(11, 5_000, 3_000, runqueue / 4, activity);
        let looks: [(u64, &[Seen]); 2] =
            [(5_000, &[first]), (10_000, &[seen(11, 10_000, 5_000, runqueue, RUNS)])];
        others(&looks, 5_200, &[span(11, 1_000, Some(20_000))])[0].parts
    };
    // 4 ms of 9 off the CPU were all in the run queue: so are the 10 at its end.
    let waited = of(4_000, RUNS);
    assert_eq!((waited.wall_ns, waited.runqueue_ns, waited.blocked_ns), (19_000_000, 14_000_000, 0));
    let slept = of(0, POLL);
    assert_eq!((slept.runqueue_ns, slept.blocked_ns), (0, 14_000_000));
}

#[test]
fn a_number_given_again_is_another_thread_by_its_birth() {
    let looks: [(u64, &[Seen]); 2] =
        [(10_000, &[seen(11, 10_000, 100, 0, POLL)]), (30_000, &[seen(11, 30_000, 100, 0, FUTEX)])];
    let threads = others(&looks, 400, &[span(11, 1_000, Some(14_000)), span(11, 25_000, None)]);
    let walls: Vec<u64> = threads.iter().map(|thread| thread.parts.wall_ns).collect();
    // The second one has no recorded end, so it lived until the window closed.
    assert_eq!(walls, [13_000_000, 15_000_000]);
}
