//! A cost that has a name: its share, by what that is known, and what is gained without it.

use crate::analysis::Estimate;
use crate::analysis::shares::Share;
use crate::analysis::symbols::Group;
use crate::record::{FindingKind, InstrumentName};

/// By what a share is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// Instructions by stack: exact.
    Instructions,
    /// Instructions by stack at this smaller size: exact there.
    InstructionsAt(usize),
    /// CPU samples.
    Samples,
    /// The books of where threads wait.
    Books,
    /// What a sibling without the cost gains.
    Sibling,
}

impl Seen {
    /// The instrument behind it.
    pub const fn instrument(self) -> InstrumentName {
        match self {
            Self::Instructions | Self::InstructionsAt(_) => InstrumentName::Instructions,
            Self::Samples => InstrumentName::Flamegraph,
            Self::Books => InstrumentName::Waits,
            Self::Sibling => InstrumentName::Time,
        }
    }
}

/// What a sibling gains, or a case without one cost.
#[derive(Debug, Clone, PartialEq)]
pub struct Gain {
    /// The member that shows it; `None` where the case itself ran without the cost.
    pub by: Option<String>,
    /// Times as fast.
    pub times: Estimate,
    /// Whether both were timed in turn; if not, a change of the machine between them is in it.
    pub paired: bool,
}

/// A cost that has a name.
#[derive(Debug, Clone, PartialEq)]
pub struct Cost {
    /// Which.
    pub group: Group,
    /// Of hashing, by which hasher, where names tell.
    pub hasher: Option<String>,
    /// Its share, and by what it is known; `None` where only a measured gain tells of it.
    pub share: Option<(Share, Seen)>,
    /// The part of the time that the stacks speak of.
    pub on_cpu: f64,
    /// Another cost in which at least half of it lies, and how much does.
    pub within: Option<(Group, f64)>,
    /// Heap blocks and bytes of it, for one iteration.
    pub heap: Option<(u64, u64)>,
    /// What is gained without it.
    pub gain: Option<Gain>,
}

/// The kind of finding that a group's cost is.
pub fn kind_of(group: Group) -> FindingKind {
    match group {
        Group::Allocation => FindingKind::Allocation,
        Group::Growth => FindingKind::Growth,
        Group::Hashing => FindingKind::Hashing,
        Group::Copying => FindingKind::Copying,
        Group::Formatting => FindingKind::Formatting,
        Group::Ordering => FindingKind::Ordering,
        Group::Dropping => FindingKind::Dropping,
        Group::SystemCalls => FindingKind::SystemCalls,
        Group::PageFaults => FindingKind::PageFaults,
        Group::Synchronisation => FindingKind::LockContention,
        Group::Spawning => FindingKind::Spawning,
        Group::Serialisation => FindingKind::Serialisation,
    }
}
