//! Starts as the engine hands them over, with planted quads: what choosing and settling are tried on.

use super::causes::Causes;
use super::full_core;
use super::quads::Quad;
use super::start::Taken;

/// A start of one build in its first placement. Of its quads, so many each ran beside canaries of such a length, in
/// nanoseconds, and have such a log ratio.
pub(super) fn start(build: &str, quads: &[(usize, f64, f64)]) -> Taken {
    let of_mode = |(count, ns, log_ratio): &(usize, f64, f64)| {
        vec![Quad { log_ratio: *log_ratio, canary_ns: Some([*ns; 2]) }; *count]
    };
    let quads: Vec<Quad> = quads.iter().flat_map(of_mode).collect();
    Taken {
        causes: Causes { kept: quads.len() as u64, ..Causes::default() },
        quads,
        executables: [build.into(), build.into()],
        builds: [build.into(), build.into()],
        counting: 0,
        iteration_ns: [1.0; 2],
        in_one_mode: [Vec::new(), Vec::new()],
    }
}

/// Six quads of which canaries do not tell how much of its core the CPU had.
pub(super) fn untold(build: &str, log_ratio: f64) -> Taken {
    let mut start = start(build, &[(6, 0.0, log_ratio)]);
    start.quads.iter_mut().for_each(|quad| quad.canary_ns = None);
    start
}

/// On the full core the canary of `build` takes 7 µs.
pub(super) fn hear(build: &str) {
    full_core::hear(build.as_ref(), [7_000; 3].into_iter());
}
