//! Holds JSON against docs/schema. Knows the few keywords that those files use and refuses any other, so that
//! nothing is passed over in silence. A validator from elsewhere would have every newcomer build thirty crates
//! before the first benchmark runs.

#![allow(dead_code)] // each target that includes this file uses its own part of it

use std::fs;
use std::path::Path;

use regex::Regex;
use serde_json::Value;

/// Parses `json` and holds it against docs/schema/`name`.schema.json.
pub(crate) fn assert_valid(name: &str, json: &[u8]) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("docs/schema/{name}.schema.json"));
    assert_valid_by(&fs::read_to_string(path).expect("the schema is there"), json)
}

/// Parses `json` and holds it against the text of a schema.
pub(crate) fn assert_valid_by(schema: &str, json: &[u8]) -> Value {
    let schema: Value = serde_json::from_str(schema).expect("the schema is JSON");
    let schema = expanded(&schema, &schema);
    let value = serde_json::from_slice(json).expect("it prints JSON");
    let mut errors = Vec::new();
    check(&schema, &value, "$", &mut errors);
    assert!(errors.is_empty(), "{errors:#?}");
    value
}

/// `schema` with what its references name in their place; `root` holds that.
fn expanded(schema: &Value, root: &Value) -> Value {
    match schema {
        Value::Object(rules) => match rules.get("$ref").and_then(Value::as_str) {
            Some(place) => {
                let target = root.pointer(place.trim_start_matches('#')).expect("a reference names a part");
                expanded(target, root)
            }
            None => {
                let rules = rules.iter().filter(|(keyword, _)| *keyword != "definitions");
                rules.map(|(keyword, rule)| (keyword.clone(), expanded(rule, root))).collect()
            }
        },
        Value::Array(schemas) => schemas.iter().map(|schema| expanded(schema, root)).collect(),
        other => other.clone(),
    }
}

fn check(schema: &Value, value: &Value, place: &str, errors: &mut Vec<String>) {
    let rules = schema.as_object().expect("a schema is an object");
    for (keyword, rule) in rules {
        match keyword.as_str() {
            "$schema" | "$comment" | "title" | "description" => {}
            "const" => {
                if value != rule {
                    errors.push(format!("{place}: {value} is not {rule}"));
                }
            }
            "type" => check_type(rule, value, place, errors),
            "required" => {
                for name in rule.as_array().expect("a list of names") {
                    let name = name.as_str().expect("a name");
                    if value.is_object() && value.get(name).is_none() {
                        errors.push(format!("{place} lacks {name}"));
                    }
                }
            }
            "properties" => {
                for (name, member) in value.as_object().into_iter().flatten() {
                    match rule.get(name) {
                        Some(schema) => check(schema, member, &format!("{place}.{name}"), errors),
                        // Others may read it, so the schema has to tell of it.
                        None => errors.push(format!("{place}.{name} is not in the schema")),
                    }
                }
            }
            "items" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    check(rule, item, &format!("{place}[{index}]"), errors);
                }
            }
            "enum" => {
                if !rule.as_array().expect("a list of values").contains(value) {
                    errors.push(format!("{place}: {value} is none of {rule}"));
                }
            }
            "pattern" => {
                let pattern = Regex::new(rule.as_str().expect("a pattern")).expect("an expression");
                if value.as_str().is_some_and(|text| !pattern.is_match(text)) {
                    errors.push(format!("{place}: {value} does not match {rule}"));
                }
            }
            "minimum" | "maximum" => {
                let (bound, number) = (rule.as_f64().expect("a number"), value.as_f64());
                let outside =
                    |number: f64| if keyword == "minimum" { number < bound } else { number > bound };
                if number.is_some_and(outside) {
                    errors.push(format!("{place}: {value} is beyond the {keyword} {rule}"));
                }
            }
            "anyOf" => {
                let fits = |schema: &Value| {
                    let mut errors = Vec::new();
                    check(schema, value, place, &mut errors);
                    errors.is_empty()
                };
                if !rule.as_array().expect("a list of schemas").iter().any(fits) {
                    errors.push(format!("{place}: {value} fits none of anyOf"));
                }
            }
            other => panic!("the schema uses `{other}`, which this test does not know"),
        }
    }
}

fn check_type(rule: &Value, value: &Value, place: &str, errors: &mut Vec<String>) {
    let is = |name: &Value| match name.as_str().expect("a type's name") {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("the schema names a type `{other}`"),
    };
    let fits = rule.as_array().map_or_else(|| is(rule), |names| names.iter().any(is));
    if !fits {
        errors.push(format!("{place}: {value} is not of type {rule}"));
    }
}

#[test]
fn the_schema_check_sees_what_is_wrong() {
    let schema = serde_json::json!({"type": "object", "required": ["a"], "properties": {
        "a": {"type": "integer", "minimum": 1}, "b": {"enum": ["x"]}, "c": {"type": ["string", "null"]}}});
    let wrong = |value: Value| {
        let mut errors = Vec::new();
        check(&schema, &value, "$", &mut errors);
        !errors.is_empty()
    };
    assert!(!wrong(serde_json::json!({"a": 1, "b": "x", "c": null})));
    for value in [
        serde_json::json!([]),
        serde_json::json!({}),
        serde_json::json!({"a": 0}),
        serde_json::json!({"a": "1"}),
        serde_json::json!({"a": 1, "b": "y"}),
        serde_json::json!({"a": 1, "c": 2}),
        serde_json::json!({"a": 1, "unheard": 1}),
    ] {
        assert!(wrong(value.clone()), "{value}");
    }
}
