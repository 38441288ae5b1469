//! How much faster the matching cases would be without one of their costs: `cargo bench --bench ceilings -- [FILTER]`.

use std::process::ExitCode;

use perflab::instruments::ceilings::{SwitchedAllocator, main as measure};

/// The system's, until the instrument switches it.
#[global_allocator]
static ALLOC: SwitchedAllocator = SwitchedAllocator;

fn main() -> ExitCode {
    measure(&perflab::catalogue::CATALOGUE)
}
