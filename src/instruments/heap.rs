//! The heap instrument: exact blocks, bytes and peak of one iteration, and where they come from, by dhat.
//!
//! dhat counts only what its allocator sees, so the target that calls [`main`] must set
//! `#[global_allocator] static ALLOC: dhat::Alloc = dhat::Alloc;`. Nothing is timed here: dhat slows an
//! allocating loop sixtyfold.

mod counts;
mod sites;

use std::path::Path;
use std::process::ExitCode;

pub use counts::{HeapCounts, is_counting, measure_case};
pub use sites::{call_sites, fold, parse_call_sites};

use super::folded::{Caption, draw_to};
use super::{Effort, Instrument, Job, NoNumber, Overlap, Reading, folder_of, remove_stale, session};
use crate::catalogue::{CaseRef, Catalogue};
use crate::record::{
    CaseId, Folded, HeapSites, InstrumentName, InstrumentState, Metric, Run, State, write_atomically,
};
use crate::workload::Concurrency;

/// Blocks that a quick run counts in one case: dhat takes about 9 µs a block, measured.
const QUICK_BLOCKS: f64 = 100_000.0;

/// What the heap target can do on this machine; dhat needs nothing but to be its allocator.
pub(super) fn survey(counting: bool) -> InstrumentState {
    InstrumentState {
        name: InstrumentName::Heap,
        state: if counting { State::Ready } else { State::Unavailable },
        detail: "dhat 0.3: one iteration after one that is not counted; all threads; exact".to_owned(),
        reason: (!counting).then(|| "dhat is not this program's allocator".to_owned()),
        remedy: (!counting).then(|| {
            "run `cargo bench --bench heap`, or set `#[global_allocator] static ALLOC: dhat::Alloc = \
             dhat::Alloc;` in your own target"
                .to_owned()
        }),
        seconds: 0.0,
    }
}

/// The instrument, as the session sees it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Heap;

/// The main function of the heap target: measures what the arguments select.
pub fn main(catalogue: &Catalogue) -> ExitCode {
    session::run(catalogue, &Heap)
}

impl Instrument for Heap {
    fn name(&self) -> InstrumentName {
        InstrumentName::Heap
    }

    /// Asks the allocator of *this* program: one that is not the heap target answers Unavailable.
    fn survey(&self) -> InstrumentState {
        survey(is_counting())
    }

    fn leaves_out(&self, case: &CaseRef, effort: Effort, run: &Run) -> Option<String> {
        if effort == Effort::Thorough {
            return None;
        }
        let (from, blocks) = expected_blocks(case, run)?;
        (blocks > QUICK_BLOCKS).then(|| {
            format!(
                "about {blocks:.0} blocks, going by size {from}, and dhat takes about 9 µs for each; \
                 --thorough counts them"
            )
        })
    }

    /// Counts do not depend on neighbours.
    fn overlap(&self) -> Overlap {
        Overlap::Counting
    }

    fn measure(&self, job: &Job) -> Result<Vec<Reading>, NoNumber> {
        let (id, layout) = (job.id(), &job.layout);
        let (dhat, sites, folded, svg) =
            (layout.dhat(id), layout.heap_sites(id), layout.heap_folded(id), layout.heap_flamegraph(id));
        // What an earlier run left must not pass for this one's.
        for stale in [&dhat, &sites, &folded, &svg] {
            remove_stale(stale)?;
        }
        folder_of(&dhat)?;
        // Threads meet in another order each time, and the blocks of a channel or of a growing vector with them.
        let concurrency = job.cases[0].case.entry.concurrency;
        let mut repeated = Vec::new();
        for _ in 1..if concurrency.is_any() { REPEATS } else { 1 } {
            repeated.push(measure_case(job.prepared(), &dhat)?);
        }
        // The last profile is the one that is kept.
        let counts = measure_case(job.prepared(), &dhat)?;
        repeated.push(counts);
        let table = call_sites(&dhat)?;
        write_sites(&sites, &table)?;
        let stacks = fold(&table);
        check_total(&counts, &stacks)?;
        // A case without allocations has an empty table and no picture.
        if stacks.total() > 0 {
            stacks.write(&folded).map_err(|error| error.to_string())?;
            draw_to(&stacks, &svg, &caption(id, &repeated, concurrency))
                .map_err(|error| error.to_string())?;
        }
        let reading = |metric, count: fn(&HeapCounts) -> u64| {
            let range = Range::of(&repeated, count);
            job.reading(metric, range.median as f64, range.low as f64, range.high as f64)
        };
        Ok(vec![
            reading(Metric::HeapBlocks, |counts| counts.blocks),
            reading(Metric::HeapBytes, |counts| counts.bytes),
            reading(Metric::HeapPeakBytes, |counts| counts.peak_bytes),
        ])
    }
}

