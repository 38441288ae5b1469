//! How should a child be talked with? It says as many bytes as a size counts before it listens to as many: a parent
//! that feeds it first and reads it then waits for ever once a size exceeds a pipe.

use std::io::{self, Read, Seek, Write};
use std::process::{Command, Stdio};

use super::super::worker::{self, Task};
use super::{KillOnDrop, start_own, talk};
use crate::system;
use crate::workload::{Answer, Concurrency, Workload};

/// The study notes' child.
const SENTENCE: &str = "Hello from the child!";

/// The sentence and its line's end, over and over, as many bytes as asked for.
fn text(bytes: usize) -> String {
    let line = format!("{SENTENCE}\n");
    let mut text = line.repeat(bytes.div_ceil(line.len()));
    // ASCII: every byte is a character's end.
    text.truncate(bytes);
    text
}

/// This program started again, to say as many bytes as its argument counts, and then to listen to as many.
pub(in super::super) const SAY: Task = Task { name: "say", live: say };

fn say(bytes: &str, from: &mut dyn Read, to: &mut dyn Write) -> io::Result<()> {
    let bytes: usize =
        bytes.parse().map_err(|error| io::Error::other(format!("`{bytes}` is no length: {error}")))?;
    to.write_all(text(bytes).as_bytes())?;
    to.flush()?;
    let heard = io::copy(from, &mut io::sink())?;
    if heard == bytes as u64 {
        Ok(())
    } else {
        Err(io::Error::other(format!("heard {heard} of {bytes} bytes")))
    }
}

/// What the child is fed.
pub(crate) struct Food(Vec<u8>);

impl Food {
    /// Starts the child that says as much as it is fed.
    fn start_child(&self, stdin: Stdio, stdout: Stdio) -> KillOnDrop {
        start_own(&SAY, self.0.len(), stdin, stdout)
    }
}

/// What the child said, once it has ended well.
fn decoded(child: &mut KillOnDrop, said: io::Result<Vec<u8>>) -> String {
    let status = child.wait();
    let said = said.unwrap_or_else(|error| panic!("the child's pipe broke: {error}; it ended with {status}"));
    assert!(status.success(), "the child ended with {status}");
    String::from_utf8(said).unwrap_or_else(|error| panic!("the child did not say text: {error}"))
}

/// What members share.
macro_rules! of_what_is_said {
    () => {
        type Input = Food;
        type Output = String;

        fn input(size: usize) -> Food {
            Food(text(size).into_bytes())
        }

        // Byte by byte from the sentence, which the child repeated in a process of its own.
        fn check(food: &Food, said: &String) -> bool {
            let line = SENTENCE.bytes().chain([b'\n']);
            said.len() == food.0.len() && said.bytes().eq(line.cycle().take(said.len()))
        }

        fn answer(said: &String) -> Answer {
            Answer::of_text(said)
        }
    };
}

pub(crate) struct ReaderThread;

impl Workload for ReaderThread {
    const NAME: &'static str = "reader-thread";
    const ABOUT: &'static str = "a thread reads the child's output while this one writes its input";
    const CONCURRENCY: Concurrency = Concurrency { threads: true, ..Concurrency::PROCESSES };
    of_what_is_said!();

    fn run(food: &Food) -> String {
        let mut child = food.start_child(Stdio::piped(), Stdio::piped());
        let said = talk::with_reader_thread(&mut child, &food.0);
        decoded(&mut child, said)
    }

    fn unavailable(_size: usize) -> Option<String> {
        worker::unavailable()
    }
}

pub(crate) struct Poll;

impl Workload for Poll {
    const NAME: &'static str = "poll";
    const ABOUT: &'static str = "one thread polls both pipes and moves what they take and hold";
    const CONCURRENCY: Concurrency = Concurrency::PROCESSES;
    of_what_is_said!();

    fn run(food: &Food) -> String {
        let mut children = [food.start_child(Stdio::piped(), Stdio::piped())];
        let said = talk::by_poll(&mut children, std::slice::from_ref(&food.0));
        let [child] = &mut children;
        decoded(child, said.map(|said| said.into_iter().flatten().collect()))
    }

    fn unavailable(_size: usize) -> Option<String> {
        worker::unavailable().or_else(system::unix_only)
    }
}

pub(crate) struct Files;

impl Workload for Files {
    const NAME: &'static str = "files";
    const ABOUT: &'static str = "input and output are temporary files, which never fill up as a pipe does";
    const CONCURRENCY: Concurrency = Concurrency::PROCESSES;
    of_what_is_said!();

    fn run(food: &Food) -> String {
        let through_files = || {
            let (mut stdin, mut stdout) = (tempfile::tempfile()?, tempfile::tempfile()?);
            stdin.write_all(&food.0)?;
            stdin.rewind()?;
            let mut child = food.start_child(stdin.into(), stdout.try_clone()?.into());
            child.wait();
            let mut said = Vec::new();
            stdout.rewind()?;
            stdout.read_to_end(&mut said)?;
            Ok((child, said))
        };
        let (mut child, said) = through_files().unwrap_or_else(|error: io::Error| {
            panic!("no temporary file: {error}; TMPDIR names their folder")
        });
        decoded(&mut child, Ok(said))
    }

    fn unavailable(_size: usize) -> Option<String> {
        worker::unavailable()
    }
}

pub(crate) struct Echo;

impl Workload for Echo {
    const NAME: &'static str = "echo";
    const ABOUT: &'static str = "the child is `echo`, of which only the output is read";
    const MIRRORS: Option<&'static str> = Some("child-output");
    const SIZES: Option<&'static [usize]> = Some(&[SENTENCE.len() + 1]);
    const CONCURRENCY: Concurrency = Concurrency::PROCESSES;
    of_what_is_said!();

    fn run(_: &Food) -> String {
        let mut command = Command::new("echo");
        command.arg(SENTENCE).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = KillOnDrop::start(&mut command);
        let (_, from) = child.pipes();
        let mut said = Vec::new();
        let read =
            from.ok_or(io::ErrorKind::BrokenPipe.into()).and_then(|mut from| from.read_to_end(&mut said));
        decoded(&mut child, read.map(|_| said))
    }

    fn unavailable(_size: usize) -> Option<String> {
        super::missing("echo", "`apt install coreutils`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_as_long_as_asked() {
        for bytes in [0, 1, 21, 22, 23, 44, 1 << 20] {
            assert_eq!(text(bytes).len(), bytes);
        }
        assert_eq!(text(22), "Hello from the child!\n");
        assert_eq!(text(25), "Hello from the child!\nHel");
    }

    #[test]
    fn a_child_that_was_not_fed_enough_says_so() {
        let mut said = Vec::new();
        let short = say("30", &mut &b"12345"[..], &mut said).expect_err("it is still hungry");
        assert_eq!(short.to_string(), "heard 5 of 30 bytes");
        assert_eq!(said, text(30).into_bytes());
    }

    #[test]
    fn another_text_is_rejected() {
        let food = ReaderThread::input(44);
        assert!(Poll::check(&food, &text(44)));
        for wrong in [text(43), text(45), text(44).replace("child", "adult")] {
            assert!(!Poll::check(&food, &wrong), "{wrong}");
        }
    }
}
