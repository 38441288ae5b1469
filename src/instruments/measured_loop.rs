//! Finds the measured loop in a stack, so that a stack can be cut at it, and names it for readers.

/// The frame that [`Case::run`](crate::workload::Case::run) of a prepared workload shows, however mangled.
const LOOP: (&str, &str) = ("<perflab::workload::Prepared<", "> as perflab::workload::Case>::run");
/// Part of the name of std's frame above the closure that a thread was started with.
const THREAD: &str = "__rust_begin_short_backtrace";
/// The root of stacks on threads that the workload started.
pub(super) const OTHER_THREADS: &str = "[other threads]";

/// The root of stacks that do not reach the loop.
pub(super) const UNATTRIBUTED: &str = "[unattributed]";

/// Where a stack belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Below the measured loop, which is the frame at this index.
    Loop(usize),
    /// On a thread of the workload's, whose own code begins below the frame at this index.
    Thread(usize),
    /// Neither shows.
    Elsewhere,
}

/// Where the stack with these frame names, root first, belongs.
pub(super) fn place<'a>(names: impl Iterator<Item = &'a str>) -> Place {
    let mut thread = None;
    for (index, name) in names.enumerate() {
        if is_loop(name) {
            return Place::Loop(index);
        }
        if thread.is_none() && name.contains(THREAD) {
            thread = Some(index);
        }
    }
    thread.map_or(Place::Elsewhere, Place::Thread)
}

fn is_loop(name: &str) -> bool {
    name.starts_with(LOOP.0) && name.ends_with(LOOP.1)
}

/// `Prepared<perflab::workloads::…::Push>::run` for the measured loop; any other name as it is.
pub(super) fn readable(name: &str) -> String {
    let workload = name.strip_prefix(LOOP.0).and_then(|rest| rest.strip_suffix(LOOP.1));
    workload.map_or_else(|| name.to_owned(), |workload| format!("Prepared<{workload}>::run"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loop_is_found_and_named() {
        let name = "<perflab::workload::Prepared<a::b::Push> as perflab::workload::Case>::run";
        assert_eq!(place(["main", name, name, "leaf"].into_iter()), Place::Loop(1));
        assert_eq!(readable(name), "Prepared<a::b::Push>::run");
        assert_eq!(readable("core::slice::sort"), "core::slice::sort");
    }

    #[test]
    fn a_thread_is_told_from_the_main_one() {
        assert_eq!(place(["main", "leaf"].into_iter()), Place::Elsewhere);
        let names = ["start_thread", "std::sys::backtrace::__rust_begin_short_backtrace::<f, ()>", "f"];
        assert_eq!(place(names.into_iter()), Place::Thread(1));
    }
}
