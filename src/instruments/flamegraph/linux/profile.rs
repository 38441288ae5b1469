//! Samples a case: runs its loop for a budget of CPU time under a sampler, and folds what was seen.

use std::time::{Duration, Instant};

use super::sampler::{Sampler, Samples};
use super::{SamplerKind, Tally};
use crate::instruments::NoNumber;
use crate::instruments::clock::{self, Whose};
use crate::instruments::measured_loop::{OTHER_THREADS, Place, UNATTRIBUTED, place, readable};
use crate::instruments::symbols::Symbols;
use crate::record::Folded;
use crate::workload::Case;

/// One call of the loop takes at least this long: entering it is then not what is measured.
const CALL: Duration = Duration::from_millis(5);
/// Samples that a quick picture should have; fewer tell shares to no better than 5 points.
const ENOUGH_SAMPLES: u64 = 450;
/// pprof takes a quarter of the samples a second at a tick of 250 Hz, so it gets as much more time.
const AT_A_TICK: u32 = 4;
/// The root of stacks deeper than the sampler looks.
const TRUNCATED: &str = "[truncated]";
/// Frames of what drives the loop.
const DRIVER: &str = "perflab::instruments::";

/// How long to sample, and with what.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// CPU time to spend in the measured loop; pprof takes four times as much, for as many samples.
    pub cpu: Duration,
    /// A case that mostly waits may take this many times that by the clock on the wall.
    pub patience: u32,
    /// The sampler to use; the best one available without it.
    pub sampler: Option<SamplerKind>,
}

/// What was seen.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Stacks below the measured loop, and those that could not be attributed.
    pub folded: Folded,
    /// How they were taken.
    pub tally: Tally,
}

/// Where no sample was taken, the sampler is tried on a loop of this much CPU time in user code: none of 50 that are to be
/// expected there means that it is blind. How much of a case's own time was the kernel's cannot tell that, because the
/// kernel counts it by ticks, and in threads that live for less than a sample's interval no timer ever runs out.
const TRIAL: Duration = Duration::from_millis(50);

/// Whether a sampler of `kind` samples at all.
fn samples_at_all(kind: SamplerKind) -> Result<bool, String> {
    let sampler = Sampler::start(Some(kind))?;
    sampler.resume();
    let start = Cpu::now();
    let trial = if kind == SamplerKind::Pprof { TRIAL * AT_A_TICK } else { TRIAL };
    while start.elapsed().process < trial.as_secs_f64() {
        let mut clock = Instant::now();
        let until = clock + TRIAL / 50;
        // Read without a call of the kernel.
        while clock < until {
            clock = Instant::now();
        }
    }
    sampler.pause();
    Ok(!sampler.stop()?.stacks.is_empty())
}

/// Samples `case`, whose answer has been checked, as `plan` says.
///
/// # Errors
/// [`NoNumber::LeftOut`] when the measured loop gave no sample, [`NoNumber::Failed`] when no sampler starts, or it samples
/// nothing else either.
pub fn sample_case(case: &dyn Case, plan: Plan) -> Result<Profile, NoNumber> {
    take_samples(case, plan)?.profile()
}

/// Samples as they were taken.
pub(super) struct Taken {
    kind: SamplerKind,
    samples: Samples,
    /// CPU time that was sampled.
    sampled: Cpu,
    /// CPU time in the loop.
    inside: Cpu,
    /// Wall time of it all.
    wall: Duration,
}

/// Samples, and does nothing more.
pub(super) fn take_samples(case: &dyn Case, plan: Plan) -> Result<Taken, String> {
    let iterations = iterations_a_call(case);
    let sampler = Sampler::start(plan.sampler)?;
    let kind = sampler.kind();
    let began = Instant::now();
    let before = Cpu::now();
    let mut inside = Cpu::default();
    let cpu = if kind == SamplerKind::Pprof { plan.cpu * AT_A_TICK } else { plan.cpu };
    let budget = cpu.as_secs_f64();
    while began.elapsed() < cpu * plan.patience {
        // Time in the kernel gives no samples: up to double the budget makes up for it.
        let enough = sampler.taken().is_none_or(|taken| taken >= ENOUGH_SAMPLES);
        if inside.process >= budget && (enough || inside.process >= 2.0 * budget) {
            break;
        }
        case.stage(iterations);
        sampler.resume();
        let start = Cpu::now();
        case.run(iterations);
        inside.add(start.elapsed());
        sampler.pause();
        case.unstage();
    }
    // A sampler that cannot pause sampled everything.
    let sampled = if sampler.can_pause() { inside } else { before.elapsed() };
    let samples = sampler.stop()?;
    Ok(Taken { kind, samples, sampled, inside, wall: began.elapsed() })
}

