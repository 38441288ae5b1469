//! Reads speedscope's and the Firefox Profiler's JSON, by their published descriptions.

use serde_json::Value;

use super::schema::assert_valid_by;
use super::stacks::Stacks;

/// The unit and the stacks of a speedscope file that holds one sampled profile; the file follows the published schema.
pub(crate) fn speedscope(bytes: &[u8]) -> (String, Stacks) {
    let file = assert_valid_by(include_str!("speedscope.schema.json"), bytes);
    let names: Vec<&str> = list(&file["shared"]["frames"]).iter().map(|frame| text(&frame["name"])).collect();
    let [profile] = list(&file["profiles"]).as_slice() else { panic!("one profile") };
    let (samples, weights) = (list(&profile["samples"]), list(&profile["weights"]));
    assert_eq!(samples.len(), weights.len());
    let mut stacks = Stacks::new();
    for (sample, weight) in samples.iter().zip(weights) {
        let frames = list(sample).iter().map(|frame| names[index(frame)].to_owned()).collect();
        *stacks.entry(frames).or_default() += u128::from(weight.as_u64().expect("a whole weight"));
    }
    let total = stacks.values().sum::<u128>();
    assert_eq!(profile["startValue"], 0);
    assert_eq!(u128::from(profile["endValue"].as_u64().expect("a whole number")), total);
    (text(&profile["unit"]).to_owned(), stacks)
}

/// The columns of the tables of a thread in version 48, from src/types/profile.js of the profiler at that version.
const TABLES: [(&str, &[&str]); 7] = [
    ("samples", &["stack", "time", "weight"]),
    ("stackTable", &["frame", "prefix", "category", "subcategory"]),
    (
        "frameTable",
        &[
            "address",
            "inlineDepth",
            "category",
            "subcategory",
            "func",
            "nativeSymbol",
            "innerWindowID",
            "implementation",
            "line",
            "column",
        ],
    ),
    ("funcTable", &["isJS", "relevantForJS", "name", "resource", "fileName", "lineNumber", "columnNumber"]),
    ("resourceTable", &["lib", "name", "host", "type"]),
    ("nativeSymbols", &["libIndex", "address", "name", "functionSize"]),
    ("markers", &["data", "name", "startTime", "endTime", "phase", "category"]),
];

/// The kind of weight, the interval in milliseconds and the stacks of a Firefox profile of one thread. `scale` makes whole
/// numbers of its weights.
pub(crate) fn firefox(bytes: &[u8], scale: f64) -> (String, f64, Stacks) {
    let file: Value = serde_json::from_slice(bytes).expect("JSON");
    let meta = &file["meta"];
    for field in
        ["version", "preprocessedProfileVersion", "interval", "startTime", "processType", "stackwalk"]
    {
        assert!(meta[field].is_number(), "meta.{field}");
    }
    assert_eq!(meta["preprocessedProfileVersion"], 48);
    assert!(meta["product"].is_string() && meta["markerSchema"].is_array());
    let categories = list(&meta["categories"]);
    assert!(categories.iter().any(|category| category["color"] == "grey"), "the default category");
    assert!(file["libs"].is_array());
    let [thread] = list(&file["threads"]).as_slice() else { panic!("one thread") };
    for field in ["name", "processType", "pid"] {
        assert!(thread[field].is_string(), "{field}");
    }
    assert!(thread["isMainThread"].is_boolean() && thread["pausedRanges"].is_array());
    assert!(thread["registerTime"].is_number() && thread["processStartupTime"].is_number());
    for (table, columns) in TABLES {
        let length = index(&thread[table]["length"]);
        for column in columns {
            assert_eq!(list(&thread[table][column]).len(), length, "{table}.{column}");
        }
    }
    let stacks = firefox_stacks(thread, scale);
    let weight_type = text(&thread["samples"]["weightType"]).to_owned();
    (weight_type, meta["interval"].as_f64().expect("a number"), stacks)
}

/// The stacks of one thread of a Firefox profile, whoever wrote it.
pub(crate) fn firefox_stacks(thread: &Value, scale: f64) -> Stacks {
    let column = |table: &str, column: &str| list(&thread[table][column]);
    let names = list(&thread["stringArray"]);
    let name = |node: usize| {
        let frame = index(&column("stackTable", "frame")[node]);
        let function = index(&column("frameTable", "func")[frame]);
        text(&names[index(&column("funcTable", "name")[function])]).to_owned()
    };
    let mut stacks = Stacks::new();
    for (stack, weight) in column("samples", "stack").iter().zip(column("samples", "weight")) {
        let mut frames = Vec::new();
        let mut node = Some(index(stack));
        while let Some(at) = node {
            frames.insert(0, name(at));
            let prefix = &column("stackTable", "prefix")[at];
            // A parent stands before its children, so that no walk goes in circles.
            node = (!prefix.is_null()).then(|| index(prefix)).inspect(|prefix| assert!(*prefix < at));
        }
        let weight = weight.as_f64().expect("a weight") * scale;
        *stacks.entry(frames).or_default() += weight.round() as u128;
    }
    stacks
}

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().expect("a list")
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn index(value: &Value) -> usize {
    usize::try_from(value.as_u64().expect("an index")).expect("it fits")
}
