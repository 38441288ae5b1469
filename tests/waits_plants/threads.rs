//! Plants whose threads end, are too short to be seen, want a CPU that neighbours have, or panic.

use libtest_mimic::Failed;
use perflab::analysis::WaitWord;
use perflab::instruments::waits::Sources;
use perflab::record::WaitsLedger;

use super::checks::{self, Check};
use super::measured::{measure, measure_with};
use super::plants::{self, Truth};
use super::tampered::passes_and_turns_red;
use super::words::word_is;

pub(super) fn ended_thread() -> Result<(), Failed> {
    let (ledger, truth) = measure(&plants::ENDED, 30)?;
    let check: Check = |ledger, truth| checks::cpu(ledger, truth, 3.0);
    let left_out = |ledger: &mut WaitsLedger, _: &mut [Truth]| {
        let own =
            ledger.threads.iter().find(|thread| thread.name == "measuring thread").expect("it is there");
        ledger.total = own.parts;
    };
    passes_and_turns_red(check, &ledger, &truth, &[("the threads that ended", &left_out)])
}

pub(super) fn short_lives(whole: Sources) -> Result<(), Failed> {
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

pub(super) fn neighbours() -> Result<(), Failed> {
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

pub(super) fn panics() -> Result<(), Failed> {
    let measured = std::panic::catch_unwind(|| measure(&plants::PANICS, 1).is_ok());
    if measured.is_ok() { Err("it should have panicked".into()) } else { Ok(()) }
}
