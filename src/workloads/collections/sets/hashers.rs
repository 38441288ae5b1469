//! The baseline's loop with other hashers and other tables.

use std::collections::HashSet;
use std::marker::PhantomData;

use indexmap::IndexSet;
use nohash_hasher::IntSet;
use rustc_hash::{FxBuildHasher, FxHashSet};

use super::Keys;
use crate::workload::{Answer, Spare, Workload};

pub(crate) struct FoldHash<K>(PhantomData<K>);

impl<K: Keys> Workload for FoldHash<K> {
    const NAME: &'static str = "foldhash";
    const ABOUT: &'static str =
        "hashbrown's own table and foldhash, its default: one folded multiplication a key";
    set_of_keys!(K, hashbrown::HashSet<u64, foldhash::fast::RandomState>, set => set.iter().copied());

    fn run(input: &K::Input) -> hashbrown::HashSet<u64, foldhash::fast::RandomState> {
        let mut set = hashbrown::HashSet::default();
        for key in K::keys(input) {
            set.insert(key);
        }
        set
    }
}

pub(crate) struct AHash<K>(PhantomData<K>);

impl<K: Keys> Workload for AHash<K> {
    const NAME: &'static str = "ahash";
    const ABOUT: &'static str =
        "std's table with aHash: AES instructions where the build allows them, else multiplications";
    set_of_keys!(K, HashSet<u64, ahash::RandomState>, set => set.iter().copied());

    fn run(input: &K::Input) -> HashSet<u64, ahash::RandomState> {
        let mut set = HashSet::default();
        for key in K::keys(input) {
            set.insert(key);
        }
        set
    }
}

pub(crate) struct RustcHash<K>(PhantomData<K>);

impl<K: Keys> Workload for RustcHash<K> {
    const NAME: &'static str = "rustc-hash";
    const ABOUT: &'static str = "std's table with the compiler's hasher: one multiplication a key, unseeded";
    const SPARES: &'static [Spare] = &[Spare::hashing("insert")];
    set_of_keys!(K, FxHashSet<u64>, set => set.iter().copied());

    fn run(input: &K::Input) -> FxHashSet<u64> {
        let mut set = FxHashSet::default();
        for key in K::keys(input) {
            set.insert(key);
        }
        set
    }
}

pub(crate) struct RustcHashReserved<K>(PhantomData<K>);

impl<K: Keys> Workload for RustcHashReserved<K> {
    const NAME: &'static str = "rustc-hash-reserved";
    const ABOUT: &'static str =
        "the baseline less both its costs: growth by reserving, SipHash by one multiplication";
    const SPARES: &'static [Spare] = &[Spare::hashing("insert-reserved"), Spare::growth("rustc-hash")];
    set_of_keys!(K, FxHashSet<u64>, set => set.iter().copied());

    fn run(input: &K::Input) -> FxHashSet<u64> {
        let mut set = FxHashSet::with_capacity_and_hasher(K::count(input), FxBuildHasher);
        for key in K::keys(input) {
            set.insert(key);
        }
        set
    }
}

pub(crate) struct Identity<K>(PhantomData<K>);

impl<K: Keys> Workload for Identity<K> {
    const NAME: &'static str = "identity";
    const ABOUT: &'static str =
        "std's table, no hashing: the key is its hash, so the keys' order and spacing decide";
    // Keys that leave slots out collide, and pay for that in hashing's place.
    const SPARES: &'static [Spare] = if K::STEP == 1 { &[Spare::hashing("insert")] } else { &[] };
    set_of_keys!(K, IntSet<u64>, set => set.iter().copied());

    fn run(input: &K::Input) -> IntSet<u64> {
        let mut set = IntSet::default();
        for key in K::keys(input) {
            set.insert(key);
        }
        set
    }
}

pub(crate) struct Indexed<K>(PhantomData<K>);

impl<K: Keys> Workload for Indexed<K> {
    const NAME: &'static str = "index-set";
    const ABOUT: &'static str =
        "indexmap with SipHash: keys in a vector, in order of insertion, and a table of indices";
    set_of_keys!(K, IndexSet<u64>, set => set.iter().copied());

    fn run(input: &K::Input) -> IndexSet<u64> {
        let mut set = IndexSet::new();
        for key in K::keys(input) {
            set.insert(key);
        }
        set
    }
}
