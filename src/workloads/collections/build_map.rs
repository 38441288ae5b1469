//! How should words be counted? Every member reads the same text of n words and owns its keys.

use std::collections::{BTreeMap, HashMap};

use crate::workload::{Answer, Workload};
use crate::workloads::text::Text;

/// What members share: the text they read, and a map that must hold its true counts.
macro_rules! counts_of_words {
    ($output:ty) => {
        type Input = Text;
        type Output = $output;

        fn input(size: usize) -> Text {
            Text::of(size)
        }

        fn check(text: &Text, counts: &$output) -> bool {
            text.has_counts(counts.len(), |word| counts.get(word).copied())
        }

        fn answer(counts: &$output) -> Answer {
            Answer::of_counts(counts.iter().map(|(word, count)| (word.as_str(), *count)))
        }
    };
}

/// The words sorted, as runs of equal ones: a pair for each distinct word, in order.
fn runs<'a>(words: &'a [&'a str]) -> impl Iterator<Item = (String, u64)> {
    words.chunk_by(|a, b| a == b).map(|run| (run[0].to_owned(), run.len() as u64))
}

pub(crate) struct HashInsert;

impl Workload for HashInsert {
    const NAME: &'static str = "hash-insert";
    const ABOUT: &'static str =
        "get, then insert: two hashes, two searches and an owned key for every word read";
    counts_of_words!(HashMap<String, u64>);

    fn run(text: &Text) -> HashMap<String, u64> {
        let mut counts = HashMap::new();
        for word in text.words() {
            let seen = counts.get(word).copied().unwrap_or(0);
            counts.insert(word.to_owned(), seen + 1);
        }
        counts
    }
}

pub(crate) struct HashEntry;

impl Workload for HashEntry {
    const NAME: &'static str = "hash-entry";
    const ABOUT: &'static str = "entry: one hash and one search, but an owned key for every word read";
    counts_of_words!(HashMap<String, u64>);

    fn run(text: &Text) -> HashMap<String, u64> {
        let mut counts = HashMap::new();
        for word in text.words() {
            *counts.entry(word.to_owned()).or_default() += 1;
        }
        counts
    }
}

pub(crate) struct HashGetMut;

impl Workload for HashGetMut {
    const NAME: &'static str = "hash-get-mut";
    const ABOUT: &'static str = "get_mut, insert only if new: one hash a word, an owned key a distinct word";
    counts_of_words!(HashMap<String, u64>);

    fn run(text: &Text) -> HashMap<String, u64> {
        let mut counts: HashMap<String, u64> = HashMap::new();
        for word in text.words() {
            match counts.get_mut(word) {
                Some(count) => *count += 1,
                None => {
                    counts.insert(word.to_owned(), 1);
                }
            }
        }
        counts
    }
}

pub(crate) struct HashCollect;

impl Workload for HashCollect {
    const NAME: &'static str = "hash-collect";
    const ABOUT: &'static str =
        "sort the words, count runs, collect: n log n comparisons, a hash a distinct word";
    counts_of_words!(HashMap<String, u64>);

    fn run(text: &Text) -> HashMap<String, u64> {
        let mut words: Vec<&str> = text.words().collect();
        words.sort_unstable();
        runs(&words).collect()
    }
}

pub(crate) struct BTreeInsert;

impl Workload for BTreeInsert {
    const NAME: &'static str = "btree-insert";
    const ABOUT: &'static str =
        "get, then insert: two searches from the root, comparing texts, and an owned key a word";
    counts_of_words!(BTreeMap<String, u64>);

    fn run(text: &Text) -> BTreeMap<String, u64> {
        let mut counts = BTreeMap::new();
        for word in text.words() {
            let seen = counts.get(word).copied().unwrap_or(0);
            counts.insert(word.to_owned(), seen + 1);
        }
        counts
    }
}

pub(crate) struct BTreeEntry;

impl Workload for BTreeEntry {
    const NAME: &'static str = "btree-entry";
    const ABOUT: &'static str = "entry: one search from the root, but an owned key for every word read";
    counts_of_words!(BTreeMap<String, u64>);

    fn run(text: &Text) -> BTreeMap<String, u64> {
        let mut counts = BTreeMap::new();
        for word in text.words() {
            *counts.entry(word.to_owned()).or_default() += 1;
        }
        counts
    }
}

pub(crate) struct BTreeGetMut;

impl Workload for BTreeGetMut {
    const NAME: &'static str = "btree-get-mut";
    const ABOUT: &'static str =
        "get_mut, insert only if new: one search a word, an owned key a distinct word";
    counts_of_words!(BTreeMap<String, u64>);

    fn run(text: &Text) -> BTreeMap<String, u64> {
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for word in text.words() {
            match counts.get_mut(word) {
                Some(count) => *count += 1,
                None => {
                    counts.insert(word.to_owned(), 1);
                }
            }
        }
        counts
    }
}

pub(crate) struct BTreeCollect;

impl Workload for BTreeCollect {
    const NAME: &'static str = "btree-collect";
    const ABOUT: &'static str =
        "sort the words, count runs, collect: the tree is filled from the left, without searches";
    counts_of_words!(BTreeMap<String, u64>);

    fn run(text: &Text) -> BTreeMap<String, u64> {
        let mut words: Vec<&str> = text.words().collect();
        words.sort_unstable();
        runs(&words).collect()
    }
}
