//! Processes that end with the one that started them, however that ended. The kernel ends them from the moment on at which they
//! ask for it; whoever starts this program again says who it is, so that one whose parent ended before that moment knows.

use std::io;
use std::process::Command;

/// The process id of whoever started this process.
const PARENT_VARIABLE: &str = "PERFLAB_PARENT";

/// Has the process that `command` starts know who started it.
pub(crate) fn say_parent(command: &mut Command) {
    command.env(PARENT_VARIABLE, std::process::id().to_string());
}

/// Asks the kernel to end this process when the one that started it ends.
///
/// # Errors
/// [`io::ErrorKind::BrokenPipe`] where that one has ended already; else what the kernel refuses.
#[cfg(target_os = "linux")]
pub(crate) fn end_with_parent() -> io::Result<()> {
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
    let said = std::env::var(PARENT_VARIABLE).ok();
    if is_orphan(said.as_deref(), std::os::unix::process::parent_id(), is_there) {
        return Err(io::ErrorKind::BrokenPipe.into());
    }
    Ok(())
}

#[cfg(target_os = "linux")]
fn is_there(pid: u32) -> bool {
    let pid = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw);
    pid.is_some_and(|pid| rustix::process::test_kill_process(pid) != Err(rustix::io::Errno::SRCH))
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn end_with_parent() -> io::Result<()> {
    Ok(())
}

/// Whether whoever is `said` to have started a process is no longer its `parent`, nor there; not where nobody said. A program between
/// the two, such as a profiler, hands on what it was told, and is the parent in its place.
#[cfg(target_os = "linux")]
fn is_orphan(said: Option<&str>, parent: u32, is_there: impl Fn(u32) -> bool) -> bool {
    said.and_then(|pid| pid.parse::<u32>().ok()).is_some_and(|pid| pid != parent && !is_there(pid))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn an_orphan_knows_that_it_is_one() {
        let (gone, there) = (|_| false, |_| true);
        assert!(is_orphan(Some("7"), 1, gone));
        assert!(!is_orphan(Some("7"), 7, gone));
        assert!(!is_orphan(Some("7"), 9, there), "another program stands between");
        assert!(!is_orphan(None, 1, gone), "nobody said who started it");
        assert!(!is_orphan(Some("nonsense"), 1, gone));
    }

    #[test]
    fn a_process_that_is_started_is_told_by_whom() {
        let mut shell = Command::new("sh");
        shell.args(["-c", "test \"$PERFLAB_PARENT\" = $PPID"]);
        say_parent(&mut shell);
        assert!(shell.status().is_ok_and(|status| status.success()));
    }
}
