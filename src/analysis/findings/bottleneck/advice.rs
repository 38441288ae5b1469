//! The words of findings: what to try.

use super::figures::short;
use super::{Bottleneck, Flat, Gain, NoWork, kind_of};
use crate::record::FindingKind;

impl Bottleneck {
    /// What to try.
    pub fn advice(&self) -> String {
        let shown = match self.gain().and_then(|gain| gain.by.as_ref()) {
            Some(by) => format!(", as `{by}` does"),
            None => String::new(),
        };
        match self {
            Self::Cost(cost) => format!("{}{shown}", remedy(kind_of(cost.group))),
            Self::ExcessWork { sibling, .. } => {
                format!("build it as `{sibling}` does, or see there what it leaves out")
            }
            Self::HotFunction { algorithm: Some(Gain { by: Some(by), .. }), .. } => {
                format!("another algorithm before anything else: `{by}`")
            }
            Self::HotFunction { function, .. } => {
                format!(
                    "look into `{}` in the flamegraph: less of its work, or another algorithm",
                    short(function)
                )
            }
            Self::SystemCalls { .. } => "fewer and larger calls: a buffer, or several at once".to_owned(),
            Self::PageFaults { .. } => {
                "reuse the memory: keep the buffer from one iteration to the next".to_owned()
            }
            Self::Branching { .. } => {
                "data in order, or code without the branch: a mask, a table, a minimum".to_owned()
            }
            Self::MemoryBound { .. } => {
                "touch less memory, or in order: smaller elements, blocks that fit the cache, fewer pointers"
                    .to_owned()
            }
            Self::SuperLinear { .. } => {
                "do not copy or visit all that is there for each that is new".to_owned()
            }
            Self::AtFloor { .. } => "leave it as it is: only less work would be faster".to_owned(),
            Self::Waiting { children, .. } if *children >= 0.5 => {
                format!("start all children before the first is waited for, or measure what they do{shown}")
            }
            Self::Waiting { .. } => format!("wait for less, or for several things at once{shown}"),
            Self::Starved { .. } => "measure again on a quiet machine".to_owned(),
            Self::LockContention { .. } => {
                format!("hold the lock for less, or give each thread its own part and merge{shown}")
            }
            Self::FalseSharing { .. } => {
                format!("give each thread a cache line of its own{shown}, or merge at the end")
            }
            Self::Spawning { .. } => format!("start them once and hand them work: a pool{shown}"),
            Self::OptimisedAway { shown: NoWork::Flat(Flat { siblings_grow: false, .. }), .. } => {
                "trust no number of this case: let the output depend on all of the input, or ask it at one size".to_owned()
            }
            Self::OptimisedAway { .. } => {
                "trust no number of this case: let the output depend on the input, and return it".to_owned()
            }
            Self::InstrumentsDisagree { why: Some(_), .. } => {
                "trust the samples: they are of time, and instructions are not".to_owned()
            }
            Self::InstrumentsDisagree { .. } => {
                "trust neither before you know why; measure both again".to_owned()
            }
            Self::NotEnoughEvidence { .. } => {
                "`just bench` with the case's id, `perflab doctor` for what is missing".to_owned()
            }
            Self::NoBottleneck { .. } => "leave it as it is, or look at what calls it".to_owned(),
        }
    }
}

fn remedy(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::Allocation => "fewer blocks: reserve, reuse a buffer, keep small values inline",
        FindingKind::Growth => {
            "reserve the length before, where it is known, or collect from an iterator that knows it"
        }
        FindingKind::Hashing => "a cheaper hasher where keys are trusted, or no hash table",
        FindingKind::Copying => "borrow or move instead of copying",
        FindingKind::Formatting => "write digits straight into the text, without the formatting machinery",
        FindingKind::Ordering => "sort once and unstably, or keep no order where none is asked for",
        FindingKind::Dropping => "fewer and larger blocks to free: an arena, a flat collection",
        FindingKind::Serialisation => {
            "turn fewer values into bytes: a compact format, borrowed fields, or shared memory in a pipe's place"
        }
        FindingKind::Spawning => "start them once and hand them work: a pool",
        FindingKind::SystemCalls => "fewer and larger calls: a buffer, or several at once",
        FindingKind::PageFaults => "reuse the memory: keep the buffer from one iteration to the next",
        _ => "less of it",
    }
}
