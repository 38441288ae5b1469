//! How many instructions: iai-callgrind under Valgrind. Exact for one binary, toolchain and libc.

pub mod call_graph;
mod callgrind;
mod costs;
mod counted;
mod counter;
mod counts;
mod files;
mod harness;
mod means;
mod once;
mod runner;

use std::process::ExitCode;
use std::time::{Duration, Instant};

pub(super) use callgrind::KEPT_VARIABLES;
pub use callgrind::{events as head_events, without_outer_arcs};
pub(super) use counted::arguments as counted_arguments;
pub(crate) use counted::serve as serve_counted;

use callgrind::Profile;
use counter::Counter;
use counts::{Counts, Figure, Line};
use files::Files;
use harness::Plan;
use means::{Means, survey};
use once::{Once, iterations, too_slow};

use super::session::known;
use super::{Effort, Instrument, Job, NoNumber, Overlap, Reading};
use crate::catalogue::{CaseRef, Catalogue, serve_workers};
use crate::record::{CaseId, InstrumentName, InstrumentState, Metric, Run};

/// The main function of benches/instructions.rs: a session, or what it starts: the harness, or the program
/// under Valgrind.
pub fn main(catalogue: &Catalogue) -> ExitCode {
    serve_workers();
    counted::serve(catalogue).or_else(harness::serve).unwrap_or_else(|| super::run(catalogue, &Instructions))
}

/// The instrument.
pub struct Instructions;

/// Heap bytes of an iteration above which a quick run would wait too long: glibc copies blocks by `rep movs`,
/// which Callgrind carries out one byte at a time (250 MB took over a minute for 8 iterations).
const LARGEST_COPY: f64 = 50e6;

/// What the heap instrument counted in this run, if it took part.
fn heap_bytes(case: &CaseRef, run: &Run) -> Option<f64> {
    known(run, case, Metric::HeapBytes)
}

/// Why a case is left out whose worker processes are not run under Callgrind.
const OTHER_PROCESSES: &str =
    "its work is done by other processes, and Callgrind counts only the one that it runs";

/// Why a case is left out that waits by looking again and again.
const SPINS: &str =
    "it may wait by spinning, and Callgrind runs threads one at a time: its own scheduler would be counted";

/// Largest size that a quick run counts: counts have no noise, so smaller sizes give the growth.
const LARGEST_QUICK: usize = 10_000;

impl Instrument for Instructions {
    fn name(&self) -> InstrumentName {
        InstrumentName::Instructions
    }

    fn survey(&self) -> InstrumentState {
        survey(&Means::look())
    }

    fn leaves_out(&self, case: &CaseRef, effort: Effort, run: &Run) -> Option<String> {
        let concurrency = case.entry.concurrency;
        if concurrency.processes {
            return Some(OTHER_PROCESSES.to_owned());
        }
        if concurrency.spins {
            return Some(SPINS.to_owned());
        }
        if let Some(bytes) = heap_bytes(case, run).filter(|bytes| *bytes > LARGEST_COPY)
            && effort == Effort::Quick
        {
            return Some(format!(
                "an iteration fills {:.0} MB of heap, and Callgrind copies byte by byte; `just thorough` counts it",
                bytes / 1e6
            ));
        }
        let counted = |size: usize| {
            size <= LARGEST_QUICK
                && case.family.sizes().any(|asked| asked == size)
                && case.family.entry(case.entry.name, size).is_some()
        };
        if effort == Effort::Thorough || case.size <= LARGEST_QUICK {
            return None;
        }
        let largest = case.family.sizes().filter(|size| counted(*size)).max()?;
        Some(format!(
            "an exact count at {largest} already gives the growth; `just thorough` counts this size too"
        ))
    }

    fn overlap(&self) -> Overlap {
        Overlap::Counting
    }

