//! The few rules of protobuf's wire format that pprof's messages need:
//! <https://protobuf.dev/programming-guides/encoding/>. Fields of value zero are left out, as proto3 has it.

/// A message under way.
#[derive(Debug, Default)]
pub(super) struct Message {
    bytes: Vec<u8>,
}

/// Wire type of a number.
const VARINT: u64 = 0;
/// Wire type of what has a length.
const LENGTH: u64 = 2;

impl Message {
    /// A number.
    pub(super) fn number(&mut self, field: u64, value: u64) -> &mut Self {
        if value != 0 {
            put(&mut self.bytes, field << 3 | VARINT);
            put(&mut self.bytes, value);
        }
        self
    }

    /// Bytes: a text or a message. Also where they are none: an element of a list counts.
    pub(super) fn bytes(&mut self, field: u64, bytes: &[u8]) -> &mut Self {
        put(&mut self.bytes, field << 3 | LENGTH);
        put(&mut self.bytes, bytes.len() as u64);
        self.bytes.extend_from_slice(bytes);
        self
    }

    /// A message within this one.
    pub(super) fn message(&mut self, field: u64, message: &Self) -> &mut Self {
        self.bytes(field, &message.bytes)
    }

    /// A list of numbers, packed.
    pub(super) fn numbers(&mut self, field: u64, values: impl IntoIterator<Item = u64>) -> &mut Self {
        let mut packed = Vec::new();
        for value in values {
            put(&mut packed, value);
        }
        self.bytes(field, &packed)
    }

    /// The bytes of the message.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// Seven bits a byte, the lowest first; the highest bit says that more follow.
fn put(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}
