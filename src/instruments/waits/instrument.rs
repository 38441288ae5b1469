//! The instrument, as the session sees it.

use super::platform;
use crate::instruments::{Instrument, Job, NoNumber, Reading};
use crate::record::{InstrumentName, InstrumentState, State};

/// Keeps the books of each case's threads.
#[derive(Debug, Clone, Copy, Default)]
pub struct Waits;

impl Instrument for Waits {
    fn name(&self) -> InstrumentName {
        InstrumentName::Waits
    }

    fn survey(&self) -> InstrumentState {
        let mut state = InstrumentState {
            name: InstrumentName::Waits,
            state: State::Ready,
            detail: String::new(),
            reason: None,
            remedy: None,
            seconds: 0.0,
        };
        platform::survey(&mut state);
        state
    }

    fn measure(&self, job: &Job) -> Result<Vec<Reading>, NoNumber> {
        platform::measure(job)
    }
}
