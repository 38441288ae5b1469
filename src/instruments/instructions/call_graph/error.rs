//! Why a file is no profile that can be read.

/// What is wrong with a profile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallGraphError {
    /// There is nothing in it.
    #[error("the callgrind profile is empty")]
    Empty,
    /// It is written in another version of the format.
    #[error("the callgrind profile is of format version `{0}`; perflab reads 1")]
    Version(String),
    /// A line is none of the format's.
    #[error("line {line} of the callgrind profile {what}: `{text}`")]
    Line {
        /// Its number, from 1.
        line: u64,
        /// What is wrong with it.
        what: &'static str,
        /// Its beginning.
        text: String,
    },
    /// The end is missing.
    #[error("the callgrind profile is cut short: it has no `totals:`, or a call without its cost")]
    CutShort,
    /// Instructions were not counted.
    #[error("the callgrind profile counts no instructions: `events:` has no Ir")]
    NoInstructions,
    /// The costs are not those that the profile says they are.
    #[error(
        "the callgrind profile does not add up: its lines hold {sum} instructions, its `totals:` say {totals}"
    )]
    DoesNotAddUp {
        /// The sum of all lines.
        sum: u64,
        /// What the profile says.
        totals: u64,
    },
}

/// Characters of a line that an error shows.
const SHOWN: usize = 60;

impl CallGraphError {
    pub(super) fn line(line: u64, what: &'static str, text: &[u8]) -> Self {
        let text = String::from_utf8_lossy(&text[..text.len().min(4 * SHOWN)]);
        let text = text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).take(SHOWN).collect();
        Self::Line { line, what, text }
    }
}
