//! Names of the system calls that block. The numbers differ by architecture; those of others than the two below, and
//! calls that are not listed, keep their number.

use libc::c_long;

/// What pages call the system call of this number.
pub(super) fn name(number: c_long) -> String {
    let known = COMMON.iter().chain(ARCHITECTURE).find(|(call, _)| *call == number);
    known.map_or_else(|| format!("system call {number}"), |(_, name)| (*name).to_owned())
}

/// Calls that every architecture has, by the numbers of this one.
const COMMON: &[(c_long, &str)] = &[
    (libc::SYS_futex, "futex"),
    (libc::SYS_ppoll, "ppoll"),
    (libc::SYS_pselect6, "pselect6"),
    (libc::SYS_epoll_pwait, "epoll_pwait"),
    (libc::SYS_read, "read"),
    (libc::SYS_readv, "readv"),
    (libc::SYS_pread64, "pread64"),
    (libc::SYS_preadv, "preadv"),
    (libc::SYS_write, "write"),
    (libc::SYS_writev, "writev"),
    (libc::SYS_pwrite64, "pwrite64"),
    (libc::SYS_pwritev, "pwritev"),
    (libc::SYS_wait4, "wait4"),
    (libc::SYS_waitid, "waitid"),
    (libc::SYS_nanosleep, "nanosleep"),
    (libc::SYS_clock_nanosleep, "clock_nanosleep"),
    (libc::SYS_accept, "accept"),
    (libc::SYS_accept4, "accept4"),
    (libc::SYS_connect, "connect"),
    (libc::SYS_recvfrom, "recvfrom"),
    (libc::SYS_recvmsg, "recvmsg"),
    (libc::SYS_recvmmsg, "recvmmsg"),
    (libc::SYS_sendto, "sendto"),
    (libc::SYS_sendmsg, "sendmsg"),
    (libc::SYS_sendfile, "sendfile"),
    (libc::SYS_splice, "splice"),
    (libc::SYS_fsync, "fsync"),
    (libc::SYS_fdatasync, "fdatasync"),
    (libc::SYS_sync_file_range, "sync_file_range"),
    (libc::SYS_msync, "msync"),
    (libc::SYS_madvise, "madvise"),
    (libc::SYS_mmap, "mmap"),
    (libc::SYS_munmap, "munmap"),
    (libc::SYS_mprotect, "mprotect"),
    (libc::SYS_brk, "brk"),
    (libc::SYS_clone, "clone"),
    (libc::SYS_clone3, "clone3"),
    (libc::SYS_execve, "execve"),
    (libc::SYS_openat, "openat"),
    (libc::SYS_close, "close"),
    (libc::SYS_flock, "flock"),
    (libc::SYS_fcntl, "fcntl"),
    (libc::SYS_getdents64, "getdents64"),
    (libc::SYS_statx, "statx"),
    (libc::SYS_unlinkat, "unlinkat"),
    (libc::SYS_rt_sigtimedwait, "rt_sigtimedwait"),
    (libc::SYS_rt_sigsuspend, "rt_sigsuspend"),
    (libc::SYS_semtimedop, "semtimedop"),
    (libc::SYS_msgrcv, "msgrcv"),
    (libc::SYS_io_getevents, "io_getevents"),
    (libc::SYS_io_uring_enter, "io_uring_enter"),
    (libc::SYS_sched_yield, "sched_yield"),
    (libc::SYS_exit, "exit"),
    (libc::SYS_exit_group, "exit_group"),
    (libc::SYS_membarrier, "membarrier"),
    (libc::SYS_copy_file_range, "copy_file_range"),
    (libc::SYS_process_vm_readv, "process_vm_readv"),
];

/// Calls of older architectures, which newer ones express by those above.
#[cfg(target_arch = "x86_64")]
const ARCHITECTURE: &[(c_long, &str)] = &[
    (libc::SYS_poll, "poll"),
    (libc::SYS_select, "select"),
    (libc::SYS_epoll_wait, "epoll_wait"),
    (libc::SYS_pause, "pause"),
    (libc::SYS_open, "open"),
    (libc::SYS_fork, "fork"),
    (libc::SYS_vfork, "vfork"),
];

#[cfg(not(target_arch = "x86_64"))]
const ARCHITECTURE: &[(c_long, &str)] = &[];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_have_their_names_and_others_their_number() {
        assert_eq!(name(libc::SYS_futex), "futex");
        assert_eq!(name(99_999), "system call 99999");
        let numbers: std::collections::HashSet<_> =
            COMMON.iter().chain(ARCHITECTURE).map(|(call, _)| call).collect();
        assert_eq!(numbers.len(), COMMON.len() + ARCHITECTURE.len(), "a number is listed twice");
    }

    /// By the kernel's own tables: arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h.
    #[test]
    fn numbers_are_the_kernels() {
        let known: &[(c_long, &str)] = if cfg!(target_arch = "x86_64") {
            &[
                (202, "futex"),
                (7, "poll"),
                (23, "select"),
                (61, "wait4"),
                (230, "clock_nanosleep"),
                (0, "read"),
            ]
        } else if cfg!(target_arch = "aarch64") {
            &[(98, "futex"), (73, "ppoll"), (72, "pselect6"), (260, "wait4"), (115, "clock_nanosleep")]
        } else {
            &[]
        };
        for (number, call) in known {
            assert_eq!(name(*number), *call);
        }
    }
}
