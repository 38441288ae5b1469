//! What does starting a child cost a parent of so much memory? The child is `true`, started and reaped.
//!
//! `posix_spawn` lends the child the parent's memory until it has become another program; `fork` copies the tables of
//! the parent's pages first, 8 bytes for each 4 KiB.

use std::fs;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, Weak};

use super::KillOnDrop;
use crate::system;
use crate::workload::{Answer, Concurrency, Floor, Workload};

/// A MiB.
const MIB: usize = 1 << 20;
/// Bytes of the smallest page that Linux has.
const SMALLEST_PAGE: usize = 4096;
/// What must be free beside the parent's memory, in MiB.
const SPARE: usize = 256;

/// A parent's memory, every page of it touched. Members that are prepared in one process share it, else each would
/// be measured in a parent of the size of all.
pub(crate) struct Parent {
    /// Held, not read.
    _memory: Arc<Vec<u8>>,
}

fn parent(mebibytes: usize) -> Parent {
    static LAST: Mutex<Weak<Vec<u8>>> = Mutex::new(Weak::new());
    let mut last = LAST.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let bytes = mebibytes * MIB;
    let memory = last.upgrade().filter(|memory| memory.len() == bytes).unwrap_or_else(|| {
        let mut memory = vec![0; bytes];
        // Until it is written, a page is the kernel's one page of zeros. Pages are 4 KiB or larger.
        memory.iter_mut().step_by(SMALLEST_PAGE).for_each(|byte| *byte = 1);
        let memory = Arc::new(memory);
        *last = Arc::downgrade(&memory);
        memory
    });
    Parent { _memory: memory }
}

/// Why a parent of `mebibytes` cannot be made here.
fn too_large(mebibytes: usize) -> Option<String> {
    let available = available_mebibytes(&fs::read_to_string("/proc/meminfo").ok()?)?;
    (available < mebibytes + SPARE).then(|| {
        format!(
            "{available} MiB of memory are available, {} MiB are needed; end other programs",
            mebibytes + SPARE
        )
    })
}

fn available_mebibytes(meminfo: &str) -> Option<usize> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    Some(line.trim().trim_end_matches(" kB").parse::<usize>().ok()? / 1024)
}

/// The smallest child, that has no use for its standard streams.
fn child() -> Command {
    let mut command = Command::new("true");
    command.stdin(Stdio::null()).stdout(Stdio::null());
    command
}

/// What members share: a size is the parent's memory, in MiB.
macro_rules! of_a_parent {
    () => {
        const CONCURRENCY: Concurrency = Concurrency::PROCESSES;
        type Input = Parent;
        /// The child's return code.
        type Output = i32;

        fn input(size: usize) -> Parent {
            parent(size)
        }

        fn check(_: &Parent, return_code: &i32) -> bool {
            *return_code == 0
        }

        fn answer(return_code: &i32) -> Answer {
            Answer::of_sequence([u64::from(return_code.unsigned_abs())])
        }
    };
}

pub(crate) struct PosixSpawn;

impl Workload for PosixSpawn {
    const NAME: &'static str = "posix-spawn";
    const ABOUT: &'static str = "memory is lent until the child is another program: std's way on Linux";
    of_a_parent!();

    fn run(_: &Parent) -> i32 {
        system::return_code(KillOnDrop::start(&mut child()).wait())
    }

    fn unavailable(size: usize) -> Option<String> {
        super::missing("true", "`apt install coreutils`").or_else(|| too_large(size))
    }

    /// One child, whatever its parent's memory.
    fn floor(_size: usize) -> Option<Floor> {
        Some(Floor { processes: 1, ..Floor::default() })
    }
}

pub(crate) struct ForkExec;

impl Workload for ForkExec {
    const NAME: &'static str = "fork-exec";
    const ABOUT: &'static str =
        "the tables of all pages are copied, to be thrown away: std's way where a group is set";
    of_a_parent!();

    fn run(_: &Parent) -> i32 {
        system::return_code(KillOnDrop::start(system::forked(&mut child())).wait())
    }

    fn unavailable(size: usize) -> Option<String> {
        system::unix_only().or_else(|| PosixSpawn::unavailable(size))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_of_one_process_share_the_parents_memory() {
        let (one, other) = (parent(3), parent(3));
        assert!(Arc::ptr_eq(&one._memory, &other._memory));
        assert_eq!(one._memory.len(), 3 * MIB);
        assert_eq!(parent(2)._memory.len(), 2 * MIB, "another size is another parent");
    }

    #[test]
    fn available_memory_is_read_from_the_kernels_table() {
        let meminfo =
            "MemTotal:       24683520 kB\nMemFree:        17673216 kB\nMemAvailable:   23556096 kB\n";
        assert_eq!(available_mebibytes(meminfo), Some(23_004));
        assert_eq!(available_mebibytes("MemTotal: 24683520 kB\n"), None);
    }

    #[test]
    fn a_parent_beyond_all_memory_is_refused_in_one_line() {
        if fs::metadata("/proc/meminfo").is_ok() {
            let reason = PosixSpawn::unavailable(1_000_000_000).expect("nobody has a petabyte");
            assert!(reason.contains("are available"), "{reason}");
        }
    }
}
