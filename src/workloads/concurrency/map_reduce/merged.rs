//! A map for each thread, and the maps merged: threads share nothing while they count.

use std::thread;

use rayon::prelude::*;

use super::{Counts, WORKERS, count, count_into, counts, is_right, merge, merged_bound, of_text};
use crate::workload::{Answer, Concurrency, Spare, Workload};
use crate::workloads::concurrency::threads::{rayon_pool, start_in};
use crate::workloads::text::Text;

/// Counts the text in as many parts as there are `threads`, started and joined; the maps are merged one by one.
pub(super) fn count_by_threads(text: &Text, threads: usize) -> Counts {
    thread::scope(|scope| {
        let threads: Vec<_> =
            text.parts(threads).into_iter().map(|part| start_in(scope, move || count(part))).collect();
        let maps = threads.into_iter().map(|thread| thread.join().expect("counting does not panic"));
        maps.reduce(merge).unwrap_or_default()
    })
}

pub(crate) struct TwoThreads;

impl Workload for TwoThreads {
    const NAME: &'static str = "two-threads";
    const ABOUT: &'static str =
        "half of the text and a map for each thread, then one map merged into the other";
    const SPARES: &'static [Spare] = &[Spare::lock_contention("locked")];
    const MIRRORS: Option<&'static str> = Some("map-reduce/threads");
    const CONCURRENCY: Concurrency = Concurrency::THREADS;
    of_text!();

    fn run(text: &Text) -> Counts {
        count_by_threads(text, WORKERS)
    }

    fn speedup_bound(size: usize, cores: usize) -> Option<f64> {
        Some(merged_bound(size, WORKERS, cores))
    }
}

/// Parts that rayon divides among its threads: more than threads, so that who is done early takes from the other.
const PARTS: usize = 16;

pub(crate) struct RayonReady;

impl Workload for RayonReady {
    const NAME: &'static str = "rayon-ready";
    const ABOUT: &'static str =
        "fold and reduce over 16 parts on two waiting threads: a map for each piece that is stolen";
    const CONCURRENCY: Concurrency = Concurrency::SPINNING;
    type Input = (Text, rayon::ThreadPool);
    counts!();

    fn input(size: usize) -> (Text, rayon::ThreadPool) {
        (Text::of(size), rayon_pool(WORKERS))
    }

    fn run((text, pool): &(Text, rayon::ThreadPool)) -> Counts {
        let fold = |mut counts: Counts, part: &str| {
            count_into(&mut counts, part);
            counts
        };
        pool.install(|| text.parts(PARTS).into_par_iter().fold(Counts::new, fold).reduce(Counts::new, merge))
    }

    fn check((text, _): &(Text, rayon::ThreadPool), counts: &Counts) -> bool {
        is_right(text, counts)
    }

    fn speedup_bound(size: usize, cores: usize) -> Option<f64> {
        // Two pieces at least have a map each; who steals more of them has more to merge.
        Some(merged_bound(size, WORKERS, cores))
    }
}
