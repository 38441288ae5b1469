//! What `perflab compare` and `perflab aa` found, as others read it: docs/schema/compare.schema.json and
//! docs/schema/aa.schema.json.

use serde::{Deserialize, Serialize};

use super::{CaseId, Environment};

/// What may be said of one case, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VerdictWord {
    /// It takes longer, by more than the tolerance: the build may be failed by it. Or, where that is asked for, an exact count
    /// grew by more.
    Regression,
    /// It takes longer; that this is more than the tolerance is not shown.
    Slower,
    /// It takes less time.
    Faster,
    /// Its instructions do not explain the difference, and its time moves with where the code lies: nobody's work.
    Layout,
    /// It takes as long.
    Equal,
    /// Neither a difference nor equality is shown.
    CannotTell,
    /// It gives another answer, or failed on one side.
    Failed,
}

impl VerdictWord {
    /// As tables show it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Regression => "regression",
            Self::Slower => "slower",
            Self::Faster => "faster",
            Self::Layout => "layout",
            Self::Equal => "equal",
            Self::CannotTell => "cannot tell",
            Self::Failed => "failed",
        }
    }
}

impl std::fmt::Display for VerdictWord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComparedBuild {
    /// Full git revision, or `unknown`.
    pub revision: String,
    /// Whether the tree held changes that are not in it.
    pub dirty: bool,
    /// In how many placements of its functions it was measured.
    pub placements: usize,
}

/// An exact count on both sides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ComparedCount {
    /// Its name, such as `instructions`.
    pub metric: String,
    /// The range before; one value where it is exact.
    pub before: (f64, f64),
    /// The range after.
    pub after: (f64, f64),
    /// Whether they differ: exact ones that are unequal; those that vary from run to run by a rank test, or, of two recorded
    /// runs, where their ranges do not overlap.
    pub changed: bool,
}

impl ComparedCount {
    /// After over before, by the middles of the ranges: 1.02 is two percent more. Infinite where there was none before, 1 where
    /// there is none on either side.
    pub fn ratio(&self) -> f64 {
        let (before, after) = (self.before.0 + self.before.1, self.after.0 + self.after.1);
        if before == after { 1.0 } else { after / before }
    }

    /// Whether it changed, and grew by more than `tolerance`.
    pub fn grew(&self, tolerance: f64) -> bool {
        self.changed && self.ratio() > 1.0 + tolerance
    }
}

/// Quads that were set aside for one cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetAside {
    /// What disturbed them, in words.
    pub cause: String,
    /// How many.
    pub quads: u64,
}

/// One case, before and after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ComparedCase {
    /// Which.
    pub id: CaseId,
    /// The verdict on its time.
    pub verdict: VerdictWord,
    /// The verdict as a sentence.
    pub sentence: String,
    /// After over before: 1.02 is two percent slower. Absent where nothing was measured, as what follows.
    pub ratio: Option<f64>,
    /// Lower end of its 95 % interval.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// What another placement in memory may do to this case: the factors between which 95 % of starts lie.
    pub layout_low: Option<f64>,
    /// The upper one.
    pub layout_high: Option<f64>,
    /// The middle ratio in each placement of the builds that was measured: they differ by where the linker put the code.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub placements: Vec<f64>,
    /// The smallest effect that would have been told apart: 0.01 is one percent. Absent too where not even a factor of two
    /// would have been.
    pub smallest_effect: Option<f64>,
    /// Two-sided p value against "within the tolerance", every look paid for.
    pub p_tolerance: Option<f64>,
    /// The same, adjusted for all cases of the comparison (Holm): below 0.01 for at most one wrong word in a hundred
    /// comparisons of everything.
    pub p_tolerance_of_all: Option<f64>,
    /// Two-sided p value against "equal".
    pub p_equal: Option<f64>,
    /// The same, adjusted for all cases (Benjamini and Hochberg): the share of false words among those below it.
    pub p_equal_of_all: Option<f64>,
    /// Median nanoseconds an iteration before.
    pub before_ns: Option<f64>,
    /// Median nanoseconds an iteration after.
    pub after_ns: Option<f64>,
    /// Process starts.
    pub starts: usize,
    /// Quads of blocks that count.
    pub quads: u64,
    /// Quads that were set aside.
    pub set_aside: Vec<SetAside>,
    /// How many times its fastest of this command, up to then, the canary took beside the blocks that made the verdict: up to
    /// [`FULL_CORE`](super::FULL_CORE) on the full core, more beside a neighbour on it. Absent where the canary does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canary_slowness: Option<f64>,
    /// Exact counts on both sides.
    pub counts: Vec<ComparedCount>,
    /// Why its exact counts could not be taken, where they were to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count_failure: Option<String>,
    /// Whether it is a regression by its exact counts alone (`--gate-counts`): its time was not shown to be one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_counts: bool,
    /// Seconds that it took.
    pub seconds: f64,
}

