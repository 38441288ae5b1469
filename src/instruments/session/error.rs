//! Why a session ended early, and the exit code that it gives.

use crate::instruments::SelectionError;
use crate::record::{InstrumentState, RecordError, State};

/// Why a session ended early.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// Nothing to measure.
    #[error(transparent)]
    Selection(#[from] SelectionError),
    /// The record cannot be read or written.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The instrument cannot measure here.
    #[error("{instrument} is unavailable: {reason}{}", remedy.as_ref().map(|remedy| format!("; {remedy}")).unwrap_or_default())]
    Unavailable {
        /// Its name.
        instrument: &'static str,
        /// Why.
        reason: String,
        /// What to do.
        remedy: Option<String>,
    },
    /// Ctrl-C.
    #[error("interrupted: {done} of {total} groups of cases are recorded; `just report` shows them")]
    Interrupted {
        /// Groups that were recorded.
        done: usize,
        /// Groups that were asked for.
        total: usize,
    },
    /// Some cases have no number.
    #[error("{0} failed; the rest is recorded")]
    Failed(String),
}

impl SessionError {
    /// 2 for wrong usage, 1 for what failed.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Selection(_) => 2,
            _ => 1,
        }
    }
}

/// The error of an instrument that can measure nothing here.
pub(super) fn unavailable(state: &InstrumentState) -> Option<SessionError> {
    (state.state == State::Unavailable).then(|| SessionError::Unavailable {
        instrument: state.name.as_str(),
        reason: state.reason.clone().unwrap_or_default(),
        remedy: state.remedy.clone(),
    })
}
