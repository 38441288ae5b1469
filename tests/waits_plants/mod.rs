//! The trials: books against another clock, and what findings say of these books.

mod checks;
mod findings;
mod plants;
mod words;

use std::process::ExitCode;
use std::time::Duration;

use libtest_mimic::{Arguments, Failed, Trial};
use perflab::analysis::{WaitWord, judge};
use perflab::instruments::waits::{Plan, Proc, Sources, measure_case};
use perflab::record::{FindingKind, WaitParts, WaitsLedger};
use perflab::workload::Entry;

use checks::{Check, adds_up, blocked, blocked_in};
use findings::leads;
use plants::{Truth, truth};
use words::{word_is, word_is_as_planted};

pub(crate) fn main() -> ExitCode {
    if plants::serve() {
        return ExitCode::SUCCESS;
    }
    let mut arguments = Arguments::from_args();
    // Clocks and children belong to the process: trials take turns.
    arguments.test_threads = Some(1);
    let whole = Sources::survey(Proc::system());
    let missing = whole.missing().join("; ");
    let (of_births, of_all) = (whole.clone(), whole.clone());
    let trials = vec![
        Trial::test("sleep_84_percent_of_the_time", || sleeps(84)),
        Trial::test("spin_30_and_wait_70_percent", || polls(70)),
        // Seventy lie too close to two thirds for a word that a busy machine leaves beyond doubt.
        Trial::test("spin_10_and_wait_90_percent", || polls(90)),
        Trial::test("every_part_of_spinning_and_sleeping_in_halves_is_where_it_belongs", halves),
        Trial::test("a_lock_held_10_percent_of_the_time", || lock(20, 10)),
        Trial::test("a_lock_held_50_percent_of_the_time", || lock(20, 50)),
        Trial::test("a_lock_held_90_percent_of_the_time", || lock(20, 90)),
        Trial::test("a_lock_held_for_100_ms_while_another_waits", || lock(100, 100)),
        Trial::test("a_child_is_awaited_and_its_time_is_apart", child),
        Trial::test("a_thread_that_ended_is_accounted_for", ended_thread),
        // What is not there cannot be taken away: the list of trials then shows what is missing.
        Trial::test("threads_too_short_to_be_seen_have_their_wall_time", move || short_lives(of_births))
            .with_ignored_flag(!whole.records_births)
            .with_kind(&missing),
        Trial::test("the_run_queue_moves_when_neighbours_burn_the_cpu", neighbours),
        Trial::test("what_a_missing_source_would_tell_is_left_open_and_said", move || {
            missing_sources(&of_all)
        })
        .with_ignored_flag(!missing.is_empty())
        .with_kind(&missing),
        Trial::test("a_panic_under_the_census_ends_it", panics),
        Trial::test("a_file_read_byte_by_byte_is_found_to_call_the_kernel", bytes_read),
        Trial::test("fresh_pages_touched_once_are_found_to_be_page_faults", fresh_pages),
    ];
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// How far a share may lie from what the plant's own clocks saw of the same iterations, hundredths of the wall time.
const POINTS: f64 = 3.0;

/// Measures for half a second, and returns what the plants' own clocks saw of the same iterations.
fn measure_with(entry: &Entry, size: usize, sources: &Sources) -> Result<(WaitsLedger, Vec<Truth>), Failed> {
    plants::forget();
    let plan = Plan { wall: Duration::from_millis(500), sampler: true };
    let ledger = measure_case(&*entry.prepare(size), plan, sources)?;
    let truth = truth(ledger.iterations as usize);
    eprintln!(
        "{} iterations, {} passes, sampler {:.2} % of a CPU: {:?}, {}",
        ledger.iterations,
        ledger.sampling.passes,
        ledger.sampler_share() * 100.0,
        ledger.total,
        judge(&ledger)
    );
    adds_up(&ledger).map_err(Failed::from)?;
    // Where each part belongs is for other checks; one that is left out does not pass.
    let mut tampered = ledger.clone();
    tampered.total.user_ns /= 2;
    tampered.total.kernel_ns /= 2;
    tampered.total.blocked_ns /= 2;
    if adds_up(&tampered).is_ok() {
        return Err("half the parts left out, and the sum still holds".into());
    }
    Ok((ledger, truth))
}

fn measure(entry: &Entry, size: usize) -> Result<(WaitsLedger, Vec<Truth>), Failed> {
    measure_with(entry, size, &Sources::survey(Proc::system()))
}

/// Spoils a ledger, or the truth.
type Tamper<'a> = &'a dyn Fn(&mut WaitsLedger, &mut [Truth]);

/// Runs `check` on the ledger as it is, and on every tampered pair, where it must fail.
fn passes_and_turns_red(
    check: Check,
    ledger: &WaitsLedger,
    truth: &[Truth],
    tampered: &[(&str, Tamper<'_>)],
) -> Result<(), Failed> {
    check(ledger, truth).map_err(Failed::from)?;
    for (what, tamper) in tampered {
        let (mut ledger, mut truth) = (ledger.clone(), truth.to_vec());
        tamper(&mut ledger, &mut truth);
        if check(&ledger, &truth).is_ok() {
            return Err(format!("tampered with ({what}), and the check still passes").into());
        }
    }
    Ok(())
}

fn truth_altered(_: &mut WaitsLedger, truth: &mut [Truth]) {
    truth.iter_mut().for_each(|one| one.waited_ns = 0);
}

fn blocked_left_out(ledger: &mut WaitsLedger, _: &mut [Truth]) {
    for thread in &mut ledger.threads {
        thread.blocked.clear();
    }
}

fn calls_mixed_up(ledger: &mut WaitsLedger, _: &mut [Truth]) {
    for blocked in ledger.threads.iter_mut().flat_map(|thread| &mut thread.blocked) {
        blocked.call = "openat".to_owned();
    }
}

/// Whether it waited for a CPU for less than a tenth of the time: more could stand in for a wait that is left out.
fn is_quiet(ledger: &WaitsLedger) -> bool {
    ledger.total.runqueue_ns * 10 < ledger.elapsed_ns
}

/// Tampers with a planted wait of more than half the time.
fn wait_turns_red(check: Check, ledger: &WaitsLedger, truth: &[Truth]) -> Result<(), Failed> {
    passes_and_turns_red(check, ledger, truth, &[("truth", &truth_altered)])?;
    if is_quiet(ledger) {
        let tampered: [(&str, Tamper<'_>); 2] = [("blocked", &blocked_left_out), ("calls", &calls_mixed_up)];
        passes_and_turns_red(check, ledger, truth, &tampered)?;
    }
    Ok(())
}

fn sleeps(percent: usize) -> Result<(), Failed> {
    let (ledger, truth) = measure(&plants::SLEEPS, percent)?;
    let check: Check = |ledger, truth| blocked_in(ledger, truth, &["clock_nanosleep", "nanosleep"], POINTS);
    wait_turns_red(check, &ledger, &truth)?;
    // On a machine where others run, its spinning may take longer than its sleep.
    if ledger.idle_ns * 3 > ledger.elapsed_ns * 2 {
        leads(&ledger, None, FindingKind::Waiting, &["nanosleep"])?;
    }
    word_is_as_planted(&ledger, &truth)
}

fn polls(percent: usize) -> Result<(), Failed> {
    let (ledger, truth) = measure(&plants::POLLS, percent)?;
    wait_turns_red(|ledger, truth| blocked_in(ledger, truth, &["poll", "ppoll"], POINTS), &ledger, &truth)?;
    word_is_as_planted(&ledger, &truth)
}

/// Takes `part` of the measuring thread's parts, and gives what it was to `to`.
fn misattributed(
    ledger: &mut WaitsLedger,
    part: fn(&mut WaitParts) -> &mut u64,
    to: fn(&mut WaitParts) -> &mut u64,
) {
    let own = ledger.threads.iter_mut().find(|thread| thread.name == "measuring thread");
    let own = &mut own.expect("it is in every ledger").parts;
    let moved = std::mem::take(part(own));
    *to(own) += moved;
    *part(&mut ledger.total) -= moved;
    *to(&mut ledger.total) += moved;
}

/// Half of each 20 ms spun, by the thread's clock, the other half slept. What is blocked is what is left of the wall
/// time, so the parts add up wherever they are put: each is held against another clock.
fn halves() -> Result<(), Failed> {
    let (ledger, truth) = measure(&plants::SLEEPS, 50)?;
    let check: Check = |ledger, truth| checks::parts(ledger, truth, 10_000_000, POINTS);
    let spun_is_blocked = |ledger: &mut WaitsLedger, _: &mut [Truth]| {
        misattributed(ledger, |parts| &mut parts.user_ns, |parts| &mut parts.blocked_ns);
    };
    let spun_is_ready = |ledger: &mut WaitsLedger, _: &mut [Truth]| {
        misattributed(ledger, |parts| &mut parts.user_ns, |parts| &mut parts.runqueue_ns);
    };
    let slept_is_spun = |ledger: &mut WaitsLedger, _: &mut [Truth]| {
        misattributed(ledger, |parts| &mut parts.blocked_ns, |parts| &mut parts.user_ns);
    };
    let slept_is_ready = |ledger: &mut WaitsLedger, _: &mut [Truth]| {
        misattributed(ledger, |parts| &mut parts.blocked_ns, |parts| &mut parts.runqueue_ns);
    };
    let tampered: [(&str, Tamper<'_>); 4] = [
        ("spinning is called blocked", &spun_is_blocked),
        ("spinning is called ready", &spun_is_ready),
        ("sleeping is called spinning", &slept_is_spun),
        ("sleeping is called ready", &slept_is_ready),
    ];
    for (what, tamper) in tampered {
        let (mut ledger, mut truth) = (ledger.clone(), truth.clone());
        tamper(&mut ledger, &mut truth);
        adds_up(&ledger).map_err(|error| format!("{what}: the sum does not see it, and yet {error}"))?;
    }
    passes_and_turns_red(check, &ledger, &truth, &tampered)
}

/// A lock held `percent` of `period` milliseconds by another thread.
fn lock(period: usize, percent: usize) -> Result<(), Failed> {
    let (ledger, truth) = measure(&plants::LOCK, period * 1_000 + percent)?;
    // How long it was blocked is counted; in which call, looks tell.
    let check: Check = |ledger, truth| {
        blocked(ledger, truth, POINTS)?;
        seen_in(ledger, truth, &["futex"])
    };
    let always = |_: &mut WaitsLedger, truth: &mut [Truth]| {
        truth.iter_mut().for_each(|one| one.waited_ns = 2 * one.wall_ns);
    };
    passes_and_turns_red(check, &ledger, &truth, &[("truth", &always)])?;
    if percent > 10 {
        wait_turns_red(check, &ledger, &truth)?;
    }
    let holder = ledger.threads.iter().filter(|thread| thread.name.starts_with("holder"));
    let slept =
        holder.flat_map(|thread| &thread.blocked).filter(|blocked| blocked.call.ends_with("nanosleep"));
    let slept: f64 = slept.map(|blocked| blocked.ns as f64).sum();
    let held: f64 = truth.iter().map(|one| one.waited_ns as f64).sum();
    // The holder sleeps for as long as the other waits, and either may then wait for a CPU. Which of its calls it is
    // blocked in was only looked at now and then.
    let elapsed = ledger.elapsed_ns as f64;
    let allowed = 0.1 * held + seen_by_looking(held / elapsed, ledger.sampling.passes) * elapsed;
    if slept + (ledger.total.runqueue_ns as f64) < held - allowed {
        return Err(format!("the holder slept {slept} ns while the other waited {held} ± {allowed}").into());
    }
    word_is_as_planted(&ledger, &truth)
}

/// As [`blocked_in`], within what so many looks can tell.
fn seen_in(ledger: &WaitsLedger, truth: &[Truth], calls: &[&str]) -> Result<(), String> {
    let wall: u64 = truth.iter().map(|one| one.wall_ns).sum();
    let waited: u64 = truth.iter().map(|one| one.waited_ns).sum();
    let points = 100.0 * seen_by_looking(waited as f64 / wall as f64, ledger.sampling.passes);
    blocked_in(ledger, truth, calls, points.max(POINTS))
}

/// How far a share that `looks` looks told may be off: 3.3 standard errors of a proportion.
fn seen_by_looking(share: f64, looks: u64) -> f64 {
    let share = share.clamp(0.0, 1.0);
    3.3 * (share * (1.0 - share) / looks as f64).sqrt()
}

fn child() -> Result<(), Failed> {
    let (ledger, truth) = measure(&plants::CHILD, 50)?;
    let check: Check = |ledger, truth| {
        // That the kernel also blocks who starts a child, until that has its program, is no part of the truth.
        seen_in(ledger, truth, &["wait4", "waitid"])?;
        checks::children(ledger, 1.0, 50_000_000)
    };
    let uncounted = |ledger: &mut WaitsLedger, _: &mut [Truth]| ledger.children = Some(0.0);
    let added = |ledger: &mut WaitsLedger, _: &mut [Truth]| ledger.children_cpu_ns = 0;
    passes_and_turns_red(check, &ledger, &truth, &[("children", &uncounted), ("their time", &added)])?;
    leads(&ledger, None, FindingKind::Waiting, &["waiting for 1 child an iteration"])?;
    wait_turns_red(check, &ledger, &truth)?;
    word_is_as_planted(&ledger, &truth)
}

fn ended_thread() -> Result<(), Failed> {
    let (ledger, truth) = measure(&plants::ENDED, 30)?;
    let check: Check = |ledger, truth| checks::cpu(ledger, truth, 3.0);
    let left_out = |ledger: &mut WaitsLedger, _: &mut [Truth]| {
        let own =
            ledger.threads.iter().find(|thread| thread.name == "measuring thread").expect("it is there");
        ledger.total = own.parts;
    };
    passes_and_turns_red(check, &ledger, &truth, &[("the threads that ended", &left_out)])
}

fn short_lives(whole: Sources) -> Result<(), Failed> {
    let check: Check = |ledger, truth| checks::lived(ledger, truth, 3.0);
    let (ledger, truth) = measure_with(&plants::SHORT_LIVES, 3, &whole)?;
    let forgotten = |_: &mut WaitsLedger, truth: &mut [Truth]| {
        truth.iter_mut().for_each(|one| one.lived_ns = (2 * one.lived_ns.0, 2 * one.lived_ns.1));
    };
    let unseen =
        |ledger: &mut WaitsLedger, _: &mut [Truth]| ledger.total.wall_ns -= wall_of_others(ledger) / 2;
    passes_and_turns_red(check, &ledger, &truth, &[("truth", &forgotten), ("half of them", &unseen)])?;
    // Without the kernel's records most of them are guessed: by chance well, so only that it says so can be tested.
    let ignored = Sources { records_births: false, ..whole };
    let (ledger, _) = measure_with(&plants::SHORT_LIVES, 3, &ignored)?;
    if ledger.missing.len() == 1 {
        Ok(())
    } else {
        Err(format!("births ignored, and {:?} says so", ledger.missing).into())
    }
}

/// Wall time of the threads that the measuring one started.
fn wall_of_others(ledger: &WaitsLedger) -> u64 {
    let own = ledger.threads.iter().find(|thread| thread.name == "measuring thread").expect("it is there");
    ledger.total.wall_ns - own.parts.wall_ns
}

fn neighbours() -> Result<(), Failed> {
    let (quiet, _) = measure(&plants::SPINS, 3_000_000)?;
    let burners = plants::Burners::start(2 * quiet.cores)?;
    let outcome = measure(&plants::SPINS, 3_000_000);
    drop(burners);
    let (crowded, truth) = outcome?;
    let check: Check = |ledger, truth| checks::not_on_cpu(ledger, truth, 3.0);
    let idle = |ledger: &mut WaitsLedger, _: &mut [Truth]| ledger.total.runqueue_ns = 0;
    passes_and_turns_red(check, &crowded, &truth, &[("the run queue", &idle)])?;
    let share = |ledger: &WaitsLedger| ledger.total.runqueue_ns as f64 / ledger.total.wall_ns as f64;
    if share(&crowded) < share(&quiet) + 0.1 {
        return Err(format!(
            "{:.2} of the time in the run queue, {:.2} without neighbours",
            share(&crowded),
            share(&quiet)
        )
        .into());
    }
    for ledger in [&quiet, &crowded] {
        let parts = &ledger.total;
        let ready = (parts.cpu_ns() + parts.runqueue_ns) as f64 / parts.wall_ns as f64;
        if ready < 0.95 {
            return Err(format!("{ready:.2} of the time it ran or was ready to: it never blocks").into());
        }
    }
    word_is(&crowded, WaitWord::Starved)
}

fn missing_sources(whole: &Sources) -> Result<(), Failed> {
    let (no_calls, _) = measure_with(&plants::SLEEPS, 84, &Sources { tells_calls: false, ..whole.clone() })?;
    let calls: Vec<String> = no_calls.blocked().into_iter().map(|blocked| blocked.call).collect();
    if calls != ["call not seen"] || !no_calls.missing[0].contains("not split by call") {
        return Err(format!("{calls:?}, {:?}", no_calls.missing).into());
    }
    let (no_runqueue, _) =
        measure_with(&plants::SLEEPS, 84, &Sources { tells_runqueue: false, ..whole.clone() })?;
    if no_runqueue.total.runqueue_ns != 0 || !no_runqueue.missing[0].contains("counts as blocked") {
        return Err(format!("{:?}, {:?}", no_runqueue.total, no_runqueue.missing).into());
    }
    let folder = tempfile::tempdir()?;
    let (alone, truth) = measure_with(&plants::SLEEPS, 84, &Sources::survey(Proc::at(folder.path())))?;
    let slept: u64 = truth.iter().map(|one| one.waited_ns).sum();
    if alone.threads.len() != 1 || alone.total.blocked_ns < slept / 2 || alone.missing.len() != 1 {
        return Err(format!("{:?}, {:?}", alone.total, alone.missing).into());
    }
    Ok(())
}

/// How much of the time the kernel worked is counted by its own clock; no other one is asked.
fn bytes_read() -> Result<(), Failed> {
    let (ledger, _) = measure(&plants::BYTES, 20_000)?;
    leads(&ledger, None, FindingKind::SystemCalls, &["the kernel works for it"])
}

fn fresh_pages() -> Result<(), Failed> {
    let mib = 64;
    let (ledger, _) = measure(&plants::FRESH, mib)?;
    leads(&ledger, Some((mib << 20) as u64), FindingKind::PageFaults, &["67108864 bytes", "mapped anew"])
}

fn panics() -> Result<(), Failed> {
    let measured = std::panic::catch_unwind(|| measure(&plants::PANICS, 1).is_ok());
    if measured.is_ok() { Err("it should have panicked".into()) } else { Ok(()) }
}
