//! What there is to count with on this machine, and how to get the rest.

use std::path::PathBuf;

use super::callgrind;
use crate::instruments::machine;
use crate::instruments::tools::{self, RUNNER_VERSION};
use crate::record::{InstrumentName, InstrumentState, State};

/// What there is to count with.
pub(super) struct Means {
    pub(super) valgrind: Option<PathBuf>,
    pub(super) runner: Option<PathBuf>,
}

impl Means {
    pub(super) fn look() -> Self {
        Self { valgrind: tools::find("valgrind"), runner: tools::runner_of_our_version() }
    }
}

pub(super) fn survey(means: &Means) -> InstrumentState {
    let state = |state, detail: String, reason: Option<String>, remedy: Option<&str>| InstrumentState {
        name: InstrumentName::Instructions,
        state,
        detail,
        reason,
        remedy: remedy.map(str::to_owned),
        seconds: 0.0,
    };
    let unavailable = |reason: &str, remedy| {
        state(State::Unavailable, String::new(), Some(reason.to_owned()), Some(remedy))
    };
    if machine::is_debug_build() {
        return unavailable(
            "this is a debug build, whose instructions are not a release's",
            "use `cargo bench`",
        );
    }
    let Some(valgrind) = &means.valgrind else {
        return unavailable("Valgrind is not installed", "apt install valgrind, or `just setup`");
    };
    let Some(version) = tools::version(valgrind) else {
        return unavailable("Valgrind does not run here", "try `valgrind --version`");
    };
    let caches = callgrind::CACHES;
    if means.runner.is_none() {
        let reason =
            format!("gungraun-runner {RUNNER_VERSION} is not installed: Callgrind is called without it");
        let detail = format!("Callgrind {version}; {caches}");
        return state(State::Degraded, detail, Some(reason), Some("`just setup`"));
    }
    let detail = format!("iai-callgrind (gungraun {RUNNER_VERSION}), Callgrind {version}; {caches}");
    let missing = machine::missing_flags();
    if !missing.is_empty() {
        let reason = format!("built without -C {}", missing.join(", -C "));
        return state(State::Degraded, detail, Some(reason), Some("unset RUSTFLAGS"));
    }
    state(State::Ready, detail, None, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_valgrind_there_is_no_count_and_a_way_to_get_one() {
        let state = survey(&Means { valgrind: None, runner: None });
        assert_eq!(state.state, State::Unavailable);
        assert!(state.remedy.is_some() && state.reason.is_some(), "{state:?}");
    }
}
