//! Worker processes: this program started again. Knows no kernel; the worker's side lists their tasks.
//!
//! A worker talks through its stdin and stdout, in frames. It ends when its stdin does, and the kernel ends it when the
//! thread that started it ends: no worker outlives its parent, however that died.

mod frames;
mod requests;
mod serving;

use std::io::{self, BufReader};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::time::Duration;

use wait_timeout::ChildExt;

use super::threads;
use crate::system;
pub(crate) use frames::{answer_each, read_frame, rubbish, write_frame};
use requests::Requests;
use serving::TASK_VARIABLE;
pub(crate) use serving::{Task, serve, unavailable};

/// How long a worker whose pipe ended may take to end. Only an error waits for it.
const PATIENCE: Duration = Duration::from_secs(5);

/// The exit code of a process that panicked, by std's own runtime.
const PANICKED: i32 = 101;

/// A command that starts this program as the worker of `task`, of which `argument` may say more.
pub(crate) fn command(task: &str, argument: &str) -> io::Result<Command> {
    let mut command = Command::new(system::this_program()?);
    command.env(TASK_VARIABLE, format!("{task} {argument}").trim_end());
    system::say_parent(&mut command);
    Ok(command)
}

/// Why a worker gave no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WorkerError {
    /// The system starts no more processes.
    #[error("cannot start worker process `{task}`: {source}; `ulimit -u` shows how many are allowed")]
    Start {
        /// Its task.
        task: &'static str,
        /// What the system answered.
        source: io::Error,
    },
    /// It ended, or wrote what is no frame.
    #[error("worker process `{task}` (pid {pid}) gave no answer: {source}{}", ended.map(told_end).unwrap_or_default())]
    Answer {
        /// Its task.
        task: &'static str,
        /// Its process id.
        pid: u32,
        /// What went wrong on the pipe.
        source: io::Error,
        /// How it ended, if it did.
        ended: Option<ExitStatus>,
    },
}

/// How a worker ended, as its parent tells it.
fn told_end(status: ExitStatus) -> String {
    let panicked = if status.code() == Some(PANICKED) { ": it panicked" } else { "" };
    format!("; it ended with {status}{panicked}")
}

/// A running worker. Dropping it closes its stdin and waits for its end.
pub(crate) struct Worker {
    task: &'static str,
    child: Child,
    requests: Option<ChildStdin>,
    replies: BufReader<ChildStdout>,
}

impl Worker {
    /// Starts a worker for `task`.
    ///
    /// # Errors
    /// [`WorkerError::Start`], such as at the limit of processes.
    pub(crate) fn start(task: &'static str) -> Result<Self, WorkerError> {
        Self::start_with(task, "")
    }

    /// Starts a worker for `task`, of which `argument` says more.
    ///
    /// # Errors
    /// [`WorkerError::Start`], such as at the limit of processes.
    pub(crate) fn start_with(task: &'static str, argument: &str) -> Result<Self, WorkerError> {
        let command = command(task, argument).map_err(|source| WorkerError::Start { task, source })?;
        Self::from_command(task, command)
    }

    /// Starts `command`, which is to speak in frames.
    fn from_command(task: &'static str, mut command: Command) -> Result<Self, WorkerError> {
        let start = |source| WorkerError::Start { task, source };
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(start)?;
        let requests = child.stdin.take();
        let replies = child.stdout.take().ok_or_else(|| start(io::ErrorKind::BrokenPipe.into()))?;
        Ok(Self { task, child, requests, replies: BufReader::new(replies) })
    }

    /// Sends one request. Its reply must be received before a pipe's worth (64 KiB) of others is sent.
    ///
    /// # Errors
    /// [`WorkerError::Answer`] when the worker has gone.
    pub(crate) fn send(&mut self, request: &[u8]) -> Result<(), WorkerError> {
        let sent = match &mut self.requests {
            Some(requests) => write_frame(requests, request),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        };
        sent.map_err(|source| self.broken(source))
    }

    /// Receives one reply into `reply`.
    ///
    /// # Errors
    /// [`WorkerError::Answer`] when the worker ended or wrote what is no frame.
    pub(crate) fn receive(&mut self, reply: &mut Vec<u8>) -> Result<(), WorkerError> {
        match read_frame(&mut self.replies, reply) {
            Ok(true) => Ok(()),
            Ok(false) => Err(self.broken(io::ErrorKind::UnexpectedEof.into())),
            Err(source) => Err(self.broken(source)),
        }
    }

    /// What became of a worker whose pipe broke: it is ended and reaped.
    fn broken(&mut self, source: io::Error) -> WorkerError {
        self.requests = None;
        // One whose pipe ended is about to end, and keeps its own status; one that wrote rubbish and lives on is killed.
        let is_ending = matches!(source.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::BrokenPipe);
        let patience = if is_ending { PATIENCE } else { Duration::ZERO };
        let ended = match self.child.wait_timeout(patience) {
            Ok(Some(status)) => Some(status),
            _ => self.child.kill().and_then(|()| self.child.wait()).ok(),
        };
        WorkerError::Answer { task: self.task, pid: self.child.id(), source, ended }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.requests = None;
        // It ends with its stdin; if it cannot be waited for, it has already been.
        let _ = self.child.wait();
    }
}

