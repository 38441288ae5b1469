//! The waits instrument: where the wall time of a case's threads goes. On a CPU, in user code or the kernel; waiting
//! for a CPU; blocked, in which system call; the parts add up, and what they leave open is shown.
//!
//! Clocks and counters give the sums: thread CPU clocks, rusage, `schedstat`. The kernel's own records tell when threads
//! were born and ended. A sampler in a thread of its own gives what these cannot: which call, which thread, when. No privileges, no signals: a signal would end the very system
//! calls that are looked at.

#[cfg(not(target_os = "linux"))]
mod elsewhere;
mod instrument;
#[cfg(target_os = "linux")]
mod linux;

use std::process::ExitCode;

#[cfg(not(target_os = "linux"))]
use elsewhere as platform;
pub use instrument::Waits;
#[cfg(target_os = "linux")]
use linux as platform;
#[cfg(target_os = "linux")]
pub use linux::{Plan, Proc, Sources, fold, measure_case};

use super::session;
use crate::catalogue::Catalogue;

/// The main function of the waits target: measures what the arguments select.
pub fn main(catalogue: &Catalogue) -> ExitCode {
    session::run(catalogue, &Waits)
}
