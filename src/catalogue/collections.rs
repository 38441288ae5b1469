//! Families that build collections.

use super::{Axis, Family, Members};
use crate::workload::Entry;
use crate::workloads::collections::sets::{self, Ascending, Shuffled, hashers, ordered};
use crate::workloads::collections::{build_and_drop, build_fixed, build_map, build_text, build_vec};

/// Elements, from what fits a cache line to what no cache holds.
const SIZES: &[usize] = &[10, 100, 1_000, 10_000, 1_000_000];

pub(super) const BUILD_SET: Family = Family {
    name: "build-set",
    question: "How should a set of n integers be built?",
    members: Members::Alternatives,
    axis: Axis::ELEMENTS,
    sizes: SIZES,
    entries: &[
        Entry::of::<sets::Insert<Ascending>>(),
        Entry::of::<sets::InsertReserved<Ascending>>(),
        Entry::of::<sets::Collect<Ascending>>(),
        Entry::of::<sets::CollectMapped>(),
        Entry::of::<sets::Extend<Ascending>>(),
        Entry::of::<ordered::BTreeInsert<Ascending>>(),
        Entry::of::<ordered::BTreeCollect<Ascending>>(),
        Entry::of::<hashers::FoldHash<Ascending>>(),
        Entry::of::<hashers::AHash<Ascending>>(),
        Entry::of::<hashers::RustcHash<Ascending>>(),
        Entry::of::<hashers::RustcHashReserved<Ascending>>(),
        Entry::of::<hashers::Identity<Ascending>>(),
        Entry::of::<hashers::Indexed<Ascending>>(),
        Entry::of::<ordered::SortedVec>(),
        Entry::of::<ordered::Bits<Ascending>>(),
        Entry::of::<ordered::Roaring<Ascending>>(),
    ],
};

pub(super) const DISTINCT: Family = Family {
    name: "distinct",
    question: "How should the distinct values of n shuffled numbers be found?",
    members: Members::Alternatives,
    axis: Axis::ELEMENTS,
    sizes: SIZES,
    entries: &[
        Entry::of::<sets::Insert<Shuffled>>(),
        Entry::of::<sets::InsertReserved<Shuffled>>(),
        Entry::of::<sets::Collect<Shuffled>>(),
        Entry::of::<sets::Extend<Shuffled>>(),
        Entry::of::<ordered::BTreeInsert<Shuffled>>(),
        Entry::of::<ordered::BTreeCollect<Shuffled>>(),
        Entry::of::<hashers::FoldHash<Shuffled>>(),
        Entry::of::<hashers::AHash<Shuffled>>(),
        Entry::of::<hashers::RustcHash<Shuffled>>(),
        Entry::of::<hashers::RustcHashReserved<Shuffled>>(),
        Entry::of::<hashers::Identity<Shuffled>>(),
        Entry::of::<hashers::Indexed<Shuffled>>(),
        Entry::of::<ordered::SortDedup>(),
        Entry::of::<ordered::Bits<Shuffled>>(),
        Entry::of::<ordered::Roaring<Shuffled>>(),
    ],
};

pub(super) const BUILD_VEC: Family = Family {
    name: "build-vec",
    question: "How should a vector of n integers be built?",
    members: Members::Alternatives,
    axis: Axis::ELEMENTS,
    sizes: SIZES,
    entries: &[
        Entry::of::<build_vec::Push>(),
        Entry::of::<build_vec::PushReserved>(),
        Entry::of::<build_vec::Collect>(),
        Entry::of::<build_vec::CollectMapped>(),
        Entry::of::<build_vec::CollectHiddenLength>(),
        Entry::of::<build_vec::Extend>(),
        Entry::of::<build_vec::ResizeWith>(),
        Entry::of::<build_vec::Repeat>(),
        Entry::of::<build_vec::ExtendFromSlice>(),
        Entry::of::<build_vec::BoxedSlice>(),
    ],
};