    fn measure(&self, job: &Job) -> Result<Vec<Reading>, NoNumber> {
        let once = Once::of(job.prepared());
        if let Some(reason) = too_slow(once.cpu, job.effort) {
            return Err(NoNumber::LeftOut(reason));
        }
        let files = Files::of(job);
        // What an earlier run left must not pass for this one's.
        files.remove_stale()?;
        let n = iterations(once.wall, job.id().size);
        let folder =
            tempfile::tempdir().map_err(|error| format!("cannot make a temporary folder: {error}"))?;
        let threads = job.cases[0].case.entry.concurrency.threads;
        let plan = Plan { id: job.id().clone(), n, runs: 1, threads };
        let counter = Counter { means: Means::look(), plan };
        let began = Instant::now();
        let mut profiles = counter.count(1, &folder.path().join("first"))?;
        // Threads never repeat themselves exactly. Where one run takes long, its parts give the range.
        let may_repeat = began.elapsed() < LONGEST_REPEATED || job.effort == Effort::Thorough;
        if may_repeat && !line(&profiles[0], n, |counts| counts.instructions)?.is_straight() {
            profiles.extend(counter.count(1, &folder.path().join("second"))?);
            // One that bends the same way again is no matter of chance: more runs would all say the same.
            if profiles[0].parts != profiles[1].parts {
                profiles.extend(counter.count(more_runs(job.effort), &folder.path().join("more"))?);
            }
        }
        let readings = readings(job, &profiles, n)?;
        let profile = std::fs::read(&profiles[0].file)
            .map_err(|error| format!("cannot read {}: {error}", profiles[0].file.display()))?;
        files.write(job, &profile, n)?;
        Ok(readings)
    }
}

/// A run under Callgrind that takes longer is not repeated, unless by those who can wait.
const LONGEST_REPEATED: Duration = Duration::from_secs(3);

/// Further runs of a case of which two runs differed: three in all, or five for those who can wait.
const fn more_runs(effort: Effort) -> usize {
    match effort {
        Effort::Quick => 1,
        Effort::Thorough => 3,
    }
}

/// Iterations that are counted at least.
const LEAST_ITERATIONS: u64 = {
    let [a, b, c, d] = counted::PARTS;
    a + b + c + d
};

/// Iterations that the counted program runs for n of them.
pub(super) const COUNTED: u64 = LEAST_ITERATIONS;

/// Instructions of an iteration of `id` in another `executable`, which is a build of this program or of an earlier one.
///
/// # Errors
/// One line that says what Valgrind or the case said.
pub(super) fn count_in(
    valgrind: &std::path::Path,
    executable: &std::path::Path,
    (id, n): (&CaseId, u64),
    threads: bool,
    folder: &std::path::Path,
) -> Result<f64, String> {
    let profile = callgrind::run(valgrind, threads, executable, &counted_arguments(id, n), folder)?;
    let instructions = line(&profile, n, |counts| counts.instructions)?;
    if !instructions.rises() {
        return Err("more iterations did not cost more instructions".to_owned());
    }
    Ok(counts::figure(&[instructions]).value)
}

fn line(profile: &Profile, n: u64, kind: impl Fn(&Counts) -> u64) -> Result<Line, String> {
    let line = Line::of(&profile.parts, n, kind);
    line.ok_or_else(|| format!("Callgrind wrote {} parts instead of 3", profile.parts.len()))
}

/// The figures of all runs.
fn readings(job: &Job, profiles: &[Profile], n: u64) -> Result<Vec<Reading>, String> {
    let lines = |kind: fn(&Counts) -> u64| {
        profiles.iter().map(|profile| line(profile, n, kind)).collect::<Result<Vec<Line>, String>>()
    };
    let instructions = lines(|counts| counts.instructions)?;
    if instructions.iter().any(|line| !line.rises()) {
        return Err(
            "more iterations did not cost more instructions: Callgrind did not see the loop".to_owned()
        );
    }
    let reading = |metric, Figure { value, low, high }| job.reading(metric, value, low, high);
    Ok(vec![
        reading(Metric::Instructions, counts::figure(&instructions)),
        reading(Metric::EstimatedCycles, counts::figure(&lines(|counts| counts.estimated_cycles)?)),
        reading(Metric::L1Misses, counts::rate(&lines(|counts| counts.l1_misses)?)),
        reading(Metric::LlMisses, counts::rate(&lines(|counts| counts.ll_misses)?)),
        reading(Metric::Branches, counts::figure(&lines(|counts| counts.branches)?)),
        reading(Metric::BranchMisses, counts::rate(&lines(|counts| counts.branch_misses)?)),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::CATALOGUE;

    fn left_out(size: usize, effort: Effort) -> Option<String> {
        let case = CATALOGUE.cases().find(|case| case.entry.name == "push" && case.size == size);
        let run = crate::instruments::new_run();
        Instructions.leaves_out(&case.expect("build-vec has this size"), effort, &run)
    }

    #[test]
    fn a_quick_run_leaves_out_what_smaller_sizes_already_tell() {
        assert_eq!(left_out(10_000, Effort::Quick), None);
        assert_eq!(left_out(1_000_000, Effort::Thorough), None);
        let reason = left_out(1_000_000, Effort::Quick).expect("it is large");
        assert!(reason.starts_with("an exact count at 10000 already"), "{reason}");
    }
}