/// Ends `workers` at once: each hears that nothing more comes before the first is waited for.
pub(crate) fn end(mut workers: Vec<Worker>) {
    workers.iter_mut().for_each(|worker| worker.requests = None);
}

/// Sends each of `requests` to whichever of `workers` is free, and returns the replies in the order of the requests.
///
/// # Errors
/// A [`WorkerError`]; no request is taken after it.
pub(crate) fn share(workers: &mut [Worker], requests: &[Vec<u8>]) -> Result<Vec<Vec<u8>>, WorkerError> {
    let mut replies = vec![Vec::new(); requests.len()];
    let requests = Requests::of(requests);
    std::thread::scope(|scope| {
        let feeders: Vec<_> =
            workers.iter_mut().map(|worker| threads::start_in(scope, || feed(worker, &requests))).collect();
        for feeder in feeders {
            for (place, reply) in feeder.join().expect("a feeder does not panic")? {
                replies[place] = reply;
            }
        }
        Ok(replies)
    })
}

/// Has `worker` take requests until there are none, and returns its replies with the places of the requests. Once it
/// gives no answer, nobody takes a request any more.
fn feed(worker: &mut Worker, requests: &Requests<'_>) -> Result<Vec<(usize, Vec<u8>)>, WorkerError> {
    let mut replies = Vec::new();
    while let Some((place, request)) = requests.take() {
        let mut reply = Vec::new();
        let answered = worker.send(request).and_then(|()| worker.receive(&mut reply));
        if let Err(error) = answered {
            requests.end();
            return Err(error);
        }
        replies.push((place, reply));
    }
    Ok(replies)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A worker that is a line of shell.
    fn shell(script: &str) -> Worker {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        Worker::from_command("planted", command).expect("there is a shell")
    }

    /// What is told of `worker` when it is asked.
    fn told(mut worker: Worker) -> String {
        let asked = share(std::slice::from_mut(&mut worker), &[b"a question".to_vec()]);
        let error = asked.expect_err("it gives no answer").to_string();
        assert!(!error.contains('\n'), "more than a line: {error}");
        assert!(error.starts_with("worker process `planted` (pid "), "{error}");
        assert!(matches!(worker.child.try_wait(), Ok(Some(_))), "it is gone and reaped");
        error
    }

    #[test]
    fn workers_that_echo_give_replies_in_order_a_thousand_times() {
        // `cat` sends each frame back: the smallest task there is.
        let cats = || -> Vec<Worker> {
            let cat = || Worker::from_command("planted", Command::new("cat")).expect("there is a cat");
            (0..2).map(|_| cat()).collect()
        };
        let requests: Vec<Vec<u8>> = (0..7).map(|number| vec![number; usize::from(number)]).collect();
        let mut ready = cats();
        for repeat in 0..1_000 {
            let some = &requests[..repeat % (requests.len() + 1)];
            assert_eq!(share(&mut ready, some).expect("they live"), some, "{repeat}");
        }
        for repeat in 0..1_000 {
            let some = &requests[..repeat % 3];
            assert_eq!(share(&mut cats(), some).expect("they live"), some, "{repeat}, made anew");
        }
    }

    #[test]
    fn a_worker_that_writes_rubbish_is_told_in_a_line_and_ended() {
        let error = told(shell("echo this is no frame; exec sleep 1000"));
        assert!(error.contains("no frame of a worker's") && error.contains("SIGKILL"), "{error}");
    }

    #[test]
    fn a_worker_that_ends_is_told_with_its_status() {
        let error = told(shell("head -c 8 > /dev/null; exit 3"));
        assert!(error.contains("exit status: 3"), "{error}");
        let error = told(shell("head -c 8 > /dev/null; printf '\\005\\000\\000\\000cut'"));
        assert!(error.contains("exit status: 0"), "{error}");
    }

    #[test]
    fn a_worker_that_panicked_is_told_so() {
        let error = told(shell("head -c 8 > /dev/null; exit 101"));
        assert!(error.ends_with("exit status: 101: it panicked"), "{error}");
    }

    #[test]
    fn nobody_takes_a_request_once_a_worker_gave_no_answer() {
        let questions = [b"one".to_vec(), b"two".to_vec(), b"three".to_vec()];
        let requests = Requests::of(&questions);
        let mut dead = shell("head -c 7 > /dev/null; exit 3");
        assert!(feed(&mut dead, &requests).is_err());
        assert_eq!(requests.take(), None, "two were left");
    }

    #[test]
    fn a_worker_that_is_killed_is_told_with_the_signal() {
        let worker = shell("exec sleep 1000");
        let pid = worker.child.id().to_string();
        let kill = Command::new("sh").args(["-c", &format!("kill -KILL {pid}")]).status();
        assert!(kill.is_ok_and(|status| status.success()));
        let error = told(worker);
        assert!(error.contains("SIGKILL") && error.contains(&pid), "{error}");
    }

    #[test]
    fn a_worker_that_cannot_be_started_is_told_with_what_would_mend_it() {
        let missing = Worker::from_command("planted", Command::new("/nowhere/program"));
        let error = missing.err().expect("there is no such program").to_string();
        assert!(
            error.contains("cannot start worker process `planted`") && error.contains("ulimit -u"),
            "{error}"
        );
    }
}
