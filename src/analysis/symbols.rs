//! What a function's name says of its purpose: one table of rules. Knows names and nothing of their weight.
//!
//! A name is met without its generic arguments. C names are met without their library's decorations.

mod name;

use std::fmt;

pub(super) use name::c_name;
use name::path_of;

/// A purpose that costs are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// Heap blocks taken and given back.
    Allocation,
    /// Collections that grow.
    Growth,
    /// Keys hashed.
    Hashing,
    /// Bytes moved.
    Copying,
    /// Values turned into text.
    Formatting,
    /// Comparing and sorting.
    Ordering,
    /// Values dropped.
    Dropping,
    /// Calls of the kernel.
    SystemCalls,
    /// First touches of pages.
    PageFaults,
    /// Locks, atomics, parking.
    Synchronisation,
    /// Threads and processes started.
    Spawning,
    /// Values turned into bytes and back.
    Serialisation,
}

impl Group {
    /// Every group.
    pub const ALL: [Self; 12] = [
        Self::Allocation,
        Self::Growth,
        Self::Hashing,
        Self::Copying,
        Self::Formatting,
        Self::Ordering,
        Self::Dropping,
        Self::SystemCalls,
        Self::PageFaults,
        Self::Synchronisation,
        Self::Spawning,
        Self::Serialisation,
    ];

    /// What a sentence calls it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allocation => "taking and giving back heap blocks",
            Self::Growth => "growing",
            Self::Hashing => "hashing",
            Self::Copying => "copying",
            Self::Formatting => "formatting",
            Self::Ordering => "comparing and sorting",
            Self::Dropping => "dropping",
            Self::SystemCalls => "calling the kernel",
            Self::PageFaults => "page faults",
            Self::Synchronisation => "synchronisation",
            Self::Spawning => "starting threads or processes",
            Self::Serialisation => "serialisation",
        }
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A set of groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Groups(u16);

impl Groups {
    /// No group.
    pub const NONE: Self = Self(0);
    /// Every group.
    pub const ALL: Self = Self((1 << Group::ALL.len()) - 1);

    /// With `group`.
    #[must_use]
    pub const fn with(self, group: Group) -> Self {
        Self(self.0 | 1 << group as u16)
    }

    /// Without `group`.
    #[must_use]
    pub const fn without(self, group: Group) -> Self {
        Self(self.0 & !(1 << group as u16))
    }

    /// Whether `group` is in it.
    pub const fn holds(self, group: Group) -> bool {
        self.0 & 1 << group as u16 != 0
    }

    /// Both together.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether they share a group.
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

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

use Group::{
    Allocation, Copying, Dropping, Formatting, Growth, Hashing, Ordering, PageFaults, Serialisation,
    Spawning, Synchronisation, SystemCalls,
};
use Meets::{Begins, C, CPrefix, Ends, Holds};

/// The rules: names of glibc 2.36 and Rust 1.95, read off the flamegraphs of the catalogue and their sources.
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
            // Rust's way there.
            Holds("__rust_alloc"),
            Holds("__rust_dealloc"),
            Holds("__rust_realloc"),
            Holds("__rust_no_alloc"),
            Holds("__rdl_"),
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
            C("fsync"),
            C("fstat64"),
            C("statx"),
            C("ioctl"),
            C("poll"),
            C("ppoll"),
            C("select"),
            C("epoll_wait"),
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
            Ends("std::thread::Builder>::spawn"),
            Ends("::spawn_unchecked"),
            Ends("std::process::Command>::spawn"),
            Ends("Thread>::new"),
        ],
    ),
    (
        Serialisation,
        &[
            Holds("postcard::"),
            Holds("serde::"),
            Holds("serde_core::"),
            Holds("serde_json::"),
            Holds("::serialize"),
            Holds("::deserialize"),
        ],
    ),
];

/// What is known of a function by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    /// Its name without generic arguments.
    pub path: String,
    /// The groups whose rules it meets.
    pub groups: Groups,
    /// Whether it is code of the case or of a library that it chose, rather than of the language's.
    pub own: bool,
}

/// Crates whose functions are the language's.
const LANGUAGE: [&str; 5] = ["core::", "alloc::", "std::", "hashbrown::", "__rustc::"];

impl Symbol {
    /// What the name of `frame` says.
    pub fn of(frame: &str) -> Self {
        let path = path_of(frame);
        let c = c_name(&path);
        let meets = |rule: &Meets| match (rule, c) {
            (C(name), Some(c)) => c == *name,
            (CPrefix(name), Some(c)) => c.starts_with(name),
            (Holds(part), None) => path.contains(part),
            (Begins(part), None) => path.starts_with(part),
            (Ends(part), None) => path.ends_with(part),
            _ => false,
        };
        let groups = RULES
            .iter()
            .filter(|(_, rules)| rules.iter().any(meets))
            .fold(Groups::NONE, |groups, (group, _)| groups.with(*group));
        let own = c.is_none() && groups == Groups::NONE && is_own(&path);
        Self { path, groups, own }
    }
}

