//! What the process that compares tells the ones that measure, and what they answer: a line of JSON each.
//!
//! A build of another revision speaks it too, so it is versioned, and changes by addition.

use serde::{Deserialize, Serialize};

use super::Block;
use super::baton::Paths;
use crate::record::CaseId;

/// Set, it makes an executable of perflab's serve comparisons.
pub(super) const VARIABLE: &str = "PERFLAB_COMPARE";
/// Its value moves the stack of the process that it is told to; it says nothing.
pub(super) const PADDING_VARIABLE: &str = "PERFLAB_PADDING";

/// The version of these lines. (1 told the ballast in bytes; 2 ran nothing unmeasured before blocks of few iterations.)
pub(super) const PROTOCOL: u32 = 3;

/// The first line of a server, unasked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Hello {
    /// [`PROTOCOL`] of its build.
    pub(super) perflab_compare: u32,
}

/// What a server is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Request {
    /// Run on this CPU alone from now on.
    Pin {
        /// Its number.
        cpu: usize,
    },
    /// Make a case ready and check its answer.
    Prepare {
        /// Which.
        case: CaseId,
        /// Draws the blocks of heap that are taken before: some are kept, and the case's own lie behind and between them.
        ballast: u64,
    },
    /// Find how many iterations fill a block.
    Size {
        /// Which of the prepared cases, in the order of their preparation.
        prepared: usize,
        /// Nanoseconds of a block.
        block_ns: u64,
        /// Whether heap blocks cost next to nothing meanwhile.
        #[serde(default)]
        free_blocks: bool,
        /// The one CPU that all threads run on meanwhile.
        #[serde(default)]
        only_cpu: Option<usize>,
    },
    /// Take turns with another server from now on.
    Meet(Paths),
    /// Run blocks, one after the other.
    Run {
        /// In their order.
        blocks: Vec<Ordered>,
        /// Whether to wait for the turn once more before answering: the other side still measures.
        #[serde(default)]
        stays: bool,
    },
}

/// A block that a server is to run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ordered {
    /// Which of the prepared cases.
    pub(super) prepared: usize,
    /// Iterations that are timed and counted.
    pub(super) iterations: u64,
    /// Iterations that are timed and not counted: planted work, which a comparison should find.
    #[serde(default)]
    pub(super) extra: u64,
    /// Whether heap blocks cost next to nothing meanwhile.
    #[serde(default)]
    pub(super) free_blocks: bool,
    /// The one CPU that all threads run on meanwhile.
    #[serde(default)]
    pub(super) only_cpu: Option<usize>,
    /// Whether the turn must come from the other server before.
    #[serde(default)]
    pub(super) waits: bool,
    /// Whether the turn is the other server's after.
    #[serde(default)]
    pub(super) passes: bool,
}

/// What it answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Reply {
    /// To [`Request::Pin`]: whether the system let it.
    Pinned(bool),
    /// To [`Request::Prepare`].
    Prepared {
        /// What it answers: how many, and their digest.
        answer: (u64, u64),
        /// Whether it starts threads or processes: such a case is not pinned, and waits for itself.
        concurrent: bool,
    },
    /// To [`Request::Meet`].
    Met,
    /// To [`Request::Size`]: iterations, and the nanoseconds that they took.
    Sized(u64, u64),
    /// To [`Request::Run`].
    Ran(Vec<Block>),
    /// To an order that this process carried out and that says nothing: why.
    Refused(String),
    /// Why there is no other answer.
    Failed(String),
}
