//! The Firefox Profiler's processed profile, version 48, which profiler.firefox.com upgrades to its own:
//! <https://github.com/firefox-devtools/profiler/blob/main/docs-developer/CHANGELOG-formats.md>. Tables by column, each
//! row naming rows of other tables.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::stacks::Frames;
use super::{EXPORTER, ExportError, MOST_IN_JSON, Profile, Weighs};

/// The version of the processed format that is written.
const VERSION: u32 = 48;

/// The version of the format from which Firefox itself would have made it.
const GECKO_VERSION: u32 = 30;

/// Where a function's frame says nothing of addresses or resources.
const NONE: i32 = -1;

/// `profile` as JSON that profiler.firefox.com opens. The same stacks give the same bytes.
///
/// # Errors
/// [`ExportError::TooMuch`] when the total is beyond what JavaScript counts exactly.
pub fn firefox(profile: &Profile<'_>) -> Result<Vec<u8>, ExportError> {
    profile.total("the Firefox Profiler", MOST_IN_JSON)?;
    let (frames, stacks) = Frames::of(profile.folded);
    let tree = StackTree::of(&stacks);
    let (weight_type, interval_ms, weight_of): (_, _, fn(u128) -> Value) = match profile.weighs {
        Weighs::Samples(rate_hz) => {
            ("samples", rate_hz.filter(|rate| *rate > 0.0).map_or(1.0, |rate| 1e3 / rate), whole)
        }
        Weighs::Instructions => ("samples", 1.0, whole),
        Weighs::HeapBytes => ("bytes", 1.0, whole),
        Weighs::WallMicroseconds => ("tracing-ms", 1.0, |us| json!(us as f64 / 1e3)),
    };
    let weights: Vec<Value> = profile.folded.stacks().map(|(_, weight)| weight_of(weight)).collect();
    let name = match profile.weighs {
        Weighs::Samples(_) => "CPU samples",
        Weighs::Instructions => "instructions, a sample each",
        Weighs::HeapBytes => "heap bytes",
        Weighs::WallMicroseconds => "wall time by thread",
    };
    let thread = json!({
        "name": name,
        "processName": profile.id.to_string(),
        "processType": "default",
        "processStartupTime": 0,
        "processShutdownTime": null,
        "registerTime": 0,
        "unregisterTime": null,
        "pausedRanges": [],
        "isMainThread": true,
        "pid": "0",
        "tid": 0,
        "samples": {
            "length": stacks.len(),
            "stack": tree.leaves,
            // Stacks have no moments: one after the other, an interval each.
            "time": (0..stacks.len()).map(|index| index as f64 * interval_ms).collect::<Vec<_>>(),
            "weight": weights,
            "weightType": weight_type,
            "eventDelay": nulls(stacks.len()),
        },
        "stackTable": {
            "length": tree.frame.len(),
            "frame": tree.frame,
            "prefix": tree.prefix,
            "category": vec![0; tree.frame.len()],
            "subcategory": vec![0; tree.frame.len()],
        },
        "frameTable": frame_table(frames.names.len()),
        "funcTable": func_table(frames.names.len()),
        "stringArray": frames.names,
        "resourceTable": { "length": 0, "lib": [], "name": [], "host": [], "type": [] },
        "nativeSymbols": { "length": 0, "libIndex": [], "address": [], "name": [], "functionSize": [] },
        "markers": {
            "length": 0, "data": [], "name": [], "startTime": [], "endTime": [], "phase": [], "category": [],
        },
    });
    let file = json!({
        "meta": {
            "version": GECKO_VERSION,
            "preprocessedProfileVersion": VERSION,
            "product": profile.id.to_string(),
            "importedFrom": EXPORTER,
            "interval": interval_ms,
            "startTime": 0,
            "processType": 0,
            "stackwalk": 1,
            "symbolicated": true,
            "categories": [{ "name": "Other", "color": "grey", "subcategories": ["Other"] }],
            "markerSchema": [],
            "extensions": { "length": 0, "baseURL": [], "id": [], "name": [] },
        },
        "libs": [],
        "pages": [],
        "counters": [],
        "threads": [thread],
    });
    Ok(serde_json::to_vec(&file).expect("names and numbers are JSON"))
}

fn whole(weight: u128) -> Value {
    json!(u64::try_from(weight).unwrap_or(MOST_IN_JSON))
}

fn nulls(length: usize) -> Value {
    Value::Array(vec![Value::Null; length])
}

/// A frame for each function, without an address.
fn frame_table(length: usize) -> Value {
    json!({
        "length": length,
        "func": (0..length).collect::<Vec<_>>(),
        "address": vec![NONE; length],
        "inlineDepth": vec![0; length],
        "category": vec![0; length],
        "subcategory": vec![0; length],
        "nativeSymbol": nulls(length),
        "innerWindowID": vec![0; length],
        "implementation": nulls(length),
        "line": nulls(length),
        "column": nulls(length),
    })
}

/// A function for each name.
fn func_table(length: usize) -> Value {
    json!({
        "length": length,
        "name": (0..length).collect::<Vec<_>>(),
        "isJS": vec![false; length],
        "relevantForJS": vec![false; length],
        "resource": vec![NONE; length],
        "fileName": nulls(length),
        "lineNumber": nulls(length),
        "columnNumber": nulls(length),
    })
}

/// All stacks as one tree: a node is a frame on top of another node.
struct StackTree {
    frame: Vec<usize>,
    prefix: Vec<Option<usize>>,
    /// The node that each stack ends in.
    leaves: Vec<Option<usize>>,
}

impl StackTree {
    fn of(stacks: &[Vec<usize>]) -> Self {
        let mut tree = Self { frame: Vec::new(), prefix: Vec::new(), leaves: Vec::new() };
        let mut nodes: HashMap<(Option<usize>, usize), usize> = HashMap::new();
        for stack in stacks {
            let leaf = stack.iter().fold(None, |prefix, &frame| {
                let node = *nodes.entry((prefix, frame)).or_insert_with(|| {
                    tree.frame.push(frame);
                    tree.prefix.push(prefix);
                    tree.frame.len() - 1
                });
                Some(node)
            });
            tree.leaves.push(leaf);
        }
        tree
    }
}
