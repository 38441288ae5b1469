//! What limits a case, with the numbers it follows from. The words are in [`words`], [`subject`] and [`advice`], their
//! figures in [`figures`].

mod advice;
mod cost;
mod figures;
mod memory;
mod subject;
mod words;

use crate::analysis::Estimate;
use crate::analysis::shares::Share;
use crate::record::{FindingKind, InstrumentName, Metric};

pub use cost::{Cost, Gain, Seen, kind_of};
pub(super) use figures::times;
pub use memory::{Cached, Diverging, Slower};

/// Heap blocks of one call site that may be larger than what the C library takes from the kernel anew each time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Large {
    /// Bytes: of one block on average, or, of what grows, all that is alive at the peak.
    pub bytes: u64,
    /// Blocks that the site takes in an iteration.
    pub blocks: u64,
    /// Whether it is a collection that grows: which of its blocks is how large was not recorded.
    pub grows: bool,
}

/// Sizes between which a member's instructions stay the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flat {
    /// The smallest.
    pub from: usize,
    /// The largest, ten times that or more.
    pub to: usize,
    /// Whether its siblings take more with each; else nothing in its family does.
    pub siblings_grow: bool,
}

/// By what it shows that work is not there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum NoWork {
    /// Fewer instructions than the divisions and heap blocks that its answer needs take at least.
    TooFew {
        /// So many instructions.
        needed: u64,
    },
    /// No more than the empty loop.
    Ruler {
        /// The empty loop's instructions.
        instructions: f64,
    },
    /// No more at a larger size.
    Flat(Flat),
}

/// By what it shows that threads hold each other up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum HeldUp {
    /// They are blocked in futex.
    InFutex {
        /// CPUs used on average.
        cpus_used: f64,
        /// CPUs that they could use.
        usable: usize,
    },
    /// They wait on their CPUs.
    Spinning {
        /// CPUs used on average.
        cpus_used: f64,
        /// CPUs that they could use.
        usable: usize,
    },
    /// A sibling without their lock is faster, and one thread is.
    BySibling,
}

