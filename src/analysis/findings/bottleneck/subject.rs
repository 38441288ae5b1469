//! The words of findings: what a claim speaks of.

use super::figures::counted;
use super::{Bottleneck, HeldUp};

impl Bottleneck {
    /// What the claim speaks of.
    pub fn subject(&self) -> String {
        match self {
            Self::Cost(cost) => cost.group.as_str().to_owned(),
            Self::ExcessWork { sibling, .. } => sibling.clone(),
            Self::FalseSharing { like, .. } => {
                like.as_ref().map_or("cache lines".to_owned(), |(sibling, _)| sibling.clone())
            }
            Self::HotFunction { function, .. } => function.clone(),
            Self::SystemCalls { call, .. } => call.clone().unwrap_or_else(|| "the kernel".to_owned()),
            Self::PageFaults { .. } => "fresh pages".to_owned(),
            Self::Branching { .. } => "branches".to_owned(),
            Self::MemoryBound { .. } => "memory".to_owned(),
            Self::SuperLinear { metric, .. } => counted(*metric).to_owned(),
            Self::AtFloor { part, .. } => part.clone(),
            Self::Waiting { call, .. } => {
                call.as_ref().map_or("a call not seen".to_owned(), |(call, _)| call.clone())
            }
            Self::Starved { .. } => "neighbours".to_owned(),
            Self::LockContention { shown, .. } => match shown {
                HeldUp::InFutex { .. } => "futex",
                HeldUp::Spinning { .. } => "spinning",
                HeldUp::BySibling => "a lock",
            }
            .to_owned(),
            Self::Spawning { .. } => "threads and processes".to_owned(),
            Self::OptimisedAway { .. } => "the measured code".to_owned(),
            Self::InstrumentsDisagree { question, .. } => question.clone(),
            Self::NotEnoughEvidence { .. } | Self::NoBottleneck { .. } => "the case".to_owned(),
        }
    }
}
