//! What one process start may cost, what it measured, and why it measured nothing.

use std::path::PathBuf;
use std::time::Duration;

use super::causes::Causes;
use super::extent::TooLong;
use super::modes::InOneMode;
use super::quads::Quad;

/// What one start may cost.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    /// Nanoseconds of a block: long against the clock's 28 ns, and short against the milliseconds for which a host may
    /// stay in one mode. Of 400 quads of noop, blocks of 50 µs gave a median with a standard error of 0.004 %, of 200 µs
    /// 0.5, of 800 µs 0.7; of 25 µs, a third more are left than of 50.
    pub block_ns: u64,
    /// Nanoseconds of blocks in a start.
    pub start_ns: u64,
    /// Quads that a start is to have, where they are short: undisturbed, and on the full core where canaries tell.
    pub quads: usize,
    /// Waiting for one answer ends after this.
    pub time_out: Duration,
}

impl Budget {
    /// Of the ordinary comparison.
    pub const fn ordinary(time_out: Duration) -> Self {
        Self { block_ns: 25_000, start_ns: 20_000_000, quads: 24, time_out }
    }
}

/// What one start measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken {
    /// Those that nothing disturbed: the second side's time over the first's.
    pub(super) quads: Vec<Quad>,
    /// Those of them that ran on the full core, by what was heard up to then; all where canaries do not tell.
    pub(super) counting: usize,
    /// Which executable either side was.
    pub(super) executables: [PathBuf; 2],
    /// Whose canary either side sang: its build's first executable.
    pub(super) builds: [PathBuf; 2],
    /// Quads kept and set aside.
    pub causes: Causes,
    /// Median nanoseconds an iteration of either side.
    pub iteration_ns: [f64; 2],
    /// Either side's blocks whose mode the canaries tell.
    pub(super) in_one_mode: [Vec<InOneMode>; 2],
}

/// Why a start measured nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    /// One side does not serve, or its case failed.
    #[error("{reason}")]
    Side {
        /// 0 or 1.
        which: usize,
        /// One line.
        reason: String,
    },
    /// The blocks were run, and what they took is no answer to what was asked.
    #[error("{0}")]
    Refused(String),
    /// One iteration takes so long that there is no room for a start.
    #[error("{0}")]
    TooLong(TooLong),
    /// The two do not do the same work.
    #[error("the two sides give different answers: {} elements, digest {:016x}, and {} elements, digest {:016x}", .0[0].0, .0[0].1, .0[1].0, .0[1].1)]
    Answers([(u64, u64); 2]),
}
