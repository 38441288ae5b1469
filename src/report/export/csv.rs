//! Measurements as comma-separated values: RFC 4180, with a line that names the columns.

use crate::record::RecordedCase;

const COLUMNS: [&str; 12] = [
    "case",
    "family",
    "workload",
    "size",
    "metric",
    "value",
    "low",
    "high",
    "unit",
    "instrument",
    "taken_at",
    "revision",
];

/// A line for every measurement of `cases`. Values are written so that they read back as the same numbers.
pub fn csv<'a>(cases: impl IntoIterator<Item = &'a RecordedCase>) -> String {
    let mut text = line(COLUMNS.map(str::to_owned));
    for case in cases {
        for number in &case.measurements {
            text.push_str(&line([
                case.id.to_string(),
                case.family.clone(),
                case.workload.clone(),
                case.size.to_string(),
                number.metric.as_str().to_owned(),
                number.value.to_string(),
                number.low.to_string(),
                number.high.to_string(),
                number.unit.as_str().to_owned(),
                number.instrument.to_string(),
                number.taken_at.clone(),
                number.revision.clone(),
            ]));
        }
    }
    text
}

fn line<const N: usize>(fields: [String; N]) -> String {
    let mut line = fields.map(|field| quoted(&field)).join(",");
    line.push_str("\r\n");
    line
}

/// `field`, in quotes where it holds what would end it.
fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\r', '\n']) {
        return format!("\"{}\"", field.replace('"', "\"\""));
    }
    field.to_owned()
}
