//! CPython beside our cases: `cargo bench --bench python -- [FILTER]`.

fn main() -> std::process::ExitCode {
    perflab::instruments::python::main(&perflab::catalogue::CATALOGUE)
}
