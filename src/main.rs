//! The `perflab` command, over the catalogue that perflab ships with.

fn main() -> std::process::ExitCode {
    perflab::cli::main(&perflab::catalogue::CATALOGUE)
}
