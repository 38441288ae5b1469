//! Both ends of the way to a worker process and back: bytes through its pipes, or through memory that both map while
//! the pipes carry only how many bytes lie there, which is also what wakes who waits. Nobody spins.

use std::cell::RefCell;
use std::io::{self, Read, Write};

use crate::system::SharedMemory;
use crate::workloads::concurrency::worker::{self, Worker, WorkerError};

/// Our end, with the worker behind it.
pub(crate) struct Desk(RefCell<Ends>);

struct Ends {
    worker: Worker,
    memory: Option<SharedMemory>,
    reply: Vec<u8>,
}

impl Desk {
    /// A waiting worker for `task` behind pipes alone.
    pub(super) fn with_pipes(task: &'static str) -> Self {
        let worker = Worker::start(task).unwrap_or_else(|error| panic!("{error}"));
        Self(RefCell::new(Ends { worker, memory: None, reply: Vec::new() }))
    }

    /// The same, behind shared memory of `length` bytes.
    pub(super) fn with_memory(task: &'static str, length: usize) -> Self {
        let memory = SharedMemory::create(length)
            .unwrap_or_else(|error| panic!("cannot create shared memory of {length} bytes: {error}"));
        let worker = Worker::start_with(task, &memory.path()).unwrap_or_else(|error| panic!("{error}"));
        Self(RefCell::new(Ends { worker, memory: Some(memory), reply: Vec::new() }))
    }

    /// Sends `request` and gives the reply to `read`.
    pub(super) fn ask<T>(&self, request: &[u8], read: impl FnOnce(&[u8]) -> io::Result<T>) -> T {
        let ends = &mut *self.0.borrow_mut();
        ends.ask(request).unwrap_or_else(|error| panic!("{error}"));
        read(&ends.reply).unwrap_or_else(|error| panic!("from a worker process: {error}"))
    }
}

impl Ends {
    fn ask(&mut self, request: &[u8]) -> Result<(), WorkerError> {
        let Some(memory) = &mut self.memory else {
            self.worker.send(request)?;
            return self.worker.receive(&mut self.reply);
        };
        memory.write(request).unwrap_or_else(|error| panic!("the request does not fit: {error}"));
        self.worker.send(&length_of(request))?;
        self.worker.receive(&mut self.reply)?;
        let length = length_in(&self.reply).unwrap_or_else(|error| panic!("from a worker process: {error}"));
        memory.read(length, &mut self.reply).unwrap_or_else(|error| panic!("from a worker process: {error}"));
        Ok(())
    }
}

fn length_of(bytes: &[u8]) -> [u8; 8] {
    (bytes.len() as u64).to_le_bytes()
}

fn length_in(frame: &[u8]) -> io::Result<usize> {
    let length = frame.try_into().map_err(|_| worker::rubbish("a length of eight bytes", frame))?;
    usize::try_from(u64::from_le_bytes(length)).map_err(io::Error::other)
}

/// The worker's end: answers each request; through the memory at the path `memory`, or, where that is empty, its pipes.
pub(super) fn answer(
    memory: &str,
    requests: &mut dyn Read,
    replies: &mut dyn Write,
    answer: impl Fn(&[u8]) -> io::Result<Vec<u8>>,
) -> io::Result<()> {
    if memory.is_empty() {
        let mut request = Vec::new();
        while worker::read_frame(requests, &mut request)? {
            worker::write_frame(replies, &answer(&request)?)?;
        }
        return Ok(());
    }
    let mut memory = SharedMemory::open(memory)?;
    let mut bytes = Vec::new();
    worker::answer_each(requests, replies, |request, reply| {
        memory.read(length_in(request)?, &mut bytes)?;
        let result = answer(&bytes)?;
        memory.write(&result)?;
        reply.extend_from_slice(&length_of(&result));
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn through_memory_only_lengths_go_over_the_pipes() {
        let mut memory = SharedMemory::create(100).expect("the kernel has memfd_create");
        memory.write(b"request").expect("it fits");
        let (mut requests, mut replies) = (Vec::new(), Vec::new());
        worker::write_frame(&mut requests, &length_of(b"request")).expect("memory takes it");
        let reversed = |request: &[u8]| Ok(request.iter().rev().copied().collect());
        answer(&memory.path(), &mut &requests[..], &mut replies, reversed)
            .expect("it ends with its requests");
        assert_eq!(replies.len(), 12, "a frame of eight bytes");
        let mut read = Vec::new();
        memory.read(7, &mut read).expect("it is there");
        assert_eq!(read, b"tseuqer");
    }

    #[test]
    fn a_length_that_the_memory_does_not_hold_is_refused() {
        let memory = SharedMemory::create(4).expect("the kernel has memfd_create");
        let mut requests = Vec::new();
        worker::write_frame(&mut requests, &length_of(b"request")).expect("memory takes it");
        let same = |request: &[u8]| Ok(request.to_vec());
        let refused =
            answer(&memory.path(), &mut &requests[..], &mut Vec::new(), same).expect_err("seven in four");
        assert_eq!(refused.to_string(), "7 bytes in shared memory of 4");
        assert!(length_in(b"text").is_err());
    }
}