/// Whether some crate that `path` names is not the language's. `<u64>::pow` names none; the loop of the laboratory
/// itself is nobody's.
fn is_own(path: &str) -> bool {
    if path.starts_with('[') || path.starts_with("Prepared") {
        return false;
    }
    // What stands behind the gap of a name too long to be kept begins in the middle of a word.
    let path = path.split('…').next().unwrap_or(path);
    let names = path.split(|character: char| !(character.is_alphanumeric() || "_:".contains(character)));
    let crates = names.filter(|name| name.find("::").is_some_and(|at| at > 0));
    let mut others = crates.filter(|name| !LANGUAGE.iter().any(|language| name.starts_with(language)));
    others.next().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(frame: &str) -> Vec<Group> {
        let groups = Symbol::of(frame).groups;
        Group::ALL.into_iter().filter(|group| groups.holds(*group)).collect()
    }

    #[test]
    fn functions_seen_in_flamegraphs_fall_into_their_groups() {
        for (frame, group) in [
            ("__GI___libc_malloc", Allocation),
            ("_int_free", Allocation),
            ("unlink_chunk", Allocation),
            ("__rustc::__rust_realloc", Allocation),
            ("<alloc::alloc::Global as core::alloc::Allocator>::allocate", Allocation),
            ("<alloc::raw_vec::RawVec<u64>>::grow_one", Growth),
            (
                "<alloc::raw_vec::RawVecInner<_>>::reserve::do_reserve_and_handle::<alloc::alloc::Global>",
                Growth,
            ),
            (
                "<hashbrown::raw::RawTable<(u64, ())>>::reserve_rehash::<hashbrown::map::make_hasher<u64, (), std::hash::random::RandomState>::{closure#0}>",
                Growth,
            ),
            (
                "<core::hash::sip::Hasher<core::hash::sip::Sip13Rounds> as core::hash::Hasher>::finish",
                Hashing,
            ),
            ("hashbrown::map::make_hash::<u64, std::hash::random::RandomState>", Hashing),
            ("<rustc_hash::FxHasher as core::hash::Hasher>::write_u64", Hashing),
            ("__memcpy_avx_unaligned_erms", Copying),
            ("memmove", Copying),
            ("<u64 as core::fmt::Display>::fmt", Formatting),
            ("<u64>::_fmt", Formatting),
            ("<itoa::Buffer>::format::<usize>", Formatting),
            (
                "core::slice::sort::unstable::quicksort::quicksort::<u64, <u64 as core::cmp::PartialOrd>::lt>",
                Ordering,
            ),
            ("<u64 as core::cmp::Ord>::cmp", Ordering),
            ("core::ptr::drop_in_place::<alloc::string::String>", Dropping),
            ("__GI___libc_read", SystemCalls),
            ("asm_exc_page_fault", PageFaults),
            ("<std::sys::sync::mutex::futex::Mutex>::lock_contended", Synchronisation),
            ("__pthread_create_2_1", Spawning),
            ("__spawnix", Spawning),
            ("postcard::ser::to_allocvec::<alloc::vec::Vec<u64>>", Serialisation),
        ] {
            assert_eq!(groups(frame), [group], "{frame}");
        }
    }

    #[test]
    fn functions_that_only_look_like_it_fall_into_none() {
        for frame in [
            // A load of sixteen bytes into a register.
            "core::ptr::copy_nonoverlapping::<u8>",
            // The end of a loop over a range.
            "<usize as core::cmp::PartialOrd>::lt",
            "<hashbrown::map::HashMap<u64, (), std::hash::random::RandomState>>::insert",
            "<alloc::vec::Vec<core::ptr::drop_in_place<u8>>>::push",
            "<alloc::raw_vec::RawVec<u8>>::with_capacity_in",
            // The body of a thread is no cost of starting it.
            "std::thread::spawn_unchecked::{closure#0}",
            "<std::sys::thread::unix::Thread>::new::thread_start",
            "[libc.so.6]",
            "",
        ] {
            assert_eq!(groups(frame), [], "{frame}");
        }
    }

    #[test]
    fn own_code_is_told_from_the_languages() {
        for (frame, own) in [
            ("<perflab::workloads::Push as perflab::workload::Workload>::run", true),
            ("<alloc::vec::Vec<u64> as mine::Sum>::sum", true),
            ("mine::f::<u64>::{closure#0}", true),
            ("<indexmap::map::IndexMap<u64, ()>>::insert", true),
            ("<alloc::vec::Vec<mine::Thing>>::push", false),
            ("<u64>::rotate_left", false),
            ("Prepared<mine::Thing>::run", false),
            ("core::ptr::write::<u64>", false),
            ("_int_free", false),
            ("[unknown]", false),
            ("<core::iter::adapters::map::Map as core::iter::tra…re::iter::Iterator>::fold", false),
        ] {
            assert_eq!(Symbol::of(frame).own, own, "{frame}");
        }
    }
}
