//! System calls, each at one place. What only Linux or only Unix has is refused by [`linux_only`] and [`unix_only`]
//! elsewhere, before it would be called.

use std::io;
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

/// Why a member that is made of Unix's calls cannot run here.
pub(crate) fn unix_only() -> Option<String> {
    (!cfg!(unix)).then(|| "it is made of system calls that Unix alone has; run it on Linux".to_owned())
}

/// Why a member that is made of Linux's calls cannot run here.
pub(crate) fn linux_only() -> Option<String> {
    (!cfg!(target_os = "linux"))
        .then(|| "it is made of system calls that Linux alone has; run it on Linux".to_owned())
}

/// Waits in one blocking system call, `poll` without a file, and says how long that took. A signal that ends the call
/// early does not end the wait.
pub(crate) fn wait_for(time_out: Duration) -> Duration {
    let began = Instant::now();
    loop {
        let waited = began.elapsed();
        if waited >= time_out {
            return waited;
        }
        poll_nothing(time_out - waited);
    }
}

#[cfg(unix)]
fn poll_nothing(time_out: Duration) {
    let time_out = timespec(time_out);
    match rustix::event::poll(&mut [], Some(&time_out)) {
        Ok(_) | Err(rustix::io::Errno::INTR) => {}
        Err(error) => panic!("poll refuses to wait: {error}"),
    }
}

#[cfg(not(unix))]
fn poll_nothing(time_out: Duration) {
    std::thread::sleep(time_out);
}

#[cfg(unix)]
fn timespec(time: Duration) -> rustix::event::Timespec {
    time.try_into().expect("a time-out is shorter than centuries")
}

/// Sets a timer for each of `time_outs` and waits for all of them in one `poll`; calls `over` with the place of each
/// that has run out and how long that took.
///
/// # Errors
/// What the system answers, such as at the limit of open files.
#[cfg(target_os = "linux")]
pub(crate) fn wait_for_all(time_outs: &[Duration], mut over: impl FnMut(usize, Duration)) -> io::Result<()> {
    use rustix::event::{PollFd, PollFlags, poll};
    use rustix::time::{
        Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, timerfd_create, timerfd_settime,
    };

    let mut running = Vec::with_capacity(time_outs.len());
    for (place, time_out) in time_outs.iter().enumerate() {
        let timer = timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::CLOEXEC)?;
        let began = Instant::now();
        // A timer that is set to zero is switched off (timerfd_settime(2)), and would be waited for without end.
        let time_out = timespec((*time_out).max(Duration::from_nanos(1)));
        let once = Itimerspec { it_interval: timespec(Duration::ZERO), it_value: time_out };
        timerfd_settime(&timer, TimerfdTimerFlags::empty(), &once)?;
        running.push((place, timer, began));
    }
    while !running.is_empty() {
        let mut files: Vec<_> =
            running.iter().map(|(_, timer, _)| PollFd::new(timer, PollFlags::IN)).collect();
        match poll(&mut files, None) {
            Err(rustix::io::Errno::INTR) => continue,
            result => result?,
        };
        let ran_out: Vec<bool> = files.iter().map(|file| !file.revents().is_empty()).collect();
        let mut ran_out = ran_out.into_iter();
        running.retain(|(place, _, began)| {
            let keeps_running = !ran_out.next().expect("one for each timer");
            if !keeps_running {
                over(*place, began.elapsed());
            }
            keeps_running
        });
    }
    Ok(())
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn wait_for_all(_: &[Duration], _: impl FnMut(usize, Duration)) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Waits until `child` ends or `patience` is over, on a file that stands for the process. The child is not reaped.
///
/// # Errors
/// What the system answers: `ENOSYS` before Linux 5.3.
#[cfg(target_os = "linux")]
pub(crate) fn wait_on_process_file(child: &Child, patience: Duration) -> io::Result<()> {
    use rustix::event::{PollFd, PollFlags, poll};
    use rustix::process::{PidfdFlags, pidfd_open};

    let process = pidfd_open(pid(child)?, PidfdFlags::empty())?;
    let began = Instant::now();
    loop {
        let waited = began.elapsed();
        if waited >= patience {
            return Ok(());
        }
        let left = timespec(patience - waited);
        match poll(&mut [PollFd::new(&process, PollFlags::IN)], Some(&left)) {
            Ok(0) | Err(rustix::io::Errno::INTR) => {}
            Ok(_) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn wait_on_process_file(_: &Child, _: Duration) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(unix)]
fn pid(child: &Child) -> io::Result<rustix::process::Pid> {
    let raw = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw);
    raw.ok_or_else(|| io::Error::other(format!("{} is no process id", child.id())))
}

/// Asks `child` to end, by SIGTERM. It must not have been reaped.
///
/// # Errors
/// What the system answers.
#[cfg(unix)]
pub(crate) fn terminate(child: &Child) -> io::Result<()> {
    Ok(rustix::process::kill_process(pid(child)?, rustix::process::Signal::TERM)?)
}

#[cfg(not(unix))]
pub(crate) fn terminate(_: &Child) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// How a process ended, as Python's `returncode` has it: its exit code, or minus the signal that ended it.
pub(crate) fn return_code(status: ExitStatus) -> i32 {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return -signal;
    }
    status.code().unwrap_or(i32::MIN)
}

/// Why there are no files that stand for processes: the kernel is older than Linux 5.3, or a container forbids them.
#[cfg(target_os = "linux")]
pub(crate) fn without_process_files() -> Option<String> {
    let own = rustix::process::pidfd_open(rustix::process::getpid(), rustix::process::PidfdFlags::empty());
    own.err().map(|error| format!("pidfd_open(2) is refused: {error}; Linux 5.3 or later has it"))
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn without_process_files() -> Option<String> {
    None
}

/// Makes std start `command` by fork and exec, where it would use posix_spawn: it does so once a group is set, here to
/// the one that the process has already (library/std/src/sys/process/unix/unix.rs, `Command::posix_spawn`).
#[cfg(unix)]
pub(crate) fn forked(command: &mut std::process::Command) -> &mut std::process::Command {
    std::os::unix::process::CommandExt::gid(command, rustix::process::getegid().as_raw())
}

#[cfg(not(unix))]
pub(crate) fn forked(command: &mut std::process::Command) -> &mut std::process::Command {
    command
}
