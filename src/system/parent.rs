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
    if is_orphan(said.as_deref(), std::os::unix::process::parent_id()) {
        return Err(io::ErrorKind::BrokenPipe.into());
    }
    Ok(())
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn end_with_parent() -> io::Result<()> {
    Ok(())
}

/// Whether whoever is `said` to have started a process is no longer its `parent`; not where nobody said.
#[cfg(target_os = "linux")]
fn is_orphan(said: Option<&str>, parent: u32) -> bool {
    said.and_then(|pid| pid.parse::<u32>().ok()).is_some_and(|pid| pid != parent)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn an_orphan_knows_that_it_is_one() {
        assert!(is_orphan(Some("7"), 1));
        assert!(!is_orphan(Some("7"), 7));
        assert!(!is_orphan(None, 1), "nobody said who started it");
        assert!(!is_orphan(Some("nonsense"), 1));
    }

    #[test]
    fn a_process_that_is_started_is_told_by_whom() {
        let mut shell = Command::new("sh");
        shell.args(["-c", "test \"$PERFLAB_PARENT\" = $PPID"]);
        say_parent(&mut shell);
        assert!(shell.status().is_ok_and(|status| status.success()));
    }
}
