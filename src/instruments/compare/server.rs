//! A process that measures, as the one that compares holds it: started, asked, and gone when dropped.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;
use wait_timeout::ChildExt;

use super::wire::{Hello, PADDING_VARIABLE, PROTOCOL, Reply, Request, VARIABLE};
use crate::instruments::process::{
    ALLOCATOR_VARIABLE, KEEPS_MEMORY, in_own_group, interrupted, kill_group, last_line,
};
use crate::system::say_parent;

/// Longest reply that is believed, bytes: a block is some 200, and a request asks for a few hundred.
const LONGEST_REPLY: u64 = 1 << 20;
/// How long one that closed its pipes may take to end.
const GOODBYE: Duration = Duration::from_secs(5);
/// How often one that is waited for is looked at for Ctrl-C.
const GLANCE: Duration = Duration::from_millis(100);

/// A running server.
pub(super) struct Server {
    child: Child,
    requests: ChildStdin,
    replies: Receiver<std::io::Result<String>>,
    stderr: File,
    time_out: Duration,
}

impl Server {
    /// Starts `executable`, with so many bytes of environment that move its stack.
    ///
    /// # Errors
    /// One line: it does not start, or does not serve comparisons of this protocol.
    pub(super) fn start(executable: &Path, padding: usize, time_out: Duration) -> Result<Self, String> {
        let cannot = |error: std::io::Error| format!("{} cannot be started: {error}", executable.display());
        let stderr = tempfile::tempfile().map_err(cannot)?;
        let mut command = Command::new(executable);
        command
            .env(VARIABLE, "1")
            .env(PADDING_VARIABLE, "x".repeat(padding))
            .env(ALLOCATOR_VARIABLE, KEEPS_MEMORY)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(stderr.try_clone().map_err(cannot)?);
        in_own_group(&mut command);
        say_parent(&mut command);
        let mut child = command.spawn().map_err(cannot)?;
        let (Some(requests), Some(replies)) = (child.stdin.take(), child.stdout.take()) else {
            return Err("a measuring process has no stdin or stdout".to_owned());
        };
        let mut server = Self { child, requests, replies: lines(replies), stderr, time_out };
        let hello: Hello = server.read().map_err(|reason| {
            format!("{} does not serve comparisons (protocol {PROTOCOL}): {reason}", executable.display())
        })?;
        if hello.perflab_compare != PROTOCOL {
            return Err(format!(
                "{} serves comparisons by protocol {}, this build by {PROTOCOL}: compare revisions between which it \
                 did not change",
                executable.display(),
                hello.perflab_compare
            ));
        }
        Ok(server)
    }

    /// Asks, and waits for the answer.
    ///
    /// # Errors
    /// One line: what the server said, how it died, or that it took too long.
    pub(super) fn ask(&mut self, request: &Request) -> Result<Reply, String> {
        self.tell(request)?;
        self.hear()
    }

    /// Asks; the answer is to be heard later.
    ///
    /// # Errors
    /// One line: how the server died.
    pub(super) fn tell(&mut self, request: &Request) -> Result<(), String> {
        let mut line = serde_json::to_vec(request).map_err(|error| error.to_string())?;
        line.push(b'\n');
        if let Err(error) = self.requests.write_all(&line).and_then(|()| self.requests.flush()) {
            return Err(self.how_it_ended(&error.to_string()));
        }
        Ok(())
    }

    /// Waits for the answer.
    ///
    /// # Errors
    /// One line: what the server said, how it died, or that it took too long.
    pub(super) fn hear(&mut self) -> Result<Reply, String> {
        match self.read()? {
            Reply::Failed(reason) => Err(reason),
            reply => Ok(reply),
        }
    }

