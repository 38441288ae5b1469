//! Where the wall time of the matching cases' threads goes: `cargo bench --bench waits -- [FILTER]`.

use std::process::ExitCode;

fn main() -> ExitCode {
    perflab::instruments::waits::main(&perflab::catalogue::CATALOGUE)
}
