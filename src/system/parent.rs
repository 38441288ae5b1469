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
    if is_orphan(said.as_deref(), std::os::unix::process::parent_id(), parent_of) {
        return Err(io::ErrorKind::BrokenPipe.into());
    }
    Ok(())
}

/// The parent of process `pid`, as /proc tells.
#[cfg(target_os = "linux")]
fn parent_of(pid: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // Behind the name, which may hold anything, come the state and the parent.
    stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn end_with_parent() -> io::Result<()> {
    Ok(())
}

/// Whether whoever is `said` to have started a process is none of its ancestors, of whom `parent` is the first; not where nobody
/// said, nor where the line of ancestors cannot be followed. A program between the two, such as a profiler, hands on what it was
/// told.
#[cfg(target_os = "linux")]
fn is_orphan(said: Option<&str>, parent: u32, parent_of: impl Fn(u32) -> Option<u32>) -> bool {
    let Some(said) = said.and_then(|pid| pid.parse::<u32>().ok()) else { return false };
    let mut ancestor = parent;
    while ancestor != said {
        // The first process of a system, or of a container, has none.
        if ancestor <= 1 {
            return true;
        }
        match parent_of(ancestor) {
            Some(next) => ancestor = next,
            None => return false,
        }
    }
    false
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn an_orphan_knows_that_it_is_one() {
        let line = |pid: u32| Some(if pid == 9 { 7 } else { 1 });
        assert!(is_orphan(Some("7"), 1, line));
        assert!(is_orphan(Some("7"), 5, line), "whom somebody took over");
        assert!(!is_orphan(Some("7"), 7, line));
        assert!(!is_orphan(Some("7"), 9, line), "another program stands between");
        assert!(!is_orphan(Some("7"), 5, |_| None), "there is no /proc");
        assert!(!is_orphan(None, 1, line), "nobody said who started it");
        assert!(!is_orphan(Some("nonsense"), 1, line));
        assert_eq!(parent_of(std::process::id()), Some(std::os::unix::process::parent_id()));
    }

    #[test]
    fn a_process_that_is_started_is_told_by_whom() {
        let mut shell = Command::new("sh");
        shell.args(["-c", "test \"$PERFLAB_PARENT\" = $PPID"]);
        say_parent(&mut shell);
        assert!(shell.status().is_ok_and(|status| status.success()));
    }
}