    fn read<T: DeserializeOwned>(&mut self) -> Result<T, String> {
        let deadline = Instant::now() + self.time_out;
        let line = loop {
            match self.replies.recv_timeout(GLANCE) {
                Ok(Ok(line)) => break line,
                Ok(Err(error)) => return Err(self.how_it_ended(&error.to_string())),
                Err(RecvTimeoutError::Disconnected) => return Err(self.how_it_ended("it said nothing more")),
                Err(RecvTimeoutError::Timeout) if interrupted() => return Err("interrupted".to_owned()),
                Err(RecvTimeoutError::Timeout) if Instant::now() > deadline => {
                    return Err(format!("no answer in {} s; --timeout allows more", self.time_out.as_secs()));
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        };
        serde_json::from_str(&line).map_err(|error| {
            let beginning: String = line.chars().take(60).collect();
            format!("it answered what is no answer ({error}): `{beginning}`")
        })
    }

    /// Why it says nothing more.
    fn how_it_ended(&mut self, otherwise: &str) -> String {
        // One that closed its pipes is about to end, and is to say how.
        if !matches!(self.child.wait_timeout(GOODBYE), Ok(Some(_))) {
            kill_group(self.child.id());
        }
        let status = self.child.wait().map_or_else(|_| otherwise.to_owned(), |status| status.to_string());
        let said = last_line(&mut self.stderr).unwrap_or_default();
        if said.is_empty() {
            format!("it ended with {status}")
        } else {
            format!("it ended with {status}: {said}")
        }
    }
}

/// Whether `executable` serves comparisons by our protocol: what it does not for one case, it does for none.
///
/// # Errors
/// One line: it does not start, or does not serve them, or by another protocol.
pub fn serves(executable: &Path, time_out: Duration) -> Result<(), String> {
    Server::start(executable, 0, time_out).map(drop)
}

impl Drop for Server {
    fn drop(&mut self) {
        kill_group(self.child.id());
        // Already gone is as good as ended.
        let _ = self.child.wait();
    }
}

/// Reads lines in a thread of its own, so that waiting for one can end.
fn lines(from: ChildStdout) -> Receiver<std::io::Result<String>> {
    let (tell, told) = channel();
    std::thread::spawn(move || {
        let mut from = BufReader::new(from);
        loop {
            let mut line = String::new();
            let told = match from.by_ref().take(LONGEST_REPLY).read_line(&mut line) {
                Ok(0) => return,
                Ok(_) => tell.send(Ok(line)),
                Err(error) => tell.send(Err(error)),
            };
            if told.is_err() {
                return;
            }
        }
    });
    told
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn script(text: &str) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("side");
        std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).expect("it can be written");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("it is ours");
        (folder, path)
    }

    fn start(text: &str) -> Result<Server, String> {
        let (_folder, path) = script(text);
        Server::start(&path, 16, Duration::from_secs(60))
    }

    const HELLO: &str = r#"echo '{"perflab_compare":3}'"#;

    #[test]
    fn a_program_that_serves_no_comparisons_is_told() {
        let Err(silent) = start("echo 'no such thing' >&2; exit 3") else { panic!("it does not serve") };
        assert!(
            silent.contains("does not serve comparisons") && silent.contains("no such thing"),
            "{silent}"
        );
        let Err(newer) = start(r#"echo '{"perflab_compare":99}'; cat"#) else { panic!("it is newer") };
        assert!(newer.contains("protocol 99"), "{newer}");
        let (_folder, path) = script(r#"echo '{"perflab_compare":99}'; cat"#);
        assert_eq!(
            serves(&path, Duration::from_secs(60)).map_err(|line| line.contains("protocol 99")),
            Err(true)
        );
        let Err(rubbish) = start("echo hello; cat") else { panic!("it talks rubbish") };
        assert!(rubbish.contains("`hello"), "{rubbish}");
    }

    #[test]
    fn one_that_dies_is_told_with_its_last_words() {
        let mut server = start(&format!("{HELLO}; read line; echo why >&2; kill -9 $$")).expect("it serves");
        let Err(death) = server.ask(&Request::Pin { cpu: 0 }) else { panic!("it died") };
        assert!(death.contains("signal: 9") && death.contains("why"), "{death}");
    }

    #[test]
    fn an_answer_and_a_refusal_are_told_apart() {
        let mut server = start(&format!(
            r#"{HELLO}; read line; echo '{{"pinned":true}}'; read line; echo '{{"failed":"no such case"}}'; cat"#
        ))
        .expect("it serves");
        assert_eq!(server.ask(&Request::Pin { cpu: 0 }), Ok(Reply::Pinned(true)));
        assert_eq!(server.ask(&Request::Pin { cpu: 0 }), Err("no such case".to_owned()));
    }
}
