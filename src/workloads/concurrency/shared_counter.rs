//! How should threads count together? They add one a fixed number of times in all, however many they are; making and
//! joining them is measured with it.

use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, RwLock};
use std::thread;

use super::threads;
use crate::workload::{Answer, Concurrency, Spare, Workload};

/// Additions in all.
const ADDITIONS: usize = 100_000;

/// How many threads count, and what they add.
pub(crate) struct Shares {
    threads: usize,
    /// Ones. They are read, because a compiler that knew them would multiply where it can.
    ones: Vec<u64>,
}

impl Shares {
    fn of(threads: usize) -> Self {
        Self { threads, ones: vec![1; ADDITIONS] }
    }
}

/// A count that threads share.
pub(crate) trait Counter: Sync + 'static {
    /// Name and line of the member.
    const MEMBER: (&'static str, &'static str);
    /// Whether threads wait for each other by looking again: those with a lock do, by the rule of [`Concurrency`].
    const CONCURRENCY: Concurrency = Concurrency::THREADS;
    /// Which costs it leaves out that siblings pay for.
    const SPARES: &'static [Spare] = &[];

    /// Zero, for as many threads.
    fn zero(threads: usize) -> Self;
    /// Adds each of `ones`, in the thread of this place.
    fn add_each(&self, place: usize, ones: &[u64]);
    /// The total, once all have added.
    fn total(self) -> u64;
}

/// The member that counts by `C`.
pub(crate) struct CountBy<C>(PhantomData<C>);

impl<C: Counter> Workload for CountBy<C> {
    const NAME: &'static str = C::MEMBER.0;
    const ABOUT: &'static str = C::MEMBER.1;
    const CONCURRENCY: Concurrency = C::CONCURRENCY;
    const SPARES: &'static [Spare] = C::SPARES;
    type Input = Shares;
    type Output = u64;

    fn input(size: usize) -> Shares {
        Shares::of(size.max(1))
    }

    fn run(shares: &Shares) -> u64 {
        let counter = C::zero(shares.threads);
        thread::scope(|scope| {
            let share = shares.ones.len().div_ceil(shares.threads);
            for (place, ones) in shares.ones.chunks(share).enumerate() {
                let counter = &counter;
                threads::start_in(scope, move || counter.add_each(place, ones));
            }
        });
        counter.total()
    }

    fn check(_: &Shares, total: &u64) -> bool {
        *total == ADDITIONS as u64
    }

    fn answer(total: &u64) -> Answer {
        Answer::of_sequence([*total])
    }
}

impl Counter for Mutex<u64> {
    const MEMBER: (&'static str, &'static str) = ("mutex", "a lock taken and given back for each addition");
    const CONCURRENCY: Concurrency = Concurrency::SPINNING;

    fn zero(_: usize) -> Self {
        Self::new(0)
    }

    fn add_each(&self, _: usize, ones: &[u64]) {
        for one in ones {
            *self.lock().expect("no holder panics") += one;
        }
    }

    fn total(self) -> u64 {
        self.into_inner().expect("no holder panics")
    }
}

impl Counter for RwLock<u64> {
    const MEMBER: (&'static str, &'static str) =
        ("rw-lock", "the same with a lock that would let readers share it, of whom there are none");
    const CONCURRENCY: Concurrency = Concurrency::SPINNING;

    fn zero(_: usize) -> Self {
        Self::new(0)
    }

    fn add_each(&self, _: usize, ones: &[u64]) {
        for one in ones {
            *self.write().expect("no holder panics") += one;
        }
    }

    fn total(self) -> u64 {
        self.into_inner().expect("no holder panics")
    }
}

impl Counter for AtomicU64 {
    const MEMBER: (&'static str, &'static str) =
        ("atomic", "one number, whose cache line goes from core to core");

    fn zero(_: usize) -> Self {
        Self::new(0)
    }

    fn add_each(&self, _: usize, ones: &[u64]) {
        for one in ones {
            // The total is read after the joins, which order everything.
            self.fetch_add(*one, Ordering::Relaxed);
        }
    }

    fn total(self) -> u64 {
        self.into_inner()
    }
}

/// A number a thread, side by side.
pub(crate) struct Packed(Vec<AtomicU64>);

impl Counter for Packed {
    const MEMBER: (&'static str, &'static str) =
        ("atomic-each-packed", "a number a thread, eight to a cache line: false sharing");

    fn zero(threads: usize) -> Self {
        Self((0..threads).map(|_| AtomicU64::new(0)).collect())
    }

    fn add_each(&self, place: usize, ones: &[u64]) {
        self.0[place].add_each(place, ones);
    }

    fn total(self) -> u64 {
        self.0.into_iter().map(AtomicU64::into_inner).sum()
    }
}

/// A cache line is 64 bytes on x86-64; its prefetcher fetches lines in pairs (Intel 64 and IA-32 Architectures
/// Optimization Reference Manual, "Data Prefetching": the spatial prefetcher), so 128 keep neighbours apart. Apple's
/// lines are 128.
#[repr(align(128))]
struct Padded(AtomicU64);

/// A number a thread, each on cache lines of its own.
pub(crate) struct Apart(Vec<Padded>);

impl Counter for Apart {
    const MEMBER: (&'static str, &'static str) =
        ("atomic-each-padded", "a number a thread, each on cache lines of its own");
    const SPARES: &'static [Spare] = &[Spare::false_sharing("atomic-each-packed")];

    fn zero(threads: usize) -> Self {
        Self((0..threads).map(|_| Padded(AtomicU64::new(0))).collect())
    }

    fn add_each(&self, place: usize, ones: &[u64]) {
        self.0[place].0.add_each(place, ones);
    }

    fn total(self) -> u64 {
        self.0.into_iter().map(|padded| padded.0.into_inner()).sum()
    }
}

/// A local sum a thread, added to the total once.
pub(crate) struct Merged(AtomicU64);

impl Counter for Merged {
    const MEMBER: (&'static str, &'static str) =
        ("thread-local-merged", "a local number a thread, in registers, added to the total at the end");

    fn zero(_: usize) -> Self {
        Self(AtomicU64::new(0))
    }

    fn add_each(&self, _: usize, ones: &[u64]) {
        self.0.fetch_add(ones.iter().sum(), Ordering::Relaxed);
    }

    fn total(self) -> u64 {
        self.0.into_inner()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padded_numbers_lie_128_bytes_apart_and_packed_ones_8() {
        let (apart, packed) = (Apart::zero(2), Packed::zero(2));
        let distance = |a: &AtomicU64, b: &AtomicU64| (&raw const *b).addr() - (&raw const *a).addr();
        assert_eq!(distance(&apart.0[0].0, &apart.0[1].0), 128);
        assert_eq!(distance(&packed.0[0], &packed.0[1]), 8);
        assert_eq!((&raw const packed.0[0]).addr() / 64, (&raw const packed.0[1]).addr() / 64, "one line");
    }

    #[test]
    fn shares_that_do_not_divide_evenly_add_up_too() {
        for threads in [3, 7, 33] {
            assert_eq!(CountBy::<Merged>::run(&Shares::of(threads)), ADDITIONS as u64);
        }
    }

    #[test]
    fn a_lost_addition_is_rejected() {
        let shares = Shares::of(2);
        assert!(!CountBy::<AtomicU64>::check(&shares, &(ADDITIONS as u64 - 1)));
    }
}
