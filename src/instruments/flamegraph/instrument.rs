//! The instrument, as the session sees it.

use crate::instruments::{Instrument, Job, NoNumber, Reading, machine};
use crate::record::{InstrumentName, InstrumentState, State};

/// Samples each case and draws it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Flamegraph;

impl Instrument for Flamegraph {
    fn name(&self) -> InstrumentName {
        InstrumentName::Flamegraph
    }

    fn survey(&self) -> InstrumentState {
        let mut state = InstrumentState {
            name: InstrumentName::Flamegraph,
            state: State::Ready,
            detail: String::new(),
            reason: None,
            remedy: None,
            seconds: 0.0,
        };
        if machine::is_debug_build() {
            state.state = State::Unavailable;
            state.detail = "no sampler was tried".to_owned();
            state.reason =
                Some("built without optimisation: its hot spots are not those of a release".to_owned());
            state.remedy = Some("cargo bench --bench flamegraph".to_owned());
            return state;
        }
        platform::survey(&mut state);
        let missing = machine::missing_flags();
        if state.state != State::Unavailable && !missing.is_empty() {
            let flags = missing.join(" -C ");
            let reason = format!("built without -C {flags}, so that frames are missing or nameless");
            state.state = State::Degraded;
            state.reason = Some(state.reason.map_or(reason.clone(), |other| format!("{other}; {reason}")));
            state.remedy.get_or_insert_with(|| {
                "unset RUSTFLAGS, which replaces .cargo/config.toml, and build again".to_owned()
            });
        }
        state
    }

    fn measure(&self, job: &Job) -> Result<Vec<Reading>, NoNumber> {
        platform::measure(job)
    }
}

#[cfg(target_os = "linux")]
mod platform {
    //! Linux: the kernel's sampler, or else a signal.

    use std::time::Duration;

    use super::{InstrumentState, Job, NoNumber, Reading, State};
    use crate::instruments::Effort;
    use crate::instruments::flamegraph::perf::PerfSampler;
    use crate::instruments::flamegraph::profile::{Plan, sample_case};
    use crate::instruments::flamegraph::sampler::forced;
    use crate::instruments::flamegraph::{RATE_HZ, SAMPLER_VARIABLE, SamplerKind};
    use crate::instruments::folded::Caption;
    use crate::instruments::perf_events::REMEDY;
    use crate::record::Metric;

    /// CPU time a case: at 997 Hz, samples that tell shares to 5 points, and to 1.4 points.
    const QUICK: Duration = Duration::from_millis(500);
    const THOROUGH: Duration = Duration::from_secs(5);

    pub(super) fn survey(state: &mut InstrumentState) {
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

    pub(super) fn measure(job: &Job) -> Result<Vec<Reading>, NoNumber> {
        let (folded, svg) = (job.layout.folded(job.id()), job.layout.flamegraph(job.id()));
        // What an earlier run left must not pass for this one's.
        for stale in [&folded, &svg] {
            crate::instruments::remove_stale(stale)?;
        }
        let cpu = if job.effort == Effort::Quick { QUICK } else { THOROUGH };
        let profile = sample_case(job.prepared(), Plan { cpu, sampler: forced()? })?;
        let tally = profile.tally;
        let alone = match job.cases[0].case.entry.concurrency.processes {
            true => "; this process alone: what its child processes do is not shown",
            false => "",
        };
        let caption = Caption {
            title: job.id().to_string(),
            subtitle: format!("{tally}{alone}"),
            count_name: "samples",
        };
        profile.folded.write(&folded).map_err(|error| error.to_string())?;
        profile.folded.draw_to(&svg, &caption).map_err(|error| error.to_string())?;
        Ok(vec![
            job.exact(Metric::Samples, tally.samples as f64),
            job.exact(Metric::SampleRateHz, tally.rate_hz()),
        ])
    }
}

#[cfg(not(target_os = "linux"))]
mod platform {
    //! Elsewhere: nothing yet, and it says so.

    use super::{InstrumentState, Job, NoNumber, Reading, State};

    const REASON: &str = "sampling is built on Linux's clocks and signals";

    pub(super) fn survey(state: &mut InstrumentState) {
        state.state = State::Unavailable;
        state.reason = Some(REASON.to_owned());
        state.remedy = Some("run it on Linux, in a virtual machine or a container".to_owned());
    }

    pub(super) fn measure(_job: &Job) -> Result<Vec<Reading>, NoNumber> {
        Err(REASON.to_owned().into())
    }
}
