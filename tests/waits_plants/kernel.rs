//! Plants that the kernel works for, and what is left open where it does not tell.

use libtest_mimic::Failed;
use perflab::instruments::waits::{Proc, Sources};
use perflab::record::FindingKind;

use super::findings::leads;
use super::measured::{measure, measure_with};
use super::plants;

/// How much of the time the kernel worked is counted by its own clock; no other one is asked.
pub(super) fn bytes_read() -> Result<(), Failed> {
    let (ledger, _) = measure(&plants::BYTES, 20_000)?;
    leads(&ledger, None, FindingKind::SystemCalls, &["the kernel works for it"])
}

pub(super) fn fresh_pages() -> Result<(), Failed> {
    let mib = 64;
    let (ledger, _) = measure(&plants::FRESH, mib)?;
    leads(&ledger, Some((mib << 20) as u64), FindingKind::PageFaults, &["67108864 bytes", "mapped anew"])
}

pub(super) fn missing_sources(whole: &Sources) -> Result<(), Failed> {
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
