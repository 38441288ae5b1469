//! Sets without hashing: trees, sorted vectors, bitmaps.

use std::collections::BTreeSet;
use std::marker::PhantomData;

use fixedbitset::FixedBitSet;
use roaring::RoaringBitmap;

use super::{Ascending, Keys, Shuffled};
use crate::workload::{Answer, Workload};

pub(crate) struct BTreeInsert<K>(PhantomData<K>);

impl<K: Keys> Workload for BTreeInsert<K> {
    const NAME: &'static str = "btree-insert";
    const ABOUT: &'static str = "a search from the root for every key, and nodes of 11 that split when full";
    set_of_keys!(K, BTreeSet<u64>, set => set.iter().copied());

    fn run(input: &K::Input) -> BTreeSet<u64> {
        let mut set = BTreeSet::new();
        for key in K::keys(input) {
            set.insert(key);
        }
        set
    }
}

pub(crate) struct BTreeCollect<K>(PhantomData<K>);

impl<K: Keys> Workload for BTreeCollect<K> {
    const NAME: &'static str = "btree-collect";
    const ABOUT: &'static str =
        "std collects the keys into a vector, sorts it, and fills nodes from the left";
    set_of_keys!(K, BTreeSet<u64>, set => set.iter().copied());

    fn run(input: &K::Input) -> BTreeSet<u64> {
        K::keys(input).collect()
    }
}

/// Asked of ascending keys; [`SortDedup`] does the same with shuffled ones.
pub(crate) struct SortedVec;

impl Workload for SortedVec {
    const NAME: &'static str = "sorted-vec";
    const ABOUT: &'static str =
        "collect, sort_unstable, dedup: a set as a sorted vector; these keys come sorted already";
    set_of_keys!(Ascending, Vec<u64>, set => set.iter().copied());

    fn run(size: &usize) -> Vec<u64> {
        let mut set: Vec<u64> = Ascending::keys(size).collect();
        set.sort_unstable();
        set.dedup();
        set
    }
}

pub(crate) struct SortDedup;

impl Workload for SortDedup {
    const NAME: &'static str = "sort-dedup";
    const ABOUT: &'static str =
        "a copy of all n, sort_unstable, dedup: one block and no table, n log n comparisons";
    set_of_keys!(Shuffled, Vec<u64>, set => set.iter().copied());

    fn run(numbers: &Vec<u64>) -> Vec<u64> {
        let mut set = numbers.clone();
        set.sort_unstable();
        set.dedup();
        set
    }
}

pub(crate) struct Bits<K>(PhantomData<K>);

impl<K: Keys> Workload for Bits<K> {
    const NAME: &'static str = "fixedbitset";
    const ABOUT: &'static str =
        "one bit for every possible key: asks for a bound on the values, here n or 2n, known before";
    set_of_keys!(K, FixedBitSet, set => set.ones().map(|key| key as u64));

    fn run(input: &K::Input) -> FixedBitSet {
        let mut set = FixedBitSet::with_capacity(K::bound(input) as usize);
        for key in K::keys(input) {
            set.insert(key as usize);
        }
        set
    }
}

pub(crate) struct Roaring<K>(PhantomData<K>);

impl<K: Keys> Workload for Roaring<K> {
    const NAME: &'static str = "roaring";
    const ABOUT: &'static str =
        "compressed bitmap of u32, a container for each 65,536 values: sorted array, then bits";
    set_of_keys!(K, RoaringBitmap, set => set.iter().map(u64::from));

    fn run(input: &K::Input) -> RoaringBitmap {
        let mut set = RoaringBitmap::new();
        for key in K::keys(input) {
            set.insert(key as u32);
        }
        set
    }
}
