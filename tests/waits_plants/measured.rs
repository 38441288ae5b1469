//! What is measured of a plant, and what its own clocks saw of the same iterations.

use std::time::Duration;

use libtest_mimic::Failed;
use perflab::analysis::judge;
use perflab::instruments::waits::{Plan, Proc, Sources, measure_case};
use perflab::record::WaitsLedger;
use perflab::workload::Entry;

use super::checks::adds_up;
use super::plants::{self, Truth, truth};

/// How far a share may lie from what the plant's own clocks saw of the same iterations, hundredths of the wall time.
pub(super) const POINTS: f64 = 3.0;

/// Measures for half a second, and returns what the plants' own clocks saw of the same iterations.
pub(super) fn measure_with(
    entry: &Entry,
    size: usize,
    sources: &Sources,
) -> Result<(WaitsLedger, Vec<Truth>), Failed> {
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

pub(super) fn measure(entry: &Entry, size: usize) -> Result<(WaitsLedger, Vec<Truth>), Failed> {
    measure_with(entry, size, &Sources::survey(Proc::system()))
}

/// Whether it waited for a CPU for less than a tenth of the time: more could stand in for a wait that is left out.
pub(super) fn is_quiet(ledger: &WaitsLedger) -> bool {
    ledger.total.runqueue_ns * 10 < ledger.elapsed_ns
}