/// Iterations counted of a case with threads or processes: their counts vary, so they have a range.
const REPEATS: usize = 3;

/// The median of several counts, and their ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Range {
    median: u64,
    low: u64,
    high: u64,
}

impl Range {
    fn of(counts: &[HeapCounts], count: fn(&HeapCounts) -> u64) -> Self {
        let mut sorted: Vec<u64> = counts.iter().map(count).collect();
        sorted.sort_unstable();
        let at = |index: usize| sorted.get(index).copied().unwrap_or(0);
        Self { median: at(sorted.len() / 2), low: at(0), high: at(sorted.len().saturating_sub(1)) }
    }
}

/// What the picture shows: the last of the iterations counted, and how the others differed.
fn caption(id: &CaseId, repeated: &[HeapCounts], concurrency: Concurrency) -> Caption {
    let Some(HeapCounts { blocks, bytes, peak_bytes, left_bytes, .. }) = repeated.last() else {
        return Caption { title: id.to_string(), subtitle: String::new(), count_name: "bytes" };
    };
    let range = Range::of(repeated, |counts| counts.bytes);
    let exact = match repeated.len() {
        1 => "exact".to_owned(),
        n => format!("one of {n}, which allocated {} to {} bytes", range.low, range.high),
    };
    let children =
        if concurrency.processes { "; the heap of its child processes is not counted" } else { "" };
    let left = if *left_bytes == 0 { String::new() } else { format!(", {left_bytes} bytes not freed") };
    Caption {
        title: id.to_string(),
        // A narrow picture shows the beginning alone.
        subtitle: format!(
            "{blocks} blocks, {bytes} bytes, peak {peak_bytes}{left}; one iteration, by call site (dhat, {exact}){children}"
        ),
        count_name: "bytes",
    }
}

/// dhat's table and its counters are two ways to the same number.
fn check_total(counts: &HeapCounts, stacks: &Folded) -> Result<(), String> {
    if stacks.total() == u128::from(counts.bytes) {
        return Ok(());
    }
    Err(format!("dhat's call sites add up to {} bytes, its counter says {}", stacks.total(), counts.bytes))
}

fn write_sites(path: &Path, table: &HeapSites) -> Result<(), String> {
    let json = serde_json::to_vec_pretty(table).map_err(|error| error.to_string())?;
    write_atomically(path, &json).map_err(|error| error.to_string())
}

/// The blocks of one iteration of `case`, scaled from the next smaller size that `run` knows, and that size.
fn expected_blocks(case: &CaseRef, run: &Run) -> Option<(usize, f64)> {
    let smaller = run.cases.iter().filter(|record| {
        let id = &record.id;
        id.family == case.family.name && id.workload == case.entry.name && id.size < case.size
    });
    let counted =
        smaller.filter_map(|record| Some((record.id.size, record.measurement(Metric::HeapBlocks)?.value)));
    let (size, blocks) = counted.max_by_key(|(size, _)| *size)?;
    Some((size, blocks * case.size as f64 / size as f64))
}

#[cfg(test)]
mod tests;
