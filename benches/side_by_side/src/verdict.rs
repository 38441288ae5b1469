//! What a tool says of a comparison, in words that all of them share.

use serde::Serialize;

/// What the second build is called, against the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Word {
    /// It takes longer.
    Slower,
    /// It takes less time.
    Faster,
    /// No difference is shown: it is called equal, or nothing is said.
    NoDifference,
}

/// What a tool says.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Verdict {
    /// Its word.
    pub(crate) word: Word,
    /// By how much it takes the second build to be slower: 0.01 is one per cent. `None` where nothing could be measured.
    pub(crate) effect: Option<f64>,
}
