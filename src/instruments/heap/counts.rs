//! One iteration under dhat.

use std::path::Path;

use crate::workload::Case;

/// Frames that dhat keeps of a stack: deeper than any workload, and a bound for a recursion.
const DEEPEST: usize = 512;

/// What one iteration took from the heap. Exact; threads it started are in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeapCounts {
    /// Blocks allocated; growing a block counts as a new one.
    pub blocks: u64,
    /// Bytes allocated.
    pub bytes: u64,
    /// Most bytes alive at once.
    pub peak_bytes: u64,
    /// Blocks still alive after the measured part: what it keeps, or leaks.
    pub left_blocks: u64,
    /// Bytes still alive after it.
    pub left_bytes: u64,
}

/// Counts one iteration of `case`, after one that is not counted, and has dhat write its profile to `file`.
/// dhat allows one profiler at a time in a process: callers take turns.
///
/// # Errors
/// One line, when dhat is not the allocator or left no profile: it reports a failed write on stderr alone.
pub fn measure_case(case: &dyn Case, file: &Path) -> Result<HeapCounts, String> {
    if !is_counting() {
        return Err("dhat is not this program's allocator: run `cargo bench --bench heap`".to_owned());
    }
    // First use allocates what later uses find ready: thread-locals, buffers of std.
    case.stage(1);
    case.run(1);
    case.unstage();
    case.stage(1);
    let profiler = dhat::Profiler::builder().file_name(file).trim_backtraces(Some(DEEPEST)).build();
    case.run(1);
    let stats = dhat::HeapStats::get();
    drop(profiler);
    case.unstage();
    if !file.is_file() {
        return Err(format!("dhat left no profile at {}: is the folder writable?", file.display()));
    }
    Ok(HeapCounts {
        blocks: stats.total_blocks,
        bytes: stats.total_bytes,
        peak_bytes: stats.max_bytes as u64,
        left_blocks: stats.curr_blocks as u64,
        left_bytes: stats.curr_bytes as u64,
    })
}

/// Whether dhat is this program's allocator: it is if it sees an allocation.
pub fn is_counting() -> bool {
    let profiler = dhat::Profiler::builder().testing().build();
    // A path from the system cannot be optimised away, as a box could.
    drop(std::env::current_exe());
    let seen = dhat::HeapStats::get().total_blocks > 0;
    drop(profiler);
    seen
}
