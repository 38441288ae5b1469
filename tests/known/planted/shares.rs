//! Costs that have a name, each planted as a share of samples or instructions.

use perflab::record::FindingKind as Kind;

use super::{CASE, RUN, at, sampled};
use crate::known::Row;

/// A row for a share that is planted, and one for a trace of it.
fn share(case: &'static str, without: &'static str, kind: Kind, frames: &str) -> [Row; 2] {
    [
        Row::of(case, kind, sampled(&[(frames, 60)]).findings(CASE)),
        Row::of(without, Kind::NoBottleneck, sampled(&[(frames, 6)]).findings(CASE)).silent(&[kind]),
    ]
}

pub(super) fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    rows.extend(share(
        "6 in 10 in the hasher",
        "a trace of hashing",
        Kind::Hashing,
        "hashbrown::map::make_hash::<u64, S>;<core::hash::sip::Hasher<R> as core::hash::Hasher>::finish",
    ));
    rows.extend(share(
        "6 in 10 in memmove",
        "a trace of copying",
        Kind::Copying,
        "<[u8]>::copy_from_slice;__memmove_avx_unaligned_erms",
    ));
    rows.extend(share(
        "6 in 10 formatting",
        "a trace of formatting",
        Kind::Formatting,
        "core::fmt::write;<u64 as core::fmt::Display>::fmt",
    ));
    rows.extend(share(
        "6 in 10 sorting",
        "a trace of sorting",
        Kind::Ordering,
        "<[u64]>::sort_unstable;core::slice::sort::unstable::quicksort::quicksort::<u64, F>",
    ));
    rows.extend(share(
        "6 in 10 in serde",
        "a trace of serialisation",
        Kind::Serialisation,
        "postcard::ser::to_allocvec::<T>;<T as serde::ser::Serialize>::serialize",
    ));
    rows.extend(share(
        "6 in 10 starting threads",
        "a trace of starting threads",
        Kind::Spawning,
        "std::thread::spawn::<F, T>;<std::thread::Builder>::spawn::<F, T>;__pthread_create_2_1",
    ));
    rows.extend(share(
        "a tree whose cost is its drop",
        "a trace of dropping",
        Kind::Dropping,
        "core::ptr::drop_in_place::<Tree>;plant::fall",
    ));

    // k blocks of b bytes: 1,000 of 96.
    let mut blocks =
        sampled(&[("alloc::alloc::alloc;__GI___libc_malloc;_int_malloc", 45), ("_int_free", 20)]);
    blocks.heap(CASE, &[(&["alloc::alloc::alloc", RUN], 1_000, 96_000)]);
    let found = blocks.findings(CASE);
    rows.push(
        Row::of("1,000 blocks of 96 bytes", Kind::Allocation, found)
            .says("1000 blocks, 96000 bytes")
            .silent(&[Kind::Growth]),
    );
    rows.push(
        Row::of("a trace of allocation", Kind::NoBottleneck, sampled(&[("_int_free", 6)]).findings(CASE))
            .silent(&[Kind::Allocation]),
    );

    let grow = "<alloc::vec::Vec<u64>>::push;<alloc::raw_vec::RawVec<u64>>::grow_one;<alloc::raw_vec::RawVecInner>::finish_grow";
    let frames = ["<alloc::raw_vec::RawVecInner>::finish_grow", RUN];
    let mut growing = sampled(&[(grow, 60)]);
    growing.heap(CASE, &[(&frames, 9, 16_352)]);
    rows.push(
        Row::of("a vector that grows nine times", Kind::Growth, growing.findings(CASE)).says("9 blocks"),
    );
    let mut reserved = sampled(&[(grow, 60)]);
    reserved.heap(CASE, &[(&frames, 1, 8_000)]);
    rows.push(
        Row::of("a vector that takes its one block", Kind::HotFunction, reserved.findings(CASE))
            .silent(&[Kind::Growth]),
    );

    let even = sampled(&[("hashbrown::map::make_hash::<K, S>", 40), ("core::fmt::write", 40)]);
    let mut even = even;
    rows.push(
        Row::of("two equal costs", Kind::Hashing, even.findings(CASE))
            .beside(&[Kind::Formatting])
            .says("as much by formatting"),
    );
    let uneven =
        sampled(&[("hashbrown::map::make_hash::<K, S>", 60), ("core::fmt::write", 30)]).findings(CASE);
    assert!(!uneven[0].claim.contains("as much"), "{}", uneven[0].claim);
    rows.push(Row::of("two unequal costs", Kind::Hashing, uneven).beside(&[Kind::Formatting]));

    // Exact where instructions were counted, whatever samples say.
    let mut exact = sampled(&[("hashbrown::map::make_hash::<K, S>", 45)]);
    exact.counts(
        CASE,
        &[
            (&at("hashbrown::map::make_hash::<K, S>"), 620),
            (&at("plant::rest;core::fmt::write"), 80),
            (RUN, 300),
        ],
    );
    let found = exact.findings(CASE);
    assert_eq!((found[0].share_low, found[0].share_high), (Some(0.62), Some(0.62)));
    rows.push(
        Row::of("62 % by instructions, 45 % by samples", Kind::Hashing, found)
            .says("62.0 % of its instructions")
            .silent(&[Kind::InstrumentsDisagree]),
    );
    rows
}
