//! `perflab run CASE`: the measured loop and nothing else, for any outside tool.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;

use super::WrongUsage;
use crate::catalogue::{CaseRef, Catalogue};
use crate::instruments::nearest;
use crate::record::CaseId;

/// Beyond this no member fits the memory of a machine that anyone measures on.
const LARGEST: usize = 1_000_000_000;

pub(super) fn run(catalogue: &Catalogue, case: &str, iterations: u64) -> anyhow::Result<()> {
    let id: CaseId = case.parse().map_err(|error: crate::record::CaseIdError| {
        WrongUsage(format!("{error}; nearest: {}", nearest(catalogue, case).join(", ")))
    })?;
    if id.size > LARGEST {
        let largest = WrongUsage(format!("`{id}`: sizes go up to {LARGEST}"));
        return Err(largest.into());
    }
    let case = find(catalogue, &id)?;
    if let Some(reason) = case.unavailable() {
        anyhow::bail!("`{id}` cannot run here: {reason}");
    }
    telling_panics_in_a_line(&id, || {
        let prepared = case.prepare();
        prepared.verify()?;
        prepared.in_batches(iterations, |case, batch| case.run(batch));
        Ok(())
    })
}

/// What the first panic of any thread said: those that follow from it say less.
static FIRST_PANIC: OnceLock<String> = OnceLock::new();

/// A panic in `work` (a system at its limit of threads, a worker process that was killed) is an error with the panic's
/// own words; with RUST_BACKTRACE set the usual lines stand before it.
fn telling_panics_in_a_line(id: &CaseId, work: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<()> {
    let usual = std::panic::take_hook();
    let backtrace = std::env::var_os("RUST_BACKTRACE").is_some_and(|value| value != "0");
    std::panic::set_hook(Box::new(move |panic| {
        FIRST_PANIC.get_or_init(|| panic.payload_as_str().unwrap_or("it did not say why").to_owned());
        if backtrace {
            usual(panic);
        }
    }));
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        let first = FIRST_PANIC.get().map_or("it did not say why", String::as_str);
        Err(anyhow::anyhow!("`{id}` panicked: {first}"))
    })
}

/// The case named `id`; any size will do where the workload does not restrict it.
fn find(catalogue: &Catalogue, id: &CaseId) -> Result<CaseRef, WrongUsage> {
    catalogue.case(&id.family, &id.workload, id.size).ok_or_else(|| {
        let nearest = nearest(catalogue, &id.to_string()).join(", ");
        WrongUsage(format!("no case `{id}`; nearest: {nearest}; `perflab list` prints them all"))
    })
}
