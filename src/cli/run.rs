//! `perflab run CASE`: the measured loop and nothing else, for any outside tool.

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
    let prepared = case.prepare();
    prepared.verify()?;
    prepared.in_batches(iterations, |case, batch| case.run(batch));
    Ok(())
}

/// The case named `id`; any size will do where the workload does not restrict it.
fn find(catalogue: &Catalogue, id: &CaseId) -> Result<CaseRef, WrongUsage> {
    catalogue.case(&id.family, &id.workload, id.size).ok_or_else(|| {
        let nearest = nearest(catalogue, &id.to_string()).join(", ");
        WrongUsage(format!("no case `{id}`; nearest: {nearest}; `perflab list` prints them all"))
    })
}
