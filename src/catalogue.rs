//! The one list of all families, as a table of contents. Adding a workload is one unit struct and one line in the file of
//! its family.

mod collections;
mod family;
mod handing;
mod numbers;
mod sharing;
#[cfg(test)]
mod tests;
mod waiting;

pub use family::{Axis, CaseRef, Catalogue, Counts, Family, Members, cores};

use crate::workload::Entry;
use crate::workloads::ruler;

/// Makes this process a worker of a case with worker processes, if it was started as one; it then ends here. Whoever
/// runs cases calls this first in `main`; every instrument's `main` does.
pub fn serve_workers() {
    crate::workloads::concurrency::worker::serve();
}

/// Threads that share one amount of work; those beyond twice the cores of a machine are not asked there. So many small ones,
/// that six lie within the cores of a machine that has six: a law of scaling wants them.
const THREADS: &[usize] = &[1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 24, 32, 48, 64];

/// Every family that perflab ships with.
pub static CATALOGUE: Catalogue = Catalogue::new(&[
    Family {
        name: "noop",
        question: "What does the ruler itself cost?",
        members: Members::Parts,
        axis: Axis::ELEMENTS,
        sizes: &[1],
        entries: &[Entry::of::<ruler::Noop>()],
    },
    collections::BUILD_SET,
    collections::DISTINCT,
    collections::BUILD_VEC,
    collections::BUILD_FIXED,
    collections::BUILD_TEXT,
    collections::BUILD_MAP,
    collections::BUILD_AND_DROP,
    numbers::GCD,
    numbers::GCD_ALGORITHM,
    numbers::IS_PRIME,
    numbers::IS_PRIME_ALGORITHM,
    numbers::FACTORIZE,
    numbers::FACTORIZE_ALGORITHM,
    numbers::SCALING_GCD,
    numbers::SCALING_SUM,
    waiting::WAIT,
    waiting::CHILDREN,
    waiting::CHILD_IO,
    waiting::ENCRYPT,
    waiting::CHILD_TIME_OUT,
    waiting::START_CHILD,
    waiting::STOP_FLAG,
    handing::DISPATCH,
    handing::PIPELINE,
    handing::PIPELINE_STEPS,
    handing::MAP_REDUCE,
    handing::SCALING_MAP_REDUCE,
    sharing::SHARED_COUNTER,
    sharing::CHANNELS,
]);