/// What limits a case.
#[derive(Debug, Clone, PartialEq)]
pub enum Bottleneck {
    /// A cost that functions or siblings name.
    Cost(Cost),
    /// A sibling has the same answer with a fraction of the instructions.
    ExcessWork {
        /// The sibling.
        sibling: String,
        /// How many times its instructions.
        times: f64,
        /// The same without the costs that have a name.
        unexplained: f64,
        /// What the sibling gains in time.
        gain: Option<Gain>,
    },
    /// One function holds the cost that has no other name.
    HotFunction {
        /// The function.
        function: String,
        /// Its share, itself and in functions of the language.
        share: Share,
        /// By what.
        seen: Seen,
        /// The part of the time that the stacks speak of.
        on_cpu: f64,
        /// Another algorithm that the catalogue measures, and what it gains.
        algorithm: Option<Gain>,
    },
    /// Time in the kernel.
    SystemCalls {
        /// Its share of the time.
        share: Share,
        /// The call seen most.
        call: Option<String>,
        /// Where work is handed to processes: what turning values into bytes takes of the CPU time in user code.
        serialisation: Option<Share>,
    },
    /// Time in the kernel for fresh pages.
    PageFaults {
        /// Its share of the time.
        share: Share,
        /// What of the heap is so large that it is mapped anew.
        large: Option<Large>,
    },
    /// Branches that a simulated predictor guesses wrong.
    Branching {
        /// Guessed wrong in one iteration.
        mispredicted: f64,
        /// Of so many executed.
        executed: f64,
        /// Share of the cycles by the model, from the least to the most that a wrong guess costs.
        share: Share,
    },
    /// Time grows faster than instructions.
    MemoryBound {
        /// How much longer an instruction takes than at another size, where times taken apart show it.
        slower: Option<Slower>,
        /// The same work with its data in cache, where that was run.
        cached: Option<Cached>,
        /// What growth laws tell, where nothing else does.
        laws: Option<Diverging>,
    },
    /// Cost grows faster than the size.
    SuperLinear {
        /// In what.
        metric: Metric,
        /// The exponent.
        exponent: Estimate,
        /// Sizes it was fitted to.
        sizes: usize,
        /// How many times what growing in step from the smallest size would cost.
        ahead: Estimate,
        /// By which metric that is known.
        by: Metric,
    },
    /// As near to the least work as can be told.
    AtFloor {
        /// How many times the least time it takes.
        times: Estimate,
        /// The work that the least time is of.
        part: String,
    },
    /// Blocked.
    Waiting {
        /// Share of the time with every thread blocked.
        share: Share,
        /// The call, and its share of the blocked time.
        call: Option<(String, f64)>,
        /// Children that end in an iteration.
        children: f64,
        /// What is gained by waiting for several at once.
        gain: Option<Gain>,
    },
    /// Neighbours have the CPU.
    Starved {
        /// Share of the time that threads wanted a CPU.
        share: Share,
        /// Mean wait, nanoseconds.
        mean_wait_ns: f64,
    },
    /// Threads wait for each other.
    LockContention {
        /// Share of the workers' wall time blocked in futex; where they spin, what the same threads on one CPU gain; by a sibling,
        /// what that gains.
        share: Share,
        /// How it shows.
        shown: HeldUp,
        /// Time over that of one thread, where something in its family runs on one.
        against_one: Option<f64>,
        /// Times as fast with the same threads on one CPU.
        one_cpu: Option<Estimate>,
        /// A sibling that does gain by threads, or else the one CPU.
        gain: Option<Gain>,
    },
    /// Threads write to one cache line.
    FalseSharing {
        /// The sibling with as many instructions, and this case's over its.
        like: Option<(String, f64)>,
        /// Times as fast with the same threads on one CPU.
        one_cpu: Option<Estimate>,
        /// CPUs used on average, and those that its threads could use, where looks saw them.
        cpus: Option<(f64, usize)>,
        /// What the sibling gains, or else the one CPU.
        gain: Gain,
    },
    /// Threads or processes are started.
    Spawning {
        /// The most that it can be of the time: all that the kernel takes, or the share of stacks that start something.
        share: (Share, Seen),
        /// The part of the time that stacks speak of.
        on_cpu: f64,
        /// Threads started in an iteration, where they were counted.
        threads: f64,
        /// Children that ended in an iteration.
        children: f64,
        /// What is gained without it.
        gain: Option<Gain>,
    },
    /// The compiler removed the work.
    OptimisedAway {
        /// Instructions of an iteration.
        instructions: f64,
        /// By what it shows.
        shown: NoWork,
    },
    /// Two instruments answer one question differently.
    InstrumentsDisagree {
        /// The question.
        question: String,
        /// The first's answer.
        one: (InstrumentName, String),
        /// The second's.
        other: (InstrumentName, String),
        /// Why they may, where that is known, and which of them to believe.
        why: Option<&'static str>,
    },
    /// Too little was measured.
    NotEnoughEvidence {
        /// What could not be seen, and why.
        missing: Vec<String>,
    },
    /// Nothing stands out.
    NoBottleneck {
        /// What was looked at.
        looked: Vec<InstrumentName>,
        /// What could not be seen, and why.
        missing: Vec<String>,
    },
}

