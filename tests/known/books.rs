//! Books made for tests, the library's own among them: what a ledger would tell, without measuring.

use perflab::record::{BlockedIn, SCHEMA, Sampling, ThreadWaits, Timeline, WaitParts, WaitsLedger};

/// Books of a second and ten iterations on two cores, in milliseconds: how long a thread was on a CPU, how long none was and one
/// waited for it; and of each thread its name, on a CPU in user code, in the kernel, waiting for a CPU, blocked, and the call
/// that it was blocked in.
pub(crate) fn books(busy: u64, starved: u64, threads: &[(&str, [u64; 4], &str)]) -> WaitsLedger {
    let ms = |ms: u64| ms * 1_000_000;
    let mut total = WaitParts::default();
    let of_thread = |(name, [user, kernel, runqueue, blocked], call): &(&str, [u64; 4], &str)| {
        let parts = WaitParts {
            wall_ns: ms(user + kernel + runqueue + blocked),
            user_ns: ms(*user),
            kernel_ns: ms(*kernel),
            runqueue_ns: ms(*runqueue),
            blocked_ns: ms(*blocked),
            residual_ns: 0,
        };
        total.add(&parts);
        let blocked = vec![BlockedIn { call: (*call).into(), ns: parts.blocked_ns }];
        ThreadWaits { name: (*name).into(), count: 1, parts, blocked }
    };
    let threads: Vec<ThreadWaits> = threads.iter().map(of_thread).collect();
    WaitsLedger {
        schema: SCHEMA,
        iterations: 10,
        windows: 10,
        cores: 2,
        elapsed_ns: ms(1_000),
        busy_ns: ms(busy),
        starved_ns: ms(starved),
        idle_ns: ms(1_000 - busy - starved),
        total,
        runqueue_own_ns: 0,
        stolen_ns: 0,
        others_cpu_ns: None,
        births: None,
        slices: 100,
        most_threads: threads.len(),
        children: Some(0.0),
        children_cpu_ns: 0,
        threads,
        timeline: Timeline::default(),
        sampling: Sampling::default(),
        missing: Vec::new(),
    }
}

/// Books of one thread.
pub(crate) fn alone(parts: [u64; 4], call: &str) -> WaitsLedger {
    let [user, kernel, runqueue, _] = parts;
    books(user + kernel, runqueue, &[("measuring thread", parts, call)])
}
