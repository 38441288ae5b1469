//! Parents and workers that are killed, and workers that panic: told in one line, and nobody is left behind.

use std::collections::BTreeSet;
use std::io::Read;
use std::process::{Child, Command, Stdio};

use libtest_mimic::Failed;

use crate::processes::{signal, until, workers_of};

/// A running program, ended with the trial that started it, however that ends.
struct Started(Child);

impl Drop for Started {
    fn drop(&mut self) {
        // Already gone is as good as ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// `perflab run CASE`, for longer than any test waits.
fn start(case: &str) -> Result<Started, Failed> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_perflab"));
    command.args(["run", case, "--iterations", "1000000"]).env("RUST_BACKTRACE", "0");
    Ok(Started(command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?))
}

/// CPU time that process `pid` used in its own code, in ticks (`man 5 proc`, utime).
fn cpu_ticks(pid: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // Behind the name, which may hold anything, come the state and ten more fields.
    let behind = stat.rsplit_once(") ").map_or("", |(_, fields)| fields);
    behind.split(' ').nth(11).and_then(|ticks| ticks.parse().ok()).unwrap_or(0)
}

pub(crate) fn a_killed_parent() -> Result<(), Failed> {
    for case in ["gcd/two-processes-ready@10", "gcd/two-processes@10", "is-prime/two-processes-ready@6"] {
        let mut parent = start(case)?;
        let mut workers = BTreeSet::new();
        until("there were two workers", || {
            workers = workers_of(parent.0.id());
            workers.len() == 2
        })?;
        // A stopped worker could not end by itself, even if it saw the end of its stdin. One that is stopped before it
        // asked to die with its parent would stay; asking is the first thing that it does, long before it computes.
        if case.contains("ready") {
            let worker = *workers.first().ok_or("there are two")?;
            until("the worker computed", || cpu_ticks(worker) >= 5)?;
            signal(worker, "-STOP")?;
        }
        parent.0.kill()?;
        parent.0.wait()?;
        until("the workers were gone", || workers_of(parent.0.id()).is_empty())?;
    }
    Ok(())
}

/// The parent's words and end.
fn end_of(mut parent: Started) -> Result<(String, Option<i32>), Failed> {
    let mut said = String::new();
    if let Some(stderr) = &mut parent.0.stderr {
        stderr.read_to_string(&mut said)?;
    }
    let status = parent.0.wait()?;
    Ok((said, status.code()))
}

pub(crate) fn a_killed_worker() -> Result<(), Failed> {
    let parent = start("gcd/two-processes-ready@10")?;
    let id = parent.0.id();
    let mut workers = BTreeSet::new();
    until("there were two workers", || {
        workers = workers_of(id);
        workers.len() == 2
    })?;
    let victim = *workers.first().ok_or("there are two")?;
    signal(victim, "-KILL")?;
    let (said, code) = end_of(parent)?;
    assert_eq!(code, Some(1), "{said}");
    let expected = format!(
        "error: `gcd/two-processes-ready@10` panicked: worker process `gcd` (pid {victim}) gave no answer"
    );
    assert!(said.starts_with(&expected) && said.contains("SIGKILL"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    until("the other worker was gone", || workers_of(id).is_empty())?;
    Ok(())
}

/// A worker that is asked for more text than any memory holds. What its parent says of one that ended so is tested beside
/// the code.
pub(crate) fn a_worker_that_panics() -> Result<(), Failed> {
    let order = format!("say {}", u64::MAX);
    let mut worker = Command::new(env!("CARGO_BIN_EXE_perflab"));
    worker.env("PERFLAB_WORKER", &order).env("RUST_BACKTRACE", "0").stdin(Stdio::null());
    let output = worker.output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(said, format!("worker `{order}`: a task panicked: capacity overflow\n"));
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(101), &[][..]));
    Ok(())
}