impl Taken {
    /// The frames' names, and what was seen in which.
    pub(super) fn profile(&self) -> Result<Profile, NoNumber> {
        let Self { kind, samples, sampled, inside, wall } = self;
        let profile = fold(*kind, samples, *sampled, Elsewhere::LeftOut);
        if profile.tally.samples > 0 {
            return Ok(profile);
        }
        let of =
            format!("no samples in {:.3} s of CPU time over {:.1} s", inside.process, wall.as_secs_f64());
        // Samples are of user code: what the kernel did for the case gives none.
        Err(if samples_at_all(*kind)? {
            NoNumber::LeftOut(format!(
                "{of}: it waits, runs in the kernel, or in threads that end within a millisecond"
            ))
        } else {
            NoNumber::Failed(format!(
                "{of}, nor in a loop of the sampler's own: {} is blind here",
                kind.as_str()
            ))
        })
    }
}

/// CPU time of the process.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cpu {
    process: f64,
    kernel: f64,
}

impl Cpu {
    pub(super) fn now() -> Self {
        // In this order: while pprof's timer is armed the kernel brings the process's clock up to date at
        // ticks alone, and when rusage is asked for.
        let kernel = clock::usage(Whose::Process).kernel_ns as f64 / 1e9;
        Self { process: clock::process_cpu_ns() as f64 / 1e9, kernel }
    }

    pub(super) fn elapsed(self) -> Self {
        let now = Self::now();
        Self { process: now.process - self.process, kernel: now.kernel - self.kernel }
    }

    fn add(&mut self, other: Self) {
        self.process += other.process;
        self.kernel += other.kernel;
    }
}

/// How many iterations take [`CALL`], found by doubling: which warms up as well.
fn iterations_a_call(case: &dyn Case) -> u64 {
    let mut iterations = 1;
    loop {
        case.stage(iterations);
        let start = Instant::now();
        case.run(iterations);
        let took = start.elapsed();
        case.unstage();
        if took >= CALL || iterations >= case.batch_limit() {
            return iterations;
        }
        iterations = (iterations * 2).min(case.batch_limit());
    }
}

/// What becomes of complete stacks that do not pass through the measured loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Elsewhere {
    /// They are the driver's and staging: counted, not drawn.
    LeftOut,
    /// They are drawn whole: someone else drives.
    Kept,
}

pub(super) fn fold(kind: SamplerKind, samples: &Samples, sampled: Cpu, elsewhere: Elsewhere) -> Profile {
    // pprof merges addresses within a function and keeps the first it saw.
    let mut symbols = Symbols::new(kind == SamplerKind::PerfEvent);
    let mut folded = Folded::default();
    let mut tally = Tally {
        sampler: kind,
        samples: 0,
        lost: samples.lost,
        outside: 0,
        unattributed: 0,
        truncated: 0,
        of_children: samples.of_children,
        cpu_seconds: sampled.process,
        kernel_seconds: sampled.kernel,
    };
    for (stack, count) in &samples.stacks {
        let names = symbols.frames(&stack.addresses);
        let driven = names.iter().any(|name| name.contains(DRIVER));
        let (root, from) = match place(names.iter().map(String::as_str)) {
            Place::Loop(index) => (None, index),
            _ if stack.truncated => (Some(TRUNCATED), 0),
            _ if elsewhere == Elsewhere::Kept => (None, 0),
            Place::Thread(index) if !stack.on_starting_thread => (Some(OTHER_THREADS), index + 1),
            _ if !stack.on_starting_thread => (Some(OTHER_THREADS), 0),
            _ if driven => {
                tally.outside += count;
                continue;
            }
            _ => (Some(UNATTRIBUTED), 0),
        };
        match root {
            Some(TRUNCATED) => tally.truncated += count,
            Some(UNATTRIBUTED) => tally.unattributed += count,
            _ => {}
        }
        tally.samples += count;
        let shown: Vec<String> = names[from..].iter().map(|name| readable(name)).collect();
        folded.add(root.into_iter().chain(shown.iter().map(String::as_str)), u128::from(*count));
    }
    Profile { folded, tally }
}
