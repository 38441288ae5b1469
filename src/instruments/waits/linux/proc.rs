//! What /proc says of the threads of this process. The root is a parameter, so that tests can plant files.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use libc::c_long;

use super::syscalls;
use crate::instruments::procfs;
use crate::record::BlockedIn;

/// /proc, or what stands in for it.
#[derive(Debug, Clone)]
pub struct Proc {
    root: PathBuf,
}

/// What a thread is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Activity {
    /// On a CPU, or ready for one.
    Runnable,
    /// Blocked.
    Blocked(Place),
}

/// Where a thread is blocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// In the system call of this number.
    Call(c_long),
    /// Outside of system calls, in a wait that cannot be interrupted: a page that has to be read.
    Page,
    /// Outside of system calls otherwise.
    Outside,
    /// The system does not tell, or no sample saw it.
    Unknown,
}

impl Place {
    /// What pages call it.
    pub(super) fn name(self) -> String {
        match self {
            Self::Call(number) => syscalls::name(number),
            Self::Page => BlockedIn::PAGE_FAULT.to_owned(),
            Self::Outside => "outside of system calls".to_owned(),
            Self::Unknown => BlockedIn::NOT_SEEN.to_owned(),
        }
    }
}

/// All CPUs since the machine started, nanoseconds in steps of a tick.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Machine {
    /// Taken by the hypervisor; 0 where the system does not tell.
    pub(super) stolen_ns: u64,
    /// For how long they worked for anybody.
    pub(super) worked_ns: Option<u64>,
}

impl Proc {
    /// The system's own.
    pub fn system() -> Self {
        Self::at("/proc")
    }

    /// Another root.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Where the threads are listed.
    pub(super) fn task_folder(&self) -> PathBuf {
        self.root.join("self").join("task")
    }

    /// The threads of this process, in no order.
    pub(super) fn threads(&self) -> io::Result<Vec<u32>> {
        let entries = fs::read_dir(self.task_folder())?;
        Ok(entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect())
    }

    fn file(&self, thread: u32, name: &str) -> PathBuf {
        self.task_folder().join(thread.to_string()).join(name)
    }

    /// Opens a thread's file, to be read again and again by [`procfs::read`].
    pub(super) fn open(&self, thread: u32, name: &str) -> io::Result<File> {
        File::open(self.file(thread, name))
    }

    /// What a thread is called.
    pub(super) fn name(&self, thread: u32) -> Option<String> {
        Some(fs::read_to_string(self.file(thread, "comm")).ok()?.trim_end().to_owned())
    }

    /// Its state as one letter.
    pub(super) fn state(&self, thread: u32) -> Option<char> {
        state(&fs::read_to_string(self.file(thread, "stat")).ok()?)
    }

    /// The children that a thread started and nobody has waited for yet.
    pub(super) fn children(&self, thread: u32) -> io::Result<Vec<u32>> {
        let text = fs::read_to_string(self.file(thread, "children"))?;
        Ok(text.split_whitespace().filter_map(|number| number.parse().ok()).collect())
    }

    /// What the machine's CPUs did since it started.
    pub(super) fn machine(&self) -> Machine {
        let stat = fs::read_to_string(self.root.join("stat")).unwrap_or_default();
        Machine { stolen_ns: procfs::stolen_ns(&stat).unwrap_or(0), worked_ns: procfs::worked_ns(&stat) }
    }

    /// How many threads there are, without listing them; `None` where the folder's links do not tell.
    pub(super) fn thread_count(&self) -> Option<usize> {
        let links = std::os::unix::fs::MetadataExt::nlink(&fs::metadata(self.task_folder()).ok()?);
        usize::try_from(links.checked_sub(2)?).ok()
    }

    /// The root itself.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }
}

/// Reads `/proc/…/syscall`: `running`, or the number of a call and its arguments, or −1 outside of any; `state`
/// is asked in the last case.
pub(super) fn activity(text: &str, state: impl FnOnce() -> Option<char>) -> Option<Activity> {
    let word = text.split_whitespace().next()?;
    if word == "running" {
        return Some(Activity::Runnable);
    }
    Some(match word.parse::<c_long>().ok()? {
        number @ 0.. => Activity::Blocked(Place::Call(number)),
        _ => by_state(state()?, Place::Outside),
    })
}

/// What the state letter alone tells.
pub(super) fn by_state(state: char, otherwise: Place) -> Activity {
    match state {
        'R' => Activity::Runnable,
        'D' => Activity::Blocked(Place::Page),
        _ => Activity::Blocked(otherwise),
    }
}

/// The letter behind the name, which may hold blanks and brackets itself.
fn state(stat: &str) -> Option<char> {
    stat.rsplit_once(") ")?.1.chars().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_runs_or_is_blocked_somewhere() {
        let asked = |text, letter| activity(text, || letter);
        assert_eq!(asked("running\n", None), Some(Activity::Runnable));
        let futex = "202 0x7f 0x80 0x2 0x0 0x0 0xffffffff 0x7ffd 0x7f5d\n";
        assert_eq!(asked(futex, None), Some(Activity::Blocked(Place::Call(202))));
        assert_eq!(asked("-1 0x7ffd 0x7f5d\n", Some('D')), Some(Activity::Blocked(Place::Page)));
        assert_eq!(asked("-1 0x7ffd 0x7f5d\n", Some('S')), Some(Activity::Blocked(Place::Outside)));
        assert_eq!(asked("-1 0x7ffd 0x7f5d\n", None), None, "it has gone meanwhile");
        assert_eq!((asked("", None), asked("rubbish", None)), (None, None));
    }

    #[test]
    fn the_state_stands_behind_the_last_bracket() {
        assert_eq!(state("7 (a) R b) S 1 2"), Some('S'));
        assert_eq!(state("7 (cut"), None);
    }

    #[test]
    fn planted_files_are_read_and_missing_ones_are_errors() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let proc = Proc::at(folder.path());
        assert!(proc.threads().is_err());
        let thread = folder.path().join("self/task/17");
        fs::create_dir_all(&thread).expect("it can be made");
        fs::write(thread.join("comm"), "pool-1\n").expect("written");
        fs::write(thread.join("children"), "40 41 \n").expect("written");
        fs::write(thread.join("stat"), "17 (pool-1) D 1").expect("written");
        assert_eq!(proc.threads().expect("listed"), [17]);
        assert_eq!(proc.name(17).as_deref(), Some("pool-1"));
        assert_eq!(proc.children(17).expect("read"), [40, 41]);
        assert_eq!((proc.state(17), proc.state(18)), (Some('D'), None));
        assert!(proc.open(17, "syscall").is_err());
    }
}
