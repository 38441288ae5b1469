//! A named bottleneck, in the form in which JSON and pages carry it.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{CaseId, InstrumentName, Metric};

/// What limits a case. The names in JSON are these in kebab case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FindingKind {
    /// Taking and giving back heap blocks.
    Allocation,
    /// Growing a collection: blocks taken again, what was in them copied or hashed again.
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
    /// Whether the share is what a sibling without this cost gains, so that it foretells nothing of that sibling.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub share_by_sibling: bool,
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
    /// The case that shows it, where that is not the finding's own: a sibling, or another size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<CaseId>,
    /// What of that case shows it; `None` where all that the instrument saw of it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anchor: Option<Anchor>,
}

impl Evidence {
    /// The same, seen in this part of what the instrument saw.
    #[must_use]
    pub fn at(self, anchor: impl Into<Option<Anchor>>) -> Self {
        Self { anchor: anchor.into(), ..self }
    }

    /// The same, seen of this case.
    #[must_use]
    pub fn of(self, case: CaseId) -> Self {
        Self { case: Some(case), ..self }
    }
}

/// The one part of what was recorded that shows a proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "in", content = "name", rename_all = "kebab-case")]
pub enum Anchor {
    /// A function, by its name in flamegraphs and in the table of costs.
    Function(String),
    /// A call site of heap blocks, by its place in the file of them, from 0.
    HeapSite(usize),
    /// A call that threads are blocked in.
    Call(String),
    /// A number of the case.
    Number(Metric),
    /// How that number of the case's workload grows over its sizes.
    Growth(Metric),
    /// The case's row in its family's ranking.
    Ranking,
    /// The distance to the floor in its family's ranking.
    Floor,
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

    #[test]
    fn evidence_of_older_records_is_read_and_newer_ones_say_where_it_is_seen() {
        let older = r#"{"instrument":"heap","says":"9 blocks","file":null}"#;
        let evidence: Evidence = serde_json::from_str(older).expect("evidence without its place");
        assert_eq!((&evidence.case, &evidence.anchor), (&None, &None));
        assert_eq!(serde_json::to_string(&evidence).expect("plain data"), older);
        let id: CaseId = "build-vec/collect@10".parse().expect("a case id");
        let placed =
            |anchor| serde_json::to_value(evidence.clone().of(id.clone()).at(anchor)).expect("plain data");
        let ranked = placed(Anchor::Ranking);
        assert_eq!(ranked["case"], "build-vec/collect@10");
        assert_eq!(ranked["anchor"], serde_json::json!({"in": "ranking"}));
        let number = placed(Anchor::Number(Metric::TimeRatio));
        assert_eq!(number["anchor"], serde_json::json!({"in": "number", "name": "time_ratio"}));
        assert_eq!(placed(Anchor::HeapSite(3))["anchor"], serde_json::json!({"in": "heap-site", "name": 3}));
    }
}
