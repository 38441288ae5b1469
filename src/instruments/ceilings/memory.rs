//! With its data in cache: the case against itself at a smaller size, whose data lies in a core's own cache, in blocks that
//! handle as many elements. The smaller size is the larger one halved again and again, so that what grows by doubling
//! stands at the same point of its growth at both.

use super::super::compare::Pair;
use super::super::process::myself;
use super::super::session::known;
use super::super::{Effort, Instrument, Job, NoNumber, Reading, id_of, speeds};
use super::{ONE_START_NS, SEED, ceiling, is_switched, settled, survey, takes_long, try_out, weigh};
use crate::catalogue::{CaseRef, Counts};
use crate::record::{InstrumentName, InstrumentState, Metric, Run};

/// No core moves more bytes in a nanosecond: two loads and a store of 64 bytes a cycle are 192, at 5 GHz 960. An
/// iteration that takes less time than the cache's bytes at this rate cannot reach beyond it.
const FASTEST_BYTES_PER_NS: f64 = 1_000.0;
/// The least smaller size: below, what an iteration costs once is a part of it.
const LEAST: usize = 64;
/// A smaller size whose data turned out not to fit is halved so many times more.
const FURTHER_HALVINGS: u32 = 3;
/// Blocks above this are mapped anew by each iteration (mallopt(3): the largest `M_MMAP_THRESHOLD`): what they cost are
/// fresh pages, and not the way to memory.
const MAPPED_ANEW: u64 = 32 << 20;

/// The step that takes the way to memory away.
#[derive(Debug, Clone, Copy, Default)]
pub struct InCache;

impl Instrument for InCache {
    fn name(&self) -> InstrumentName {
        InstrumentName::Ceilings
    }

    fn survey(&self) -> InstrumentState {
        survey(is_switched())
    }

    fn takes(&self) -> Option<Metric> {
        Some(Metric::CeilingMemory)
    }

    /// Cases of one thread whose size counts work, and that take long enough to reach beyond a core's own cache. Of all
    /// others there is nothing to say.
    fn groups(&self, cases: &[CaseRef], run: &Run) -> Vec<Vec<CaseRef>> {
        let cache = speeds::core_cache().unwrap_or(0);
        let may_reach_beyond = |case: &&CaseRef| {
            let is_plain = case.family.axis.counts == Counts::Work && !case.entry.concurrency.is_any();
            let time_ns = known(run, case, Metric::TimeNs).unwrap_or(f64::INFINITY);
            is_plain && time_ns * FASTEST_BYTES_PER_NS > cache as f64
        };
        cases.iter().filter(may_reach_beyond).map(|case| vec![*case]).collect()
    }

    fn leaves_out(&self, case: &CaseRef, effort: Effort, run: &Run) -> Option<String> {
        takes_long(known(run, case, Metric::TimeNs)?, ONE_START_NS, effort)
    }

    fn measure(&self, job: &Job) -> Result<Vec<Reading>, NoNumber> {
        let left_out = |reason: String| Err(NoNumber::LeftOut(reason));
        let Some(cache) = speeds::core_cache() else {
            return left_out("the kernel does not tell how large the caches are".to_owned());
        };
        let case = &job.cases[0].case;
        try_out(job, ONE_START_NS)?;
        let set = WorkingSet::of(case);
        let mut readings = vec![job.exact(Metric::WorkingSetBytes, set.bytes as f64)];
        if set.bytes <= cache as u64 {
            return Ok(readings);
        }
        // A part of an iteration is measured over outputs that are kept: at a smaller size as many bytes of them.
        if job.prepared().batch_limit() != u64::MAX {
            return left_out(format!(
                "its outputs are kept for a batch, so that {} bytes are alive at any size",
                set.bytes
            ));
        }
        if set.largest > MAPPED_ANEW {
            return left_out(format!(
                "its largest block has {} bytes and is mapped anew by each iteration: that costs fresh pages",
                set.largest
            ));
        }
        let Some(small) = cached(case, set.bytes, cache as u64) else {
            return left_out(format!(
                "its {} bytes lie beyond the core's own cache ({cache} bytes), and it runs at no size whose data lies \
                 within",
                set.bytes
            ));
        };
        let mut pair = Pair::of_sizes(myself()?, [id_of(&small), job.id().clone()], SEED);
        let estimate = settled(&mut pair, job.effort)?;
        // The time of an element here over that at the smaller size.
        let slower = |ratio| {
            format!(
                "at size {}, whose data lies in the core's own cache, it handles as many elements at {ratio:.2} of its speed",
                small.size
            )
        };
        readings.push(ceiling(job, Metric::CeilingMemory, &estimate, slower)?);
        readings.push(job.exact(Metric::CeilingMemorySize, small.size as f64));
        Ok(readings)
    }
}

