//! Plants that wait: for time, for what is polled, for a lock, for a child.

use libtest_mimic::Failed;
use perflab::record::{FindingKind, WaitsLedger};

use super::checks::{self, Check, adds_up, blocked, blocked_in};
use super::findings::leads;
use super::measured::{POINTS, measure};
use super::plants::{self, Truth};
use super::tampered::{
    BLOCKED, KERNEL, RUNQUEUE, Tamper, USER, misattributed, passes_and_turns_red, wait_turns_red,
};
use super::words::word_is_as_planted;

pub(super) fn sleeps(percent: usize) -> Result<(), Failed> {
    let (ledger, truth) = measure(&plants::SLEEPS, percent)?;
    let check: Check = |ledger, truth| blocked_in(ledger, truth, &["clock_nanosleep", "nanosleep"], POINTS);
    wait_turns_red(check, &ledger, &truth)?;
    // On a machine where others run, its spinning may take longer than its sleep.
    if ledger.idle_ns * 3 > ledger.elapsed_ns * 2 {
        leads(&ledger, None, FindingKind::Waiting, &["nanosleep"])?;
    }
    word_is_as_planted(&ledger, &truth)
}

pub(super) fn polls(percent: usize) -> Result<(), Failed> {
    let (ledger, truth) = measure(&plants::POLLS, percent)?;
    wait_turns_red(|ledger, truth| blocked_in(ledger, truth, &["poll", "ppoll"], POINTS), &ledger, &truth)?;
    word_is_as_planted(&ledger, &truth)
}

/// Half of each 20 ms spun, by the thread's clock, the other half slept. What is blocked is what is left of the wall
/// time, so the parts add up wherever they are put: each is held against another clock. User code spins, which the
/// kernel tells from its own work by its tick alone, so that only which of the two is more is asked.
pub(super) fn halves() -> Result<(), Failed> {
    let (ledger, truth) = measure(&plants::SLEEPS, 50)?;
    let check: Check = |ledger, truth| {
        checks::parts(ledger, truth, 10_000_000, POINTS)?;
        checks::runs_in_user_code(ledger)
    };
    let tampered: [(&str, Tamper<'_>); 5] = [
        ("spinning is called blocked", &|ledger, _| misattributed(ledger, &[USER, KERNEL], BLOCKED)),
        ("spinning is called ready", &|ledger, _| misattributed(ledger, &[USER, KERNEL], RUNQUEUE)),
        ("spinning is called the kernel's", &|ledger, _| misattributed(ledger, &[USER], KERNEL)),
        ("sleeping is called spinning", &|ledger, _| misattributed(ledger, &[BLOCKED], USER)),
        ("sleeping is called ready", &|ledger, _| misattributed(ledger, &[BLOCKED], RUNQUEUE)),
    ];
    for (what, tamper) in tampered {
        let (mut ledger, mut truth) = (ledger.clone(), truth.clone());
        tamper(&mut ledger, &mut truth);
        adds_up(&ledger).map_err(|error| format!("{what}: the sum does not see it, and yet {error}"))?;
    }
    passes_and_turns_red(check, &ledger, &truth, &tampered)
}

/// A lock held `percent` of `period` milliseconds by another thread.
pub(super) fn lock(period: usize, percent: usize) -> Result<(), Failed> {
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

pub(super) fn child() -> Result<(), Failed> {
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
