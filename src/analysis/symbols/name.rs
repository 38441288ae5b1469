//! The name of a function without what it is generic over, so that a rule meets the function and not its arguments:
//! `<RawTable<(u64, ())>>::reserve_rehash::<make_hasher<…>>` grows a table, it does not hash.

/// `frame` without generic arguments; what a method belongs to keeps its brackets: `<A as B>::method`.
pub(super) fn path_of(frame: &str) -> String {
    let mut path = String::with_capacity(frame.len());
    // How many brackets of generic arguments are open; none of their content is kept.
    let mut skipped = 0_usize;
    let mut before = ' ';
    for character in frame.chars() {
        match character {
            '<' if skipped > 0 => skipped += 1,
            // What follows a name or `::` is what it is generic over; any other bracket names what a method is of.
            '<' if before.is_alphanumeric() || before == '_' || path.ends_with("::") => {
                skipped = 1;
                while path.ends_with(':') {
                    path.pop();
                }
            }
            '>' if before == '-' && skipped == 0 => path.push(character),
            '>' if before != '-' && skipped > 0 => skipped -= 1,
            _ if skipped == 0 => path.push(character),
            _ => {}
        }
        before = character;
    }
    path
}

/// The name of a C function without the decorations that a C library gives its own: `__GI___libc_malloc` is `malloc`.
/// `None` for a path of Rust's.
pub(in crate::analysis) fn c_name(frame: &str) -> Option<&str> {
    if frame.contains("::") || frame.starts_with(['<', '[']) {
        return None;
    }
    let name = frame.trim_start_matches('_');
    let name = name.strip_prefix("GI_").unwrap_or(name).trim_start_matches('_');
    let name = name.strip_prefix("libc_").unwrap_or(name);
    // A version, as in `memcpy@@GLIBC_2.14`, or a copy that the compiler made, as in `_int_free.constprop.0`.
    Some(name.split(['@', '.']).next().unwrap_or(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generic_arguments_go_and_what_a_method_is_of_stays() {
        for (frame, path) in [
            ("core::ptr::drop_in_place::<alloc::vec::Vec<u64>>", "core::ptr::drop_in_place"),
            (
                "<hashbrown::raw::RawTable<(u64, ())>>::reserve_rehash::<hashbrown::map::make_hasher<u64>::{closure#0}>::{closure#0}",
                "<hashbrown::raw::RawTable>::reserve_rehash::{closure#0}",
            ),
            (
                "<core::hash::sip::Hasher<core::hash::sip::Sip13Rounds> as core::hash::Hasher>::write",
                "<core::hash::sip::Hasher as core::hash::Hasher>::write",
            ),
            ("<[u8]>::to_vec_in::<alloc::alloc::Global>", "<[u8]>::to_vec_in"),
            (
                "<u8 as <[_]>::to_vec_in::ConvertVec>::to_vec::<alloc::alloc::Global>",
                "<u8 as <[_]>::to_vec_in::ConvertVec>::to_vec",
            ),
            ("Prepared<perflab::workloads::Push>::run", "Prepared::run"),
            (
                "<fn(u64) -> u64 as core::ops::FnOnce<(u64,)>>::call_once",
                "<fn(u64) -> u64 as core::ops::FnOnce>::call_once",
            ),
            ("_int_malloc", "_int_malloc"),
            ("a<b", "a"),
            ("<<<", "<<<"),
        ] {
            assert_eq!(path_of(frame), path);
        }
    }

    #[test]
    fn decorations_of_c_names_go() {
        for (frame, name) in [
            ("__GI___libc_malloc", Some("malloc")),
            ("_int_free.constprop.0", Some("int_free")),
            ("__memcpy_avx_unaligned_erms", Some("memcpy_avx_unaligned_erms")),
            ("memcpy@@GLIBC_2.14", Some("memcpy")),
            ("core::ptr::read", None),
            ("[libc.so.6]", None),
        ] {
            assert_eq!(c_name(frame), name);
        }
    }
}
