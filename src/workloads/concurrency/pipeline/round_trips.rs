//! All ten steps for one item, and the call that they stand in for.

use std::collections::HashMap;

use super::{
    Desk, FUNCTION, Function, Payload, Request, TASK, from_bytes, functions, is_doubled, memory_unavailable,
    most_bytes, payload, to_bytes,
};
use crate::workload::{Answer, Concurrency, Role, Workload};
use crate::workloads::concurrency::worker;

/// What members share beside their input.
macro_rules! result {
    () => {
        type Output = Payload;

        fn answer(result: &Payload) -> Answer {
            Answer::of_sequence(result.iter().copied())
        }
    };
}

/// An item, and the worker that waits for it.
type Item = (Payload, Desk);

fn hand_over((payload, desk): &Item) -> Payload {
    desk.ask(&to_bytes(&Request { function: FUNCTION, payload }), |reply| from_bytes(reply))
}

pub(crate) struct Pipes;

impl Workload for Pipes {
    const NAME: &'static str = "pipes";
    const ABOUT: &'static str =
        "to a waiting worker process and back through its pipes: each way in and out of the kernel";
    const MIRRORS: Option<&'static str> = Some("process-pool-steps");
    const CONCURRENCY: Concurrency = Concurrency::PROCESSES;
    const ROLE: Option<Role> = Some(Role::HandedOver);
    type Input = Item;
    result!();

    fn input(size: usize) -> Item {
        (payload(size), Desk::with_pipes(TASK.name))
    }

    fn run(item: &Item) -> Payload {
        hand_over(item)
    }

    fn check((payload, _): &Item, result: &Payload) -> bool {
        is_doubled(payload, result)
    }

    fn unavailable(_size: usize) -> Option<String> {
        worker::unavailable()
    }
}

pub(crate) struct SharedMemoryTrip;

impl Workload for SharedMemoryTrip {
    const NAME: &'static str = "shared-memory";
    const ABOUT: &'static str =
        "the same through memory that both processes map; the pipes carry lengths and wake who waits";
    const CONCURRENCY: Concurrency = Concurrency::PROCESSES;
    const ROLE: Option<Role> = Some(Role::HandedOver);
    type Input = Item;
    result!();

    fn input(size: usize) -> Item {
        let payload = payload(size);
        let desk = Desk::with_memory(TASK.name, most_bytes(&payload));
        (payload, desk)
    }

    fn run(item: &Item) -> Payload {
        hand_over(item)
    }

    fn check((payload, _): &Item, result: &Payload) -> bool {
        is_doubled(payload, result)
    }

    fn unavailable(_size: usize) -> Option<String> {
        memory_unavailable()
    }
}

pub(crate) struct Direct;

impl Workload for Direct {
    const NAME: &'static str = "direct";
    const ABOUT: &'static str =
        "the function found by its name and called, in this process: nothing is handed over";
    const ROLE: Option<Role> = Some(Role::Direct);
    type Input = (Payload, HashMap<&'static str, Function>);
    result!();

    fn input(size: usize) -> Self::Input {
        (payload(size), functions())
    }

    fn run((payload, functions): &Self::Input) -> Payload {
        functions.get(FUNCTION).map_or_else(Payload::new, |function| function(payload))
    }

    fn check((payload, _): &Self::Input, result: &Payload) -> bool {
        is_doubled(payload, result)
    }
}
