//! Two processes that take turns: a byte in a pipe passes the turn, so that nobody between the two need be woken. What a
//! turn costs then is one switch of the CPU and not three, and a quad is over before the host changes its mode.

use std::fs::File;
use std::io::{self, Read, Write};

/// One side's ends of the two pipes.
#[derive(Debug)]
pub(super) struct Baton {
    listens: File,
    tells: File,
}

impl Baton {
    /// Opens the ends that another process of this user holds at these paths.
    ///
    /// # Errors
    /// What the system answers.
    pub(super) fn open(paths: &Paths) -> io::Result<Self> {
        Ok(Self {
            listens: File::open(&paths.listens)?,
            tells: File::options().write(true).open(&paths.tells)?,
        })
    }

    /// Waits for the turn.
    ///
    /// # Errors
    /// When the other side ended.
    pub(super) fn wait(&mut self) -> io::Result<()> {
        self.listens.read_exact(&mut [0])
    }

    /// Gives the other side its turn.
    ///
    /// # Errors
    /// When the other side ended.
    pub(super) fn pass(&mut self) -> io::Result<()> {
        self.tells.write_all(&[1])
    }
}

/// Where one side finds its ends.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Paths {
    /// The end that it reads.
    pub(super) listens: String,
    /// The end that it writes.
    pub(super) tells: String,
}

/// Both pipes, held open until both sides have opened their ends: one that ends later is then seen by the other.
#[cfg(target_os = "linux")]
pub(super) struct Pipes([(io::PipeReader, io::PipeWriter); 2]);

#[cfg(target_os = "linux")]
impl Pipes {
    /// Two new ones.
    ///
    /// # Errors
    /// What the system answers, such as at the limit of open files.
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self([io::pipe()?, io::pipe()?]))
    }

    /// Each side's ends.
    pub(super) fn paths(&self) -> [Paths; 2] {
        use std::os::fd::{AsFd, AsRawFd};
        let path = |end: &dyn AsFd| format!("/proc/{}/fd/{}", std::process::id(), end.as_fd().as_raw_fd());
        let [one, other] = &self.0;
        [
            Paths { listens: path(&one.0), tells: path(&other.1) },
            Paths { listens: path(&other.0), tells: path(&one.1) },
        ]
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn turns_go_to_and_fro_and_an_end_is_seen() {
        let pipes = Pipes::new().expect("two pipes");
        let [mut one, mut other] = pipes.paths().map(|paths| Baton::open(&paths).expect("they are open"));
        drop(pipes);
        one.pass().expect("the other listens");
        other.wait().expect("it has the turn");
        other.pass().expect("the one listens");
        one.wait().expect("it has the turn");
        drop(other);
        assert!(one.wait().is_err(), "the other ended");
        assert!(one.pass().is_err());
    }
}
