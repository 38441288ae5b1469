//! The instrument, as the session sees it.

use super::platform;
use crate::instruments::{Instrument, Job, NoNumber, Overlap, Reading, machine};
use crate::record::{InstrumentName, InstrumentState, State};

/// Samples each case and draws it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Flamegraph;

impl Instrument for Flamegraph {
    fn name(&self) -> InstrumentName {
        InstrumentName::Flamegraph
    }

    /// What its drawing takes of the other CPUs moves no share of CPU time.
    fn overlap(&self) -> Overlap {
        Overlap::Drawing
    }

    fn survey(&self) -> InstrumentState {
        let mut state = InstrumentState {
            name: InstrumentName::Flamegraph,
            state: State::Ready,
            detail: String::new(),
            reason: None,
            remedy: None,
            seconds: 0.0,
        };
        if machine::is_debug_build() {
            state.state = State::Unavailable;
            state.detail = "no sampler was tried".to_owned();
            state.reason =
                Some("built without optimisation: its hot spots are not those of a release".to_owned());
            state.remedy = Some("cargo bench --bench flamegraph".to_owned());
            return state;
        }
        platform::survey(&mut state);
        let missing = machine::missing_flags();
        if state.state != State::Unavailable && !missing.is_empty() {
            let flags = missing.join(" -C ");
            let reason = format!("built without -C {flags}, so that frames are missing or nameless");
            state.state = State::Degraded;
            state.reason = Some(state.reason.map_or(reason.clone(), |other| format!("{other}; {reason}")));
            state.remedy.get_or_insert_with(|| {
                "unset RUSTFLAGS, which replaces .cargo/config.toml, and build again".to_owned()
            });
        }
        state
    }

    fn measure(&self, job: &Job) -> Result<Vec<Reading>, NoNumber> {
        platform::measure(job)
    }
}
