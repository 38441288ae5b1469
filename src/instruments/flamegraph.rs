//! The flamegraph instrument: where CPU time goes, by sampling the measured loop, drawn case by case.
//!
//! Two samplers. `perf-event`, preferred: the kernel's software clock, no signal handler, every thread.
//! `pprof`, where the kernel refuses: SIGPROF, bound to the kernel's tick, blind to which inlined function
//! runs. Which one was used stands in each picture. [`SAMPLER_VARIABLE`] forces one.

mod caption;
#[cfg(not(target_os = "linux"))]
mod elsewhere;
mod instrument;
#[cfg(target_os = "linux")]
mod linux;

use std::process::ExitCode;

pub use caption::Tally;
#[cfg(not(target_os = "linux"))]
use elsewhere as platform;
pub use instrument::Flamegraph;
#[cfg(target_os = "linux")]
use linux as platform;
#[cfg(target_os = "linux")]
pub use linux::{CriterionProfiler, Plan, Profile, sample_case};

use super::session;
use crate::catalogue::Catalogue;

/// Forces a sampler: `perf-event` or `pprof`.
pub const SAMPLER_VARIABLE: &str = "PERFLAB_SAMPLER";

/// Samples asked for a second of CPU time. A prime, so that no loop of round length runs in step with it.
pub const RATE_HZ: u64 = 997;

/// What interrupts the program to look at its stacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SamplerKind {
    /// `perf_event_open` with the software clock `cpu-clock`.
    PerfEvent,
    /// SIGPROF, by the crate pprof.
    Pprof,
}

impl SamplerKind {
    /// Its name, as [`SAMPLER_VARIABLE`] takes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PerfEvent => "perf-event",
            Self::Pprof => "pprof",
        }
    }
}

/// The main function of the flamegraph target: measures what the arguments select.
pub fn main(catalogue: &Catalogue) -> ExitCode {
    session::run(catalogue, &Flamegraph)
}
