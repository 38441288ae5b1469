//! Reads pprof's files by <https://github.com/google/pprof/blob/main/proto/profile.proto>. Written from that description
//! and not from the writer, and strict: an unknown field, a dangling number or a list of the wrong length is an error.

use std::collections::HashMap;

/// A profile, its names in place of their numbers.
#[derive(Debug)]
pub(crate) struct Pprof {
    /// Type and unit of each value.
    pub(crate) types: Vec<(String, String)>,
    /// Frames, root first, and the values of each sample.
    pub(crate) samples: Vec<(Vec<String>, Vec<i64>)>,
    /// Nanoseconds between two samples, where they are CPU time.
    pub(crate) period: i64,
    /// Free text.
    pub(crate) comments: Vec<String>,
}

enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

/// The fields of a message, in order.
fn fields(mut bytes: &[u8]) -> Vec<(u64, Value<'_>)> {
    let mut fields = Vec::new();
    while !bytes.is_empty() {
        let tag = number(&mut bytes);
        let value = match tag & 7 {
            0 => Value::Number(number(&mut bytes)),
            2 => {
                let length = usize::try_from(number(&mut bytes)).expect("a length");
                let (head, rest) = bytes.split_at(length);
                bytes = rest;
                Value::Bytes(head)
            }
            other => panic!("profile.proto has no field of wire type {other}"),
        };
        fields.push((tag >> 3, value));
    }
    fields
}

fn number(bytes: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first().expect("a number ends within its message");
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return value;
        }
    }
    panic!("a number of more than ten bytes")
}

fn packed(mut bytes: &[u8]) -> Vec<u64> {
    let mut numbers = Vec::new();
    while !bytes.is_empty() {
        numbers.push(number(&mut bytes));
    }
    numbers
}

/// The numbers of a message that holds nothing else.
fn plain(bytes: &[u8]) -> HashMap<u64, u64> {
    let numbers = fields(bytes).into_iter().map(|(field, value)| match value {
        Value::Number(number) => (field, number),
        Value::Bytes(_) => panic!("field {field} is no number"),
    });
    numbers.collect()
}

/// The bytes within a gzip file; its head and its length are checked here, its check sum by the program gzip.
fn unzipped(file: &[u8]) -> Vec<u8> {
    assert_eq!(&file[..4], [0x1f, 0x8b, 8, 0], "a gzip member without extra fields");
    let (head, trailer) = file.split_at(file.len() - 8);
    let bytes = miniz_oxide::inflate::decompress_to_vec(&head[10..]).expect("deflated");
    let length = u32::from_le_bytes(trailer[4..].try_into().expect("four bytes"));
    assert_eq!(length as usize, bytes.len());
    bytes
}

/// Reads a gzipped profile.
pub(crate) fn read(file: &[u8]) -> Pprof {
    let bytes = unzipped(file);
    let all = fields(&bytes);
    let of = |wanted: u64| all.iter().filter(move |(field, _)| *field == wanted);
    let messages = |wanted| {
        of(wanted).map(move |(_, value)| match value {
            Value::Bytes(bytes) => *bytes,
            Value::Number(_) => panic!("field {wanted} is no message"),
        })
    };
    assert!(all.iter().all(|(field, _)| (1..=14).contains(field)), "an unknown field");
    let strings: Vec<String> =
        messages(6).map(|bytes| String::from_utf8(bytes.to_vec()).expect("UTF-8")).collect();
    assert_eq!(strings[0], "", "string 0 is empty");
    let string = |index: u64| strings[index as usize].clone();
    let value_type = |bytes: &[u8]| {
        let fields = plain(bytes);
        (string(fields[&1]), string(fields[&2]))
    };
    let types: Vec<_> = messages(1).map(value_type).collect();
    let mappings: Vec<u64> = messages(3).map(|bytes| plain(bytes)[&1]).collect();
    let functions: HashMap<u64, String> =
        messages(5).map(plain).map(|fields| (fields[&1], string(*fields.get(&2).unwrap_or(&0)))).collect();
    let locations: HashMap<u64, String> = messages(4)
        .map(|bytes| {
            let (mut id, mut name) = (0, None);
            for (field, value) in fields(bytes) {
                match (field, value) {
                    (1, Value::Number(number)) => id = number,
                    (2, Value::Number(mapping)) => assert!(mappings.contains(&mapping)),
                    (4, Value::Bytes(line)) => name = Some(functions[&plain(line)[&1]].clone()),
                    (field, _) => panic!("field {field} of a location"),
                }
            }
            assert_ne!(id, 0, "ids begin at 1");
            (id, name.expect("a line"))
        })
        .collect();
    assert_eq!(
        (locations.len(), functions.len()),
        (messages(4).count(), messages(5).count()),
        "ids are unique"
    );
    let samples = messages(2)
        .map(|bytes| {
            let lists: HashMap<u64, Vec<u64>> = fields(bytes)
                .into_iter()
                .map(|(field, value)| match value {
                    Value::Bytes(bytes) => (field, packed(bytes)),
                    Value::Number(_) => panic!("field {field} of a sample is not packed"),
                })
                .collect();
            let frames = lists[&1].iter().rev().map(|location| locations[location].clone()).collect();
            let values: Vec<i64> = lists[&2].iter().map(|value| *value as i64).collect();
            assert_eq!(values.len(), types.len(), "a value for each type");
            (frames, values)
        })
        .collect();
    let period = of(12).map(|(_, value)| match value {
        Value::Number(number) => *number as i64,
        Value::Bytes(_) => panic!("the period is a number"),
    });
    let comments = messages(13).flat_map(packed).map(string).collect();
    Pprof { types, samples, period: period.sum(), comments }
}
