//! Where the CPU time of the matching cases goes: `cargo bench --bench flamegraph -- [FILTER]`.

use std::process::ExitCode;

fn main() -> ExitCode {
    perflab::instruments::flamegraph::main(&perflab::catalogue::CATALOGUE)
}
