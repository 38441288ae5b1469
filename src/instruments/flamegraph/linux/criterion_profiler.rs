//! The same sampler for criterion's `--profile-time`.

use std::path::Path;

use super::profile::{Cpu, Elsewhere, fold};
use super::sampler::{Sampler, forced};
use crate::instruments::folded::{Caption, draw_to};

/// Samples what criterion runs under `--profile-time`, and leaves `flamegraph.svg` and `stacks.folded` in
/// the folder that criterion names.
#[derive(Default)]
pub struct CriterionProfiler {
    running: Option<(Sampler, Cpu)>,
}

impl CriterionProfiler {
    fn finish(&mut self, id: &str, folder: &Path) -> Result<(), String> {
        let Some((sampler, before)) = self.running.take() else { return Ok(()) };
        let (kind, cpu) = (sampler.kind(), before.elapsed());
        let samples = sampler.stop()?;
        let profile = fold(kind, &samples, cpu, Elsewhere::Kept);
        let caption =
            Caption { title: id.to_owned(), subtitle: profile.tally.to_string(), count_name: "samples" };
        draw_to(&profile.folded, &folder.join("flamegraph.svg"), &caption)
            .map_err(|error| error.to_string())?;
        profile.folded.write(&folder.join("stacks.folded")).map_err(|error| error.to_string())
    }
}

/// criterion has no way to be told of an error: they go to stderr.
impl criterion::profiler::Profiler for CriterionProfiler {
    fn start_profiling(&mut self, benchmark_id: &str, _benchmark_dir: &Path) {
        match forced().and_then(Sampler::start) {
            Ok(sampler) => {
                sampler.resume();
                self.running = Some((sampler, Cpu::now()));
            }
            Err(reason) => eprintln!("no flamegraph of {benchmark_id}: {reason}"),
        }
    }

    fn stop_profiling(&mut self, benchmark_id: &str, benchmark_dir: &Path) {
        if let Err(reason) = self.finish(benchmark_id, benchmark_dir) {
            eprintln!("no flamegraph of {benchmark_id}: {reason}");
        }
    }
}
