//! Why a quad of blocks is set aside: always for what happened to it, never for what it measured.

use serde::{Deserialize, Serialize};

use super::Block;

/// What disturbed a quad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// Somebody else was given the CPU.
    Preempted,
    /// The hypervisor took a CPU away.
    Stolen,
    /// A page had to be read from disk.
    PageRead,
    /// The host gave this CPU more of its core in some of the blocks than in others: the canary tells.
    ModeFlip,
}

impl Cause {
    /// In words, for a sentence "so many quads were set aside: …".
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Preempted => "preempted",
            Self::Stolen => "stolen by the hypervisor",
            Self::PageRead => "read a page from disk",
            Self::ModeFlip => "the host gave the CPU another share of its core",
        }
    }
}

/// Wall over CPU time beyond which a thread that never waits was off the CPU (issue: pairs above 1.01 are preempted).
const OFF_CPU: f64 = 0.01;
/// What reading the clocks themselves may differ by, nanoseconds.
const READING_NS: u64 = 3_000;
/// Canaries of one quad further apart than this were sung in different modes: a neighbour takes 5 % to half of the core, and
/// beside the same one the canary repeats to 1 or 2 % (measured).
const MODE: f64 = 0.03;

/// A host stays in one mode for a fraction of a millisecond up to a few: canaries 8 µs apart differ by more than 6 % in
/// 10 to 20 of 100 pairs, and those 80 µs apart in 30 to 40 (measured); or for minutes.
const LONGEST_IN_ONE_MODE_NS: u64 = 2_000_000;

/// Whether a canary that took `slower` was sung in another mode than one that took `faster`.
fn is_another_mode(slower: f64, faster: f64) -> bool {
    slower > faster * (1.0 + MODE)
}

/// Why the blocks of one quad cannot be compared, if they cannot; `concurrent` ones wait for themselves. `slowness` is
/// how many times its side's fastest each block's canaries took: where the canary's own code lies differs from build to
/// build.
pub(super) fn cause(blocks: &[Block], slowness: &[f64], concurrent: bool) -> Option<Cause> {
    if blocks.iter().any(|block| block.major_faults > 0) {
        return Some(Cause::PageRead);
    }
    let preempted = |block: &Block| {
        let off_cpu = block.wall_ns.saturating_sub(block.cpu_ns);
        block.involuntary > 0
            || block.runqueue_ns > READING_NS
            || (block.cpu_ns > 0 && off_cpu > READING_NS + (block.wall_ns as f64 * OFF_CPU) as u64)
    };
    if !concurrent && blocks.iter().any(preempted) {
        let stolen = blocks.iter().any(|block| block.stolen_ns > 0 && block.runqueue_ns <= READING_NS);
        return Some(if stolen { Cause::Stolen } else { Cause::Preempted });
    }
    if blocks.iter().any(|block| block.stolen_ns > 0) {
        return Some(Cause::Stolen);
    }
    // A longer block sees all modes, and the moments around it tell nothing of them.
    if blocks.iter().any(|block| block.wall_ns > LONGEST_IN_ONE_MODE_NS) {
        return None;
    }
    let most = slowness.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let least = slowness.iter().copied().fold(f64::INFINITY, f64::min);
    is_another_mode(most, least).then_some(Cause::ModeFlip)
}

/// How many quads were kept, and how many set aside by which cause.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Causes {
    /// Quads that count.
    pub kept: u64,
    /// Quads that do not.
    pub set_aside: std::collections::BTreeMap<Cause, u64>,
}

impl Causes {
    /// One more quad.
    pub(super) fn count(&mut self, cause: Option<Cause>) {
        match cause {
            None => self.kept += 1,
            Some(cause) => *self.set_aside.entry(cause).or_default() += 1,
        }
    }

    /// All of `other`'s too.
    pub fn add(&mut self, other: &Self) {
        self.kept += other.kept;
        for (cause, count) in &other.set_aside {
            *self.set_aside.entry(*cause).or_default() += count;
        }
    }

    /// Quads in all.
    pub fn taken(&self) -> u64 {
        self.kept + self.set_aside.values().sum::<u64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quiet() -> [Block; 4] {
        [Block { iterations: 10, wall_ns: 200_000, cpu_ns: 200_100, canary_ns: 50_000, ..Block::default() };
            4]
    }

    const STEADY: [f64; 8] = [1.0; 8];

    fn with(change: impl Fn(&mut Block)) -> Vec<Block> {
        let mut blocks = quiet();
        change(&mut blocks[2]);
        blocks.to_vec()
    }

    #[test]
    fn a_quiet_quad_is_kept_however_long_one_block_took() {
        assert_eq!(cause(&quiet(), &STEADY, false), None);
        // Twice as long on the CPU is a value, and values are never set aside.
        let slow = with(|block| (block.wall_ns, block.cpu_ns) = (400_000, 400_000));
        assert_eq!(cause(&slow, &STEADY, false), None);
    }

    #[test]
    fn what_disturbs_a_quad_is_named() {
        let by = |change: fn(&mut Block)| cause(&with(change), &STEADY, false);
        assert_eq!(by(|block| block.involuntary = 1), Some(Cause::Preempted));
        assert_eq!(by(|block| block.runqueue_ns = 40_000), Some(Cause::Preempted));
        assert_eq!(by(|block| block.wall_ns += 10_000), Some(Cause::Preempted));
        assert_eq!(by(|block| block.major_faults = 1), Some(Cause::PageRead));
        assert_eq!(by(|block| block.stolen_ns = 10_000_000), Some(Cause::Stolen));
        let flipped = [1.0, 1.01, 1.0, 1.0, 1.5, 1.6, 1.0, 1.0];
        assert_eq!(cause(&quiet(), &flipped, false), Some(Cause::ModeFlip));
        // Around a block that lasts longer than any mode they say nothing.
        let long = quiet().map(|block| Block { wall_ns: 5_000_000, cpu_ns: 5_000_000, ..block });
        assert_eq!(cause(&long, &flipped, false), None);
        // All of them slow is no flip.
        assert_eq!(cause(&quiet(), &[1.55; 8], false), None);
    }

    #[test]
    fn a_concurrent_case_may_wait_for_itself() {
        let waits = with(|block| (block.cpu_ns, block.involuntary) = (1_000, 3));
        assert_eq!(cause(&waits, &STEADY, true), None);
        assert_eq!(cause(&waits, &STEADY, false), Some(Cause::Preempted));
    }

    #[test]
    fn causes_are_counted_and_added() {
        let mut causes = Causes::default();
        [None, None, Some(Cause::Stolen)].into_iter().for_each(|cause| causes.count(cause));
        causes.add(&causes.clone());
        assert_eq!((causes.kept, causes.taken()), (4, 6));
    }
}
