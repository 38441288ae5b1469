//! What the instrument does on Linux: samples by the kernel, or else by a signal.

use std::time::Duration;

use super::perf::PerfSampler;
use super::profile::{Plan, take_samples};
use super::sampler::forced;
use super::{RATE_HZ, SAMPLER_VARIABLE, SamplerKind};
use crate::instruments::folded::{Caption, draw_to};
use crate::instruments::perf_events::REMEDY;
use crate::instruments::{Effort, Job, NoNumber, Reading};
use crate::record::{InstrumentState, Metric, State};

/// CPU time a case: at 997 Hz, samples that tell shares to 5 points, and to 1.4 points.
const QUICK: Duration = Duration::from_millis(500);
const THOROUGH: Duration = Duration::from_secs(5);
/// How many times that a case that waits may take by the clock on the wall.
const QUICK_PATIENCE: u32 = 3;
const THOROUGH_PATIENCE: u32 = 8;

pub(in crate::instruments::flamegraph) fn survey(state: &mut InstrumentState) {
    let refusal = match forced() {
        Err(reason) => {
            state.state = State::Unavailable;
            state.detail = "no sampler was tried".to_owned();
            state.remedy = Some(format!("unset {SAMPLER_VARIABLE}"));
            state.reason = Some(reason);
            return;
        }
        Ok(Some(SamplerKind::Pprof)) => Some(format!("{SAMPLER_VARIABLE} asks for it")),
        Ok(_) => PerfSampler::start().and_then(PerfSampler::stop).err(),
    };
    state.detail = match (&refusal, forced()) {
        (None, _) => {
            format!("perf-event: cpu-clock at {RATE_HZ} Hz of CPU time, user code, every thread")
        }
        (Some(_), Ok(Some(SamplerKind::PerfEvent))) => {
            "perf-event, which was asked for, does not start".to_owned()
        }
        (Some(_), _) => {
            format!("pprof: SIGPROF, {RATE_HZ} Hz asked for, a quarter of it at a 250 Hz tick")
        }
    };
    let Some(reason) = refusal else { return };
    let asked_for_perf = forced() == Ok(Some(SamplerKind::PerfEvent));
    state.state = if asked_for_perf { State::Unavailable } else { State::Degraded };
    state.remedy = Some(if reason.contains(SAMPLER_VARIABLE) {
        format!("unset {SAMPLER_VARIABLE}")
    } else {
        REMEDY.to_owned()
    });
    state.reason = Some(if asked_for_perf { reason } else { format!("samples by pprof: {reason}") });
}

pub(in crate::instruments::flamegraph) fn measure(job: &Job) -> Result<Vec<Reading>, NoNumber> {
    let (folded, svg) = (job.layout.folded(job.id()), job.layout.flamegraph(job.id()));
    // What an earlier run left must not pass for this one's.
    for stale in [&folded, &svg] {
        crate::instruments::remove_stale(stale)?;
    }
    let (cpu, patience) = match job.effort {
        Effort::Quick => (QUICK, QUICK_PATIENCE),
        Effort::Thorough => (THOROUGH, THOROUGH_PATIENCE),
    };
    let taken = take_samples(job.prepared(), Plan { cpu, patience, sampler: forced()? })?;
    job.has_measured();
    let profile = taken.profile()?;
    let tally = profile.tally;
    let alone = match job.cases[0].case.entry.concurrency.processes {
        true => "; this process alone: what its child processes do is not shown",
        false => "",
    };
    let caption =
        Caption { title: job.id().to_string(), subtitle: format!("{tally}{alone}"), count_name: "samples" };
    profile.folded.write(&folded).map_err(|error| error.to_string())?;
    draw_to(&profile.folded, &svg, &caption).map_err(|error| error.to_string())?;
    Ok(vec![
        job.exact(Metric::Samples, tally.samples as f64),
        job.exact(Metric::SampleRateHz, tally.rate_hz()),
    ])
}
