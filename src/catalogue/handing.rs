//! Families that hand work out: tasks to threads and processes, payloads to a process, words to be counted.

use super::{Axis, Family, Members};
use crate::workload::Entry;
use crate::workloads::concurrency::{dispatch, map_reduce, pipeline};

/// Bytes handed to a worker process, from a number to what no second-level cache holds.
const PAYLOADS: &[usize] = &[8, 64, 1_024, 16_384, 262_144, 1_048_576];

pub(super) const DISPATCH: Family = Family {
    name: "dispatch",
    question: "What does it cost to hand out n tiny tasks?",
    members: Members::Parts,
    axis: Axis::TASKS,
    sizes: &[1, 10, 100, 1_000],
    entries: &[
        Entry::of::<dispatch::Direct>(),
        Entry::of::<dispatch::ThreadEach>(),
        Entry::of::<dispatch::ScopedEach>(),
        Entry::of::<dispatch::ScopedHalves>(),
        Entry::of::<dispatch::PoolReady>(),
        Entry::of::<dispatch::PoolMade>(),
        Entry::of::<dispatch::ChannelPoolReady>(),
        Entry::of::<dispatch::RayonReady>(),
        Entry::of::<dispatch::FuturesReady>(),
        Entry::of::<dispatch::ProcessEach>(),
        Entry::of::<dispatch::ProcessReady>(),
        Entry::of::<dispatch::ProcessPoolReady>(),
    ],
};

pub(super) const PIPELINE: Family = Family {
    name: "pipeline",
    question: "From how much work per byte does a process pay?",
    members: Members::Parts,
    axis: Axis::BYTES,
    sizes: PAYLOADS,
    entries: &[
        Entry::of::<pipeline::Pipes>(),
        Entry::of::<pipeline::SharedMemoryTrip>(),
        Entry::of::<pipeline::Direct>(),
    ],
};

pub(super) const PIPELINE_STEPS: Family = Family {
    name: "pipeline-steps",
    question: "What does each step of handing an item to a process cost, beside running it?",
    members: Members::Parts,
    axis: Axis::BYTES,
    sizes: PAYLOADS,
    entries: &[
        Entry::of::<pipeline::Run>(),
        Entry::of::<pipeline::Take>(),
        Entry::of::<pipeline::Serialise>(),
        Entry::of::<pipeline::CopyPiped>(),
        Entry::of::<pipeline::CopyShared>(),
        Entry::of::<pipeline::Deserialise>(),
        Entry::of::<pipeline::Find>(),
        Entry::of::<pipeline::Merge>(),
    ],
};

pub(super) const MAP_REDUCE: Family = Family {
    name: "map-reduce",
    question: "How should words be counted on several cores?",
    members: Members::Alternatives,
    axis: Axis::work("words", "word"),
    sizes: &[1_000, 10_000, 100_000],
    entries: &[
        Entry::of::<map_reduce::Serial>(),
        Entry::of::<map_reduce::TwoThreads>(),
        Entry::of::<map_reduce::RayonReady>(),
        Entry::of::<map_reduce::Locked>(),
        Entry::of::<map_reduce::Sharded>(),
        Entry::of::<map_reduce::TwoProcessesReady>(),
    ],
};

pub(super) const SCALING_MAP_REDUCE: Family = Family {
    name: "scaling-map-reduce",
    question: "How far does counting words scale with threads?",
    members: Members::Parts,
    axis: Axis::THREADS,
    sizes: super::THREADS,
    entries: &[Entry::of::<map_reduce::Threads>()],
};
