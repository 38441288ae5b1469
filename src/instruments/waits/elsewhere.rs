//! Elsewhere: nothing yet, and it says so.

use crate::instruments::{Job, NoNumber, Reading};
use crate::record::{InstrumentState, State};

const REASON: &str = "waits are read from Linux's /proc";

pub(super) fn survey(state: &mut InstrumentState) {
    state.state = State::Unavailable;
    state.reason = Some(REASON.to_owned());
    state.remedy = Some("run it on Linux, in a virtual machine or a container".to_owned());
}

pub(super) fn measure(_job: &Job) -> Result<Vec<Reading>, NoNumber> {
    Err(REASON.to_owned().into())
}
