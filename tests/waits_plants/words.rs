//! The word for a plant: that which its own clocks give.

use libtest_mimic::Failed;
use perflab::analysis::{WaitWord, judge};
use perflab::record::WaitsLedger;

use super::measured::{POINTS, is_quiet};
use super::plants::Truth;

pub(crate) fn word_is(ledger: &WaitsLedger, word: WaitWord) -> Result<(), Failed> {
    let judged = judge(ledger);
    if judged.word == word { Ok(()) } else { Err(format!("{judged}, not {word}").into()) }
}

/// The word that the plant's own clocks give, where they leave no doubt: two thirds of the time waited or on a CPU, or
/// neither, by [`POINTS`] and by all that neighbours took.
fn planted_word(ledger: &WaitsLedger, truth: &[Truth]) -> Option<WaitWord> {
    const NAMES_THE_CASE: f64 = 2.0 / 3.0;
    let wall: f64 = truth.iter().map(|one| one.wall_ns as f64).sum();
    let share = |of: fn(&Truth) -> u64| truth.iter().map(|one| of(one) as f64).sum::<f64>() / wall;
    let (waited, on_cpu) = (share(|one| one.waited_ns), share(|one| one.cpu_ns));
    let (margin, taken) = (POINTS / 100.0, ledger.total.runqueue_ns as f64 / wall);
    match () {
        () if waited - taken >= NAMES_THE_CASE + margin => Some(WaitWord::WaitBound),
        // Where neighbours took more, it might be called starved.
        () if !is_quiet(ledger) => None,
        () if on_cpu >= NAMES_THE_CASE + margin => Some(WaitWord::CpuBound),
        () if waited.max(on_cpu) + taken <= NAMES_THE_CASE - margin => Some(WaitWord::Mixed),
        () => None,
    }
}

/// The word is the planted one, and another where the loop's time is another.
pub(crate) fn word_is_as_planted(ledger: &WaitsLedger, truth: &[Truth]) -> Result<(), Failed> {
    let Some(word) = planted_word(ledger, truth) else {
        eprintln!("the other clocks leave the word open: {}", judge(ledger));
        return Ok(());
    };
    word_is(ledger, word)?;
    let mut tampered = ledger.clone();
    (tampered.busy_ns, tampered.starved_ns, tampered.idle_ns) = match word {
        WaitWord::WaitBound => (ledger.elapsed_ns, 0, 0),
        _ => (0, 0, ledger.elapsed_ns),
    };
    if word_is(&tampered, word).is_ok() {
        Err(format!("{word} whatever is in the books").into())
    } else {
        Ok(())
    }
}
