//! On Linux: an anonymous file in memory, mapped into each process.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::ptr::{self, NonNull};

use rustix::fs::{MemfdFlags, SealFlags};
use rustix::mm::{MapFlags, ProtFlags};

/// What keeps the file as long as the memory it is mapped to: a page of it that went would end who touches it (SIGBUS).
const FIXED_LENGTH: SealFlags = SealFlags::SHRINK.union(SealFlags::GROW);

/// Mapped memory of a fixed length. Only whole copies go in and out: a reference into it could not be trusted, since
/// the other process writes when it likes.
pub(crate) struct SharedMemory {
    start: NonNull<u8>,
    length: usize,
    file: OwnedFd,
}

impl SharedMemory {
    /// `length` zeros, and at least one. The kernel frees them with the last process that maps them.
    ///
    /// # Errors
    /// What the system answers, such as where the kernel has no `memfd_create`.
    pub(crate) fn create(length: usize) -> io::Result<Self> {
        let length = length.max(1);
        let file = rustix::fs::memfd_create("perflab", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?;
        rustix::fs::ftruncate(&file, length as u64)?;
        rustix::fs::fcntl_add_seals(&file, FIXED_LENGTH)?;
        Self::map(file, length)
    }

    /// Where another process of this user finds it, while this one has it.
    pub(crate) fn path(&self) -> String {
        format!("/proc/{}/fd/{}", std::process::id(), self.file.as_raw_fd())
    }

    /// Maps what another process created.
    ///
    /// # Errors
    /// What the system answers, and where `path` is no such memory.
    pub(crate) fn open(path: &str) -> io::Result<Self> {
        let file: File = OpenOptions::new().read(true).write(true).open(path)?;
        let length = usize::try_from(file.metadata()?.len()).map_err(io::Error::other)?;
        let file = OwnedFd::from(file);
        if !rustix::fs::fcntl_get_seals(&file).is_ok_and(|seals| seals.contains(FIXED_LENGTH)) || length == 0
        {
            return Err(io::Error::other(format!("{path} is no memory of a fixed length")));
        }
        Self::map(file, length)
    }

    fn map(file: OwnedFd, length: usize) -> io::Result<Self> {
        let access = ProtFlags::READ | ProtFlags::WRITE;
        // SAFETY: the kernel chooses an address where nothing is mapped, so no memory of ours is replaced.
        let start = unsafe { rustix::mm::mmap(ptr::null_mut(), length, access, MapFlags::SHARED, &file, 0) }?;
        let start = NonNull::new(start.cast()).ok_or_else(|| io::Error::other("mapped at address zero"))?;
        Ok(Self { start, length, file })
    }

    /// Copies `bytes` to its start.
    ///
    /// # Errors
    /// When they are more than it holds.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.holds(bytes.len())?;
        // SAFETY: `start` is valid for `length` bytes until drop, since the file's length is sealed, and `holds` allows
        // no more. No reference into the mapping exists, so it overlaps none. Another process may copy at the same
        // time: then bytes are mixed, as with any shared file, and any byte is a valid u8.
        unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), self.start.as_ptr(), bytes.len()) };
        Ok(())
    }

    /// Replaces `bytes` by the first `length` of it.
    ///
    /// # Errors
    /// When it holds fewer.
    pub(crate) fn read(&self, length: usize, bytes: &mut Vec<u8>) -> io::Result<()> {
        self.holds(length)?;
        bytes.clear();
        bytes.reserve(length);
        // SAFETY: as in `write` for the source; the target has room for `length` bytes, which are all initialised
        // before the vector is told that it holds them.
        unsafe {
            ptr::copy_nonoverlapping(self.start.as_ptr(), bytes.as_mut_ptr(), length);
            bytes.set_len(length);
        }
        Ok(())
    }

    fn holds(&self, length: usize) -> io::Result<()> {
        if length <= self.length {
            return Ok(());
        }
        Err(io::Error::other(format!("{length} bytes in shared memory of {}", self.length)))
    }
}

impl Drop for SharedMemory {
    fn drop(&mut self) {
        // SAFETY: it is this mapping, whole, and nothing refers to it. It cannot fail for a mapping that exists.
        let _ = unsafe { rustix::mm::munmap(self.start.as_ptr().cast(), self.length) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_mapping_writes_the_other_reads() {
        let mut ours = SharedMemory::create(5).expect("the kernel has memfd_create");
        let theirs = SharedMemory::open(&ours.path()).expect("it is ours to open");
        assert_eq!(theirs.length, 5);
        ours.write(b"hello").expect("it fits");
        let mut read = vec![1; 9];
        theirs.read(4, &mut read).expect("it is there");
        assert_eq!(read, b"hell");
    }

    #[test]
    fn beyond_its_end_nothing_is_read_or_written() {
        let mut memory = SharedMemory::create(0).expect("the kernel has memfd_create");
        assert_eq!(memory.write(b"ab").expect_err("one byte").to_string(), "2 bytes in shared memory of 1");
        let mut kept = vec![7];
        assert!(memory.read(2, &mut kept).is_err());
        assert_eq!(kept, [7]);
    }

    #[test]
    fn a_file_that_may_shrink_is_refused() {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), b"text").expect("it can be written");
        let path = file.path().to_str().expect("a plain path");
        let refused = SharedMemory::open(path).map(|_| ()).expect_err("an ordinary file");
        assert!(refused.to_string().ends_with("is no memory of a fixed length"), "{refused}");
    }
}
