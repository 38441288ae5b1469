//! Time: criterion over the catalogue, then interleaved rounds.

fn main() -> std::process::ExitCode {
    perflab::instruments::time::main(&perflab::catalogue::CATALOGUE)
}
