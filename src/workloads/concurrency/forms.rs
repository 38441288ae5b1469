//! The forms in which a kernel's work is shared: on one thread, among threads, in pools.

use std::marker::PhantomData;

use super::kernel::{Kernel, all_right, costs};
use super::pool::Pool;
use super::{schedule, sharing, threads};
use crate::workload::{Answer, Concurrency, Spare, Workload};

/// How many workers share the items where their number is fixed, as in the study notes.
pub(super) const WORKERS: usize = 2;

/// What forms share that need nothing but the items.
macro_rules! of_items {
    () => {
        type Input = Vec<K::Item>;
        type Output = Vec<K::Found>;

        fn input(size: usize) -> Vec<K::Item> {
            K::items(size)
        }

        fn check(items: &Vec<K::Item>, found: &Vec<K::Found>) -> bool {
            all_right::<K>(items, found)
        }

        fn answer(found: &Vec<K::Found>) -> Answer {
            K::answer(found)
        }
    };
}

pub(crate) struct Serial<K>(PhantomData<K>);

impl<K: Kernel> Workload for Serial<K> {
    const NAME: &'static str = "serial";
    const ABOUT: &'static str = "item after item on one thread";
    const MIRRORS: Option<&'static str> = K::MIRRORS.serial;
    of_items!();

    fn run(items: &Vec<K::Item>) -> Vec<K::Found> {
        items.iter().map(|item| K::work(*item)).collect()
    }

    fn speedup_bound(_size: usize, _cores: usize) -> Option<f64> {
        Some(1.0)
    }
}

pub(crate) struct TwoThreads<K>(PhantomData<K>);

impl<K: Kernel> Workload for TwoThreads<K> {
    const NAME: &'static str = "two-threads";
    const ABOUT: &'static str =
        "the caller and a thread that it makes and joins: each takes the next item once it is free";
    const MIRRORS: Option<&'static str> = K::MIRRORS.two_threads;
    const SPARES: &'static [Spare] = K::TWO_THREADS_SPARE;
    const CONCURRENCY: Concurrency = Concurrency::THREADS;
    of_items!();

    fn run(items: &Vec<K::Item>) -> Vec<K::Found> {
        sharing::next_free(items, 0..items.len(), WORKERS, K::work)
    }

    fn speedup_bound(size: usize, cores: usize) -> Option<f64> {
        Some(schedule::speedup_on_cores(&costs::<K>(size), WORKERS, cores))
    }
}

pub(crate) struct TwoThreadsLongestFirst<K>(PhantomData<K>);

impl<K: Kernel> Workload for TwoThreadsLongestFirst<K> {
    const NAME: &'static str = "two-threads-longest-first";
    const ABOUT: &'static str = "the same two threads, and the item that takes longest is taken first";
    const CONCURRENCY: Concurrency = Concurrency::THREADS;
    of_items!();

    fn run(items: &Vec<K::Item>) -> Vec<K::Found> {
        sharing::next_free(items, longest_first::<K>(items).into_iter(), WORKERS, K::work)
    }

    fn speedup_bound(size: usize, cores: usize) -> Option<f64> {
        Some(schedule::speedup_on_cores(&costs_longest_first::<K>(size), WORKERS, cores))
    }
}

/// The places of `items`, that first which should take longest.
pub(super) fn longest_first<K: Kernel>(items: &[K::Item]) -> Vec<usize> {
    let estimates: Vec<u64> = items.iter().copied().map(K::estimate).collect();
    schedule::longest_first(&estimates)
}

/// What the items of `size` take, in that order.
pub(super) fn costs_longest_first<K: Kernel>(size: usize) -> Vec<u64> {
    let items = K::items(size);
    longest_first::<K>(&items).into_iter().map(|place| K::cost(items[place])).collect()
}

pub(crate) struct ThreadEach<K>(PhantomData<K>);

impl<K: Kernel> Workload for ThreadEach<K> {
    const NAME: &'static str = "thread-each";
    const ABOUT: &'static str =
        "a thread for each item, made and joined; the kernel shares the cores among them";
    const MIRRORS: Option<&'static str> = K::MIRRORS.thread_each;
    const CONCURRENCY: Concurrency = Concurrency::THREADS;
    of_items!();

    fn run(items: &Vec<K::Item>) -> Vec<K::Found> {
        sharing::thread_each(items, K::work)
    }

    fn speedup_bound(size: usize, cores: usize) -> Option<f64> {
        Some(schedule::speedup_on_cores(&costs::<K>(size), size, cores))
    }

    fn speedup_at_worst(size: usize, cores: usize) -> Option<f64> {
        schedule::speedup_at_worst(&costs::<K>(size), size, cores)
    }
}

pub(crate) struct Rayon<K>(PhantomData<K>);

impl<K: Kernel> Workload for Rayon<K> {
    const NAME: &'static str = "rayon";
    const ABOUT: &'static str =
        "a parallel iterator over the items, by rayon's ready pool of a thread a core";
    const CONCURRENCY: Concurrency = Concurrency::SPINNING;
    type Input = Vec<K::Item>;
    type Output = Vec<K::Found>;

    fn input(size: usize) -> Vec<K::Item> {
        sharing::ready_rayon();
        K::items(size)
    }

    fn run(items: &Vec<K::Item>) -> Vec<K::Found> {
        sharing::rayon(items, K::work)
    }

    fn check(items: &Vec<K::Item>, found: &Vec<K::Found>) -> bool {
        all_right::<K>(items, found)
    }

    fn answer(found: &Vec<K::Found>) -> Answer {
        K::answer(found)
    }

    fn speedup_bound(size: usize, cores: usize) -> Option<f64> {
        Some(schedule::speedup_by_stealing(&costs::<K>(size), cores))
    }
}

/// Items, and the threads that wait for them.
pub(crate) struct Pooled<K: Kernel> {
    items: Vec<K::Item>,
    pool: Pool,
}

pub(crate) struct TwoThreadsReady<K>(PhantomData<K>);

impl<K: Kernel> Workload for TwoThreadsReady<K> {
    const NAME: &'static str = "two-threads-ready";
    const ABOUT: &'static str = "each of a ready pool's two threads takes the next item once it is free";
    const SPARES: &'static [Spare] = &[Spare::spawning("two-threads")];
    const CONCURRENCY: Concurrency = Concurrency::THREADS;
    type Input = Pooled<K>;
    type Output = Vec<K::Found>;

    fn input(size: usize) -> Pooled<K> {
        let pool =
            Pool::new(WORKERS).unwrap_or_else(|error| panic!("{}", threads::refused("a thread", &error)));
        Pooled { items: K::items(size), pool }
    }

    fn run(pooled: &Pooled<K>) -> Vec<K::Found> {
        sharing::pool(&pooled.pool, &pooled.items, K::work)
    }

    fn check(pooled: &Pooled<K>, found: &Vec<K::Found>) -> bool {
        all_right::<K>(&pooled.items, found)
    }

    fn answer(found: &Vec<K::Found>) -> Answer {
        K::answer(found)
    }

    fn speedup_bound(size: usize, cores: usize) -> Option<f64> {
        Some(schedule::speedup_on_cores(&costs::<K>(size), WORKERS, cores))
    }
}
