//! The canary: a fixed loop of arithmetic in registers that keeps every integer unit of the core busy. What it takes
//! tells how much of the core this thread has just now. Hosts run two guests on one core by turns or side by side, and
//! code that is bound by throughput then takes up to 2 times as long, which no counter of the guest's shows; a chain of
//! dependent multiplications does not either, because it leaves most units idle.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// Steps of the loop; some 7 µs at 3 GHz.
const STEPS: u64 = 4_500;
/// Chains that do not wait for each other: two operations each, more than any core starts in the two cycles they take.
const CHAINS: usize = 8;

/// The last song ends in here, and the next begins with it: the compiler can neither leave it out nor know it.
static NOTE: AtomicU64 = AtomicU64::new(1);

/// Runs the loop, and says how many nanoseconds it took. Never inlined: copies of it at other addresses differ by 6 %,
/// which is what a flip of the mode begins with.
#[inline(never)]
pub(super) fn sing() -> u64 {
    let note = NOTE.load(Ordering::Relaxed);
    let mut chains: [u64; CHAINS] = std::array::from_fn(|chain| note ^ chain as u64);
    let start = Instant::now();
    for step in 0..STEPS {
        // Each chain turns by another amount, so that no vector unit does them at once.
        for (chain, value) in chains.iter_mut().enumerate() {
            *value = value.rotate_left(chain as u32 * 5 + 3).wrapping_add(step);
        }
    }
    let took = start.elapsed();
    NOTE.store(chains.iter().fold(0, |sum, value| sum ^ value), Ordering::Relaxed);
    took.as_nanos() as u64
}
