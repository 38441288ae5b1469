//! Ledgers and truths that are spoilt, each of which a check must see.

use libtest_mimic::Failed;
use perflab::record::{WaitParts, WaitsLedger};

use super::checks::Check;
use super::measured::is_quiet;
use super::plants::Truth;

/// Spoils a ledger, or the truth.
pub(super) type Tamper<'a> = &'a dyn Fn(&mut WaitsLedger, &mut [Truth]);

/// Runs `check` on the ledger as it is, and on every tampered pair, where it must fail.
pub(super) fn passes_and_turns_red(
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

/// Tampers with a planted wait of more than half the time.
pub(super) fn wait_turns_red(check: Check, ledger: &WaitsLedger, truth: &[Truth]) -> Result<(), Failed> {
    passes_and_turns_red(check, ledger, truth, &[("truth", &truth_altered)])?;
    if is_quiet(ledger) {
        let tampered: [(&str, Tamper<'_>); 2] = [("blocked", &blocked_left_out), ("calls", &calls_mixed_up)];
        passes_and_turns_red(check, ledger, truth, &tampered)?;
    }
    Ok(())
}

/// One part of a thread's wall time.
pub(super) type Part = fn(&mut WaitParts) -> &mut u64;

pub(super) const USER: Part = |parts| &mut parts.user_ns;
pub(super) const KERNEL: Part = |parts| &mut parts.kernel_ns;
pub(super) const RUNQUEUE: Part = |parts| &mut parts.runqueue_ns;
pub(super) const BLOCKED: Part = |parts| &mut parts.blocked_ns;

/// Takes `parts` of the measuring thread's, and gives what they were to `to`.
pub(super) fn misattributed(ledger: &mut WaitsLedger, parts: &[Part], to: Part) {
    let own = ledger.threads.iter_mut().find(|thread| thread.name == "measuring thread");
    let own = &mut own.expect("it is in every ledger").parts;
    for part in parts {
        let moved = std::mem::take(part(own));
        *to(own) += moved;
        *part(&mut ledger.total) -= moved;
        *to(&mut ledger.total) += moved;
    }
}
