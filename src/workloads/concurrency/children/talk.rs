//! Talking with children through their pipes without ever waiting for a pipe that nobody empties: a pipe holds 64 KiB
//! (pipe(7)), so a parent that only writes and a child that only writes wait for each other for ever.

use std::io::{self, Read, Write};
use std::process::{ChildStdin, ChildStdout};
use std::thread;

use super::super::threads;
use super::KillOnDrop;

/// Feeds `bytes` to the child while a thread reads what it says, to its end.
///
/// # Errors
/// What the pipes answer, such as a child that ended before it had read all.
pub(super) fn with_reader_thread(child: &mut KillOnDrop, bytes: &[u8]) -> io::Result<Vec<u8>> {
    let (to, from) = child.pipes();
    let mut from = from.ok_or(io::ErrorKind::BrokenPipe)?;
    thread::scope(|scope| {
        let reader = threads::start_in(scope, move || {
            let mut said = Vec::new();
            from.read_to_end(&mut said).map(|_| said)
        });
        // Closed at the end of this statement: the child sees that no more comes.
        let fed = to.ok_or(io::ErrorKind::BrokenPipe.into()).and_then(|mut to| to.write_all(bytes));
        let said = reader.join().expect("a reader does not panic");
        fed.and(said)
    })
}

/// Most bytes moved in one call.
const CHUNK: usize = 64 * 1024;

/// One child's pipes, and what went through them.
struct Line<'a> {
    to: Option<ChildStdin>,
    from: Option<ChildStdout>,
    unfed: &'a [u8],
    said: Vec<u8>,
}

impl Line<'_> {
    /// Writes what the pipe takes; closes it after the last byte.
    fn feed(&mut self) -> io::Result<()> {
        if let Some(to) = &mut self.to
            && !self.unfed.is_empty()
        {
            match to.write(self.unfed) {
                Ok(written) => self.unfed = &self.unfed[written..],
                Err(error) if may_go_on(&error) => {}
                Err(error) => return Err(error),
            }
        }
        if self.unfed.is_empty() {
            self.to = None;
        }
        Ok(())
    }

    /// Reads what the pipe holds; lets go of it at its end.
    fn listen(&mut self, buffer: &mut [u8]) -> io::Result<()> {
        if let Some(from) = &mut self.from {
            match from.read(buffer) {
                Ok(0) => self.from = None,
                Ok(read) => self.said.extend_from_slice(&buffer[..read]),
                Err(error) if may_go_on(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

fn may_go_on(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}

/// Feeds each child its bytes and reads what all of them say, to their ends, in one thread that polls their pipes.
///
/// # Errors
/// What the pipes answer, such as a child that ended before it had read all.
#[cfg(unix)]
pub(super) fn by_poll(children: &mut [KillOnDrop], bytes: &[Vec<u8>]) -> io::Result<Vec<Vec<u8>>> {
    use rustix::event::{PollFd, PollFlags, poll};

    let mut lines = Vec::with_capacity(children.len());
    for (child, bytes) in children.iter_mut().zip(bytes) {
        let (to, from) = child.pipes();
        // Reading and writing then take what is there, and never wait.
        to.as_ref().map(|to| rustix::io::ioctl_fionbio(to, true)).transpose()?;
        from.as_ref().map(|from| rustix::io::ioctl_fionbio(from, true)).transpose()?;
        lines.push(Line { to, from, unfed: bytes, said: Vec::new() });
    }
    let mut buffer = vec![0; CHUNK];
    loop {
        for line in &mut lines {
            line.feed()?;
            line.listen(&mut buffer)?;
        }
        let writing = lines.iter().filter_map(|line| line.to.as_ref());
        let reading = lines.iter().filter_map(|line| line.from.as_ref());
        let mut files: Vec<_> = writing
            .map(|to| PollFd::new(to, PollFlags::OUT))
            .chain(reading.map(|from| PollFd::new(from, PollFlags::IN)))
            .collect();
        if files.is_empty() {
            return Ok(lines.into_iter().map(|line| line.said).collect());
        }
        match poll(&mut files, None) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

#[cfg(not(unix))]
pub(super) fn by_poll(_: &mut [KillOnDrop], _: &[Vec<u8>]) -> io::Result<Vec<Vec<u8>>> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(all(test, unix))]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    fn start(program: &str, argument: &[&str]) -> KillOnDrop {
        let mut command = Command::new(program);
        KillOnDrop::start(command.args(argument).stdin(Stdio::piped()).stdout(Stdio::piped()))
    }

    /// Says 1 MiB, sixteen pipes full, before it reads.
    const FLOODS: [&str; 2] = ["-c", "head -c 1048576 /dev/zero; cat > /dev/null"];

    #[test]
    fn a_child_that_floods_its_pipe_before_it_reads_is_heard_to_the_end() {
        let bytes = vec![7; 1 << 20];
        let heard = with_reader_thread(&mut start("sh", &FLOODS), &bytes).expect("the pipes hold");
        assert!(heard == vec![0; 1 << 20], "{} bytes by a thread", heard.len());
        let heard = by_poll(&mut [start("sh", &FLOODS)], &[bytes]).expect("the pipes hold");
        assert!(heard == [vec![0; 1 << 20]], "{} bytes by poll", heard[0].len());
    }

    #[test]
    fn each_child_is_heard_apart() {
        let words = [b"one".to_vec(), Vec::new(), vec![3; 300_000]];
        let mut children = words.each_ref().map(|_| start("cat", &[]));
        assert!(by_poll(&mut children, &words).expect("the pipes hold") == words);
    }

    #[test]
    fn a_child_that_ends_before_it_has_read_all_is_an_error() {
        let bytes = vec![7; 1 << 20];
        let by_thread = with_reader_thread(&mut start("true", &[]), &bytes).expect_err("nobody reads");
        assert_eq!(by_thread.kind(), io::ErrorKind::BrokenPipe);
        let polled = by_poll(&mut [start("true", &[])], &[bytes]).expect_err("nobody reads");
        assert_eq!(polled.kind(), io::ErrorKind::BrokenPipe);
    }
}