impl Bottleneck {
    /// Its kind.
    pub fn kind(&self) -> FindingKind {
        match self {
            Self::Cost(cost) => kind_of(cost.group),
            Self::ExcessWork { .. } => FindingKind::ExcessWork,
            Self::HotFunction { .. } => FindingKind::HotFunction,
            Self::SystemCalls { .. } => FindingKind::SystemCalls,
            Self::PageFaults { .. } => FindingKind::PageFaults,
            Self::Branching { .. } => FindingKind::Branching,
            Self::MemoryBound { .. } => FindingKind::MemoryBound,
            Self::SuperLinear { .. } => FindingKind::SuperLinear,
            Self::AtFloor { .. } => FindingKind::AtFloor,
            Self::Waiting { .. } => FindingKind::Waiting,
            Self::Starved { .. } => FindingKind::Starved,
            Self::LockContention { .. } => FindingKind::LockContention,
            Self::FalseSharing { .. } => FindingKind::FalseSharing,
            Self::Spawning { .. } => FindingKind::Spawning,
            Self::OptimisedAway { .. } => FindingKind::OptimisedAway,
            Self::InstrumentsDisagree { .. } => FindingKind::InstrumentsDisagree,
            Self::NotEnoughEvidence { .. } => FindingKind::NotEnoughEvidence,
            Self::NoBottleneck { .. } => FindingKind::NoBottleneck,
        }
    }

    /// The share of the case's cost that it explains.
    pub fn share(&self) -> Option<Share> {
        match self {
            Self::Cost(cost) => cost.share.map(|(share, _)| share),
            Self::HotFunction { share, .. }
            | Self::SystemCalls { share, .. }
            | Self::PageFaults { share, .. }
            | Self::Branching { share, .. }
            | Self::Waiting { share, .. }
            | Self::Starved { share, .. }
            | Self::Spawning { share: (share, _), .. } => Some(*share),
            Self::ExcessWork { times, .. } => Some(Share::exact(1.0 - 1.0 / times)),
            Self::MemoryBound { slower, cached, laws } => {
                let by_laws = || laws.map(|laws| laws.times);
                let measured = || cached.as_ref().map(|cached| cached.gain.times);
                let times = slower.map(|slower| slower.times).or_else(by_laws).or_else(measured);
                times.map(Share::saved)
            }
            Self::LockContention { share, .. } => Some(*share),
            Self::FalseSharing { gain, .. } => Some(Share::saved(gain.times)),
            Self::SuperLinear { ahead, .. } => Some(Share::saved(*ahead)),
            Self::AtFloor { .. }
            | Self::OptimisedAway { .. }
            | Self::InstrumentsDisagree { .. }
            | Self::NotEnoughEvidence { .. }
            | Self::NoBottleneck { .. } => None,
        }
    }

    /// Whether its share is what a sibling gains.
    pub fn is_by_sibling(&self) -> bool {
        matches!(
            self,
            Self::Spawning { share: (_, Seen::Sibling), .. }
                | Self::LockContention { shown: HeldUp::BySibling, .. }
                | Self::FalseSharing { like: Some(_), .. }
        )
    }

    /// How many times as fast the case would be at most without it, from its numbers.
    pub fn ceiling(&self) -> Option<f64> {
        match self {
            Self::ExcessWork { times, .. } => Some(*times),
            // All that is left above the least work.
            Self::AtFloor { times, .. } => Some(times.value.max(1.0)),
            Self::LockContention { shown: HeldUp::InFutex { cpus_used, usable }, .. } => {
                Some((*usable as f64 / cpus_used).max(1.0))
            }
            // A function of the case's own is not nothing, whoever writes it.
            Self::HotFunction { share, .. } if share.value > 0.9 => None,
            _ => self.share()?.ceiling(),
        }
    }

    /// The same, measured.
    pub fn gain(&self) -> Option<&Gain> {
        match self {
            Self::Cost(Cost { gain, .. })
            | Self::ExcessWork { gain, .. }
            | Self::Waiting { gain, .. }
            | Self::LockContention { gain, .. }
            | Self::Spawning { gain, .. } => gain.as_ref(),
            Self::FalseSharing { gain, .. } => Some(gain),
            Self::MemoryBound { cached, .. } => cached.as_ref().map(|cached| &cached.gain),
            _ => None,
        }
    }
}