impl ComparedCase {
    /// A verdict without figures.
    pub fn unmeasured(id: CaseId, verdict: VerdictWord, sentence: String) -> Self {
        Self {
            id,
            verdict,
            sentence,
            ratio: None,
            low: None,
            high: None,
            layout_low: None,
            layout_high: None,
            placements: Vec::new(),
            smallest_effect: None,
            p_tolerance: None,
            p_tolerance_of_all: None,
            p_equal: None,
            p_equal_of_all: None,
            before_ns: None,
            after_ns: None,
            starts: 0,
            quads: 0,
            set_aside: Vec::new(),
            canary_slowness: None,
            counts: Vec::new(),
            count_failure: None,
            by_counts: false,
            seconds: 0.0,
        }
    }

    /// What another start may do to the ratio, to either side: 0.01 is one percent. Half the layout band.
    pub fn layout_reach(&self) -> Option<f64> {
        self.layout_low.zip(self.layout_high).map(|(low, high)| (high / low).sqrt() - 1.0)
    }

    /// The exact counts that grew by more than `tolerance`.
    pub fn grown(&self, tolerance: f64) -> impl Iterator<Item = &ComparedCount> {
        self.counts.iter().filter(move |count| count.grew(tolerance))
    }
}

/// One revision against another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// [`SCHEMA`](super::SCHEMA).
    pub schema: u32,
    /// RFC 3339, UTC.
    pub taken_at: String,
    /// Where.
    pub environment: Environment,
    /// A change up to this is no regression.
    pub tolerance: f64,
    /// The revision compared with.
    pub before: ComparedBuild,
    /// This tree.
    pub after: ComparedBuild,
    /// Cases of both, in the order of the catalogue.
    pub cases: Vec<ComparedCase>,
    /// Cases that only the revision has.
    pub only_before: Vec<CaseId>,
    /// Cases that only this tree has.
    pub only_after: Vec<CaseId>,
    /// Whether an exact count that grew by more than the tolerance is a regression (`--gate-counts`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gate_counts: bool,
    /// What readers should know: a count that could not be taken, a placement that could not be made.
    pub notes: Vec<String>,
    /// Whether it was ended before all cases were compared.
    pub interrupted: bool,
}

/// One family compared with itself, in one process or as two builds.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct SelfComparison {
    /// Its name.
    pub family: String,
    /// 1 where both sides were the same code at the same addresses, in one process; 2 where they were two builds of it, at
    /// others. 0 in what was written before this was told apart.
    #[serde(default)]
    pub builds: u8,
    /// Work planted in one side, as a share: 0 where both are the same.
    pub planted: f64,
    /// Comparisons.
    pub comparisons: usize,
    /// That ended with a regression beyond the tolerance.
    pub regressions: usize,
    /// That ended with slower or faster, beyond the tolerance or not.
    pub different: usize,
    /// Of those, the ones whose sign was wrong.
    pub wrong_sign: usize,
    /// That ended with layout: a difference that the placements of two builds do not show.
    #[serde(default)]
    pub layout_alone: usize,
    /// That ended with equal.
    pub equal: usize,
    /// That ended with cannot tell.
    pub cannot_tell: usize,
    /// Whose 95 % interval held the truth.
    pub covered: usize,
    /// The median of the smallest effects that would have been told apart; absent where nothing was measured, or where not
    /// even a factor of two would have been.
    pub smallest_effect: Option<f64>,
    /// Whether that is an upper bound: the comparison settled as equal within so much, and was not asked for less.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub smallest_effect_at_most: bool,
    /// The median distance of the estimate from the truth.
    pub error: Option<f64>,
    /// The median half width of the layout band.
    pub layout: Option<f64>,
    /// Share of quads that were set aside.
    pub set_aside: f64,
    /// Within how much of the middle of its case's times, as a share, 19 of 20 comparisons' times lie: how far absolute
    /// times stray from run to run. Absent where no case was compared twenty times with itself in one process, as the
    /// next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_strays: Option<f64>,
    /// The same of times in multiples of the canary's. Absent too where the canary tells nothing of the case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_in_canaries_strays: Option<f64>,
    /// Comparisons of which half of the kept blocks or more ran while the host gave the CPU less than its whole core.
    #[serde(default)]
    pub slowed: usize,
    /// Median seconds of a comparison.
    pub seconds: f64,
    /// Comparisons that failed, and why the first did.
    pub failed: usize,
    /// Why.
    pub failure: Option<String>,
}

/// The laboratory measured against itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SelfCheck {
    /// [`SCHEMA`](super::SCHEMA).
    pub schema: u32,
    /// RFC 3339, UTC.
    pub taken_at: String,
    /// Where.
    pub environment: Environment,
    /// A change up to this is no regression.
    pub tolerance: f64,
    /// In how many placements of its functions this build was measured.
    pub placements: usize,
    /// Each family, and each planted share.
    pub families: Vec<SelfComparison>,
    /// Whether it was ended early.
    pub interrupted: bool,
}
