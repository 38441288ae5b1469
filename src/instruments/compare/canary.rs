//! The canary: a fixed loop that does nothing but arithmetic in registers. What it takes tells how fast the host runs
//! this CPU just now: hosts flip between modes 1.6 apart that no counter of the guest's shows.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// Steps of the loop; some 50 µs at 3 GHz and four cycles a step.
const STEPS: u64 = 35_000;

/// The last song ends in here, and the next begins with it: the compiler can neither leave it out nor know it.
static NOTE: AtomicU64 = AtomicU64::new(1);

/// Runs the loop, and says how many nanoseconds it took.
pub(super) fn sing() -> u64 {
    let mut note = NOTE.load(Ordering::Relaxed);
    let start = Instant::now();
    for step in 0..STEPS {
        // Each step needs the one before: a multiplication and an exclusive or, whatever else the core could do.
        note = (note ^ step).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
    let took = start.elapsed();
    NOTE.store(note, Ordering::Relaxed);
    took.as_nanos() as u64
}
