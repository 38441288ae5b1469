//! Families whose threads share: a number, a channel.

use std::sync::atomic::AtomicU64;
use std::sync::{Mutex, RwLock};

use super::{Axis, Family, Members};
use crate::workload::Entry;
use crate::workloads::concurrency::channels::{self, SendBy};
use crate::workloads::concurrency::shared_counter::{self, CountBy};

pub(super) const SHARED_COUNTER: Family = Family {
    name: "shared-counter",
    question: "How should threads count to 100,000 together?",
    members: Members::Alternatives,
    axis: Axis::THREADS,
    sizes: &[1, 2, 4, 8, 16],
    entries: &[
        Entry::of::<CountBy<Mutex<u64>>>(),
        Entry::of::<CountBy<RwLock<u64>>>(),
        Entry::of::<CountBy<AtomicU64>>(),
        Entry::of::<CountBy<shared_counter::Packed>>(),
        Entry::of::<CountBy<shared_counter::Apart>>(),
        Entry::of::<CountBy<shared_counter::Merged>>(),
    ],
};

pub(super) const CHANNELS: Family = Family {
    name: "channels",
    question: "How should 10,000 messages go from several threads to one?",
    members: Members::Alternatives,
    axis: Axis::workers("senders", "sender"),
    sizes: &[1, 2, 4],
    entries: &[
        Entry::of::<SendBy<channels::Std>>(),
        Entry::of::<SendBy<channels::StdBounded>>(),
        Entry::of::<SendBy<channels::Crossbeam>>(),
        Entry::of::<SendBy<channels::CrossbeamBounded>>(),
        Entry::of::<SendBy<channels::Flume>>(),
        Entry::of::<SendBy<channels::FlumeBounded>>(),
    ],
};
