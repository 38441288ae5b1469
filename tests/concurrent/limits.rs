//! Cases at the system's limit of threads and processes, as a user whom it holds: root is above it.

use std::process::{Command, Output, Stdio};

use libtest_mimic::Failed;
use perflab::catalogue::{CATALOGUE, Catalogue, Family};
use perflab::record::Metric;

use crate::sessions::Session;

/// Whose processes are counted: root's would not be.
const NOBODY: u32 = 65_534;

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0)
}

/// Has `command` run as a user who may have no more than `most` processes and threads.
fn limited(command: &Command, most: Option<usize>) -> Command {
    let mut limited = match most {
        Some(most) => {
            let mut prlimit = Command::new("prlimit");
            prlimit.arg(format!("--nproc={most}:{most}")).arg(command.get_program());
            prlimit
        }
        None => Command::new(command.get_program()),
    };
    limited.args(command.get_args()).stdin(Stdio::null());
    limited.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    // A folder of root's may be closed to others.
    limited.current_dir("/");
    if is_root() {
        use std::os::unix::process::CommandExt;
        limited.uid(NOBODY).gid(NOBODY);
    }
    limited
}

fn perflab(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_perflab"));
    command.args(arguments).env("RUST_BACKTRACE", "0");
    command
}

/// Why nobody can be limited here. `None` where this program runs as that user, with the limit and without.
pub(crate) fn untestable() -> Option<String> {
    let refused = |mut command: Command| match command.output() {
        Ok(output) if output.status.success() => None,
        Ok(output) => Some(String::from_utf8_lossy(&output.stderr).trim().replace('\n', "; ")),
        Err(error) => Some(format!("{} cannot be started: {error}", command.get_program().display())),
    };
    let without_limit = refused(limited(&perflab(&["run", "gcd/two-threads@1"]), None));
    without_limit.or_else(|| refused(limited(&perflab(&["list"]), Some(1))))
}

pub(crate) fn a_case() -> Result<(), Failed> {
    for (case, word) in [
        ("gcd/two-threads@1", "cannot start a thread"),
        ("gcd/thread-each@2", "cannot start a thread"),
        ("gcd/rayon@1", "cannot start a thread"),
        ("gcd/two-threads-ready@1", "cannot start a thread"),
        ("dispatch/channel-pool-ready@1", "cannot start a thread"),
        ("dispatch/futures-ready@1", "cannot start the threads of tokio's runtime"),
        ("gcd/two-processes@1", "cannot start worker process `gcd`"),
        ("gcd/two-processes-ready@1", "cannot start worker process `gcd`"),
    ] {
        let output: Output = limited(&perflab(&["run", case]), Some(1)).output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{case}: {said}");
        assert!(said.contains(word) && said.contains("ulimit -u"), "{case}: {said}");
        assert_eq!(said.lines().count(), 1, "{case}: {said}");
    }
    Ok(())
}

/// Threads that a session and a case of few threads may take, and [`CROWD`] may not.
const ROOM: usize = 60;
/// Workers of the case that meets the limit.
const CROWD: usize = 200;

/// The family of workers that wait to be told, with a few of them and with a crowd.
pub(crate) fn crowds() -> &'static Catalogue {
    let family = CATALOGUE.family("stop-flag").expect("a family of the catalogue");
    let families = Box::leak(Box::new([Family { sizes: &[2, CROWD], ..*family }]));
    Box::leak(Box::new(Catalogue::new(families)))
}

/// Threads and processes that the user of [`limited`] has already.
fn taken() -> usize {
    use std::os::unix::fs::MetadataExt;
    let own = std::fs::metadata("/proc/self").map_or(NOBODY, |me| me.uid());
    let user = if is_root() { NOBODY } else { own };
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let theirs = processes.filter(|entry| entry.metadata().is_ok_and(|process| process.uid() == user));
    theirs.map(|entry| std::fs::read_dir(entry.path().join("task")).map_or(0, Iterator::count)).sum()
}

pub(crate) fn a_session() -> Result<(), Failed> {
    let session = Session::open_to_all()?;
    let command = session.target("crowds", "^stop-flag/(condition-variable@|channel@2$)");
    let output = limited(&command, Some(taken() + ROOM)).output()?;
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(1), "{said}");
    let reason = session.failure(&format!("stop-flag/condition-variable@{CROWD}"))?;
    assert!(reason.contains("cannot start a thread") && reason.contains("ulimit -u"), "{reason}");
    // Before it and behind it the run goes on.
    for case in ["stop-flag/condition-variable@2", "stop-flag/channel@2"] {
        assert!(session.value(case, Metric::WallNs)?.is_some(), "{case}: {said}");
    }
    session.assert_nobody_left()
}
