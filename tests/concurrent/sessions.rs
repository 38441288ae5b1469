//! Bad days of cases with threads and worker processes through the real session: a row that says so, the run goes on,
//! and nobody is left behind. This test's executable is the bench target.

use std::collections::BTreeSet;
use std::process::{Child, Command, ExitCode, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use libtest_mimic::Failed;
use perflab::catalogue::CATALOGUE;
use perflab::instruments::{time, waits};
use perflab::record::{CaseId, InstrumentName, Layout, Metric, Recorded, State, load};

use crate::limits::crowds;
use crate::processes::{running, signal, until};

/// Names what this executable is to do instead of testing.
const ROLE: &str = "PERFLAB_TEST_ROLE";
/// Marks a session and all that it starts.
const MARK: &str = "PERFLAB_TEST_MARK";

/// Plays the role that this executable was started for, if it was.
pub(crate) fn serve() -> Option<ExitCode> {
    let role = std::env::var(ROLE).ok()?;
    if role.ends_with("on-one-core") {
        stay_on_one_core();
    }
    Some(match role.as_str() {
        "waits" | "waits-on-one-core" => waits::main(&CATALOGUE),
        "crowds" => waits::main(crowds()),
        "time-on-one-core" => time::main(&CATALOGUE),
        "perflab-on-one-core" => perflab::cli::main(&CATALOGUE),
        _ => panic!("{ROLE} names no role: {role}"),
    })
}

/// This process, and what it starts, on the first CPU that it may use.
fn stay_on_one_core() {
    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
    let allowed = sched_getaffinity(None).expect("Linux tells");
    let first = (0..CpuSet::MAX_CPU).find(|cpu| allowed.is_set(*cpu)).expect("it runs on one of them");
    let mut one = CpuSet::new();
    one.set(first);
    sched_setaffinity(None, &one).expect("fewer may always be had");
}

/// A session's folders, and the mark of its processes.
pub(crate) struct Session {
    folder: tempfile::TempDir,
    mark: String,
}

impl Session {
    fn new() -> Result<Self, Failed> {
        static BEGUN: AtomicUsize = AtomicUsize::new(0);
        let mark = format!("{MARK}={}-{}", std::process::id(), BEGUN.fetch_add(1, Ordering::Relaxed));
        Ok(Self { folder: tempfile::tempdir()?, mark })
    }

    /// One in which any user may measure.
    pub(crate) fn open_to_all() -> Result<Self, Failed> {
        use std::os::unix::fs::PermissionsExt;
        let session = Self::new()?;
        std::fs::set_permissions(session.folder.path(), std::fs::Permissions::from_mode(0o777))?;
        Ok(session)
    }

    fn layout(&self) -> Layout {
        Layout::new(self.folder.path().join("profiles"), self.folder.path().join("reports"))
    }

    /// This executable in `role`, with the session's folders behind `arguments`.
    fn command(&self, role: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(std::env::current_exe().expect("this test knows itself"));
        let (variable, mark) = self.mark.split_once('=').expect("a variable and its value");
        command.env(ROLE, role).env(variable, mark).env("RUST_BACKTRACE", "0");
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.arg("--profiles").arg(self.layout().profiles).arg("--reports").arg(self.layout().reports);
        command
    }

    /// A bench target in `role` over the cases that match.
    pub(crate) fn target(&self, role: &str, filter: &str) -> Command {
        self.command(role, &["--bench", filter])
    }

    fn recorded(&self) -> Result<Recorded, Failed> {
        let loaded = load(&self.layout())?;
        assert!(loaded.problems.is_empty(), "{:?}", loaded.problems);
        Ok(Recorded::merge(&loaded.runs))
    }

    /// Why `case` has no number.
    pub(crate) fn failure(&self, case: &str) -> Result<String, Failed> {
        let (id, recorded): (CaseId, _) = (case.parse()?, self.recorded()?);
        let failure = recorded.case(&id).and_then(|case| case.failures.first());
        Ok(failure.ok_or(format!("{case} did not fail"))?.reason.clone())
    }

    /// What `case` has of `metric`.
    pub(crate) fn value(&self, case: &str, metric: Metric) -> Result<Option<f64>, Failed> {
        let (id, recorded): (CaseId, _) = (case.parse()?, self.recorded()?);
        Ok(recorded.case(&id).and_then(|case| case.measurement(metric)).map(|number| number.value))
    }

    /// Processes of this session that still run.
    fn left(&self) -> BTreeSet<u32> {
        running(|variables| variables.contains(&self.mark.as_bytes()))
    }

    pub(crate) fn assert_nobody_left(&self) -> Result<(), Failed> {
        until("all processes of the session were gone", || self.left().is_empty())
    }

    /// Stops the two workers of the case that is measured, once they are there.
    fn stop_both_workers(&self) -> Result<(), Failed> {
        let mut workers = BTreeSet::new();
        until("there were two workers", || {
            workers = running(|variables| {
                let is_worker = variables.iter().any(|variable| variable.starts_with(b"PERFLAB_WORKER="));
                is_worker && variables.contains(&self.mark.as_bytes())
            });
            workers.len() == 2
        })?;
        workers.into_iter().try_for_each(|worker| signal(worker, "-STOP"))
    }
}

fn told(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// How `child` ended, and what it said.
fn end_of(child: Child) -> Result<(Option<i32>, String), Failed> {
    let output = child.wait_with_output()?;
    Ok((output.status.code(), told(&output)))
}

const WORKERS: &str = "gcd/two-processes-ready@10";

pub(crate) fn a_stopped_worker() -> Result<(), Failed> {
    let session = Session::new()?;
    let filter = "^(gcd/(serial|two-processes-ready)@10|is-prime/serial@6)$";
    let child = session.target("waits", filter).args(["--timeout", "15"]).spawn()?;
    session.stop_both_workers()?;
    let (code, said) = end_of(child)?;
    assert_eq!(code, Some(1), "{said}");
    let reason = session.failure(WORKERS)?;
    assert!(reason.contains("timed out after 15 s"), "{reason}");
    for case in ["gcd/serial@10", "is-prime/serial@6"] {
        assert!(session.value(case, Metric::WallNs)?.is_some(), "{case}: {said}");
    }
    session.assert_nobody_left()
}

pub(crate) fn ctrl_c() -> Result<(), Failed> {
    let session = Session::new()?;
    let filter = "^gcd/(serial|two-processes-ready)@10$";
    let child = session.target("waits", filter).args(["--timeout", "600"]).spawn()?;
    // Or the case might be over before it is interrupted; and who is stopped cannot end by itself.
    session.stop_both_workers()?;
    signal(child.id(), "-INT")?;
    let (code, said) = end_of(child)?;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("interrupted: 1 of 2 groups of cases are recorded"), "{said}");
    assert!(session.value("gcd/serial@10", Metric::WallNs)?.is_some(), "{said}");
    session.assert_nobody_left()
}

/// Runs `command` of `perflab` on one core: its words, and that it ended well.
fn perflab_on_one_core(session: &Session, arguments: &[&str]) -> Result<String, Failed> {
    let mut command = Command::new(std::env::current_exe()?);
    command.env(ROLE, "perflab-on-one-core").args(arguments).stdin(Stdio::null());
    if arguments == ["report"] {
        command = session.command("perflab-on-one-core", arguments);
    }
    let output = command.output()?;
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", told(&output));
    Ok(told(&output))
}

/// Measures on one core, and returns the page of `scaling-gcd` that is written there.
fn page_of_one_core(session: &Session, role: &str, filter: &str) -> Result<String, Failed> {
    let output = session.target(role, filter).output()?;
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    let recorded = session.recorded()?;
    assert_eq!(recorded.environment.as_ref().map(|environment| environment.cores), Some(1));
    perflab_on_one_core(session, &["report"])?;
    let page = session.layout().reports.join("scaling-gcd.html");
    Ok(std::fs::read_to_string(page)?)
}

pub(crate) fn one_core() -> Result<(), Failed> {
    let session = Session::new()?;
    let listed = perflab_on_one_core(&session, &["list"])?;
    assert!(listed.contains("scaling-gcd"), "{listed}");
    let diagnosis = perflab_on_one_core(&session, &["doctor"])?;
    assert!(diagnosis.contains(", 1 core, "), "{diagnosis}");
    let filter = "^(gcd/(serial|two-threads|rayon|two-processes-ready)@10|scaling-gcd/in-order@)";
    let page = page_of_one_core(&session, "waits-on-one-core", filter)?;
    assert!(page.contains("This machine has one core"), "{page}");
    for case in ["gcd/two-threads@10", WORKERS, "gcd/rayon@10", "scaling-gcd/in-order@2"] {
        assert!(session.value(case, Metric::WallNs)?.is_some(), "{case}");
    }
    Ok(())
}

pub(crate) fn one_core_timed() -> Result<(), Failed> {
    let session = Session::new()?;
    let page = page_of_one_core(&session, "time-on-one-core", "^scaling-gcd/in-order@")?;
    assert!(page.contains("This machine has one core") && page.contains("oversubscribed"), "{page}");
    assert!(session.value("scaling-gcd/in-order@2", Metric::Speedup)?.is_some());
    Ok(())
}

/// A shell's line that hides /proc from what it then becomes, in a view of the file system of its own.
const HIDE_PROC: &str = "mount -t tmpfs none /proc && exec \"$0\" \"$@\"";

fn without_proc(command: &Command) -> Command {
    let mut hidden = Command::new("unshare");
    hidden.args(["--mount", "sh", "-c", HIDE_PROC]).arg(command.get_program()).args(command.get_args());
    hidden.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    hidden.stdin(Stdio::null());
    hidden
}

/// Why /proc cannot be hidden here.
pub(crate) fn proc_stays() -> Option<String> {
    match without_proc(&Command::new("true")).output() {
        Ok(output) if output.status.success() => None,
        Ok(output) => Some(told(&output).trim().replace('\n', "; ")),
        Err(error) => Some(format!("unshare cannot be started: {error}")),
    }
}

pub(crate) fn no_proc() -> Result<(), Failed> {
    let session = Session::new()?;
    let filter = "^gcd/(serial|two-threads|two-processes-ready)@10$";
    let output = without_proc(&session.target("waits", filter)).output()?;
    let said = told(&output);
    assert_eq!(output.status.code(), Some(0), "{said}");
    for case in ["gcd/serial@10", "gcd/two-threads@10", WORKERS] {
        assert!(session.value(case, Metric::WallNs)?.is_some(), "{case}: {said}");
    }
    let recorded = session.recorded()?;
    let state = recorded.instruments.iter().find(|state| state.name == InstrumentName::Waits);
    let state = state.ok_or("the instrument was asked")?;
    assert_eq!(state.state, State::Degraded);
    let reason = state.reason.as_deref().unwrap_or_default();
    assert!(reason.contains("the books hold the measuring thread alone"), "{reason}");
    session.assert_nobody_left()
}
