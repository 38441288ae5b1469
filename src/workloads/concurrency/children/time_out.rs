//! How should a child be waited for that does not end in time? It would sleep for ten seconds; after the patience, it
//! is asked to end, by SIGTERM, and reaped.

use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

use wait_timeout::ChildExt;

use super::{KillOnDrop, start_sleeper};
use crate::system;
use crate::workload::{Answer, Concurrency, Workload};
use crate::workloads::concurrency::worker;

/// As long as in the study notes.
const SLEEP: Duration = Duration::from_secs(10);
/// How long a child may take to end once it was asked to; it is then killed (and the check rejects that).
const GRACE: Duration = Duration::from_secs(5);
/// SIGTERM, as Python's `returncode` has it.
const TERMINATED: i32 = -15;

/// A child whose time was out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ended {
    return_code: i32,
    /// From its start to the moment at which patience was lost.
    waited: Duration,
}

/// Starts the child, has `wait` wait for its end for at least the patience, and ends it.
fn end_after(patience: Duration, wait: impl FnOnce(&mut Child, Duration)) -> Ended {
    let began = Instant::now();
    let mut sleeper = start_sleeper(SLEEP);
    wait(sleeper.child(), patience);
    let waited = began.elapsed();
    Ended { return_code: end(sleeper, GRACE), waited }
}

/// Asks the child to end, and kills it if it has not done so after `grace`; its return code.
fn end(mut sleeper: KillOnDrop, grace: Duration) -> i32 {
    let child = sleeper.child();
    let ended = system::terminate(child).and_then(|()| child.wait_timeout(grace));
    let status = match ended {
        Ok(Some(status)) => status,
        // One that ignores SIGTERM.
        Ok(None) => sleeper.kill(),
        Err(error) => panic!("process {} cannot be ended: {error}", child.id()),
    };
    system::return_code(status)
}

/// What members share: a size is the patience, in milliseconds.
macro_rules! ended_by_its_parent {
    () => {
        const CONCURRENCY: Concurrency = Concurrency::PROCESSES;
        type Input = Duration;
        type Output = Ended;

        fn input(size: usize) -> Duration {
            Duration::from_millis(size as u64)
        }

        fn check(patience: &Duration, ended: &Ended) -> bool {
            ended.return_code == TERMINATED && ended.waited >= *patience
        }

        fn answer(ended: &Ended) -> Answer {
            Answer::of_sequence([u64::from(ended.return_code.unsigned_abs())])
        }
    };
}

pub(crate) struct WaitTimeout;

impl Workload for WaitTimeout {
    const NAME: &'static str = "wait-timeout";
    const ABOUT: &'static str = "sleeps until SIGCHLD or the patience is over, by the crate of that name";
    const MIRRORS: Option<&'static str> = Some("child-time-out");
    ended_by_its_parent!();

    fn run(patience: &Duration) -> Ended {
        end_after(*patience, |child, patience| {
            // The crate cuts what is left of a time-out to whole milliseconds (wait-timeout 0.2, src/unix.rs), and so
            // would come back up to one too soon.
            child.wait_timeout(patience + Duration::from_millis(1)).expect("the child is ours");
        })
    }

    fn unavailable(_size: usize) -> Option<String> {
        worker::unavailable().or_else(system::unix_only)
    }
}

pub(crate) struct TryWait;

/// How long [`TryWait`] sleeps between two looks.
const GLANCE: Duration = Duration::from_millis(1);

impl Workload for TryWait {
    const NAME: &'static str = "try-wait";
    const ABOUT: &'static str = "looks every millisecond whether the child has ended: a wake-up each";
    ended_by_its_parent!();

    fn run(patience: &Duration) -> Ended {
        end_after(*patience, |child, patience| {
            let began = Instant::now();
            while began.elapsed() < patience && child.try_wait().expect("the child is ours").is_none() {
                thread::sleep(GLANCE);
            }
        })
    }

    fn unavailable(_size: usize) -> Option<String> {
        worker::unavailable().or_else(system::unix_only)
    }
}

pub(crate) struct ProcessFile;

impl Workload for ProcessFile {
    const NAME: &'static str = "pidfd";
    const ABOUT: &'static str =
        "polls a file that stands for the process: no signal, no wake-up before the end";
    ended_by_its_parent!();

    fn run(patience: &Duration) -> Ended {
        end_after(*patience, |child, patience| {
            system::wait_on_process_file(child, patience)
                .unwrap_or_else(|error| panic!("pidfd_open: {error}; it needs Linux 5.3"));
        })
    }

    fn unavailable(_size: usize) -> Option<String> {
        worker::unavailable().or_else(system::linux_only).or_else(system::without_process_files)
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::io::Read;
    use std::process::{Command, Stdio};

    use super::*;

    fn sleeping() -> KillOnDrop {
        KillOnDrop::start(Command::new("sleep").arg("600"))
    }

    #[test]
    fn a_child_ends_by_the_signal_it_was_sent() {
        assert_eq!(end(sleeping(), Duration::from_secs(60)), -15);
    }

    #[test]
    fn a_stopped_child_ends_or_is_killed() {
        let mut stopped = sleeping();
        let id = stopped.child().id().to_string();
        let status = Command::new("kill").args(["-STOP", &id]).status().expect("kill is there");
        assert!(status.success());
        // Which of the two is the kernel's choice.
        assert!([-15, -9].contains(&end(stopped, Duration::from_millis(20))));
    }

    #[test]
    fn a_child_that_ignores_the_signal_is_killed_once_grace_is_over() {
        let mut command = Command::new("sh");
        command.args(["-c", "trap '' TERM; echo; exec sleep 600"]).stdout(Stdio::piped());
        let mut deaf = KillOnDrop::start(&mut command);
        // Once it has said its line, it ignores.
        let (_, from) = deaf.pipes();
        let mut line = [0];
        from.expect("a pipe").read_exact(&mut line).expect("a line");
        assert_eq!(end(deaf, Duration::from_millis(20)), -9);
    }

    #[test]
    fn a_child_that_ended_otherwise_or_too_soon_is_rejected() {
        let patience = Duration::from_millis(10);
        let right = Ended { return_code: -15, waited: patience };
        assert!(TryWait::check(&patience, &right));
        assert!(!TryWait::check(&patience, &Ended { return_code: -9, ..right }));
        assert!(!TryWait::check(&patience, &Ended { return_code: 0, ..right }));
        assert!(!TryWait::check(&patience, &Ended { waited: Duration::from_millis(9), ..right }));
    }
}
