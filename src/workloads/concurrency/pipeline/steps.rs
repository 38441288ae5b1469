//! The steps of the round trip, each alone. Those that stand twice in it, on the item and on its result, are one case:
//! both are numbers of the same count.
//!
//! Every output tells the payload, so that members can be compared: where a step itself does not touch the numbers, the
//! payload is counted in an `Rc` and comes along.

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::sync::Mutex;

use super::{
    Desk, ECHO, FUNCTION, Function, Payload, Rc, Request, double, from_bytes, functions, halve, is_doubled,
    memory_unavailable, most_bytes, payload, to_bytes,
};
use crate::workload::{Answer, Concurrency, Workload};
use crate::workloads::concurrency::worker;

/// How many items stand in line, and how many results are merged: enough that the next is not always the same one.
const ITEMS: usize = 10;

fn answer_of(payload: &[u64]) -> Answer {
    Answer::of_sequence(payload.iter().copied())
}

/// The payload that a serialised request holds; none where it is rubbish, which equals no other member's answer.
fn payload_in(bytes: &[u8]) -> Option<Payload> {
    from_bytes::<Request<'_, Payload>>(bytes).ok().map(|request| request.payload)
}

fn serialised(payload: &Payload) -> Vec<u8> {
    to_bytes(&Request { function: FUNCTION, payload })
}

pub(crate) struct Run;

impl Workload for Run {
    const NAME: &'static str = "step-run";
    const ABOUT: &'static str = "step 6, the function itself, which a call in the same process pays as well";
    type Input = Payload;
    type Output = Payload;

    fn input(size: usize) -> Payload {
        payload(size)
    }

    fn run(payload: &Payload) -> Payload {
        double(payload)
    }

    fn check(payload: &Payload, result: &Payload) -> bool {
        is_doubled(payload, result)
    }

    fn answer(result: &Payload) -> Answer {
        answer_of(&halve(result))
    }
}

pub(crate) struct Take;

impl Workload for Take {
    const NAME: &'static str = "step-take";
    const ABOUT: &'static str =
        "step 1: the next item is taken from a locked queue, and put at its end for the next turn";
    type Input = Mutex<VecDeque<Rc<Payload>>>;
    type Output = Rc<Payload>;

    fn input(size: usize) -> Self::Input {
        let item = Rc::new(payload(size));
        Mutex::new(vec![item; ITEMS].into())
    }

    fn run(queue: &Self::Input) -> Rc<Payload> {
        let mut queue = queue.lock().expect("no holder panics");
        queue.rotate_left(1);
        Rc::clone(&queue[ITEMS - 1])
    }

    fn check(queue: &Self::Input, taken: &Rc<Payload>) -> bool {
        queue
            .lock()
            .is_ok_and(|queue| queue.len() == ITEMS && queue.iter().all(|item| Rc::ptr_eq(item, taken)))
    }

    fn answer(taken: &Rc<Payload>) -> Answer {
        answer_of(taken)
    }
}

pub(crate) struct Serialise;

impl Workload for Serialise {
    const NAME: &'static str = "step-serialise";
    const ABOUT: &'static str = "steps 2 and 7: an item into bytes, in a vector that grows";
    type Input = Payload;
    type Output = Vec<u8>;

    fn input(size: usize) -> Payload {
        payload(size)
    }

    fn run(payload: &Payload) -> Vec<u8> {
        serialised(payload)
    }

    fn check(payload: &Payload, bytes: &Vec<u8>) -> bool {
        // By the format's own rule: a number takes a byte for each seven of its bits, and at least one.
        let length = |number: u64| (64 - (number | 1).leading_zeros()).div_ceil(7) as usize;
        let numbers: usize = payload.iter().map(|number| length(*number)).sum();
        let name = length(FUNCTION.len() as u64) + FUNCTION.len();
        bytes.len() == name + length(payload.len() as u64) + numbers
            && payload_in(bytes).as_ref() == Some(payload)
    }

    fn answer(bytes: &Vec<u8>) -> Answer {
        answer_of(&payload_in(bytes).unwrap_or_default())
    }
}

/// Bytes to copy, and who sends them back.
type Sent = (Vec<u8>, Desk);

