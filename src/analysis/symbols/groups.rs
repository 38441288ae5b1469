//! The purposes that functions serve, and sets of them.

use std::fmt;

/// A purpose that costs are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// Heap blocks taken and given back.
    Allocation,
    /// Collections that grow.
    Growth,
    /// Keys hashed.
    Hashing,
    /// Bytes moved.
    Copying,
    /// Values turned into text.
    Formatting,
    /// Comparing and sorting.
    Ordering,
    /// Values dropped.
    Dropping,
    /// Calls of the kernel.
    SystemCalls,
    /// First touches of pages.
    PageFaults,
    /// Locks, atomics, parking.
    Synchronisation,
    /// Threads and processes started.
    Spawning,
    /// Values turned into bytes and back.
    Serialisation,
}

impl Group {
    /// Every group.
    pub const ALL: [Self; 12] = [
        Self::Allocation,
        Self::Growth,
        Self::Hashing,
        Self::Copying,
        Self::Formatting,
        Self::Ordering,
        Self::Dropping,
        Self::SystemCalls,
        Self::PageFaults,
        Self::Synchronisation,
        Self::Spawning,
        Self::Serialisation,
    ];

    /// What a sentence calls it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allocation => "taking and giving back heap blocks",
            Self::Growth => "growing",
            Self::Hashing => "hashing",
            Self::Copying => "copying",
            Self::Formatting => "formatting",
            Self::Ordering => "comparing and sorting",
            Self::Dropping => "dropping",
            Self::SystemCalls => "calling the kernel",
            Self::PageFaults => "page faults",
            Self::Synchronisation => "synchronisation",
            Self::Spawning => "starting threads or processes",
            Self::Serialisation => "serialisation",
        }
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A set of groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Groups(u16);

impl Groups {
    /// No group.
    pub const NONE: Self = Self(0);
    /// Every group.
    pub const ALL: Self = Self((1 << Group::ALL.len()) - 1);

    /// With `group`.
    #[must_use]
    pub const fn with(self, group: Group) -> Self {
        Self(self.0 | 1 << group as u16)
    }

    /// Without `group`.
    #[must_use]
    pub const fn without(self, group: Group) -> Self {
        Self(self.0 & !(1 << group as u16))
    }

    /// Whether `group` is in it.
    pub const fn holds(self, group: Group) -> bool {
        self.0 & 1 << group as u16 != 0
    }

    /// Both together.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether they share a group.
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}
