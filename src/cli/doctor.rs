//! `perflab doctor`: what this machine can measure, and how to get the rest.

use serde::Serialize;

use super::{print, print_json};
use crate::instruments::{environment, surveys};
use crate::record::{Environment, InstrumentState, SCHEMA, State};

#[derive(Serialize)]
struct Diagnosis {
    schema: u32,
    environment: Environment,
    instruments: Vec<InstrumentState>,
}

pub(super) fn doctor(json: bool) -> anyhow::Result<()> {
    let diagnosis = Diagnosis {
        schema: SCHEMA,
        environment: environment(&std::env::current_dir()?),
        instruments: surveys(),
    };
    if json { print_json(&diagnosis) } else { print(&as_text(&diagnosis)) }
}

fn as_text(diagnosis: &Diagnosis) -> String {
    let Environment { cpu, cores, kernel, rustc, libc, .. } = &diagnosis.environment;
    let mut text = format!("{cpu}, {cores} cores, {kernel}, {libc}\n{rustc}\n");
    for instrument in &diagnosis.instruments {
        let state = match instrument.state {
            State::Ready => "ready",
            State::Degraded => "degraded",
            State::Unavailable => "unavailable",
        };
        text.push_str(&format!("{:<14} {state:<12} {}\n", instrument.name.as_str(), instrument.detail));
        for (word, told) in [("why", &instrument.reason), ("remedy", &instrument.remedy)] {
            if let Some(told) = told {
                text.push_str(&format!("{:<14} {word}: {told}\n", ""));
            }
        }
    }
    text
}
