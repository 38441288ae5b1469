//! The one list of all families. Adding a workload is one unit struct and one line here.

mod family;

pub use family::{Axis, CaseRef, Catalogue, Family};

use crate::workload::Entry;
use crate::workloads::collections::build_vec;
use crate::workloads::ruler;

/// Elements, from what fits a cache line to what no cache holds.
const SIZES: &[usize] = &[10, 100, 1_000, 10_000, 1_000_000];

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
        name: "build-vec",
        question: "How should a vector of n integers be built?",
        axis: Axis::ELEMENTS,
        sizes: SIZES,
        entries: &[Entry::of::<build_vec::Push>(), Entry::of::<build_vec::Collect>()],
    },
]);
