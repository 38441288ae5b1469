//! From how much work per byte does a process pay? One item goes to a worker process, has a function found and run on
//! it there, and its result comes back.
//!
//! A process pool takes ten steps for an item: take it, serialise it, copy it to the child, deserialise it, find the
//! function, run it, serialise the result, copy it back, deserialise it, merge it. [`steps`] measures them apart.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::rc::Rc;

use serde::{Deserialize, Serialize};

use super::worker::{self, Task};
use crate::system::SharedMemory;
use crate::workloads::seeded::SplitMix64;

mod ends;
mod round_trips;
mod steps;

pub(crate) use round_trips::{Direct, Pipes, SharedMemoryTrip};
pub(crate) use steps::{CopyPiped, CopyShared, Deserialise, Find, Merge, Run, Serialise, Take};

use ends::Desk;

/// What an item holds.
type Payload = Vec<u64>;

/// Numbers of `size` bytes, rounded up to whole ones, of every magnitude up to 63 bits, as counts and sums are: the
/// format writes small ones in fewer bytes.
fn payload(size: usize) -> Payload {
    let mut random = SplitMix64::new(0);
    (0..size.div_ceil(8)).map(|_| random.next() >> (1 + random.below(63))).collect()
}

/// What runs in the child: known by its name alone.
type Function = fn(&[u64]) -> Payload;

const FUNCTION: &str = "double";

fn double(numbers: &[u64]) -> Payload {
    numbers.iter().map(|number| 2 * number).collect()
}

/// Undoes [`double`].
fn halve(numbers: &[u64]) -> Payload {
    numbers.iter().map(|number| number / 2).collect()
}

/// The functions that a child has.
fn functions() -> HashMap<&'static str, Function> {
    HashMap::from([("double", double as Function), ("halve", halve)])
}

/// Whether `result` is the double of `payload`, by the way back.
fn is_doubled(payload: &Payload, result: &Payload) -> bool {
    result.iter().all(|number| number % 2 == 0) && halve(result) == *payload
}

/// What goes to the child.
#[derive(Serialize, Deserialize)]
struct Request<'a, P> {
    #[serde(borrow)]
    function: &'a str,
    payload: P,
}

/// Bytes that a [`Request`] may take: ten a number (a varint carries seven bits a byte), five the count, and the name.
fn most_bytes(payload: &Payload) -> usize {
    10 * payload.len() + 5 + 1 + FUNCTION.len()
}

fn to_bytes<T: Serialize>(value: &T) -> Vec<u8> {
    postcard::to_allocvec(value).expect("numbers and names can be serialised, and the vector grows")
}

fn from_bytes<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> io::Result<T> {
    postcard::from_bytes(bytes)
        .map_err(|error| io::Error::other(format!("{}: {error}", worker::rubbish("an item", bytes))))
}

/// Answers requests with results.
pub(super) const TASK: Task = Task { name: "pipeline", live };

fn live(memory: &str, requests: &mut dyn Read, replies: &mut dyn Write) -> io::Result<()> {
    let functions = functions();
    ends::answer(memory, requests, replies, |request| {
        let request: Request<'_, Payload> = from_bytes(request)?;
        let unknown = || io::Error::other(format!("no function `{}`", request.function));
        let function = functions.get(request.function).ok_or_else(unknown)?;
        Ok(to_bytes(&function(&request.payload)))
    })
}

/// Answers bytes with the same bytes.
pub(super) const ECHO: Task = Task { name: "echo", live: echo };

fn echo(memory: &str, requests: &mut dyn Read, replies: &mut dyn Write) -> io::Result<()> {
    ends::answer(memory, requests, replies, |request| Ok(request.to_vec()))
}

/// Why a member that shares memory with a worker process cannot run here.
fn memory_unavailable() -> Option<String> {
    let opened = SharedMemory::create(1).and_then(|memory| SharedMemory::open(&memory.path()));
    let refused = opened.err().map(|error| format!("no memory can be shared with a worker process: {error}"));
    worker::unavailable().or(refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_has_small_and_large_numbers_and_none_that_would_overflow() {
        let payload = payload(80_000);
        assert_eq!(payload.len(), 10_000);
        let long = payload.iter().filter(|number| **number >= 1 << 32).count();
        // Bits are spread evenly from 1 to 63 in expectation, so about half the numbers have more than 32.
        assert!((4_500..5_500).contains(&long), "{long}");
        assert!(payload.iter().all(|number| *number < 1 << 63));
        assert_eq!([0, 1, 7, 8, 9].map(|size| super::payload(size).len()), [0, 1, 1, 1, 2]);
    }

    #[test]
    fn a_request_fits_where_it_is_said_to() {
        for payload in [vec![], vec![0], vec![u64::MAX >> 1; 1_000]] {
            let bytes = to_bytes(&Request { function: FUNCTION, payload: &payload });
            assert!(bytes.len() <= most_bytes(&payload), "{} for {}", bytes.len(), payload.len());
            let request: Request<'_, Payload> = from_bytes(&bytes).expect("it was just written");
            assert_eq!((request.function, request.payload), (FUNCTION, payload));
        }
    }

    fn asked(
        live: fn(&str, &mut dyn Read, &mut dyn Write) -> io::Result<()>,
        request: &[u8],
    ) -> io::Result<Vec<u8>> {
        let (mut requests, mut replies, mut reply) = (Vec::new(), Vec::new(), Vec::new());
        worker::write_frame(&mut requests, request)?;
        live("", &mut &requests[..], &mut replies)?;
        worker::read_frame(&mut &replies[..], &mut reply)?;
        Ok(reply)
    }

    #[test]
    fn the_child_finds_the_function_by_name_and_refuses_what_it_does_not_know() {
        let ask = |function| asked(live, &to_bytes(&Request { function, payload: &vec![1_u64, 300] }));
        let result: Payload = from_bytes(&ask("double").expect("it is known")).expect("a result");
        assert_eq!(result, [2, 600]);
        assert_eq!(ask("treble").expect_err("unknown").to_string(), "no function `treble`");
        let rubbish = asked(live, &[0xff; 30]).expect_err("rubbish").to_string();
        assert!(rubbish.starts_with("30 bytes are not an item"), "{rubbish}");
        assert_eq!(asked(echo, b"any").expect("it comes back"), b"any");
    }

    #[test]
    fn a_result_that_is_not_the_double_is_rejected() {
        assert!(is_doubled(&vec![1, 2], &vec![2, 4]));
        assert!(!is_doubled(&vec![1, 2], &vec![2, 5]), "odd");
        assert!(!is_doubled(&vec![1, 2], &vec![2]), "short");
    }
}
