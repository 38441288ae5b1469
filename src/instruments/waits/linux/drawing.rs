//! The ledger as folded stacks, thread by thread and state by state, and how its flamegraph is captioned.

use crate::instruments::folded::Caption;
use crate::record::{CaseId, Folded, WaitsLedger};

/// Stacks `thread;state;call` in microseconds of wall time.
pub fn fold(ledger: &WaitsLedger) -> Folded {
    let mut folded = Folded::default();
    for thread in &ledger.threads {
        let mut add = |frames: &[&str], ns: u64| {
            folded.add(
                [thread.name.as_str()].into_iter().chain(frames.iter().copied()),
                u128::from(ns / 1_000),
            );
        };
        add(&["on CPU", "user code"], thread.parts.user_ns);
        add(&["on CPU", "kernel"], thread.parts.kernel_ns);
        add(&["waiting for a CPU"], thread.parts.runqueue_ns);
        for blocked in &thread.blocked {
            add(&["blocked", &blocked.call], blocked.ns);
        }
        // What the sources claim too much has no width.
        add(&["residual"], thread.parts.residual_ns.max(0) as u64);
    }
    folded
}

pub(super) fn caption(id: &CaseId, ledger: &WaitsLedger) -> Caption {
    Caption {
        title: id.to_string(),
        // A narrow picture shows the beginning alone.
        subtitle: format!(
            "µs by thread and state; {} iterations, {} looks, which took {:.2}% of a CPU",
            ledger.iterations,
            ledger.sampling.passes,
            ledger.sampler_share() * 100.0
        ),
        count_name: "µs",
    }
}
