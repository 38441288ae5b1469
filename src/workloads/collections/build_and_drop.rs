//! What does dropping cost beside building? Each collection of `0, 1, …, n − 1` is measured three times: whole,
//! as everywhere else; its building alone; its drop alone.

use std::collections::{BTreeSet, HashSet, LinkedList};
use std::marker::PhantomData;

use super::sets::{Ascending, Keys};
use crate::workload::{Answer, Part, Workload};

/// A collection that is built and dropped, and what its three members say of themselves.
pub(crate) trait Collection: 'static {
    /// Name and line of the member that is measured whole.
    const WHOLE: (&'static str, &'static str);
    /// Name and line of the member whose building alone is measured.
    const BUILD: (&'static str, &'static str);
    /// Name and line of the member whose drop alone is measured.
    const DROP: (&'static str, &'static str);
    /// What is built.
    type Output;

    /// Builds the collection of the numbers below `size`.
    fn build(size: usize) -> Self::Output;
    /// The numbers it holds, in any order.
    fn numbers(output: &Self::Output) -> Vec<u64>;
}

/// What the three members share: all but the measured part. The numbers may come in any order.
macro_rules! collection_of_numbers {
    () => {
        type Input = usize;
        type Output = C::Output;

        fn input(size: usize) -> usize {
            size
        }

        fn run(size: &usize) -> C::Output {
            C::build(*size)
        }

        fn check(size: &usize, output: &C::Output) -> bool {
            Ascending::are_exactly(size, C::numbers(output))
        }

        fn answer(output: &C::Output) -> Answer {
            Answer::of_set(C::numbers(output))
        }
    };
}

pub(crate) struct Whole<C>(PhantomData<C>);

impl<C: Collection> Workload for Whole<C> {
    const NAME: &'static str = C::WHOLE.0;
    const ABOUT: &'static str = C::WHOLE.1;
    collection_of_numbers!();
}

pub(crate) struct BuildOnly<C>(PhantomData<C>);

impl<C: Collection> Workload for BuildOnly<C> {
    const NAME: &'static str = C::BUILD.0;
    const ABOUT: &'static str = C::BUILD.1;
    const PART: Part = Part::Building;
    collection_of_numbers!();
}

pub(crate) struct DropOnly<C>(PhantomData<C>);

impl<C: Collection> Workload for DropOnly<C> {
    const NAME: &'static str = C::DROP.0;
    const ABOUT: &'static str = C::DROP.1;
    const PART: Part = Part::Dropping;
    collection_of_numbers!();
}

pub(crate) struct Numbers;

impl Collection for Numbers {
    const WHOLE: (&'static str, &'static str) = ("vec", "one block, filled and freed");
    const BUILD: (&'static str, &'static str) =
        ("vec-build", "one block, filled; earlier ones stay alive, so memory is not handed straight back");
    const DROP: (&'static str, &'static str) = ("vec-drop", "one block to free, whatever its length");
    type Output = Vec<u64>;

    fn build(size: usize) -> Vec<u64> {
        (0..size as u64).collect()
    }

    fn numbers(output: &Vec<u64>) -> Vec<u64> {
        output.clone()
    }
}

pub(crate) struct Texts;

impl Collection for Texts {
    const WHOLE: (&'static str, &'static str) =
        ("vec-string", "n + 1 blocks, a text each and their vector, built and freed");
    const BUILD: (&'static str, &'static str) =
        ("vec-string-build", "n + 1 blocks asked for, and n numbers formatted");
    const DROP: (&'static str, &'static str) =
        ("vec-string-drop", "n + 1 blocks freed, found by walking the vector");
    type Output = Vec<String>;

    fn build(size: usize) -> Vec<String> {
        (0..size).map(|i| i.to_string()).collect()
    }

    fn numbers(output: &Vec<String>) -> Vec<u64> {
        output.iter().filter_map(|text| text.parse().ok()).collect()
    }
}

pub(crate) struct Hashed;

impl Collection for Hashed {
    const WHOLE: (&'static str, &'static str) =
        ("hash-set", "one table, n hashes; the elements need no drop");
    const BUILD: (&'static str, &'static str) =
        ("hash-set-build", "n hashes into one table reserved by length");
    const DROP: (&'static str, &'static str) =
        ("hash-set-drop", "one block to free: u64 need no drop, so no element is visited");
    type Output = HashSet<u64>;

    fn build(size: usize) -> HashSet<u64> {
        (0..size as u64).collect()
    }

    fn numbers(output: &HashSet<u64>) -> Vec<u64> {
        output.iter().copied().collect()
    }
}

pub(crate) struct Tree;

impl Collection for Tree {
    const WHOLE: (&'static str, &'static str) =
        ("btree-set", "about n / 11 nodes, filled from the left, walked and freed");
    const BUILD: (&'static str, &'static str) =
        ("btree-set-build", "about n / 11 nodes, filled from the left from a sorted vector");
    const DROP: (&'static str, &'static str) =
        ("btree-set-drop", "a walk through the tree that frees about n / 11 nodes");
    type Output = BTreeSet<u64>;

    fn build(size: usize) -> BTreeSet<u64> {
        (0..size as u64).collect()
    }

    fn numbers(output: &BTreeSet<u64>) -> Vec<u64> {
        output.iter().copied().collect()
    }
}

pub(crate) struct Linked;

impl Collection for Linked {
    const WHOLE: (&'static str, &'static str) =
        ("linked-list", "n nodes of 24 bytes, asked for and freed one by one");
    const BUILD: (&'static str, &'static str) =
        ("linked-list-build", "n blocks asked for, each linked to the one before");
    const DROP: (&'static str, &'static str) =
        ("linked-list-drop", "n blocks freed; each must be read to find the next");
    type Output = LinkedList<u64>;

    fn build(size: usize) -> LinkedList<u64> {
        (0..size as u64).collect()
    }

    fn numbers(output: &LinkedList<u64>) -> Vec<u64> {
        output.iter().copied().collect()
    }
}
