//! How should words be counted on several cores? Each part of a text is mapped to counts, and counts are added by word.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use super::schedule;
use crate::workload::{Answer, Workload};
use crate::workloads::text::Text;

mod merged;
mod processes;
mod scaling;
mod shared;

pub(crate) use merged::{RayonReady, TwoThreads};
pub(super) use processes::TASK;
pub(crate) use processes::TwoProcessesReady;
pub(crate) use scaling::Threads;
pub(crate) use shared::{Locked, Sharded};

/// How many threads or processes count where their number is fixed.
const WORKERS: usize = 2;

type Counts = HashMap<String, u64>;

/// Adds the words of `part`, with an owned key for each distinct word.
fn count_into(counts: &mut Counts, part: &str) {
    for word in part.split_ascii_whitespace() {
        add(counts, word, 1);
    }
}

fn add(counts: &mut Counts, word: &str, times: u64) {
    match counts.get_mut(word) {
        Some(count) => *count += times,
        None => {
            counts.insert(word.to_owned(), times);
        }
    }
}

fn count(part: &str) -> Counts {
    let mut counts = Counts::new();
    count_into(&mut counts, part);
    counts
}

/// Adds the smaller map to the larger.
fn merge(a: Counts, b: Counts) -> Counts {
    let (mut into, from) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    for (word, times) in from {
        *into.entry(word).or_default() += times;
    }
    into
}

/// What parts of a text allow that are counted at once, the longest last; where there are more of them than cores, these are
/// shared by turns. Counted in words, each of which takes as long; what locking costs has no place in it.
fn parts_bound(text: &Text, workers: usize, cores: usize) -> f64 {
    let costs: Vec<u64> = text.parts(workers).into_iter().map(words).collect();
    schedule::speedup_on_cores(&costs, workers, cores)
}

fn words(part: &str) -> u64 {
    part.split_ascii_whitespace().count() as u64
}

/// The same where each part has a map of its own and the maps are merged, one by one, once all are there. Counted in accesses to
/// maps, each of which takes as long: one for a word, another where the word is new to its map, and one for each word of the
/// smaller of two maps that are merged.
///
/// To count 100,000 words takes milliseconds, and several members ask for the same: what was counted is remembered.
fn merged_bound(size: usize, workers: usize, cores: usize) -> f64 {
    static KNOWN: Mutex<BTreeMap<(usize, usize, usize), f64>> = Mutex::new(BTreeMap::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    *known.entry((size, workers, cores)).or_insert_with(|| merged_bound_of(&Text::of(size), workers, cores))
}

fn merged_bound_of(text: &Text, workers: usize, cores: usize) -> f64 {
    let parts = text.parts(workers);
    let maps: Vec<Counts> = parts.iter().map(|part| count(part)).collect();
    let costs: Vec<u64> =
        parts.iter().zip(&maps).map(|(part, counts)| words(part) + counts.len() as u64).collect();
    let at_once = costs.iter().sum::<u64>() as f64 / schedule::speedup_on_cores(&costs, workers, cores);
    let mut merging = 0;
    let whole = maps.into_iter().reduce(|one, other| {
        merging += one.len().min(other.len());
        merge(one, other)
    });
    let alone = parts.into_iter().map(words).sum::<u64>() + whole.unwrap_or_default().len() as u64;
    if alone == 0 { 1.0 } else { alone as f64 / (at_once + merging as f64) }
}

/// What members share beside their input.
macro_rules! counts {
    () => {
        type Output = Counts;

        fn answer(counts: &Counts) -> Answer {
            Answer::of_counts(counts.iter().map(|(word, count)| (word.as_str(), *count)))
        }
    };
}
use counts;

/// What members share that need nothing but the text.
macro_rules! of_text {
    () => {
        type Input = Text;
        counts!();

        fn input(size: usize) -> Text {
            Text::of(size)
        }

        fn check(text: &Text, counts: &Counts) -> bool {
            is_right(text, counts)
        }
    };
}
use of_text;

fn is_right(text: &Text, counts: &Counts) -> bool {
    text.has_counts(counts.len(), |word| counts.get(word).copied())
}

pub(crate) struct Serial;

impl Workload for Serial {
    const NAME: &'static str = "serial";
    const ABOUT: &'static str = "one map, one thread";
    const MIRRORS: Option<&'static str> = Some("map-reduce/serial");
    of_text!();

    fn run(text: &Text) -> Counts {
        text.parts(1).into_iter().map(count).reduce(merge).unwrap_or_default()
    }

    fn speedup_bound(_size: usize, _cores: usize) -> Option<f64> {
        Some(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_merging_takes_is_part_of_the_bound() {
        let text = Text::of(1_000);
        let whole = count(text.parts(1)[0]).len();
        let halves = text.parts(2);
        let [one, other] = [0, 1].map(|half| count(halves[half]).len());
        let words =
            halves.iter().map(|half| half.split_ascii_whitespace().count()).max().expect("two halves");
        let longest = words + one.max(other);
        let bound = (1_000 + whole) as f64 / (longest + one.min(other)) as f64;
        assert!((merged_bound_of(&text, 2, 2) / bound - 1.0).abs() < 0.01, "{bound}");
        assert!(merged_bound_of(&text, 2, 2) < parts_bound(&text, 2, 2));
        assert!((merged_bound_of(&text, 1, 2) - 1.0).abs() < 1e-12, "nothing is shared");
        // More parts are more maps to merge, and the cores are no more.
        assert!(merged_bound_of(&text, 8, 2) < merged_bound_of(&text, 2, 2));
        assert!(merged_bound_of(&text, 2, 1) < 1.0, "merging is for nothing there");
    }

    #[test]
    fn merging_adds_what_both_have_and_keeps_what_one_has() {
        let merged = merge(count("a b b"), count("b c"));
        let expected = [("a", 1), ("b", 3), ("c", 1)].map(|(word, times)| (word.to_owned(), times));
        assert_eq!(merged, HashMap::from(expected));
    }

    #[test]
    fn two_parts_allow_close_to_two_and_one_core_allows_nothing() {
        let text = Text::of(10_000);
        let bound = parts_bound(&text, 2, 2);
        assert!((1.95..=2.0).contains(&bound), "{bound}");
        assert!((parts_bound(&text, 2, 1) - 1.0).abs() < 1e-12);
        assert!((parts_bound(&text, 3, 2) - 2.0).abs() < 1e-12, "three parts take turns on two cores");
    }
}
