//! Tasks handed to other processes.

use std::cell::RefCell;
use std::io::{self, Read, Write};

use super::{Done, Numbers, WORKERS, Who, double, doubled, is_right, numbers};
use crate::workload::{Answer, Concurrency, Spare, Workload};
use crate::workloads::concurrency::worker::{self, Task, Worker, WorkerError};

/// Sends numbers, receives them doubled, each with the process that did it.
pub(in crate::workloads::concurrency) const TASK: Task = Task { name: "double", live };

fn live(_argument: &str, requests: &mut dyn Read, replies: &mut dyn Write) -> io::Result<()> {
    let process = std::process::id().to_le_bytes();
    worker::answer_each(requests, replies, |request, reply| {
        let number = request.try_into().map_err(|_| worker::rubbish("a number of eight bytes", request))?;
        reply.extend_from_slice(&double(u64::from_le_bytes(number)).to_le_bytes());
        reply.extend_from_slice(&process);
        Ok(())
    })
}

fn request(number: u64) -> Vec<u8> {
    number.to_le_bytes().to_vec()
}

/// Reads a reply. Twelve bytes are due: what else comes is rubbish, and says so.
fn done(reply: &[u8]) -> Done {
    let parts = reply.split_first_chunk().zip(reply.last_chunk()).filter(|_| reply.len() == 12);
    let Some(((doubled, _), process)) = parts else {
        panic!("{}", worker::rubbish("twelve bytes from the worker process `double`", reply));
    };
    Done { doubled: u64::from_le_bytes(*doubled), by: Who::Process(u32::from_le_bytes(*process)) }
}

fn hand_to(worker: &mut Worker, number: u64) -> Result<Done, WorkerError> {
    let mut reply = Vec::new();
    worker.send(&request(number))?;
    worker.receive(&mut reply)?;
    Ok(done(&reply))
}

fn hire() -> Worker {
    Worker::start(TASK.name).unwrap_or_else(|error| panic!("{error}"))
}

pub(crate) struct ProcessReady;

impl Workload for ProcessReady {
    const NAME: &'static str = "process-ready";
    const ABOUT: &'static str =
        "one waiting worker process; each task's result is awaited before the next is sent";
    const CONCURRENCY: Concurrency = Concurrency::PROCESSES;
    type Input = (Numbers, RefCell<Worker>);
    doubled!();

    fn input(size: usize) -> (Numbers, RefCell<Worker>) {
        (numbers(size), RefCell::new(hire()))
    }

    fn run((numbers, worker): &(Numbers, RefCell<Worker>)) -> Vec<Done> {
        let mut worker = worker.borrow_mut();
        let hand_out = |number: &u64| hand_to(&mut worker, *number).unwrap_or_else(|error| panic!("{error}"));
        numbers.iter().map(hand_out).collect()
    }

    fn check((numbers, _): &(Numbers, RefCell<Worker>), done: &Vec<Done>) -> bool {
        is_right(numbers, done, |workers| workers == 1)
    }

    fn unavailable(_size: usize) -> Option<String> {
        worker::unavailable()
    }
}

pub(crate) struct ProcessPoolReady;

impl Workload for ProcessPoolReady {
    const NAME: &'static str = "process-pool-ready";
    const ABOUT: &'static str =
        "two waiting worker processes, each fed by a thread started for it, take the next task once free";
    const SPARES: &'static [Spare] = &[Spare::spawning("process-each")];
    const MIRRORS: Option<&'static str> = Some("process-pool");
    const CONCURRENCY: Concurrency = Concurrency { threads: true, ..Concurrency::PROCESSES };
    type Input = (Numbers, RefCell<Vec<Worker>>);
    doubled!();

    fn input(size: usize) -> (Numbers, RefCell<Vec<Worker>>) {
        (numbers(size), RefCell::new((0..WORKERS).map(|_| hire()).collect()))
    }

    fn run((numbers, workers): &(Numbers, RefCell<Vec<Worker>>)) -> Vec<Done> {
        let requests: Vec<_> = numbers.iter().map(|number| request(*number)).collect();
        let replies = worker::share(&mut workers.borrow_mut(), &requests);
        replies.unwrap_or_else(|error| panic!("{error}")).iter().map(|reply| done(reply)).collect()
    }

    fn check((numbers, _): &(Numbers, RefCell<Vec<Worker>>), done: &Vec<Done>) -> bool {
        is_right(numbers, done, |workers| workers <= WORKERS)
    }

    fn unavailable(_size: usize) -> Option<String> {
        worker::unavailable()
    }
}

pub(crate) struct ProcessEach;

impl Workload for ProcessEach {
    const NAME: &'static str = "process-each";
    const ABOUT: &'static str =
        "a worker process started, asked and ended for each task, one after the other";
    const SIZES: Option<&'static [usize]> = Some(&[1, 10, 100]);
    const CONCURRENCY: Concurrency = Concurrency::PROCESSES;
    type Input = Numbers;
    doubled!();

    fn input(size: usize) -> Numbers {
        numbers(size)
    }

    fn run(numbers: &Numbers) -> Vec<Done> {
        let hand_out = |number: &u64| hand_to(&mut hire(), *number).unwrap_or_else(|error| panic!("{error}"));
        numbers.iter().map(hand_out).collect()
    }

    fn check(numbers: &Numbers, done: &Vec<Done>) -> bool {
        // An id may come back once its process is reaped, but only after all others were used.
        is_right(numbers, done, |workers| workers == done.len())
    }

    fn unavailable(_size: usize) -> Option<String> {
        worker::unavailable()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_comes_back_doubled_and_signed() {
        let mut requests = Vec::new();
        worker::write_frame(&mut requests, &request(21)).expect("memory takes it");
        let (mut replies, mut reply) = (Vec::new(), Vec::new());
        live("", &mut &requests[..], &mut replies).expect("it ends with its requests");
        worker::read_frame(&mut &replies[..], &mut reply).expect("a reply");
        let doubled = Done { doubled: 42, by: Who::Process(std::process::id()) };
        assert_eq!(done(&reply), doubled);
    }

    #[test]
    fn a_request_that_is_no_number_ends_the_worker_with_a_reason() {
        let mut requests = Vec::new();
        worker::write_frame(&mut requests, b"rubbish").expect("memory takes it");
        let error = live("", &mut &requests[..], &mut Vec::new()).expect_err("seven bytes are no number");
        assert_eq!(error.to_string(), "7 bytes are not a number of eight bytes");
    }

    #[test]
    #[should_panic(expected = "3 bytes are not twelve bytes from the worker process `double`")]
    fn a_reply_that_is_rubbish_says_so() {
        done(&[1, 2, 3]);
    }
}
