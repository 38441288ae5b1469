//! What does each further thread gain? One amount of work, shared by as many threads as the size says.

use std::marker::PhantomData;
use std::sync::LazyLock;
use std::thread;

use super::forms::{costs_longest_first, longest_first};
use super::kernel::{Kernel, all_right, costs};
use super::{schedule, sharing, threads};
use crate::workload::{Answer, Concurrency, Workload};
use crate::workloads::seeded::SplitMix64;

/// A kernel of the study notes whose whole list is shared.
pub(crate) trait Scaled: Kernel {
    /// How many items the notes have.
    const ITEMS: usize;
}

impl Scaled for super::gcd::Gcd {
    const ITEMS: usize = 10;
}

/// The kernel's items, and the threads to share them.
pub(crate) struct Shared<K: Kernel> {
    items: Vec<K::Item>,
    threads: usize,
}

/// What both orders share.
macro_rules! of_shared_items {
    () => {
        const CONCURRENCY: Concurrency = Concurrency::THREADS;
        type Input = Shared<K>;
        type Output = Vec<K::Found>;

        fn input(threads: usize) -> Shared<K> {
            Shared { items: K::items(K::ITEMS), threads: threads.max(1) }
        }

        fn check(shared: &Shared<K>, found: &Vec<K::Found>) -> bool {
            all_right::<K>(&shared.items, found)
        }

        fn answer(found: &Vec<K::Found>) -> Answer {
            K::answer(found)
        }
    };
}

pub(crate) struct InOrder<K>(PhantomData<K>);

impl<K: Scaled> Workload for InOrder<K> {
    const NAME: &'static str = "in-order";
    const ABOUT: &'static str = "each thread takes the next item once it is free, in the order given";
    of_shared_items!();

    fn run(shared: &Shared<K>) -> Vec<K::Found> {
        sharing::next_free(&shared.items, 0..shared.items.len(), shared.threads, K::work)
    }

    fn speedup_bound(threads: usize, cores: usize) -> Option<f64> {
        Some(schedule::speedup_on_cores(&costs::<K>(K::ITEMS), threads, cores))
    }

    fn speedup_at_worst(threads: usize, cores: usize) -> Option<f64> {
        schedule::speedup_at_worst(&costs::<K>(K::ITEMS), threads, cores)
    }
}

pub(crate) struct LongestFirst<K>(PhantomData<K>);

impl<K: Scaled> Workload for LongestFirst<K> {
    const NAME: &'static str = "longest-first";
    const ABOUT: &'static str = "the same threads, and the item that takes longest is taken first";
    of_shared_items!();

    fn run(shared: &Shared<K>) -> Vec<K::Found> {
        let places = longest_first::<K>(&shared.items).into_iter();
        sharing::next_free(&shared.items, places, shared.threads, K::work)
    }

    fn speedup_bound(threads: usize, cores: usize) -> Option<f64> {
        Some(schedule::speedup_on_cores(&costs_longest_first::<K>(K::ITEMS), threads, cores))
    }

    fn speedup_at_worst(threads: usize, cores: usize) -> Option<f64> {
        schedule::speedup_at_worst(&costs::<K>(K::ITEMS), threads, cores)
    }
}

/// Numbers to be added: 64 MiB, more than a core's caches hold and than most machines' shared one.
const ADDENDS: usize = (64 << 20) / size_of::<u64>();

/// Below this each, so that no sum overflows.
const ADDEND_BELOW: u64 = 1 << 32;

/// In memory once, however many cases are prepared.
static NUMBERS: LazyLock<Vec<u64>> = LazyLock::new(|| {
    let mut random = SplitMix64::new(ADDENDS as u64);
    (0..ADDENDS).map(|_| random.below(ADDEND_BELOW)).collect()
});

/// Numbers, and the threads to add them.
pub(crate) struct Addends {
    numbers: &'static [u64],
    threads: usize,
}

pub(crate) struct Sum;

impl Workload for Sum {
    const NAME: &'static str = "chunks";
    const ABOUT: &'static str = "each thread adds its share of 64 MiB: memory bounds it, not the cores";
    const CONCURRENCY: Concurrency = Concurrency::THREADS;
    type Input = Addends;
    type Output = u64;

    fn input(threads: usize) -> Addends {
        Addends { numbers: &NUMBERS, threads: threads.max(1) }
    }

    fn run(addends: &Addends) -> u64 {
        let share = addends.numbers.len().div_ceil(addends.threads).max(1);
        thread::scope(|scope| {
            let add = |share: &'static [u64]| move || share.iter().sum::<u64>();
            let threads: Vec<_> =
                addends.numbers.chunks(share).map(|share| threads::start_in(scope, add(share))).collect();
            threads.into_iter().map(sharing::join).sum()
        })
    }

    /// In 128 bits, from the end, the halves of each number apart.
    fn check(addends: &Addends, sum: &u64) -> bool {
        let numbers = addends.numbers.iter().rev();
        let (low, high) = numbers.fold((0_u128, 0_u128), |(low, high), number| {
            (low + u128::from(number & 0xffff), high + u128::from(number >> 16))
        });
        low + (high << 16) == u128::from(*sum)
    }

    fn answer(sum: &u64) -> Answer {
        Answer::of_sequence([*sum])
    }

    /// Of the cores alone: what memory allows, nobody can tell by counting.
    fn speedup_bound(threads: usize, cores: usize) -> Option<f64> {
        let share = ADDENDS.div_ceil(threads.max(1));
        let shares: Vec<u64> =
            (0..ADDENDS).step_by(share).map(|start| share.min(ADDENDS - start) as u64).collect();
        Some(schedule::speedup_on_cores(&shares, threads, cores))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::Entry;
    use crate::workloads::concurrency::gcd::Gcd;

    #[test]
    fn any_number_of_threads_adds_up_to_the_same() {
        let answers: Vec<_> =
            [0, 1, 2, 3, 7, 64].map(|threads| Entry::of::<Sum>().prepare(threads).verify()).to_vec();
        assert!(answers.iter().all(|answer| answer.is_ok() && *answer == answers[0]), "{answers:?}");
    }

    #[test]
    fn shares_add_up_a_thousand_times() {
        static FEW: [u64; 9] = [9, 8, 7, 6, 5, 4, 3, 2, 1];
        for repeat in 0..1_000 {
            let numbers = &FEW[..repeat % (FEW.len() + 1)];
            let addends = Addends { numbers, threads: 1 + repeat % 4 };
            assert!(Sum::check(&addends, &Sum::run(&addends)), "{repeat}");
        }
    }

    #[test]
    fn bounds_grow_with_threads_up_to_the_cores() {
        let bounds = |entry: Entry, cores| [1, 2, 4, 8].map(|threads| entry.speedup_bound(threads, cores));
        assert_eq!(bounds(Entry::of::<Sum>(), 4), [1.0, 2.0, 4.0, 4.0].map(Some));
        assert_eq!(bounds(Entry::of::<Sum>(), 1), [1.0; 4].map(Some));
        let given =
            bounds(Entry::of::<InOrder<Gcd>>(), 8).map(|bound| format!("{:.2}", bound.expect("counted")));
        assert_eq!(given, ["1.00", "1.97", "3.03", "4.27"]);
        let sorted = bounds(Entry::of::<LongestFirst<Gcd>>(), 8)
            .map(|bound| format!("{:.2}", bound.expect("counted")));
        assert_eq!(sorted, ["1.00", "1.99", "3.84", "5.39"]);
    }
}
