//! How should ten children that only wait be awaited? And what all families of child processes share: a child that
//! never outlives its holder, and a child that sleeps.

use std::fmt::Display;
use std::io::{self, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use super::schedule;
use super::worker::{self, Task};
use crate::system;
use crate::workload::{Answer, Concurrency, Floor, Spare, Workload};

pub(crate) mod encrypt;
pub(crate) mod io_of_child;
pub(crate) mod start;
pub(super) mod talk;
pub(crate) mod time_out;

/// A child process. One that still runs when this is dropped is killed, and reaped in any case.
pub(super) struct KillOnDrop(Child);

impl KillOnDrop {
    /// Starts `command`; panics with one line where that cannot be done.
    pub(super) fn start(command: &mut Command) -> Self {
        let child = command.spawn();
        Self(child.unwrap_or_else(|error| {
            let program = command.get_program().display();
            panic!("cannot start `{program}`: {error}; `ulimit -a` shows how many processes and files are allowed")
        }))
    }

    pub(super) fn child(&mut self) -> &mut Child {
        &mut self.0
    }

    /// The ends of its pipes that were asked for.
    pub(super) fn pipes(&mut self) -> (Option<ChildStdin>, Option<ChildStdout>) {
        (self.0.stdin.take(), self.0.stdout.take())
    }

    /// Ends it at once and reaps it.
    pub(super) fn kill(&mut self) -> ExitStatus {
        // One that has just ended by itself is as good.
        let _ = self.0.kill();
        self.wait()
    }

    /// Waits for its end and reaps it.
    pub(super) fn wait(&mut self) -> ExitStatus {
        self.0.wait().unwrap_or_else(|error| panic!("cannot wait for process {}: {error}", self.0.id()))
    }
}

impl Drop for KillOnDrop {
    fn drop(&mut self) {
        // Once it was reaped, std remembers its status, and neither call does anything.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Where a program is looked for when nothing says where (execvp(3)).
const DEFAULT_PATH: &str = "/bin:/usr/bin";

/// Why `program` cannot be started, in one line, with what would mend it.
fn missing(program: &str, remedy: &str) -> Option<String> {
    let path = std::env::var_os("PATH").unwrap_or_else(|| DEFAULT_PATH.into());
    let found = std::env::split_paths(&path).any(|folder| folder.join(program).is_file());
    (!found).then(|| format!("`{program}` is not in the PATH; {remedy}"))
}

/// This program started again, to sleep for the milliseconds of its argument.
pub(super) const SLEEP: Task = Task { name: "sleep", live: sleep };

fn sleep(milliseconds: &str, _: &mut dyn Read, _: &mut dyn Write) -> io::Result<()> {
    let milliseconds = milliseconds.parse().map_err(|error| {
        io::Error::other(format!("`{milliseconds}` is no number of milliseconds: {error}"))
    })?;
    std::thread::sleep(Duration::from_millis(milliseconds));
    Ok(())
}

/// A child of this program's own for `task`, that dies with its parent as every worker does.
fn start_own(task: &Task, argument: impl Display, stdin: Stdio, stdout: Stdio) -> KillOnDrop {
    let command = worker::command(task.name, &argument.to_string());
    let mut command = command.unwrap_or_else(|error| panic!("this program cannot find itself: {error}"));
    KillOnDrop::start(command.stdin(stdin).stdout(stdout))
}

/// A child that sleeps for `time`.
fn start_sleeper(time: Duration) -> KillOnDrop {
    start_own(&SLEEP, time.as_millis(), Stdio::null(), Stdio::null())
}

/// As many as in the study notes.
const CHILDREN: usize = 10;

/// A child that is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Over {
    return_code: i32,
    lived: Duration,
}

impl Over {
    fn of(mut child: KillOnDrop, began: Instant) -> Self {
        let status = child.wait();
        Self { return_code: system::return_code(status), lived: began.elapsed() }
    }
}

/// What members share: a size is the sleep of each child, in milliseconds.
macro_rules! ten_sleepers {
    () => {
        const CONCURRENCY: Concurrency = Concurrency::PROCESSES;
        type Input = Duration;
        type Output = Vec<Over>;

        fn input(size: usize) -> Duration {
            Duration::from_millis(size as u64)
        }

        // A sleep is never shorter than asked (clock_nanosleep(2)); how much longer a life is not for a check to say.
        fn check(sleep: &Duration, children: &Vec<Over>) -> bool {
            children.len() == CHILDREN
                && children.iter().all(|child| child.return_code == 0 && child.lived >= *sleep)
        }

        fn answer(children: &Vec<Over>) -> Answer {
            Answer::of_sequence(children.iter().map(|child| child.return_code as u64))
        }

        fn unavailable(_size: usize) -> Option<String> {
            worker::unavailable()
        }
    };
}

pub(crate) struct OneAfterAnother;

impl Workload for OneAfterAnother {
    const NAME: &'static str = "one-after-another";
    const ABOUT: &'static str = "each child is awaited before the next is started";
    ten_sleepers!();

    fn run(sleep: &Duration) -> Vec<Over> {
        (0..CHILDREN)
            .map(|_| {
                let began = Instant::now();
                Over::of(start_sleeper(*sleep), began)
            })
            .collect()
    }

    fn speedup_bound(_size: usize, _cores: usize) -> Option<f64> {
        Some(1.0)
    }

    /// No sleep ends before its time, and all can be slept at once; a child has to be started for that.
    fn floor(size: usize) -> Option<Floor> {
        Some(Floor { waited_ns: size as u64 * 1_000_000, processes: 1, ..Floor::default() })
    }
}

pub(crate) struct Together;

impl Workload for Together {
    const NAME: &'static str = "together";
    const ABOUT: &'static str = "all children are started, then awaited in the order of their start";
    const SPARES: &'static [Spare] = &[Spare::waiting("one-after-another")];
    const MIRRORS: Option<&'static str> = Some("children/together");
    ten_sleepers!();

    fn run(sleep: &Duration) -> Vec<Over> {
        let started: Vec<_> = (0..CHILDREN)
            .map(|_| {
                let began = Instant::now();
                (start_sleeper(*sleep), began)
            })
            .collect();
        started.into_iter().map(|(child, began)| Over::of(child, began)).collect()
    }

    /// Of the sleeps alone, which need no core; starting a process does.
    fn speedup_bound(_size: usize, _cores: usize) -> Option<f64> {
        Some(schedule::speedup(&[1; CHILDREN], CHILDREN))
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_child_is_killed_and_reaped() {
        let mut child = KillOnDrop::start(Command::new("sleep").arg("600"));
        let process = format!("/proc/{}", child.child().id());
        assert!(std::path::Path::new(&process).exists());
        drop(child);
        assert!(!std::path::Path::new(&process).exists(), "{process} is still there, if only as a zombie");
    }

    #[test]
    fn a_child_that_fails_or_ends_too_soon_is_rejected() {
        let sleep = Duration::from_millis(10);
        let well = Over { return_code: 0, lived: sleep };
        assert!(Together::check(&sleep, &vec![well; CHILDREN]));
        for wrong in [Over { return_code: -15, ..well }, Over { lived: Duration::from_millis(9), ..well }] {
            let mut children = vec![well; CHILDREN];
            children[3] = wrong;
            assert!(!Together::check(&sleep, &children), "{wrong:?}");
        }
        assert!(!Together::check(&sleep, &vec![well; CHILDREN - 1]));
    }

    #[test]
    fn a_sleeper_says_what_is_wrong_with_its_argument() {
        let wrong = sleep("soon", &mut io::empty(), &mut io::sink()).expect_err("that is no number");
        assert!(wrong.to_string().starts_with("`soon` is no number of milliseconds"), "{wrong}");
    }
}
