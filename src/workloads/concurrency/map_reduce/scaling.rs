//! How far does counting words scale? One text, more and more threads.

use super::merged::count_by_threads;
use super::{Counts, counts, is_right, merged_bound};
use crate::workload::{Answer, Concurrency, Workload};
use crate::workloads::text::Text;

/// Words of the text: about 10 ms of counting, beside which starting a thread is little.
const WORDS: usize = 100_000;

pub(crate) struct Threads;

impl Workload for Threads {
    const NAME: &'static str = "threads";
    const ABOUT: &'static str =
        "100,000 words in a part and a map for each thread; the maps are merged one by one";
    const CONCURRENCY: Concurrency = Concurrency::THREADS;
    type Input = (Text, usize);
    counts!();

    fn input(threads: usize) -> (Text, usize) {
        (Text::of(WORDS), threads)
    }

    fn run((text, threads): &(Text, usize)) -> Counts {
        count_by_threads(text, *threads)
    }

    fn check((text, _): &(Text, usize), counts: &Counts) -> bool {
        is_right(text, counts)
    }

    fn speedup_bound(threads: usize, cores: usize) -> Option<f64> {
        Some(merged_bound(WORDS, threads, cores))
    }
}
