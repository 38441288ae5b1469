//! Two questions that the same sets answer: how to build a set of the integers below n, and how to find
//! the distinct values of n shuffled numbers. A member is written once, over the [`Keys`] it reads.

use std::collections::HashSet;
use std::marker::PhantomData;

use crate::workload::{Answer, Floor, Spare, Workload};

mod keys;

pub(crate) use keys::{Ascending, Keys, Shuffled};

/// What every member shares: it reads keys, and its output must hold exactly the distinct ones.
macro_rules! set_of_keys {
    ($keys:ty, $output:ty, $set:ident => $elements:expr) => {
        type Input = <$keys as Keys>::Input;
        type Output = $output;

        fn input(size: usize) -> Self::Input {
            <$keys>::input(size)
        }

        fn check(input: &Self::Input, $set: &$output) -> bool {
            <$keys>::are_exactly(input, $elements)
        }

        fn answer($set: &$output) -> Answer {
            Answer::of_set($elements)
        }
    };
}

pub(crate) mod hashers;
pub(crate) mod ordered;

pub(crate) struct Insert<K>(PhantomData<K>);

impl<K: Keys> Workload for Insert<K> {
    const NAME: &'static str = "insert";
    const ABOUT: &'static str = "std's SipHash for every key, and a table that rehashes all of it when full";
    const MIRRORS: Option<&'static str> = if K::IN_NOTES { Some("f5") } else { None };
    set_of_keys!(K, HashSet<u64>, set => set.iter().copied());

    fn run(input: &K::Input) -> HashSet<u64> {
        let mut set = HashSet::new();
        for key in K::keys(input) {
            set.insert(key);
        }
        set
    }

    /// A bit for each value that is there, in a block: no member makes do with less.
    fn floor(size: usize) -> Option<Floor> {
        let bytes_written = K::distinct(size).div_ceil(8) as u64;
        Some(Floor { bytes_written, allocations: 1, ..Floor::default() })
    }
}

pub(crate) struct InsertReserved<K>(PhantomData<K>);

impl<K: Keys> Workload for InsertReserved<K> {
    const NAME: &'static str = "insert-reserved";
    const ABOUT: &'static str = "the baseline less its growth: room for every number read is made first";
    const SPARES: &'static [Spare] = &[Spare::growth("insert")];
    set_of_keys!(K, HashSet<u64>, set => set.iter().copied());

    fn run(input: &K::Input) -> HashSet<u64> {
        let mut set = HashSet::with_capacity(K::count(input));
        for key in K::keys(input) {
            set.insert(key);
        }
        set
    }
}

pub(crate) struct Collect<K>(PhantomData<K>);

impl<K: Keys> Workload for Collect<K> {
    const NAME: &'static str = "collect";
    const ABOUT: &'static str =
        "an iterator that knows its length: the table is reserved, then inserted into";
    const MIRRORS: Option<&'static str> = if K::IN_NOTES { Some("f1") } else { None };
    set_of_keys!(K, HashSet<u64>, set => set.iter().copied());

    fn run(input: &K::Input) -> HashSet<u64> {
        K::keys(input).collect()
    }
}

/// Asked of ascending keys alone: a mapped slice would repeat [`Collect`].
pub(crate) struct CollectMapped;

impl Workload for CollectMapped {
    const NAME: &'static str = "collect-mapped";
    const ABOUT: &'static str =
        "collect through a closure that converts each element; the length stays known";
    const MIRRORS: Option<&'static str> = Some("f7");
    set_of_keys!(Ascending, HashSet<u64>, set => set.iter().copied());

    fn run(size: &usize) -> HashSet<u64> {
        (0..*size).map(|i| i as u64).collect()
    }
}

pub(crate) struct Extend<K>(PhantomData<K>);

impl<K: Keys> Workload for Extend<K> {
    const NAME: &'static str = "extend";
    const ABOUT: &'static str = "extend of an empty set: reserves by the iterator's length, as collect does";
    set_of_keys!(K, HashSet<u64>, set => set.iter().copied());

    fn run(input: &K::Input) -> HashSet<u64> {
        let mut set = HashSet::new();
        set.extend(K::keys(input));
        set
    }
}
