//! Parts of the text counted by worker processes. Text goes there, counts come back: both are copied.

use std::cell::RefCell;
use std::io::{self, Read, Write};

use super::{Counts, WORKERS, count, counts, is_right, merge, merged_bound};
use crate::workload::{Answer, Concurrency, Workload};
use crate::workloads::concurrency::worker::{self, Task, Worker};
use crate::workloads::text::Text;

/// Sends text, receives its counts.
pub(in crate::workloads::concurrency) const TASK: Task = Task { name: "words", live };

fn live(_argument: &str, requests: &mut dyn Read, replies: &mut dyn Write) -> io::Result<()> {
    worker::answer_each(requests, replies, |request, reply| {
        let part = str::from_utf8(request).map_err(|_| worker::rubbish("a text", request))?;
        reply.extend(postcard::to_allocvec(&count(part)).map_err(io::Error::other)?);
        Ok(())
    })
}

fn counts_in(reply: &[u8]) -> Counts {
    postcard::from_bytes(reply).unwrap_or_else(|error| {
        panic!("{}: {error}", worker::rubbish("counts from the worker process `words`", reply))
    })
}

pub(crate) struct TwoProcessesReady;

impl Workload for TwoProcessesReady {
    const NAME: &'static str = "two-processes-ready";
    const ABOUT: &'static str = "half of the text copied to each of two waiting worker processes; their counts are copied back and merged";
    const MIRRORS: Option<&'static str> = Some("map-reduce/processes");
    const CONCURRENCY: Concurrency = Concurrency { threads: true, ..Concurrency::PROCESSES };
    type Input = (Text, RefCell<Vec<Worker>>);
    counts!();

    fn input(size: usize) -> Self::Input {
        let hire = || Worker::start(TASK.name).unwrap_or_else(|error| panic!("{error}"));
        (Text::of(size), RefCell::new((0..WORKERS).map(|_| hire()).collect()))
    }

    fn run((text, workers): &Self::Input) -> Counts {
        let requests: Vec<_> = text.parts(WORKERS).into_iter().map(|part| part.as_bytes().to_vec()).collect();
        let replies = worker::share(&mut workers.borrow_mut(), &requests);
        let replies = replies.unwrap_or_else(|error| panic!("{error}"));
        replies.iter().map(|reply| counts_in(reply)).reduce(merge).unwrap_or_default()
    }

    fn check((text, _): &Self::Input, counts: &Counts) -> bool {
        is_right(text, counts)
    }

    fn unavailable(_size: usize) -> Option<String> {
        worker::unavailable()
    }

    fn speedup_bound(size: usize, cores: usize) -> Option<f64> {
        Some(merged_bound(size, WORKERS, cores))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_comes_back_as_counts_and_rubbish_ends_the_worker_with_a_reason() {
        let (mut requests, mut replies, mut reply) = (Vec::new(), Vec::new(), Vec::new());
        worker::write_frame(&mut requests, b"ba de ba").expect("memory takes it");
        worker::write_frame(&mut requests, &[0xff]).expect("memory takes it");
        let error = live("", &mut &requests[..], &mut replies).expect_err("the second is no text");
        assert_eq!(error.to_string(), "1 bytes are not a text");
        worker::read_frame(&mut &replies[..], &mut reply).expect("the first was answered");
        assert_eq!(counts_in(&reply), [("ba", 2), ("de", 1)].map(|(word, n)| (word.to_owned(), n)).into());
    }

    #[test]
    #[should_panic(expected = "3 bytes are not counts from the worker process `words`")]
    fn counts_that_are_rubbish_say_so() {
        counts_in(&[9, 9, 9]);
    }
}
