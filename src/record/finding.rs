//! A named bottleneck, in the form in which JSON and pages carry it.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::InstrumentName;

/// What limits a case. The names in JSON are these in kebab case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FindingKind {
    /// Taking and giving back heap blocks.
    Allocation,
    /// Growing a collection whose length was known: blocks taken again, what was in them copied or hashed again.
    Growth,
    /// Hashing keys.
    Hashing,
    /// Moving bytes.
    Copying,
    /// Turning values into text.
    Formatting,
    /// Comparing and sorting.
    Ordering,
    /// Dropping what was built.
    Dropping,
    /// Time in the kernel, by call.
    SystemCalls,
    /// First touches of fresh pages.
    PageFaults,
    /// Branches that a predictor guesses wrong.
    Branching,
    /// One function of the case's own holds the cost.
    HotFunction,
    /// The same answer takes a sibling a fraction of the instructions.
    ExcessWork,
    /// Time grows faster than instructions do.
    MemoryBound,
    /// As near to the least work as can be told.
    AtFloor,
    /// Blocked, in which call.
    Waiting,
    /// Ready to run while neighbours had the CPU.
    Starved,
    /// Threads wait for each other's lock.
    LockContention,
    /// Threads write to one cache line.
    FalseSharing,
    /// Starting threads or processes.
    Spawning,
    /// Turning values into bytes for another process, and copying them there.
    Serialisation,
    /// Cost grows faster than the size.
    SuperLinear,
    /// The compiler removed the work.
    OptimisedAway,
    /// Two instruments answer one question differently.
    InstrumentsDisagree,
    /// Too little was measured to say anything.
    NotEnoughEvidence,
    /// Nothing stands out.
    NoBottleneck,
}

impl FindingKind {
    /// Every kind.
    pub const ALL: [Self; 25] = [
        Self::Allocation,
        Self::Growth,
        Self::Hashing,
        Self::Copying,
        Self::Formatting,
        Self::Ordering,
        Self::Dropping,
        Self::SystemCalls,
        Self::PageFaults,
        Self::Branching,
        Self::HotFunction,
        Self::ExcessWork,
        Self::MemoryBound,
        Self::AtFloor,
        Self::Waiting,
        Self::Starved,
        Self::LockContention,
        Self::FalseSharing,
        Self::Spawning,
        Self::Serialisation,
        Self::SuperLinear,
        Self::OptimisedAway,
        Self::InstrumentsDisagree,
        Self::NotEnoughEvidence,
        Self::NoBottleneck,
    ];

    /// The name in JSON and on pages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allocation => "allocation",
            Self::Growth => "growth",
            Self::Hashing => "hashing",
            Self::Copying => "copying",
            Self::Formatting => "formatting",
            Self::Ordering => "ordering",
            Self::Dropping => "dropping",
            Self::SystemCalls => "system-calls",
            Self::PageFaults => "page-faults",
            Self::Branching => "branching",
            Self::HotFunction => "hot-function",
            Self::ExcessWork => "excess-work",
            Self::MemoryBound => "memory-bound",
            Self::AtFloor => "at-floor",
            Self::Waiting => "waiting",
            Self::Starved => "starved",
            Self::LockContention => "lock-contention",
            Self::FalseSharing => "false-sharing",
            Self::Spawning => "spawning",
            Self::Serialisation => "serialisation",
            Self::SuperLinear => "super-linear",
            Self::OptimisedAway => "optimised-away",
            Self::InstrumentsDisagree => "instruments-disagree",
            Self::NotEnoughEvidence => "not-enough-evidence",
            Self::NoBottleneck => "no-bottleneck",
        }
    }
}

impl fmt::Display for FindingKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A named bottleneck with its evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Which kind of bottleneck.
    pub kind: FindingKind,
    /// The claim, in words with its numbers.
    pub claim: String,
    /// What it speaks of: a function, a call, a sibling, a symbol group.
    pub subject: String,
    /// The share of the case's cost that it explains, 0 to 1; `None` where no instrument gives a share.
    pub share: Option<f64>,
    /// Lower end of the share's interval; the share itself where it is exact.
    pub share_low: Option<f64>,
    /// Upper end of the same.
    pub share_high: Option<f64>,
    /// How many times as fast the case would be at most if this cost were nothing, from the share.
    pub ceiling: Option<f64>,
    /// The same, measured by running the case without this cost.
    pub ceiling_measured: Option<f64>,
    /// What to try.
    pub advice: String,
    /// Where the proof is.
    pub evidence: Vec<Evidence>,
}

/// One proof of a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Which instrument saw it.
    pub instrument: InstrumentName,
    /// What it saw, in words with its numbers.
    pub says: String,
    /// The file it can be seen in, relative to profiles/; `None` where the numbers of the case's page say it.
    pub file: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_code_and_in_json_are_the_same() {
        for kind in FindingKind::ALL {
            assert_eq!(serde_json::to_string(&kind).expect("a plain name"), format!("\"{kind}\""));
        }
    }
}
