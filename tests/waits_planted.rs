//! The waits instrument on planted truths: its books against another clock in the same run, never against a time. Each
//! check must also turn red once its truth, or the ledger, is tampered with. This test starts itself as a neighbour
//! that burns the CPU, and as a child.

#[cfg(target_os = "linux")]
mod waits_plants;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    waits_plants::main()
}

#[cfg(not(target_os = "linux"))]
fn main() {
    eprintln!("not tested here: waits are read from Linux's /proc");
}