/// What the two copies share beside their way.
macro_rules! copied {
    () => {
        const CONCURRENCY: Concurrency = Concurrency::PROCESSES;
        type Input = Sent;
        type Output = Vec<u8>;

        fn run((bytes, desk): &Sent) -> Vec<u8> {
            desk.ask(bytes, |back| Ok(back.to_vec()))
        }

        fn check((bytes, _): &Sent, back: &Vec<u8>) -> bool {
            bytes == back
        }

        fn answer(back: &Vec<u8>) -> Answer {
            answer_of(&payload_in(back).unwrap_or_default())
        }
    };
}

pub(crate) struct CopyPiped;

impl Workload for CopyPiped {
    const NAME: &'static str = "step-copy";
    const ABOUT: &'static str =
        "steps 3 and 8 together: bytes through pipes to a worker that sends them back, wake-ups included";
    copied!();

    fn input(size: usize) -> Sent {
        (serialised(&payload(size)), Desk::with_pipes(ECHO.name))
    }

    fn unavailable(_size: usize) -> Option<String> {
        worker::unavailable()
    }
}

pub(crate) struct CopyShared;

impl Workload for CopyShared {
    const NAME: &'static str = "step-copy-shared";
    const ABOUT: &'static str =
        "steps 3 and 8 together, through shared memory; the pipes carry lengths and wake who waits";
    copied!();

    fn input(size: usize) -> Sent {
        let payload = payload(size);
        (serialised(&payload), Desk::with_memory(ECHO.name, most_bytes(&payload)))
    }

    fn unavailable(_size: usize) -> Option<String> {
        memory_unavailable()
    }
}

pub(crate) struct Deserialise;

impl Workload for Deserialise {
    const NAME: &'static str = "step-deserialise";
    const ABOUT: &'static str = "steps 4 and 9: bytes back into an item";
    type Input = Vec<u8>;
    type Output = Payload;

    fn input(size: usize) -> Vec<u8> {
        serialised(&payload(size))
    }

    fn run(bytes: &Vec<u8>) -> Payload {
        payload_in(bytes).unwrap_or_default()
    }

    fn check(bytes: &Vec<u8>, payload: &Payload) -> bool {
        serialised(payload) == *bytes
    }

    fn answer(payload: &Payload) -> Answer {
        answer_of(payload)
    }
}

pub(crate) struct Find;

impl Workload for Find {
    const NAME: &'static str = "step-find";
    const ABOUT: &'static str = "step 5: the function is looked up by its name in a hash map";
    type Input = (Rc<Payload>, HashMap<&'static str, Function>);
    type Output = (Rc<Payload>, Option<Function>);

    fn input(size: usize) -> Self::Input {
        (Rc::new(payload(size)), functions())
    }

    fn run((payload, functions): &Self::Input) -> Self::Output {
        (Rc::clone(payload), functions.get(FUNCTION).copied())
    }

    fn check((payload, _): &Self::Input, (_, function): &Self::Output) -> bool {
        function.is_some_and(|function| is_doubled(payload, &function(payload)))
    }

    fn answer((payload, _): &Self::Output) -> Answer {
        answer_of(payload)
    }
}

pub(crate) struct Merge;

impl Workload for Merge {
    const NAME: &'static str = "step-merge";
    const ABOUT: &'static str = "step 10: a result is put at its place among the others";
    type Input = (Rc<Payload>, RefCell<Vec<Option<Rc<Payload>>>>);
    type Output = Rc<Payload>;

    fn input(size: usize) -> Self::Input {
        (Rc::new(payload(size)), RefCell::new(vec![None; ITEMS]))
    }

    fn run((result, merged): &Self::Input) -> Rc<Payload> {
        merged.borrow_mut()[ITEMS / 2] = Some(Rc::clone(result));
        Rc::clone(result)
    }

    fn check((result, merged): &Self::Input, _: &Rc<Payload>) -> bool {
        let merged = merged.borrow();
        let is_there =
            |place: &Option<Rc<Payload>>| place.as_ref().is_some_and(|there| Rc::ptr_eq(there, result));
        merged.iter().filter(|place| is_there(place)).count() == 1 && is_there(&merged[ITEMS / 2])
    }

    fn answer(result: &Rc<Payload>) -> Answer {
        answer_of(result)
    }
}
