//! What both samplers are to the rest: started on the thread that measures, paused outside the measured
//! part where they can be, and stopped for what they saw.

use super::perf::PerfSampler;
use super::signal::SignalSampler;
use super::{SAMPLER_VARIABLE, SamplerKind};

/// A stack as addresses, the running one first.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct RawStack {
    /// The address of the running instruction, then return addresses.
    pub(super) addresses: Vec<usize>,
    /// Whether it is of the thread that started the sampler.
    pub(super) on_starting_thread: bool,
    /// Whether the sampler stopped looking before the stack's end.
    pub(super) truncated: bool,
}

/// Everything that a sampler saw.
#[derive(Debug, Default)]
pub(super) struct Samples {
    pub(super) stacks: std::collections::HashMap<RawStack, u64>,
    pub(super) lost: u64,
    /// Samples of processes that this one started.
    pub(super) of_children: u64,
}

/// A sampler at work.
pub(super) enum Sampler {
    PerfEvent(PerfSampler),
    Pprof(SignalSampler),
}

/// The sampler that [`SAMPLER_VARIABLE`] asks for, if any.
///
/// # Errors
/// One line, when it names none.
pub(super) fn forced() -> Result<Option<SamplerKind>, String> {
    let Ok(name) = std::env::var(SAMPLER_VARIABLE) else { return Ok(None) };
    match [SamplerKind::PerfEvent, SamplerKind::Pprof].into_iter().find(|kind| kind.as_str() == name) {
        Some(kind) => Ok(Some(kind)),
        None => Err(format!("{SAMPLER_VARIABLE}={name} names no sampler: use perf-event or pprof")),
    }
}

impl Sampler {
    /// Starts the best sampler that this machine allows, or `wanted` alone; paused, where it can pause.
    ///
    /// # Errors
    /// One line on why none started.
    pub(super) fn start(wanted: Option<SamplerKind>) -> Result<Self, String> {
        match wanted {
            Some(SamplerKind::PerfEvent) => PerfSampler::start().map(Self::PerfEvent),
            Some(SamplerKind::Pprof) => SignalSampler::start().map(Self::Pprof),
            None => {
                PerfSampler::start().map(Self::PerfEvent).or_else(|_| Self::start(Some(SamplerKind::Pprof)))
            }
        }
    }

    pub(super) fn kind(&self) -> SamplerKind {
        match self {
            Self::PerfEvent(_) => SamplerKind::PerfEvent,
            Self::Pprof(_) => SamplerKind::Pprof,
        }
    }

    /// Whether [`pause`](Self::pause) and [`resume`](Self::resume) do anything.
    pub(super) fn can_pause(&self) -> bool {
        matches!(self, Self::PerfEvent(_))
    }

    /// Takes samples from now on. On the thread that started it.
    pub(super) fn resume(&self) {
        if let Self::PerfEvent(sampler) = self {
            sampler.resume();
        }
    }

    /// Takes none until resumed. On the thread that started it.
    pub(super) fn pause(&self) {
        if let Self::PerfEvent(sampler) = self {
            sampler.pause();
        }
    }

    /// Samples taken so far, where that is known before the end.
    pub(super) fn taken(&self) -> Option<u64> {
        match self {
            Self::PerfEvent(sampler) => Some(sampler.taken()),
            Self::Pprof(_) => None,
        }
    }

    /// Ends it.
    ///
    /// # Errors
    /// One line on why its samples are lost.
    pub(super) fn stop(self) -> Result<Samples, String> {
        match self {
            Self::PerfEvent(sampler) => sampler.stop(),
            Self::Pprof(sampler) => sampler.stop(),
        }
    }
}
