//! How many instructions: iai-callgrind over the matching cases.

fn main() -> std::process::ExitCode {
    perflab::instruments::instructions::main(&perflab::catalogue::CATALOGUE)
}
