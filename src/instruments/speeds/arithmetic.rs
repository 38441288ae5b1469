//! What a division takes, and a small block of the heap.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use super::{TAKES, speed};
use crate::record::{Speed, Unit};

/// Of one take: some tenths of a millisecond.
const COUNT: u64 = 20_000;
/// Bytes of a small block: what a node of a list or a short text takes, and what every allocator keeps a list of.
const SMALL: usize = 64;
/// All dividends are this large: a divider that stops early does so the earlier, the smaller its dividend is.
const LARGE: u64 = 1 << 63;

/// Results end in here: the compiler can neither leave the work out nor know what it works on.
static SEEN: AtomicU64 = AtomicU64::new(1_000_003);

/// Divisions and allocation.
pub(super) fn speeds() -> Vec<Speed> {
    let takes = |name: &str, act: fn(u64) -> u64| {
        speed(
            name,
            Unit::Ns,
            (0..TAKES).map(|_| {
                let seed = SEEN.load(Ordering::Relaxed) | 1;
                let start = Instant::now();
                let seen = act(seed);
                let took = start.elapsed();
                SEEN.store(seen, Ordering::Relaxed);
                took.as_nanos() as f64 / COUNT as f64
            }),
        )
    };
    [
        takes(Speed::DIVISION_CHAINED, divide_in_turn),
        takes(Speed::DIVISION, divide_at_once),
        takes(Speed::ALLOCATION, allocate),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Each division waits for the one before.
#[inline(never)]
fn divide_in_turn(seed: u64) -> u64 {
    let divisor = (seed & 0xffff) | 0x1_0001;
    (0..COUNT).fold(seed, |dividend, _| (dividend | LARGE) / divisor)
}

/// None waits for another.
#[inline(never)]
fn divide_at_once(seed: u64) -> u64 {
    let divisor = (seed & 0xffff) | 0x1_0001;
    (0..COUNT).fold(0, |seen, place| seen ^ ((LARGE | place) / divisor))
}

/// A block is taken and given back.
#[inline(never)]
fn allocate(seed: u64) -> u64 {
    (0..COUNT).fold(seed, |seen, _| seen ^ block().capacity() as u64)
}

/// Never inlined: a compiler that sees both ends of a block does not take it.
#[inline(never)]
fn block() -> Vec<u8> {
    Vec::with_capacity(SMALL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotients_are_right() {
        let at_once: u64 = (0..COUNT).fold(0, |seen, place| seen ^ ((LARGE + place) / 0x1_0003));
        assert_eq!(divide_at_once(3), at_once);
        assert_eq!(divide_in_turn(3) >> 40, (LARGE / 0x1_0003) >> 40);
    }
}
