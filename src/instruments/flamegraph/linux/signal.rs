//! Sampling by signal, for kernels that refuse perf events: the crate pprof.
//!
//! Its timer is bound to the kernel's tick (264 of 997 samples a second at 250 Hz), it keeps 128 frames, and
//! it merges addresses within one function.

use super::RATE_HZ;
use super::sampler::{RawStack, Samples};
use crate::instruments::program::Program;

/// Frames that pprof keeps (its MAX_DEPTH).
const DEEPEST: usize = 128;

/// pprof at work.
pub(super) struct SignalSampler {
    guard: pprof::ProfilerGuard<'static>,
    thread: u64,
}

impl SignalSampler {
    pub(super) fn start() -> Result<Self, String> {
        let program = Program::read();
        let blocked = blocked(&program);
        let guard = pprof::ProfilerGuardBuilder::default()
            .frequency(RATE_HZ as i32)
            .blocklist(&blocked)
            .build()
            .map_err(|error| format!("pprof did not start: {error}"))?;
        Ok(Self { guard, thread: this_thread() })
    }

    pub(super) fn stop(self) -> Result<Samples, String> {
        let report = self.guard.report().build_unresolved();
        let report = report.map_err(|error| format!("pprof gave no report: {error}"))?;
        let mut samples = Samples::default();
        for (seen, count) in &report.data {
            let addresses: Vec<usize> = seen.frames.iter().map(|frame| frame.ip() as usize).collect();
            let stack = RawStack {
                truncated: addresses.len() >= DEEPEST,
                addresses: below_handler(addresses),
                on_starting_thread: seen.thread_id == self.thread,
            };
            *samples.stacks.entry(stack).or_default() += count.unsigned_abs() as u64;
        }
        Ok(samples)
    }
}

/// Unwinding while the unwinder itself runs can deadlock or crash; so can the vdso, which has no symbols.
/// pprof matches parts of whole paths, the program's own included: the real paths, not `libgcc`.
fn blocked(program: &Program) -> Vec<String> {
    // The map shows /usr/lib where the loader says /lib: the part that both have.
    let unwinder =
        program.paths_of("libgcc_s").into_iter().map(|path| path.strip_prefix("/usr").unwrap_or(path));
    unwinder.chain(["linux-vdso.so.1"]).map(str::to_owned).collect()
}

/// Without the frames of pprof's handler and the kernel's trampoline below it.
fn below_handler(addresses: Vec<usize>) -> Vec<usize> {
    let is_handler = |address: &usize| {
        let mut found = false;
        backtrace::resolve((address - 1) as *mut _, |symbol| {
            let name = symbol.name().map(|name| name.to_string());
            found |= name.is_some_and(|name| name.contains("perf_signal_handler"));
        });
        found
    };
    // The handler is near the top; looking further would only cost time.
    let handler = addresses.iter().take(12).position(is_handler);
    addresses.into_iter().skip(handler.map_or(0, |handler| handler + 2)).collect()
}

fn this_thread() -> u64 {
    // SAFETY: it takes nothing and cannot fail.
    unsafe { libc::pthread_self() as u64 }
}
