//! `perflab doctor`: what this machine can measure, and how to get the rest.

use serde::Serialize;

use super::{print, print_json};
use crate::instruments::{environment, surveys};
use crate::record::{Environment, InstrumentState, SCHEMA, State};
use crate::system::this_program;

#[derive(Serialize)]
struct Diagnosis {
    schema: u32,
    environment: Environment,
    /// Why no case can be measured in a process of its own; `None` where it can.
    cannot_start_itself: Option<String>,
    instruments: Vec<InstrumentState>,
}

pub(super) fn doctor(json: bool) -> anyhow::Result<()> {
    let diagnosis = Diagnosis {
        schema: SCHEMA,
        environment: environment(&std::env::current_dir()?),
        cannot_start_itself: this_program().err().map(|error| error.to_string()),
        instruments: surveys(),
    };
    if json { print_json(&diagnosis) } else { print(&as_text(&diagnosis)) }
}

fn as_text(diagnosis: &Diagnosis) -> String {
    let Environment { cpu, cores, kernel, rustc, libc, .. } = &diagnosis.environment;
    let cores = if *cores == 1 { "1 core".to_owned() } else { format!("{cores} cores") };
    let mut text = format!("{cpu}, {cores}, {kernel}, {libc}\n{rustc}\n");
    if let Some(reason) = &diagnosis.cannot_start_itself {
        text.push_str(&format!(
            "{:<14} cannot start itself, so no case can be measured: {reason}\n",
            "perflab"
        ));
    }
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
