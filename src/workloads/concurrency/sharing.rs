//! Ways to share a list of items among threads, results in the order of the items. Generic over the work, so that the
//! tests stress with tiny tasks the very synchronisation that kernels run with long ones. Knows no kernel.

use std::panic::resume_unwind;
use std::sync::Mutex;
use std::thread::{self, ScopedJoinHandle};

use rayon::prelude::*;

use super::pool::Pool;
use super::threads::{refused, start_in};

/// What a thread made; its panic goes on here.
pub(super) fn join<R>(thread: ScopedJoinHandle<'_, R>) -> R {
    thread.join().unwrap_or_else(|panic| resume_unwind(panic))
}

/// Each of `threads`, of which the caller is one, takes the next of `places` once it is free, and works on the item there.
pub(super) fn next_free<T: Copy + Sync, R: Send>(
    items: &[T],
    places: impl Iterator<Item = usize> + Send,
    threads: usize,
    work: impl Fn(T) -> R + Sync,
) -> Vec<R> {
    let next = Mutex::new(places);
    let take = || {
        let mut found = Vec::new();
        loop {
            // The lock is held while an item is taken, not while it is worked on.
            let place = next.lock().expect("no holder panics").next();
            let Some(place) = place else { return found };
            found.push((place, work(items[place])));
        }
    };
    let found = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| start_in(scope, take)).collect();
        let own = take();
        others.into_iter().flat_map(join).chain(own).collect()
    });
    in_order(found)
}

/// Results by their places.
pub(super) fn in_order<R>(mut found: Vec<(usize, R)>) -> Vec<R> {
    found.sort_unstable_by_key(|(place, _)| *place);
    found.into_iter().map(|(_, found)| found).collect()
}

/// A thread for each item.
pub(super) fn thread_each<T: Copy + Sync, R: Send>(items: &[T], work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let work = &work;
    thread::scope(|scope| {
        let threads: Vec<_> = items.iter().map(|item| start_in(scope, move || work(*item))).collect();
        threads.into_iter().map(join).collect()
    })
}

/// rayon's global pool.
pub(super) fn rayon<T: Copy + Sync, R: Send>(items: &[T], work: impl Fn(T) -> R + Sync) -> Vec<R> {
    items.par_iter().map(|item| work(*item)).collect()
}

/// Starts rayon's global pool, unless it is there already.
///
/// # Panics
/// In one line, at the limit of threads.
pub(super) fn ready_rayon() {
    use std::sync::LazyLock;
    static STARTED: LazyLock<Result<(), String>> = LazyLock::new(|| {
        use std::error::Error;
        let built = rayon::ThreadPoolBuilder::new().build_global();
        // Without a source it is no refusal of the system: somebody else has started the pool.
        built.or_else(|error| error.source().map_or(Ok(()), |source| Err(refused("a thread", source))))
    });
    if let Err(reason) = &*STARTED {
        panic!("{reason}");
    }
}

/// A ready pool of threads.
pub(super) fn pool<T: Copy + Send + 'static, R: Send + 'static>(
    pool: &Pool,
    items: &[T],
    work: fn(T) -> R,
) -> Vec<R> {
    pool.map(items.iter().copied(), work).unwrap_or_else(|error| panic!("{error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPEATS: usize = 1_000;
    const ITEMS: [u64; 7] = [3, 1, 4, 1, 5, 9, 2];

    fn double(item: u64) -> u64 {
        2 * item
    }

    fn is_right_each_time(share: impl Fn(&[u64]) -> Vec<u64>) {
        for repeat in 0..REPEATS {
            let items = &ITEMS[..repeat % (ITEMS.len() + 1)];
            assert_eq!(share(items), items.iter().copied().map(double).collect::<Vec<_>>(), "{repeat}");
        }
    }

    #[test]
    fn threads_that_take_the_next_item_are_right_a_thousand_times() {
        for threads in [1, 2, 8] {
            is_right_each_time(|items| next_free(items, 0..items.len(), threads, double));
            is_right_each_time(|items| next_free(items, (0..items.len()).rev(), threads, double));
        }
    }

    #[test]
    fn a_thread_each_is_right_a_thousand_times() {
        is_right_each_time(|items| thread_each(items, double));
    }

    #[test]
    fn rayon_is_right_a_thousand_times() {
        ready_rayon();
        is_right_each_time(|items| rayon(items, double));
    }

    #[test]
    fn a_ready_pool_is_right_a_thousand_times() {
        let threads = Pool::new(2).expect("two threads can be started");
        is_right_each_time(|items| pool(&threads, items, double));
    }

    #[test]
    fn a_panic_of_a_thread_reaches_who_waits_for_it() {
        let unlucky = |item: u64| if item == 4 { panic!("out of luck") } else { item };
        let shares: [&dyn Fn() -> Vec<u64>; 2] =
            [&|| next_free(&ITEMS, 0..ITEMS.len(), 2, unlucky), &|| thread_each(&ITEMS, unlucky)];
        for share in shares {
            let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(share)).expect_err("it panics");
            assert_eq!(panic.downcast_ref::<&str>(), Some(&"out of luck"));
        }
    }
}
