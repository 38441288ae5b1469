//! One case in a process of its own: started, watched, ended on time, and its death told in words.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use wait_timeout::ChildExt;

use crate::system::{self, this_program};

/// glibc reads its allocator's settings from this variable; other C libraries pass it over.
pub const ALLOCATOR_VARIABLE: &str = "GLIBC_TUNABLES";

/// Freed memory stays with the process. By default glibc returns the top of the heap to the kernel until a large
/// block was freed once, so whether a case pays for that (`brk`, fresh pages) hangs on who ran before it: alone, a
/// drop of 80 kB took 400 times as long as beside its siblings. 32 MiB is the largest value that glibc takes for the
/// second, and the one that it moves to by itself (mallopt(3), M_MMAP_THRESHOLD).
pub const KEEPS_MEMORY: &str = "glibc.malloc.trim_threshold=1073741824:glibc.malloc.mmap_threshold=33554432";

/// How a process ended that did not end well.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Death {
    /// It took too long and was ended.
    #[error("timed out after {} s; --timeout allows more", .0.as_secs())]
    TimedOut(Duration),
    /// A signal ended it.
    #[error("killed by {}{}", signal_name(*signal), last_words(said))]
    Signal {
        /// Its number.
        signal: i32,
        /// The end of what it wrote on stderr.
        said: String,
    },
    /// It gave up by itself.
    #[error("ended with exit code {code}{}", last_words(said))]
    Exit {
        /// Its exit code.
        code: i32,
        /// The end of what it wrote on stderr.
        said: String,
    },
    /// The user interrupted the run.
    #[error("interrupted")]
    Interrupted,
    /// It could not be started or watched.
    #[error("could not be started: {0}")]
    Start(String),
}

fn signal_name(signal: i32) -> String {
    let name = match signal {
        1 => "SIGHUP",
        2 => "SIGINT",
        3 => "SIGQUIT",
        4 => "SIGILL",
        6 => "SIGABRT",
        7 => "SIGBUS",
        8 => "SIGFPE",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        13 => "SIGPIPE",
        15 => "SIGTERM",
        _ => return format!("signal {signal}"),
    };
    format!("{name} (signal {signal})")
}

fn last_words(said: &str) -> String {
    if said.is_empty() { String::new() } else { format!(": {said}") }
}

/// Set once Ctrl-C was pressed: every watched process is ended and no new one is started.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Whether the user asked to stop.
pub fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}

/// From now on Ctrl-C ends the running case and lets the session close its books.
pub fn stop_on_ctrl_c() {
    // A second handler in one process is refused; the first one then serves, which is all that is wanted.
    let _ = ctrlc::set_handler(|| INTERRUPTED.store(true, Ordering::SeqCst));
}

/// How often a watched process is looked at for Ctrl-C; its own end is noticed at once.
const GLANCE: Duration = Duration::from_millis(100);

/// Most bytes of stderr that are looked at for a dead process's last words.
const STDERR_TAIL: u64 = 4096;

/// This program, which starts itself again to measure.
///
/// # Errors
/// One line.
pub(crate) fn myself() -> Result<PathBuf, String> {
    this_program().map_err(|error| format!("cannot find myself: {error}"))
}

/// Runs `command` to its end, for at most `time_out`; stdout is dropped unless `loud`, stdin is the caller's to set.
///
/// # Errors
/// [`Death`] when it does not end with success; the whole process group is then gone.
pub fn run_to_end(command: &mut Command, time_out: Duration, loud: bool) -> Result<(), Death> {
    let start = |error: io::Error| Death::Start(error.to_string());
    let mut stderr = tempfile::tempfile().map_err(start)?;
    command.stderr(stderr.try_clone().map_err(start)?);
    if !loud {
        command.stdout(Stdio::null());
    }
    in_own_group(command);
    let mut child = command.spawn().map_err(start)?;
    let deadline = Instant::now() + time_out;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        match child.wait_timeout(left.min(GLANCE)) {
            Ok(Some(status)) => {
                // What a dead case started must not disturb the next one.
                if !status.success() {
                    end_group(&mut child);
                }
                return verdict(status, &mut stderr);
            }
            Ok(None) if interrupted() => {
                end_group(&mut child);
                return Err(Death::Interrupted);
            }
            Ok(None) if left.is_zero() => {
                end_group(&mut child);
                return Err(Death::TimedOut(time_out));
            }
            Ok(None) => {}
            Err(error) => {
                end_group(&mut child);
                return Err(start(error));
            }
        }
    }
}