/// What a case holds on the heap.
struct WorkingSet {
    /// The input's bytes, and the most that an iteration has alive beside them.
    bytes: u64,
    /// The largest block of an iteration.
    largest: u64,
}

impl WorkingSet {
    fn of(case: &CaseRef) -> Self {
        let (prepared, input) = weigh(|| case.prepare());
        let ((), iteration) = weigh(|| prepared.in_batches(1, |case, batch| case.run(batch)));
        Self { bytes: input.kept + iteration.most, largest: iteration.largest }
    }
}

/// The same workload at the largest half of a half … whose data fills half of `cache`, so that what else is in it stays.
fn cached(case: &CaseRef, bytes: u64, cache: u64) -> Option<CaseRef> {
    let room = (cache / 2).max(1);
    let mut cases = halves(case.size, bytes, room)
        .filter_map(|size| case.family.case(case.entry.name, size))
        .filter(|smaller| smaller.unavailable().is_none());
    cases.find(|smaller| WorkingSet::of(smaller).bytes <= room)
}

/// Sizes to try, the largest first: the one at which `bytes` should fit into `room` if they go with the size, and some
/// below it.
fn halves(size: usize, bytes: u64, room: u64) -> impl Iterator<Item = usize> {
    let first = bytes.div_ceil(room).next_power_of_two().trailing_zeros();
    (first..=first + FURTHER_HALVINGS)
        .map(move |halvings| size.checked_shr(halvings).unwrap_or(0))
        .filter(|size| *size >= LEAST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::CATALOGUE;
    use crate::instruments::new_run;
    use crate::record::{CaseRecord, InstrumentName, Measurement};

    #[test]
    fn sizes_are_halved_until_their_data_should_fit() {
        let of = |size, bytes, room| halves(size, bytes, room).collect::<Vec<_>>();
        // 8,388,608 bytes into 262,144: 32 times fewer.
        assert_eq!(of(1_000_000, 8 << 20, 256 << 10), [31_250, 15_625, 7_812, 3_906]);
        assert_eq!(of(1_000_000, (8 << 20) + 1, 256 << 10), [15_625, 7_812, 3_906, 1_953]);
        assert_eq!(of(200, 600 << 10, 256 << 10), Vec::<usize>::new(), "so few say nothing");
        assert_eq!(of(1_000, u64::MAX / 2, 1), Vec::<usize>::new());
    }

    fn asked(case: &str, time_ns: f64) -> bool {
        let case = CATALOGUE.cases().find(|other| other.to_string() == case).expect("it is in the catalogue");
        let mut run = new_run();
        let time = Measurement::undated(Metric::TimeNs, time_ns, InstrumentName::Time);
        run.cases.push(CaseRecord {
            id: id_of(&case),
            measurements: vec![time],
            failures: Vec::new(),
            left_out: Vec::new(),
        });
        !InCache.groups(&[case], &run).is_empty()
    }

    #[test]
    fn cases_that_cannot_reach_beyond_the_cache_are_not_asked() {
        if speeds::core_cache().is_none() {
            return;
        }
        assert!(asked("build-vec/push@1000000", 1e6));
        assert!(!asked("build-vec/push@10", 5.0), "so little time reaches nowhere");
        assert!(!asked("shared-counter/mutex@2", 1e6), "its size counts threads");
        assert!(!asked("map-reduce/locked@1000", 1e6), "its threads have a cache each");
    }
}
