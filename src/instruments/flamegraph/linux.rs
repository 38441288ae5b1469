//! Linux: both samplers, and what makes stacks of their addresses. The rest of the crate knows it by what stands here.

mod criterion_profiler;
mod instrument;
mod perf;
mod profile;
mod repair;
mod sampler;
mod signal;

pub use criterion_profiler::CriterionProfiler;
pub(super) use instrument::{measure, survey};
pub use profile::{Plan, Profile, sample_case};

use super::{RATE_HZ, SAMPLER_VARIABLE, SamplerKind, Tally};
