//! Whether a program failed for want of space: few say so, and a linker that writes by a memory map dies of it.

use std::path::Path;

/// What programs say, or the shell says of them, when the disk is full.
const SAID: [&str; 3] = ["No space left on device", "Bus error", "SIGBUS"];

/// A disk with less left is full: no program links in a mebibyte.
const LEAST: u64 = 1 << 20;

/// Whether what failed beside `folder`, and `said` so much, lacked space.
pub(super) fn was_full(folder: &Path, said: &str) -> bool {
    SAID.iter().any(|words| said.contains(words)) || left_on(folder).is_some_and(|left| left < LEAST)
}

/// The bytes left for us on the disk of `folder`, where the system tells.
fn left_on(folder: &Path) -> Option<u64> {
    #[cfg(unix)]
    return rustix::fs::statvfs(folder).ok().map(|disk| disk.f_bavail.saturating_mul(disk.f_frsize));
    #[cfg(not(unix))]
    {
        let _ = folder;
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_by_its_words() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        assert!(was_full(folder.path(), "error: failed to write: No space left on device (os error 28)"));
        assert!(was_full(folder.path(), "collect2: fatal error: ld terminated with signal 7 [Bus error]"));
        assert!(!was_full(folder.path(), "error[E0308]: mismatched types"));
    }
}
