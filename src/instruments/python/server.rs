//! CPython at work: a process that runs the kernels of kernels.py when it is told to. Knows no case.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use wait_timeout::ChildExt;

use crate::instruments::process::{ALLOCATOR_VARIABLE, last_line};
use crate::workload::Answer;

const SCRIPT: &str = include_str!("kernels.py");

/// Longest reply that is believed, bytes: ours have a hundred or two.
const LONGEST_REPLY: u64 = 4_096;

/// How long a server may take to end once its stdin has.
const GOODBYE: Duration = Duration::from_secs(5);

/// What a server is asked.
#[derive(Serialize)]
struct Request<'a> {
    serial: u64,
    ask: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kernel: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iterations: Option<u64>,
}

/// What it may answer.
#[derive(Deserialize)]
struct Reply {
    serial: u64,
    error: Option<String>,
    elapsed_ns: Option<u64>,
    answer: Option<(u64, u64)>,
    #[serde(flatten)]
    about: Option<About>,
}

/// Which Python it is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct About {
    /// `cpython`.
    pub(super) implementation: String,
    pub(super) version: (u32, u32, u32),
    /// Whether one global lock lets one thread run at a time.
    pub(super) locked: bool,
    /// Whether it was built to do without that lock.
    pub(super) free_threaded: bool,
    pub(super) executable: String,
}

/// A running server. Dropping it closes its stdin and waits for its end, which it has to keep to.
pub(super) struct Server {
    child: Child,
    requests: Option<ChildStdin>,
    replies: BufReader<ChildStdout>,
    stderr: File,
    serial: u64,
}

/// The command that starts a server: isolated from the user's variables and packages.
pub(super) fn command(python: &Path) -> Command {
    let mut command = Command::new(python);
    command.args(["-I", "-S", "-u", "-c", SCRIPT]);
    // Our allocator's settings are for measured Rust code; CPython is measured as its user would run it.
    command.env_remove(ALLOCATOR_VARIABLE);
    ends_with_parent(&mut command);
    command
}

#[cfg(target_os = "linux")]
fn ends_with_parent(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    let set = || Ok(rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?);
    // SAFETY: between fork and exec it makes one system call and touches no memory of the parent's.
    unsafe { command.pre_exec(set) };
}

#[cfg(not(target_os = "linux"))]
fn ends_with_parent(_command: &mut Command) {}

impl Server {
    /// Starts `command`.
    ///
    /// # Errors
    /// One line on why it does not start.
    pub(super) fn start(mut command: Command) -> Result<Self, String> {
        let cannot = |error: std::io::Error| format!("python3 cannot be started: {error}");
        let stderr = tempfile::tempfile().map_err(cannot)?;
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(stderr.try_clone().map_err(cannot)?);
        let mut child = command.spawn().map_err(cannot)?;
        let requests = child.stdin.take();
        let replies = child.stdout.take().ok_or("python3 has no stdout")?;
        Ok(Self { child, requests, replies: BufReader::new(replies), stderr, serial: 0 })
    }

    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Which Python it is.
    ///
    /// # Errors
    /// One line, when it does not say.
    pub(super) fn about(&mut self) -> Result<About, String> {
        let reply = self.ask("about", None, None)?;
        reply.about.ok_or_else(|| "python3 does not say what it is".to_owned())
    }

    /// Makes `kernel` ready at `size` and runs it once: its answer, and how long it took.
    ///
    /// # Errors
    /// One line, when it raised, died or answered nonsense.
    pub(super) fn answer(&mut self, kernel: &str, size: usize) -> Result<(Answer, Duration), String> {
        let reply = self.ask("answer", Some((kernel, size)), None)?;
        let told = reply.answer.zip(reply.elapsed_ns);
        let ((count, digest), ns) = told.ok_or("python3 answered without an answer")?;
        Ok((Answer { count, digest }, Duration::from_nanos(ns)))
    }

    /// How long `iterations` of `kernel` at `size` took, by its own clock.
    ///
    /// # Errors
    /// As [`answer`](Self::answer).
    pub(super) fn run(&mut self, kernel: &str, size: usize, iterations: u64) -> Result<Duration, String> {
        let reply = self.ask("run", Some((kernel, size)), Some(iterations))?;
        let ns = reply.elapsed_ns.filter(|ns| *ns > 0);
        ns.map(Duration::from_nanos).ok_or_else(|| "python3 answered without a time".to_owned())
    }

    fn ask(
        &mut self,
        ask: &str,
        kernel: Option<(&str, usize)>,
        iterations: Option<u64>,
    ) -> Result<Reply, String> {
        self.serial += 1;
        let (kernel, size) = kernel.unzip();
        let request = Request { serial: self.serial, ask, kernel, size, iterations };
        let mut line = serde_json::to_string(&request).map_err(|error| error.to_string())?;
        line.push('\n');
        let sent = self.requests.as_mut().map(|requests| requests.write_all(line.as_bytes()));
        if !matches!(sent, Some(Ok(()))) {
            return Err(self.gone());
        }
        let mut reply = Vec::new();
        let read = (&mut self.replies).take(LONGEST_REPLY).read_until(b'\n', &mut reply);
        if read.is_err() || reply.is_empty() {
            return Err(self.gone());
        }
        if reply.last() != Some(&b'\n') && reply.len() as u64 == LONGEST_REPLY {
            return Err(format!("python3 floods its stdout: {LONGEST_REPLY} bytes without a line's end"));
        }
        let nonsense = || {
            let text = String::from_utf8_lossy(&reply);
            let shown: String = text.trim().chars().filter(|c| !c.is_control()).take(60).collect();
            format!("python3 answered nonsense: `{shown}`")
        };
        let reply: Reply = serde_json::from_slice(&reply).map_err(|_| nonsense())?;
        match reply.error {
            Some(error) => Err(format!("python3 raised {}", error.lines().next().unwrap_or_default())),
            None if reply.serial != self.serial => Err(nonsense()),
            None => Ok(reply),
        }
    }

    /// Why a server says nothing more.
    fn gone(&mut self) -> String {
        self.requests = None;
        let ended = match self.child.wait_timeout(GOODBYE) {
            Ok(Some(status)) => format!("with {status}"),
            _ => "its conversation and not itself".to_owned(),
        };
        let said = last_line(&mut self.stderr).unwrap_or_default();
        let said = if said.is_empty() { said } else { format!(": {said}") };
        format!("python3 ended {ended}{said}")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.requests = None;
        if !matches!(self.child.wait_timeout(GOODBYE), Ok(Some(_))) {
            // Already gone is as good as killed.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}