/// Runs `command` with our own stdout and stderr. After Ctrl-C it is left to close its books: the terminal told
/// it too, and for one who told only us, it is told again.
pub(crate) fn run_in_foreground(command: &mut Command) -> io::Result<ExitStatus> {
    stop_on_ctrl_c();
    let mut child = command.stdin(Stdio::null()).spawn()?;
    let mut told = false;
    loop {
        if let Some(status) = child.wait_timeout(GLANCE)? {
            return Ok(status);
        }
        if interrupted() && !told {
            told = true;
            #[cfg(unix)]
            if let Some(pid) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw) {
                // Already gone is as good as told.
                let _ = rustix::process::kill_process(pid, rustix::process::Signal::INT);
            }
        }
    }
}

/// Waits for `child`, which leads a group of its own. After Ctrl-C the group is ended, and `None` says so.
pub(crate) fn wait_or_interrupt(child: &mut Child) -> io::Result<Option<ExitStatus>> {
    loop {
        if let Some(status) = child.wait_timeout(GLANCE)? {
            return Ok(Some(status));
        }
        if interrupted() {
            end_group(child);
            return Ok(None);
        }
    }
}

fn verdict(status: ExitStatus, stderr: &mut File) -> Result<(), Death> {
    if status.success() {
        return Ok(());
    }
    let said = last_line(stderr).unwrap_or_default();
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return Err(Death::Signal { signal, said });
    }
    Err(Death::Exit { code: status.code().unwrap_or(-1), said })
}

/// The line of stderr that says most: the one after `panicked at`, else the last one.
pub(crate) fn last_line(stderr: &mut File) -> io::Result<String> {
    let length = stderr.seek(SeekFrom::End(0))?;
    stderr.seek(SeekFrom::Start(length.saturating_sub(STDERR_TAIL)))?;
    let mut bytes = Vec::new();
    stderr.read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let panic = lines.iter().position(|line| line.contains("panicked at"));
    let telling = panic.and_then(|index| lines.get(index + 1)).or(lines.last());
    Ok(telling.copied().unwrap_or_default().to_owned())
}

/// A group of its own lets a time-out end the case's children too.
#[cfg(unix)]
pub(crate) fn in_own_group(command: &mut Command) {
    std::os::unix::process::CommandExt::process_group(command, 0);
}

#[cfg(not(unix))]
pub(crate) fn in_own_group(_command: &mut Command) {}

/// Ends every process of the group that the process `leader` leads.
pub(crate) fn kill_group(leader: u32) {
    #[cfg(unix)]
    if let Some(group) = i32::try_from(leader).ok().and_then(rustix::process::Pid::from_raw) {
        // Already gone is as good as ended.
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    #[cfg(not(unix))]
    let _ = leader;
}

fn end_group(child: &mut Child) {
    kill_group(child.id());
    let _ = child.kill();
    let _ = child.wait();
}

/// Has this process end when the one that started it ends; at once where that has ended already.
pub(crate) fn die_with_parent() {
    match system::end_with_parent() {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => std::process::exit(1),
        // Where the kernel refuses, an orphan ends with its case; nothing else depends on it.
        _ => {}
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]).stdin(Stdio::null());
        command
    }

    #[test]
    fn a_process_that_ends_well_is_ok() {
        assert_eq!(run_to_end(&mut shell("exit 0"), Duration::from_secs(60), false), Ok(()));
    }

    #[test]
    fn an_exit_code_comes_with_the_last_words() {
        let death = run_to_end(&mut shell("echo why >&2; exit 7"), Duration::from_secs(60), false);
        assert_eq!(death, Err(Death::Exit { code: 7, said: "why".into() }));
    }

    #[test]
    fn a_signal_is_named() {
        let Err(death) = run_to_end(&mut shell("kill -SEGV $$"), Duration::from_secs(60), false) else {
            panic!("it should have died");
        };
        assert_eq!(death.to_string(), "killed by SIGSEGV (signal 11)");
    }

    #[test]
    fn a_time_out_ends_the_case_and_its_children() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let pid_file = folder.path().join("pid");
        let script = format!("sleep 600 & echo $! > {}; wait", pid_file.display());
        let death = run_to_end(&mut shell(&script), Duration::from_secs(5), false);
        assert_eq!(death, Err(Death::TimedOut(Duration::from_secs(5))));
        let pid = std::fs::read_to_string(pid_file).expect("the shell wrote it before it waited");
        // A killed grandchild may linger as a zombie of init, but it no longer runs; the kernel takes its moment.
        let stat = format!("/proc/{}/stat", pid.trim());
        let runs = || std::fs::read_to_string(&stat).is_ok_and(|stat| !stat.contains(") Z "));
        while runs() {
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}