pub(super) const BUILD_FIXED: Family = Family {
    name: "build-fixed",
    question: "How should a tuple-like, fixed-size sequence be built?",
    members: Members::Alternatives,
    axis: Axis::ELEMENTS,
    sizes: &[12, 16, 100, 1_000],
    entries: &[
        Entry::of::<build_fixed::FromFn<12>>(),
        Entry::of::<build_fixed::FromFn<16>>(),
        Entry::of::<build_fixed::FromFn<100>>(),
        Entry::of::<build_fixed::FromFn<1_000>>(),
        Entry::of::<build_fixed::Map<12>>(),
        Entry::of::<build_fixed::Map<16>>(),
        Entry::of::<build_fixed::Map<100>>(),
        Entry::of::<build_fixed::Map<1_000>>(),
        Entry::of::<build_fixed::BoxedSlice>(),
        Entry::of::<build_fixed::ArcSlice>(),
        Entry::of::<build_fixed::Small<12>>(),
        Entry::of::<build_fixed::Small<16>>(),
        Entry::of::<build_fixed::Small<100>>(),
        Entry::of::<build_fixed::Small<1_000>>(),
        Entry::of::<build_fixed::Inline<12>>(),
        Entry::of::<build_fixed::Inline<16>>(),
        Entry::of::<build_fixed::Inline<100>>(),
        Entry::of::<build_fixed::Inline<1_000>>(),
        Entry::of::<build_fixed::Tuple>(),
        Entry::of::<build_fixed::Vector>(),
    ],
};

pub(super) const BUILD_TEXT: Family = Family {
    name: "build-text",
    question: "How should n numbers be put into a text that says them: joined by commas, or as the name of their range?",
    members: Members::Alternatives,
    axis: Axis::ELEMENTS,
    sizes: SIZES,
    entries: &[
        Entry::of::<build_text::PushStr>(),
        Entry::of::<build_text::PushStrReserved>(),
        Entry::of::<build_text::WriteEach>(),
        Entry::of::<build_text::WriteReserved>(),
        Entry::of::<build_text::Itoa>(),
        Entry::of::<build_text::ItoaReserved>(),
        Entry::of::<build_text::CollectJoin>(),
        Entry::of::<build_text::Add>(),
        Entry::of::<build_text::FormatIntoItself>(),
        Entry::of::<build_text::RangeDebug>(),
        Entry::of::<build_text::RangeItoa>(),
    ],
};

pub(super) const BUILD_MAP: Family = Family {
    name: "build-map",
    question: "How should words be counted?",
    members: Members::Alternatives,
    axis: Axis::ELEMENTS,
    sizes: SIZES,
    entries: &[
        Entry::of::<build_map::HashInsert>(),
        Entry::of::<build_map::HashEntry>(),
        Entry::of::<build_map::HashGetMut>(),
        Entry::of::<build_map::HashCollect>(),
        Entry::of::<build_map::BTreeInsert>(),
        Entry::of::<build_map::BTreeEntry>(),
        Entry::of::<build_map::BTreeGetMut>(),
        Entry::of::<build_map::BTreeCollect>(),
    ],
};

pub(super) const BUILD_AND_DROP: Family = Family {
    name: "build-and-drop",
    question: "What does dropping cost beside building?",
    members: Members::Parts,
    axis: Axis::ELEMENTS,
    sizes: SIZES,
    entries: &[
        Entry::of::<build_and_drop::Whole<build_and_drop::Numbers>>(),
        Entry::of::<build_and_drop::BuildOnly<build_and_drop::Numbers>>(),
        Entry::of::<build_and_drop::DropOnly<build_and_drop::Numbers>>(),
        Entry::of::<build_and_drop::Whole<build_and_drop::Texts>>(),
        Entry::of::<build_and_drop::BuildOnly<build_and_drop::Texts>>(),
        Entry::of::<build_and_drop::DropOnly<build_and_drop::Texts>>(),
        Entry::of::<build_and_drop::Whole<build_and_drop::Hashed>>(),
        Entry::of::<build_and_drop::BuildOnly<build_and_drop::Hashed>>(),
        Entry::of::<build_and_drop::DropOnly<build_and_drop::Hashed>>(),
        Entry::of::<build_and_drop::Whole<build_and_drop::Tree>>(),
        Entry::of::<build_and_drop::BuildOnly<build_and_drop::Tree>>(),
        Entry::of::<build_and_drop::DropOnly<build_and_drop::Tree>>(),
        Entry::of::<build_and_drop::Whole<build_and_drop::Linked>>(),
        Entry::of::<build_and_drop::BuildOnly<build_and_drop::Linked>>(),
        Entry::of::<build_and_drop::DropOnly<build_and_drop::Linked>>(),
    ],
};
