//! The one list of all families. Adding a workload is one unit struct and one line here.

mod family;
#[cfg(test)]
mod tests;

pub use family::{Axis, CaseRef, Catalogue, Counts, Family, cores};

use crate::workload::Entry;
use crate::workloads::collections::sets::{self, Ascending, Shuffled, hashers, ordered};
use crate::workloads::collections::{build_and_drop, build_fixed, build_map, build_text, build_vec};
use crate::workloads::concurrency::factorize::{self, Factorize};
use crate::workloads::concurrency::gcd::{self, Gcd};
use crate::workloads::concurrency::is_prime::{self, IsPrime};
use crate::workloads::concurrency::kernel::By;
use crate::workloads::concurrency::{forms, processes, scaling};
use crate::workloads::ruler;

/// Makes this process a worker of a case with worker processes, if it was started as one; it then ends here. Whoever
/// runs cases calls this first in `main`; every instrument's `main` does.
pub fn serve_workers() {
    crate::workloads::concurrency::worker::serve();
}

/// Elements, from what fits a cache line to what no cache holds.
const SIZES: &[usize] = &[10, 100, 1_000, 10_000, 1_000_000];

/// Threads that share one amount of work; those beyond twice the cores of a machine are not asked there.
const THREADS: &[usize] = &[1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64];

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
            Entry::of::<forms::Serial<Gcd>>(),
            Entry::of::<forms::TwoThreads<Gcd>>(),
            Entry::of::<forms::ThreadEach<Gcd>>(),
            Entry::of::<forms::Rayon<Gcd>>(),
            Entry::of::<forms::TwoThreadsReady<Gcd>>(),
            Entry::of::<processes::TwoProcessesReady<Gcd>>(),
            Entry::of::<processes::TwoProcesses<Gcd>>(),
            Entry::of::<gcd::GlobalLock>(),
        ],
    },
    Family {
        name: "gcd-algorithm",
        question: "How should the greatest common divisors of ten pairs be found?",
        axis: Axis::work("pairs", "pair"),
        sizes: &[10],
        entries: &[
            Entry::of::<By<gcd::algorithms::Trial>>(),
            Entry::of::<By<gcd::algorithms::Euclid>>(),
            Entry::of::<By<gcd::algorithms::Binary>>(),
            Entry::of::<By<gcd::algorithms::BinaryBranchless>>(),
            Entry::of::<By<gcd::algorithms::NumInteger>>(),
        ],
    },
    Family {
        name: "is-prime",
        question: "How should few long tasks be shared: whether six numbers are prime, by trial?",
        axis: Axis::work("numbers", "number"),
        sizes: &[6],
        entries: &[
            Entry::of::<forms::Serial<IsPrime>>(),
            Entry::of::<forms::ThreadEach<IsPrime>>(),
            Entry::of::<forms::Rayon<IsPrime>>(),
            Entry::of::<processes::TwoProcessesReady<IsPrime>>(),
            Entry::of::<processes::TwoProcesses<IsPrime>>(),
        ],
    },
    Family {
        name: "is-prime-algorithm",
        question: "How should six numbers of 47 to 50 bits be told to be prime?",
        axis: Axis::work("numbers", "number"),
        sizes: &[6],
        entries: &[
            Entry::of::<By<is_prime::algorithms::OddTrial>>(),
            Entry::of::<By<is_prime::algorithms::Wheel>>(),
            Entry::of::<By<is_prime::algorithms::MillerRabin>>(),
            Entry::of::<By<is_prime::algorithms::MachinePrime>>(),
        ],
    },
    Family {
        name: "factorize",
        question: "What does the order decide: all divisors of four numbers by trial, shared?",
        axis: Axis::work("numbers", "number"),
        sizes: &[4],
        entries: &[
            Entry::of::<forms::Serial<Factorize>>(),
            Entry::of::<forms::ThreadEach<Factorize>>(),
            Entry::of::<forms::TwoThreads<Factorize>>(),
            Entry::of::<forms::TwoThreadsLongestFirst<Factorize>>(),
            Entry::of::<forms::Rayon<Factorize>>(),
        ],
    },
    Family {
        name: "factorize-algorithm",
        question: "How should all divisors of four numbers be found?",
        axis: Axis::work("numbers", "number"),
        sizes: &[4],
        entries: &[
            Entry::of::<By<factorize::algorithms::ToN>>(),
            Entry::of::<By<factorize::algorithms::ToRoot>>(),
            Entry::of::<By<factorize::algorithms::ByPrimes>>(),
            Entry::of::<By<factorize::algorithms::MachineFactor>>(),
        ],
    },
    Family {
        name: "scaling-gcd",
        question: "What does each further thread gain where cores bound the work: ten greatest common divisors by trial?",
        axis: Axis::THREADS,
        sizes: THREADS,
        entries: &[Entry::of::<scaling::InOrder<Gcd>>(), Entry::of::<scaling::LongestFirst<Gcd>>()],
    },
    Family {
        name: "scaling-sum",
        question: "What does each further thread gain where memory bounds the work: a sum over 64 MiB?",
        axis: Axis::THREADS,
        sizes: THREADS,
        entries: &[Entry::of::<scaling::Sum>()],
    },
]);
