//! The waits instrument: where the wall time of a case's threads goes. On a CPU, in user code or the kernel; waiting
//! for a CPU; blocked, in which system call; the parts add up, and what they leave open is shown.
//!
//! Clocks and counters give the sums: thread CPU clocks, rusage, `schedstat`. The kernel's own records tell when threads
//! were born and ended. A sampler in a thread of its own gives what these cannot: which call, which thread, when. No privileges, no signals: a signal would end the very system
//! calls that are looked at.

#[cfg(target_os = "linux")]
mod births;
#[cfg(target_os = "linux")]
mod books;
#[cfg(target_os = "linux")]
mod census;
#[cfg(target_os = "linux")]
mod clock;
#[cfg(target_os = "linux")]
mod drawing;
#[cfg(target_os = "linux")]
mod edge;
#[cfg(target_os = "linux")]
mod ends;
mod instrument;
#[cfg(target_os = "linux")]
mod kernel_records;
#[cfg(target_os = "linux")]
mod ledger;
#[cfg(target_os = "linux")]
mod lives;
#[cfg(target_os = "linux")]
mod measure;
#[cfg(target_os = "linux")]
mod proc;
#[cfg(target_os = "linux")]
mod sampler;
#[cfg(target_os = "linux")]
mod sources;
#[cfg(target_os = "linux")]
mod syscalls;
#[cfg(target_os = "linux")]
mod timeline;
#[cfg(target_os = "linux")]
mod watch;

use std::process::ExitCode;

#[cfg(target_os = "linux")]
pub use drawing::fold;
pub use instrument::Waits;
#[cfg(target_os = "linux")]
pub use measure::{Plan, measure_case};
#[cfg(target_os = "linux")]
pub use proc::Proc;
#[cfg(target_os = "linux")]
pub use sources::Sources;

use super::session;
use crate::catalogue::Catalogue;

/// The main function of the waits target: measures what the arguments select.
pub fn main(catalogue: &Catalogue) -> ExitCode {
    session::run(catalogue, &Waits)
}
