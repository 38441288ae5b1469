//! The one list of all families. Adding a workload is one unit struct and one line here.

mod family;
#[cfg(test)]
mod tests;

pub use family::{Axis, CaseRef, Catalogue, Counts, Family, cores};

use crate::workload::Entry;
use crate::workloads::collections::sets::{self, Ascending, Shuffled, hashers, ordered};
use crate::workloads::collections::{build_and_drop, build_fixed, build_map, build_text, build_vec};
use crate::workloads::concurrency::{dispatch, gcd, map_reduce, pipeline};
use crate::workloads::ruler;

/// Makes this process a worker of a case with worker processes, if it was started as one; it then ends here. Whoever
/// runs cases calls this first in `main`; every instrument's `main` does.
pub fn serve_workers() {
    crate::workloads::concurrency::worker::serve();
}

/// Elements, from what fits a cache line to what no cache holds.
const SIZES: &[usize] = &[10, 100, 1_000, 10_000, 1_000_000];

/// Bytes handed to a worker process, from a number to what no second-level cache holds.
const PAYLOADS: &[usize] = &[8, 64, 1_024, 16_384, 262_144, 1_048_576];

/// Every family that perflab ships with.
pub static CATALOGUE: Catalogue = Catalogue::new(&[
    Family {
        name: "noop",
        question: "What does the ruler itself cost?",
        axis: Axis::ELEMENTS,
        sizes: &[1],
        entries: &[Entry::of::<ruler::Noop>()],
    },
    Family {
        name: "build-set",
        question: "How should a set of n integers be built?",
        axis: Axis::ELEMENTS,
        sizes: SIZES,
        entries: &[
            Entry::of::<sets::Insert<Ascending>>(),
            Entry::of::<sets::InsertReserved<Ascending>>(),
            Entry::of::<sets::Collect<Ascending>>(),
            Entry::of::<sets::CollectMapped>(),
            Entry::of::<sets::Extend<Ascending>>(),
            Entry::of::<ordered::BTreeInsert<Ascending>>(),
            Entry::of::<ordered::BTreeCollect<Ascending>>(),
            Entry::of::<hashers::FoldHash<Ascending>>(),
            Entry::of::<hashers::AHash<Ascending>>(),
            Entry::of::<hashers::RustcHash<Ascending>>(),
            Entry::of::<hashers::RustcHashReserved<Ascending>>(),
            Entry::of::<hashers::Identity<Ascending>>(),
            Entry::of::<hashers::Indexed<Ascending>>(),
            Entry::of::<ordered::SortedVec>(),
            Entry::of::<ordered::Bits<Ascending>>(),
            Entry::of::<ordered::Roaring<Ascending>>(),
        ],
    },
    Family {
        name: "distinct",
        question: "How should the distinct values of n shuffled numbers be found?",
        axis: Axis::ELEMENTS,
        sizes: SIZES,
        entries: &[
            Entry::of::<sets::Insert<Shuffled>>(),
            Entry::of::<sets::InsertReserved<Shuffled>>(),
            Entry::of::<sets::Collect<Shuffled>>(),
            Entry::of::<sets::Extend<Shuffled>>(),
            Entry::of::<ordered::BTreeInsert<Shuffled>>(),
            Entry::of::<ordered::BTreeCollect<Shuffled>>(),
            Entry::of::<hashers::FoldHash<Shuffled>>(),
            Entry::of::<hashers::AHash<Shuffled>>(),
            Entry::of::<hashers::RustcHash<Shuffled>>(),
            Entry::of::<hashers::RustcHashReserved<Shuffled>>(),
            Entry::of::<hashers::Identity<Shuffled>>(),
            Entry::of::<hashers::Indexed<Shuffled>>(),
            Entry::of::<ordered::SortDedup>(),
            Entry::of::<ordered::Bits<Shuffled>>(),
            Entry::of::<ordered::Roaring<Shuffled>>(),
        ],
    },
    Family {
        name: "build-vec",
        question: "How should a vector of n integers be built?",
        axis: Axis::ELEMENTS,
        sizes: SIZES,
        entries: &[
            Entry::of::<build_vec::Push>(),
            Entry::of::<build_vec::PushReserved>(),
            Entry::of::<build_vec::Collect>(),
            Entry::of::<build_vec::CollectMapped>(),
            Entry::of::<build_vec::CollectHiddenLength>(),
            Entry::of::<build_vec::Extend>(),
            Entry::of::<build_vec::ResizeWith>(),
            Entry::of::<build_vec::Repeat>(),
            Entry::of::<build_vec::ExtendFromSlice>(),
            Entry::of::<build_vec::BoxedSlice>(),
        ],
    },
    Family {
        name: "build-fixed",
        question: "How should a tuple-like, fixed-size sequence be built?",
        axis: Axis::ELEMENTS,
        sizes: &[12, 16, 100, 1_000],
        entries: &[
            Entry::of::<build_fixed::FromFn<12>>(),
            Entry::of::<build_fixed::FromFn<16>>(),
            Entry::of::<build_fixed::FromFn<100>>(),
            Entry::of::<build_fixed::FromFn<1_000>>(),
            Entry::of::<build_fixed::Map<12>>(),
            Entry::of::<build_fixed::Map<16>>(),
            Entry::of::<build_fixed::Map<100>>(),
            Entry::of::<build_fixed::Map<1_000>>(),
            Entry::of::<build_fixed::BoxedSlice>(),
            Entry::of::<build_fixed::ArcSlice>(),
            Entry::of::<build_fixed::Small<12>>(),
            Entry::of::<build_fixed::Small<16>>(),
            Entry::of::<build_fixed::Small<100>>(),
            Entry::of::<build_fixed::Small<1_000>>(),
            Entry::of::<build_fixed::Inline<12>>(),
            Entry::of::<build_fixed::Inline<16>>(),
            Entry::of::<build_fixed::Inline<100>>(),
            Entry::of::<build_fixed::Inline<1_000>>(),
            Entry::of::<build_fixed::Tuple>(),
            Entry::of::<build_fixed::Vector>(),
        ],
    },
    Family {
        name: "build-text",
        question: "How should n numbers be put into a text that says them: joined by commas, or as the name of their range?",
        axis: Axis::ELEMENTS,
        sizes: SIZES,
        entries: &[
            Entry::of::<build_text::PushStr>(),
            Entry::of::<build_text::PushStrReserved>(),
            Entry::of::<build_text::WriteEach>(),
            Entry::of::<build_text::WriteReserved>(),
            Entry::of::<build_text::Itoa>(),
            Entry::of::<build_text::ItoaReserved>(),
            Entry::of::<build_text::CollectJoin>(),
            Entry::of::<build_text::Add>(),
            Entry::of::<build_text::FormatIntoItself>(),
            Entry::of::<build_text::RangeDebug>(),
            Entry::of::<build_text::RangeItoa>(),
        ],
    },
    Family {
        name: "build-map",
        question: "How should words be counted?",
        axis: Axis::ELEMENTS,
        sizes: SIZES,
        entries: &[
            Entry::of::<build_map::HashInsert>(),
            Entry::of::<build_map::HashEntry>(),
            Entry::of::<build_map::HashGetMut>(),
            Entry::of::<build_map::HashCollect>(),
            Entry::of::<build_map::BTreeInsert>(),
            Entry::of::<build_map::BTreeEntry>(),
            Entry::of::<build_map::BTreeGetMut>(),
            Entry::of::<build_map::BTreeCollect>(),
        ],
    },
    Family {
        name: "build-and-drop",
        question: "What does dropping cost beside building?",
        axis: Axis::ELEMENTS,
        sizes: SIZES,
        entries: &[
            Entry::of::<build_and_drop::Whole<build_and_drop::Numbers>>(),
            Entry::of::<build_and_drop::BuildOnly<build_and_drop::Numbers>>(),
            Entry::of::<build_and_drop::DropOnly<build_and_drop::Numbers>>(),
            Entry::of::<build_and_drop::Whole<build_and_drop::Texts>>(),
            Entry::of::<build_and_drop::BuildOnly<build_and_drop::Texts>>(),
            Entry::of::<build_and_drop::DropOnly<build_and_drop::Texts>>(),
            Entry::of::<build_and_drop::Whole<build_and_drop::Hashed>>(),
            Entry::of::<build_and_drop::BuildOnly<build_and_drop::Hashed>>(),
            Entry::of::<build_and_drop::DropOnly<build_and_drop::Hashed>>(),
            Entry::of::<build_and_drop::Whole<build_and_drop::Tree>>(),
            Entry::of::<build_and_drop::BuildOnly<build_and_drop::Tree>>(),
            Entry::of::<build_and_drop::DropOnly<build_and_drop::Tree>>(),
            Entry::of::<build_and_drop::Whole<build_and_drop::Linked>>(),
            Entry::of::<build_and_drop::BuildOnly<build_and_drop::Linked>>(),
            Entry::of::<build_and_drop::DropOnly<build_and_drop::Linked>>(),
        ],
    },
    Family {
        name: "gcd",
        question: "How should work that keeps a core busy be shared: ten greatest common divisors by trial?",
        axis: Axis::work("pairs", "pair"),
        sizes: &[10],
        entries: &[
            Entry::of::<gcd::Serial>(),
            Entry::of::<gcd::TwoThreads>(),
            Entry::of::<gcd::TwoProcesses>(),
            Entry::of::<gcd::TwoProcessesReady>(),
        ],
    },
    Family {
        name: "dispatch",
        question: "What does it cost to hand out n tiny tasks?",
        axis: Axis::TASKS,
        sizes: &[1, 10, 100, 1_000],
        entries: &[
            Entry::of::<dispatch::Direct>(),
            Entry::of::<dispatch::ThreadEach>(),
            Entry::of::<dispatch::ScopedEach>(),
            Entry::of::<dispatch::ScopedHalves>(),
            Entry::of::<dispatch::PoolReady>(),
            Entry::of::<dispatch::PoolMade>(),
            Entry::of::<dispatch::RayonReady>(),
            Entry::of::<dispatch::FuturesReady>(),
            Entry::of::<dispatch::ProcessEach>(),
            Entry::of::<dispatch::ProcessReady>(),
            Entry::of::<dispatch::ProcessPoolReady>(),
        ],
    },
    Family {
        name: "pipeline",
        question: "From how much work per byte does a process pay?",
        axis: Axis::BYTES,
        sizes: PAYLOADS,
        entries: &[
            Entry::of::<pipeline::Pipes>(),
            Entry::of::<pipeline::SharedMemoryTrip>(),
            Entry::of::<pipeline::Direct>(),
        ],
    },
    Family {
        name: "pipeline-steps",
        question: "What does each step of handing an item to a process cost, beside running it?",
        axis: Axis::BYTES,
        sizes: PAYLOADS,
        entries: &[
            Entry::of::<pipeline::Run>(),
            Entry::of::<pipeline::Take>(),
            Entry::of::<pipeline::Serialise>(),
            Entry::of::<pipeline::CopyPiped>(),
            Entry::of::<pipeline::CopyShared>(),
            Entry::of::<pipeline::Deserialise>(),
            Entry::of::<pipeline::Find>(),
            Entry::of::<pipeline::Merge>(),
        ],
    },
    Family {
        name: "map-reduce",
        question: "How should words be counted on several cores?",
        axis: Axis::work("words", "word"),
        sizes: &[1_000, 10_000, 100_000],
        entries: &[
            Entry::of::<map_reduce::Serial>(),
            Entry::of::<map_reduce::TwoThreads>(),
            Entry::of::<map_reduce::RayonReady>(),
            Entry::of::<map_reduce::Locked>(),
            Entry::of::<map_reduce::Sharded>(),
            Entry::of::<map_reduce::TwoProcessesReady>(),
        ],
    },
    Family {
        name: "scaling-map-reduce",
        question: "How far does counting words scale with threads?",
        axis: Axis::THREADS,
        sizes: &[1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64],
        entries: &[Entry::of::<map_reduce::Threads>()],
    },
]);
