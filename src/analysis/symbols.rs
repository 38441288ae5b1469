//! What a function's name says of its purpose. Knows names and nothing of their weight.
//!
//! A name is met without its generic arguments. C names are met without their library's decorations.

mod groups;
mod name;
mod rules;

pub use groups::{Group, Groups};
pub(super) use name::c_name;
use name::path_of;
use rules::groups_of;

/// What is known of a function by its name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
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
        let groups = groups_of(frame, &path, c);
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
    use super::Group::{
        Allocation, Copying, Dropping, Formatting, Growth, Hashing, Ordering, PageFaults, Serialisation,
        Spawning, Synchronisation, SystemCalls,
    };
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
            (
                "core::ptr::drop_in_place::<alloc::vec::Vec<std::sync::poison::mutex::MutexGuard<u64>>>",
                Dropping,
            ),
            ("core::ptr::drop_in_place::<std::sync::poison::mutex::MutexGuard<u64>>", Synchronisation),
            (
                "<std::sync::poison::rwlock::RwLockWriteGuard<u64> as core::ops::drop::Drop>::drop",
                Synchronisation,
            ),
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
