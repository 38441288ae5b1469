//! One map that all threads count into, behind a lock or many. A lock is wanted for each word, and a lock looks again for
//! a while before it sleeps: both members spin, by the rule of [`Concurrency`].

use std::hash::{BuildHasher, RandomState};
use std::sync::Mutex;
use std::thread;

use super::{Counts, WORKERS, add, counts, is_right, of_text, parts_bound};
use crate::workload::{Answer, Concurrency, Workload};
use crate::workloads::concurrency::threads::start_in;
use crate::workloads::text::Text;

/// Has each thread call `add` with the words of its part.
fn each_word(text: &Text, add: impl Fn(&str) + Sync) {
    let work = |part: &str| part.split_ascii_whitespace().for_each(&add);
    // The scope waits for its threads, and passes their panics on.
    thread::scope(|scope| {
        for part in text.parts(WORKERS) {
            start_in(scope, move || work(part));
        }
    });
}

pub(crate) struct Locked;

impl Workload for Locked {
    const NAME: &'static str = "locked";
    const ABOUT: &'static str = "two threads and one map, locked for each word: they wait for each other";
    const CONCURRENCY: Concurrency = Concurrency::SPINNING;
    of_text!();

    fn run(text: &Text) -> Counts {
        let counts = Mutex::new(Counts::new());
        each_word(text, |word| add(&mut counts.lock().expect("no holder panics"), word, 1));
        counts.into_inner().expect("no holder panicked")
    }

    /// One adds to the map while the other waits; that words are found outside the lock has no place in the count.
    fn speedup_bound(_size: usize, _cores: usize) -> Option<f64> {
        Some(1.0)
    }
}

/// Locks of a sharded map: enough that two threads seldom meet, few enough that the shards stay small.
const SHARDS: usize = 16;

pub(crate) struct Sharded;

impl Workload for Sharded {
    const NAME: &'static str = "sharded";
    const ABOUT: &'static str = "two threads and 16 locked maps, one chosen by the word's hash: they seldom meet, but each word pays a lock and a hash more";
    const CONCURRENCY: Concurrency = Concurrency::SPINNING;
    of_text!();

    fn run(text: &Text) -> Counts {
        let shards: [Mutex<Counts>; SHARDS] = Default::default();
        let chooser = RandomState::new();
        each_word(text, |word| {
            let shard = &shards[chooser.hash_one(word) as usize % SHARDS];
            add(&mut shard.lock().expect("no holder panics"), word, 1);
        });
        // No word is in two shards.
        shards.into_iter().flat_map(|shard| shard.into_inner().expect("no holder panicked")).collect()
    }

    fn speedup_bound(size: usize, cores: usize) -> Option<f64> {
        Some(parts_bound(&Text::of(size), WORKERS, cores))
    }
}
