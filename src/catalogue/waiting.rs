//! Families that wait: for time, for children, for workers that were told to stop.

use super::{Axis, Family, Members};
use crate::workload::Entry;
use crate::workloads::concurrency::children::{self, encrypt, io_of_child, start, time_out};
use crate::workloads::concurrency::stop_flag::{self, StopBy};
use crate::workloads::concurrency::wait;

pub(super) const WAIT: Family = Family {
    name: "wait",
    question: "How should five waits be spent, each a blocking system call with a time-out?",
    members: Members::Alternatives,
    axis: Axis::MILLISECONDS,
    sizes: &[2, 20, 100],
    entries: &[
        Entry::of::<wait::Serial>(),
        Entry::of::<wait::Threads>(),
        Entry::of::<wait::ThreadsWhileComputing>(),
        Entry::of::<wait::OnePoll>(),
        Entry::of::<wait::AsyncTasks>(),
    ],
};

pub(super) const CHILDREN: Family = Family {
    name: "children",
    question: "How should ten children that sleep be awaited?",
    members: Members::Alternatives,
    axis: Axis::MILLISECONDS,
    sizes: &[10, 100],
    entries: &[Entry::of::<children::OneAfterAnother>(), Entry::of::<children::Together>()],
};

pub(super) const CHILD_IO: Family = Family {
    name: "child-io",
    question: "How should a child be talked with that says as many bytes as it is fed, before it listens?",
    members: Members::Alternatives,
    axis: Axis::BYTES,
    sizes: &[22, 1_048_576],
    entries: &[
        Entry::of::<io_of_child::ReaderThread>(),
        Entry::of::<io_of_child::Poll>(),
        Entry::of::<io_of_child::Files>(),
        Entry::of::<io_of_child::Echo>(),
    ],
};

pub(super) const ENCRYPT: Family = Family {
    name: "encrypt",
    question: "How should three messages of n bytes be encrypted by triple DES: in process, or by children?",
    members: Members::Alternatives,
    axis: Axis::BYTES,
    sizes: &[10, 100_000],
    entries: &[
        Entry::of::<encrypt::InProcess>(),
        Entry::of::<encrypt::Children>(),
        Entry::of::<encrypt::ChildrenInTurn>(),
    ],
};

pub(super) const CHILD_TIME_OUT: Family = Family {
    name: "child-time-out",
    question: "How should a child be awaited that does not end in time, and must then be ended?",
    members: Members::Alternatives,
    axis: Axis::MILLISECONDS,
    sizes: &[10, 100],
    entries: &[
        Entry::of::<time_out::WaitTimeout>(),
        Entry::of::<time_out::TryWait>(),
        Entry::of::<time_out::ProcessFile>(),
    ],
};

pub(super) const START_CHILD: Family = Family {
    name: "start-child",
    question: "What does starting a child cost a parent of so much memory?",
    members: Members::Parts,
    axis: Axis::work("MiB of parent", "MiB"),
    sizes: &[1, 1_024],
    entries: &[Entry::of::<start::PosixSpawn>(), Entry::of::<start::ForkExec>()],
};

pub(super) const STOP_FLAG: Family = Family {
    name: "stop-flag",
    question: "How soon do workers stop when they are told to?",
    members: Members::Alternatives,
    axis: Axis::work("workers", "worker"),
    sizes: &[1, 2, 4],
    entries: &[
        Entry::of::<StopBy<stop_flag::Polled>>(),
        Entry::of::<StopBy<stop_flag::Notified>>(),
        Entry::of::<StopBy<stop_flag::Closed>>(),
        Entry::of::<StopBy<stop_flag::Unparked>>(),
    ],
};
