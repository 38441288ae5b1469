//! speedscope's own JSON: <https://www.speedscope.app/file-format-schema.json>, a sampled profile.

use serde::Serialize;

use super::stacks::Frames;
use super::{EXPORTER, ExportError, MOST_IN_JSON, Profile, Weighs};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct File<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    name: &'a str,
    active_profile_index: usize,
    exporter: &'static str,
    shared: Shared<'a>,
    profiles: [Sampled<'a>; 1],
}

#[derive(Serialize)]
struct Shared<'a> {
    frames: Vec<Frame<'a>>,
}

#[derive(Serialize)]
struct Frame<'a> {
    name: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Sampled<'a> {
    r#type: &'static str,
    name: &'a str,
    unit: &'static str,
    start_value: u64,
    end_value: u64,
    samples: Vec<Vec<usize>>,
    weights: Vec<u64>,
}

/// `profile` as JSON that speedscope opens: samples as CPU time where their rate is known. The same stacks give the same
/// bytes.
///
/// # Errors
/// [`ExportError::TooMuch`] when the total is beyond what JavaScript counts exactly.
pub fn speedscope(profile: &Profile<'_>) -> Result<Vec<u8>, ExportError> {
    let total = profile.total("speedscope", MOST_IN_JSON)?;
    let (frames, samples) = Frames::of(profile.folded);
    let cpu_ns = profile.cpu_ns(total, MOST_IN_JSON);
    let unit = match profile.weighs {
        Weighs::Samples(_) if cpu_ns.is_some() => "nanoseconds",
        Weighs::Samples(_) | Weighs::Instructions => "none",
        Weighs::HeapBytes => "bytes",
        Weighs::WallMicroseconds => "microseconds",
    };
    let end_value = cpu_ns.unwrap_or(total);
    let name = profile.id.to_string();
    let file = File {
        schema: "https://www.speedscope.app/file-format-schema.json",
        name: &name,
        active_profile_index: 0,
        exporter: EXPORTER,
        shared: Shared { frames: frames.names.iter().map(|name| Frame { name }).collect() },
        profiles: [Sampled {
            r#type: "sampled",
            name: &name,
            unit,
            start_value: 0,
            end_value,
            samples,
            weights: profile.folded.apportioned(end_value).map(|(_, weight)| weight).collect(),
        }],
    };
    Ok(serde_json::to_vec(&file).expect("names and numbers are JSON"))
}
