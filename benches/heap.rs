//! Heap blocks, bytes and peak of the matching cases: `cargo bench --bench heap -- [FILTER]`.

use std::process::ExitCode;

/// dhat counts only what its own allocator sees.
#[global_allocator]
static ALLOC: dhat::Alloc = dhat::Alloc;

fn main() -> ExitCode {
    perflab::instruments::heap::main(&perflab::catalogue::CATALOGUE)
}
