//! Google's pprof: a gzipped protobuf, <https://github.com/google/pprof/blob/main/proto/profile.proto>. What `go tool
//! pprof` and many viewers open.

use std::collections::HashMap;

use super::gzip::gzip;
use super::protobuf::Message;
use super::stacks::Frames;
use super::{EXPORTER, ExportError, Profile, Weighs};

/// Numbers of fields, from profile.proto.
mod field {
    /// Of `Profile`.
    pub(super) mod profile {
        pub(in super::super) const SAMPLE_TYPE: u64 = 1;
        pub(in super::super) const SAMPLE: u64 = 2;
        pub(in super::super) const MAPPING: u64 = 3;
        pub(in super::super) const LOCATION: u64 = 4;
        pub(in super::super) const FUNCTION: u64 = 5;
        pub(in super::super) const STRING_TABLE: u64 = 6;
        pub(in super::super) const PERIOD_TYPE: u64 = 11;
        pub(in super::super) const PERIOD: u64 = 12;
        pub(in super::super) const COMMENT: u64 = 13;
    }
    /// Of `ValueType`.
    pub(super) mod value_type {
        pub(in super::super) const TYPE: u64 = 1;
        pub(in super::super) const UNIT: u64 = 2;
    }
    /// Of `Sample`.
    pub(super) mod sample {
        pub(in super::super) const LOCATION_ID: u64 = 1;
        pub(in super::super) const VALUE: u64 = 2;
    }
    /// Of `Mapping`.
    pub(super) mod mapping {
        pub(in super::super) const ID: u64 = 1;
        pub(in super::super) const FILENAME: u64 = 5;
        pub(in super::super) const HAS_FUNCTIONS: u64 = 7;
        pub(in super::super) const HAS_INLINE_FRAMES: u64 = 10;
    }
    /// Of `Location`.
    pub(super) mod location {
        pub(in super::super) const ID: u64 = 1;
        pub(in super::super) const MAPPING_ID: u64 = 2;
        pub(in super::super) const LINE: u64 = 4;
    }
    /// Of `Line`.
    pub(super) mod line {
        pub(in super::super) const FUNCTION_ID: u64 = 1;
    }
    /// Of `Function`.
    pub(super) mod function {
        pub(in super::super) const ID: u64 = 1;
        pub(in super::super) const NAME: u64 = 2;
    }
}

/// pprof counts in signed numbers of 64 bits.
const MOST: u64 = i64::MAX as u64;

/// The one mapping that all frames lie in: frames are named already, and no address is known.
const MAPPING: u64 = 1;

/// `profile` as a gzipped `profile.proto`. The same stacks give the same bytes.
///
/// # Errors
/// [`ExportError::TooMuch`] when the total does not fit.
pub fn pprof(profile: &Profile<'_>) -> Result<Vec<u8>, ExportError> {
    let total = profile.total("pprof", MOST)?;
    let (frames, stacks) = Frames::of(profile.folded);
    let mut strings = Strings::default();
    let mut out = Message::default();

    let (what, unit) = match profile.weighs {
        Weighs::Samples(_) => ("samples", "count"),
        Weighs::Instructions => ("instructions", "count"),
        Weighs::HeapBytes => ("alloc_space", "bytes"),
        Weighs::WallMicroseconds => ("wall", "microseconds"),
    };
    out.message(field::profile::SAMPLE_TYPE, &strings.value_type(what, unit));
    let cpu_ns = profile.cpu_ns(total, MOST);
    if cpu_ns.is_some() {
        // pprof shows the last type first.
        out.message(field::profile::SAMPLE_TYPE, &strings.value_type("cpu", "nanoseconds"));
    }
    let ns = profile.folded.apportioned(cpu_ns.unwrap_or(0));
    for (((_, weight), (_, ns)), stack) in profile.folded.stacks().zip(ns).zip(&stacks) {
        let mut sample = Message::default();
        // The leaf comes first, and numbers begin at 1.
        sample.numbers(field::sample::LOCATION_ID, stack.iter().rev().map(|frame| *frame as u64 + 1));
        let weight = u64::try_from(weight).unwrap_or(MOST);
        sample.numbers(field::sample::VALUE, [weight].into_iter().chain(cpu_ns.map(|_| ns)));
        out.message(field::profile::SAMPLE, &sample);
    }
    let mut mapping = Message::default();
    mapping
        .number(field::mapping::ID, MAPPING)
        .number(field::mapping::FILENAME, strings.number("perflab"))
        .number(field::mapping::HAS_FUNCTIONS, 1)
        .number(field::mapping::HAS_INLINE_FRAMES, 1);
    out.message(field::profile::MAPPING, &mapping);
    for (id, name) in (1_u64..).zip(&frames.names) {
        let mut line = Message::default();
        line.number(field::line::FUNCTION_ID, id);
        let mut location = Message::default();
        location.number(field::location::ID, id).number(field::location::MAPPING_ID, MAPPING);
        out.message(field::profile::LOCATION, location.message(field::location::LINE, &line));
        // Without a system name: pprof takes one that is the same for mangled, and cuts what stands in angle brackets.
        let mut function = Message::default();
        function.number(field::function::ID, id).number(field::function::NAME, strings.number(name));
        out.message(field::profile::FUNCTION, &function);
    }
    if let (Weighs::Samples(Some(rate_hz)), Some(_)) = (profile.weighs, cpu_ns) {
        out.message(field::profile::PERIOD_TYPE, &strings.value_type("cpu", "nanoseconds"));
        out.number(field::profile::PERIOD, (1e9 / rate_hz).round() as u64);
    }
    let comments = [strings.number(&format!("case {}", profile.id)), strings.number(EXPORTER)];
    out.numbers(field::profile::COMMENT, comments);
    for string in &strings.all {
        out.bytes(field::profile::STRING_TABLE, string.as_bytes());
    }
    Ok(gzip(&out.into_bytes()))
}

/// The table of strings; the first is empty, as the format has it.
struct Strings {
    all: Vec<String>,
    index: HashMap<String, u64>,
}

impl Default for Strings {
    fn default() -> Self {
        Self { all: vec![String::new()], index: HashMap::from([(String::new(), 0)]) }
    }
}

impl Strings {
    fn number(&mut self, string: &str) -> u64 {
        if let Some(number) = self.index.get(string) {
            return *number;
        }
        let number = self.all.len() as u64;
        self.all.push(string.to_owned());
        self.index.insert(string.to_owned(), number);
        number
    }

    fn value_type(&mut self, what: &str, unit: &str) -> Message {
        let mut value_type = Message::default();
        value_type.number(field::value_type::TYPE, self.number(what));
        value_type.number(field::value_type::UNIT, self.number(unit));
        value_type
    }
}
