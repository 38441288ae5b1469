//! The rules by which a function's name tells its purposes: one table.

use super::groups::Group::{
    self, Allocation, Copying, Dropping, Formatting, Growth, Hashing, Ordering, PageFaults, Serialisation,
    Spawning, Synchronisation, SystemCalls,
};
use super::groups::Groups;

/// How a rule meets a name.
enum Meets {
    /// A C function of this name.
    C(&'static str),
    /// C functions whose names begin so.
    CPrefix(&'static str),
    /// A path that holds this.
    Holds(&'static str),
    /// A path that begins so.
    Begins(&'static str),
    /// A path that ends so.
    Ends(&'static str),
}

use Meets::{Begins, C, CPrefix, Ends, Holds};

/// The rules: names of glibc 2.36 and Rust 1.95, read off flamegraphs and their sources; of other allocators and codecs, those of
/// their own sources.
const RULES: &[(Group, &[Meets])] = &[
    (
        Allocation,
        &[
            // glibc, malloc/malloc.c; `int_` is what is left of `_int_malloc`.
            C("malloc"),
            C("calloc"),
            C("realloc"),
            C("free"),
            C("cfree"),
            C("memalign"),
            C("posix_memalign"),
            C("aligned_alloc"),
            C("malloc_consolidate"),
            C("unlink_chunk"),
            C("sysmalloc"),
            C("systrim"),
            C("munmap_chunk"),
            C("mremap_chunk"),
            C("checked_request2size"),
            C("ptmalloc_init"),
            CPrefix("int_malloc"),
            CPrefix("int_free"),
            CPrefix("int_realloc"),
            CPrefix("int_memalign"),
            CPrefix("tcache_"),
            CPrefix("arena_get"),
            CPrefix("alloc_perturb"),
            CPrefix("free_perturb"),
            // musl; mimalloc and jemalloc, by whatever crate links them.
            C("libc_malloc_impl"),
            C("libc_malloc"),
            C("libc_free"),
            CPrefix("mi_malloc"),
            CPrefix("mi_realloc"),
            CPrefix("mi_free"),
            CPrefix("mi_heap_"),
            CPrefix("mi_page_"),
            CPrefix("je_"),
            CPrefix("rjem_"),
            // Rust's way there.
            Holds("__rust_alloc"),
            Holds("__rust_dealloc"),
            Holds("__rust_realloc"),
            Holds("__rust_no_alloc"),
            Holds("__rdl_"),
            Holds("__rg_"),
            Holds("core::alloc::global::GlobalAlloc>::"),
            Begins("alloc::alloc::"),
            Begins("<alloc::alloc::Global"),
            Begins("<std::alloc::System"),
        ],
    ),
    (
        Growth,
        &[
            Holds("::grow_one"),
            Holds("::grow_amortized"),
            Holds("::finish_grow"),
            Holds("::do_reserve_and_handle"),
            Holds("::reserve_rehash"),
            Holds("::resize_inner"),
            Ends("RawVecInner>::grow_exact"),
            // smallvec, arrays that spill.
            Holds("SmallVec>::try_grow"),
            Holds("SmallVec>::grow"),
            Holds("SmallVec>::reserve_one"),
        ],
    ),
    (
        Hashing,
        &[
            Holds("core::hash::BuildHasher>::"),
            Holds("core::hash::Hasher>::"),
            Holds("core::hash::Hash>::"),
            Holds("core::hash::sip::"),
            Holds("::make_hash"),
            Holds("ahash::"),
            Holds("foldhash::"),
            Holds("rustc_hash::"),
            Holds("fxhash::"),
            Holds("nohash_hasher::"),
            Ends("::hash_one"),
        ],
    ),
    (
        Copying,
        &[
            C("memcpy"),
            C("memmove"),
            C("mempcpy"),
            C("bcopy"),
            CPrefix("memcpy_"),
            CPrefix("memmove_"),
            CPrefix("mempcpy_"),
            Ends("::append_elements"),
            Holds("::copy_from_slice"),
            Holds("::clone_from_slice"),
            Holds("::copy_within"),
            Holds("::extend_from_within"),
            Holds("::to_vec_in"),
            Ends("]>::to_vec"),
        ],
    ),
    (
        Formatting,
        &[
            Holds("core::fmt::"),
            Holds("alloc::fmt::"),
            Holds("core::num::fmt::"),
            Holds("core::num::flt2dec"),
            Ends("::_fmt"),
            Ends("::_fmt_inner"),
            Holds("itoa::"),
            Holds("ryu::"),
            C("vsnprintf"),
            C("vfprintf"),
        ],
    ),
    (
        Ordering,
        &[
            Holds("core::slice::sort::"),
            Holds("alloc::slice::stable_sort"),
            Holds("]>::sort"),
            Holds("]>::binary_search"),
            Holds("core::cmp::Ord>::cmp"),
            Holds("core::cmp::PartialOrd>::partial_cmp"),
            Holds("::search_tree"),
            Holds("::find_key_index"),
            Holds("alloc::collections::btree::search"),
            C("qsort"),
        ],
    ),
    (
        Dropping,
        &[
            Begins("core::ptr::drop_in_place"),
            Holds("core::ops::drop::Drop>::drop"),
            Begins("core::mem::drop"),
        ],
    ),
    (
        SystemCalls,
        &[
            C("read"),
            C("write"),
            C("pread64"),
            C("pwrite64"),
            C("readv"),
            C("writev"),
            C("open"),
            C("open64"),
            C("openat"),
            C("openat64"),
            C("close"),
            C("lseek64"),
            C("ftruncate64"),
            C("fdatasync"),
            C("sendfile64"),
            C("copy_file_range"),
            C("getdents64"),
            C("stat64"),
            C("lstat64"),
            C("rename"),
            C("mkdir"),
            C("getrandom"),
            C("fsync"),
            C("fstat64"),
            C("statx"),
            C("ioctl"),
            C("poll"),
            C("ppoll"),
            C("select"),
            C("epoll_wait"),
            C("epoll_pwait"),
            C("epoll_ctl"),
            C("futex"),
            C("nanosleep"),
            C("clock_nanosleep"),
            C("mmap"),
            C("mmap64"),
            C("munmap"),
            C("madvise"),
            C("mprotect"),
            C("brk"),
            C("sbrk"),
            C("syscall"),
            C("sched_yield"),
            C("send"),
            C("recv"),
            C("sendto"),
            C("recvfrom"),
            C("sendmsg"),
            C("recvmsg"),
            C("socket"),
            C("connect"),
            C("bind"),
            C("listen"),
            C("accept"),
            C("accept4"),
            C("shutdown"),
            C("wait4"),
            C("waitid"),
            C("waitpid"),
            C("kill"),
            C("unlink"),
            C("pipe2"),
            C("dup2"),
            C("fcntl"),
            C("fcntl64"),
            CPrefix("syscall_cancel"),
            C("do_syscall_64"),
        ],
    ),
    (
        PageFaults,
        &[
            C("asm_exc_page_fault"),
            C("exc_page_fault"),
            C("handle_mm_fault"),
            C("do_user_addr_fault"),
            CPrefix("clear_page"),
            C("do_anonymous_page"),
        ],
    ),
    (
        Synchronisation,
        &[
            Holds("std::sys::sync::"),
            Holds("std::sync::poison::mutex"),
            Holds("std::sync::poison::rwlock"),
            Holds("std::sync::poison::condvar"),
            Holds("core::sync::atomic::"),
            Holds("parking_lot"),
            CPrefix("pthread_mutex_"),
            CPrefix("pthread_cond_"),
            CPrefix("pthread_rwlock_"),
            CPrefix("lll_lock"),
            CPrefix("futex_"),
            Begins("std::thread::park"),
        ],
    ),
    (
        Spawning,
        &[
            CPrefix("pthread_create"),
            CPrefix("posix_spawn"),
            C("spawni"),
            C("spawnix"),
            C("fork"),
            C("vfork"),
            C("execve"),
            CPrefix("allocate_stack"),
            CPrefix("create_thread"),
            Ends("std::thread::builder::Builder>::spawn"),
            Ends("::spawn_unchecked"),
            Ends("std::process::Command>::spawn"),
            Ends("std::sys::thread::unix::Thread>::new"),
        ],
    ),
    (
        Serialisation,
        &[
            Holds("postcard::"),
            Holds("serde::"),
            Holds("serde_core::"),
            Holds("serde_json::"),
            Holds("bincode::"),
            Holds("bitcode::"),
            Holds("borsh::"),
            Holds("ciborium::"),
            Holds("prost::"),
            Holds("rkyv::"),
            Holds("rmp_serde::"),
            Holds("::serialize"),
            Holds("::deserialize"),
        ],
    ),
];

/// The groups whose rules the function of `frame` meets: by its name where it is one of C's, else by its path.
pub(super) fn groups_of(frame: &str, path: &str, c: Option<&str>) -> Groups {
    if gives_a_lock_back(frame) {
        return Groups::NONE.with(Synchronisation);
    }
    let meets = |rule: &Meets| match (rule, c) {
        (C(name), Some(c)) => c == *name,
        (CPrefix(name), Some(c)) => c.starts_with(name),
        (Holds(part), None) => path.contains(part),
        (Begins(part), None) => path.starts_with(part),
        (Ends(part), None) => path.ends_with(part),
        _ => false,
    };
    RULES
        .iter()
        .filter(|(_, rules)| rules.iter().any(meets))
        .fold(Groups::NONE, |groups, (group, _)| groups.with(*group))
}

/// What is dropped to give a lock back.
const GUARDS: [&str; 4] = ["::MutexGuard", "::ReentrantLockGuard", "::RwLockReadGuard", "::RwLockWriteGuard"];

/// Whether `frame` drops the guard of a lock: what that takes is the lock's, and nothing that was built.
fn gives_a_lock_back(frame: &str) -> bool {
    let of_type = frame.strip_prefix("core::ptr::drop_in_place::<").or_else(|| {
        frame.contains(" as core::ops::drop::Drop>::drop").then(|| frame.strip_prefix('<')).flatten()
    });
    let path = of_type.and_then(|dropped| dropped.split(['<', '>', ' ']).next());
    path.is_some_and(|path| GUARDS.iter().any(|guard| path.ends_with(guard)))
}
