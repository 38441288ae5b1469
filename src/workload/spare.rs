//! What a workload leaves out that a sibling pays for. Their times side by side are then an experiment: the sibling
//! without that cost.

/// A cost, and the sibling that pays it; the workload that declares this is that sibling without it, and otherwise the
/// same code over the same input. Heap blocks are none: what a case gains without them is measured on the case itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spare {
    /// The name of a kind of finding, such as `growth`.
    pub cost: &'static str,
    /// The sibling's name within the family.
    pub of: &'static str,
}

impl Spare {
    /// The cost of growing a collection whose length was known.
    pub const fn growth(of: &'static str) -> Self {
        Self { cost: "growth", of }
    }

    /// The cost of a hash function that resists attacks.
    pub const fn hashing(of: &'static str) -> Self {
        Self { cost: "hashing", of }
    }

    /// The cost of the formatting machinery.
    pub const fn formatting(of: &'static str) -> Self {
        Self { cost: "formatting", of }
    }

    /// The cost of starting threads or processes.
    pub const fn spawning(of: &'static str) -> Self {
        Self { cost: "spawning", of }
    }

    /// The cost of waiting for one thing at a time.
    pub const fn waiting(of: &'static str) -> Self {
        Self { cost: "waiting", of }
    }

    /// The cost of waiting for a lock that others hold.
    pub const fn lock_contention(of: &'static str) -> Self {
        Self { cost: "lock-contention", of }
    }

    /// The cost of a cache line that goes from core to core.
    pub const fn false_sharing(of: &'static str) -> Self {
        Self { cost: "false-sharing", of }
    }
}
