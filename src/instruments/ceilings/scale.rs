//! How many bytes of heap an act takes: what of it stays, and the most that is alive at once. Exact, of all threads; the
//! blocks are the system's. Knows neither a case nor a clock.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use super::arena;

/// Bytes taken and not given back since the scale was set to zero: below it where older blocks are given back.
static ALIVE: AtomicI64 = AtomicI64::new(0);
/// The most of them.
static MOST: AtomicI64 = AtomicI64::new(0);
/// The largest block.
static LARGEST: AtomicU64 = AtomicU64::new(0);

/// What an act took of the heap, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weight {
    /// What it left behind.
    pub kept: u64,
    /// The most that was alive at once.
    pub most: u64,
    /// Its largest block.
    pub largest: u64,
}

/// Weighs what all threads take meanwhile, in a program whose allocator is
/// [`SwitchedAllocator`](super::SwitchedAllocator); in any other there is no weight. One act at a time, and not while
/// blocks are free.
pub fn weigh<T>(act: impl FnOnce() -> T) -> (T, Weight) {
    ALIVE.store(0, Ordering::Relaxed);
    MOST.store(0, Ordering::Relaxed);
    LARGEST.store(0, Ordering::Relaxed);
    let weighing = Weighing::begin();
    let done = act();
    drop(weighing);
    let bytes = |weight: &AtomicI64| u64::try_from(weight.load(Ordering::Relaxed)).unwrap_or(0);
    (done, Weight { kept: bytes(&ALIVE), most: bytes(&MOST), largest: LARGEST.load(Ordering::Relaxed) })
}

/// Ends with the act, however that ends.
struct Weighing;

impl Weighing {
    fn begin() -> Self {
        arena::weigh_on();
        Self
    }
}

impl Drop for Weighing {
    fn drop(&mut self) {
        arena::switch_off();
    }
}

/// A block of so many bytes was taken.
#[cold]
pub(super) fn taken(bytes: usize) {
    add(bytes);
    LARGEST.fetch_max(bytes as u64, Ordering::Relaxed);
}

/// A block of so many bytes was given back.
#[cold]
pub(super) fn given_back(bytes: usize) {
    ALIVE.fetch_sub(bytes as i64, Ordering::Relaxed);
}

/// A block is of another size now: counted once, as dhat does, whether it had to move or not.
#[cold]
pub(super) fn resized(old: usize, new: usize) {
    given_back(old);
    taken(new);
}

fn add(bytes: usize) {
    let alive = ALIVE.fetch_add(bytes as i64, Ordering::Relaxed) + bytes as i64;
    MOST.fetch_max(alive, Ordering::Relaxed);
}
