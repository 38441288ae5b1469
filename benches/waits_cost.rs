//! What the waits sampler costs a case, measured with and without: windows in turn, ABBA or BAAB, the median of the
//! quads' ratios with its 95 % interval by the sign test. The bound is 2 %; a case whose whole interval lies above it fails.
//! `cargo bench --bench waits_cost -- [CASE…]`

#[cfg(target_os = "linux")]
mod pairs {
    use std::process::ExitCode;
    use std::time::Duration;

    use perflab::catalogue::{CATALOGUE, serve_workers};
    use perflab::instruments::median_interval;
    use perflab::instruments::waits::{Plan, Proc, Sources, measure_case};
    use perflab::record::{CaseId, WaitsLedger};
    use perflab::workload::Case;

    /// Quads of windows a case: 40 s of it.
    const QUADS: usize = 100;
    /// Wall time of a window: some ten looks of the sampler.
    const WINDOW: Duration = Duration::from_millis(100);
    const CASES: [&str; 6] = [
        "build-vec/push@1000",
        "gcd-algorithm/trial@10",
        "gcd/two-threads@10",
        "gcd/two-processes-ready@10",
        "dispatch/thread-each@100",
        "wait/threads@20",
    ];
    /// In per cent.
    const BOUND: f64 = 2.0;

    pub(crate) fn main() -> ExitCode {
        serve_workers();
        let asked: Vec<String> =
            std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
        let cases = if asked.is_empty() { CASES.map(str::to_owned).to_vec() } else { asked };
        let mut is_within = true;
        for case in cases {
            let id: CaseId = case.parse().expect("a case id");
            let found = CATALOGUE.case(&id.family, &id.workload, id.size).expect("a catalogued case");
            let prepared = found.prepare();
            let mut share = 0.0;
            let ratios: Vec<f64> = (0..QUADS)
                .map(|quad| {
                    // With the sampler first and last, or in the middle, by turns: a steady drift cancels.
                    let order = if quad % 2 == 0 { [1, -1, -1, 1] } else { [-1, 1, 1, -1] };
                    let mut log = 0.0;
                    for sign in order {
                        let ledger = window(&*prepared, sign > 0);
                        log += f64::from(sign) * (ledger.elapsed_ns as f64 / ledger.iterations as f64).ln();
                        if sign > 0 {
                            share += ledger.sampler_share() / (2 * QUADS) as f64;
                        }
                    }
                    ((log / 2.0).exp() - 1.0) * 100.0
                })
                .collect();
            let told = median_interval(&ratios);
            is_within &= told.low <= BOUND;
            println!(
                "{case}: {:+.2} % [{:+.2}, {:+.2}] with the sampler, which used {:.2} % of a CPU; {QUADS} quads",
                told.median,
                told.low,
                told.high,
                share * 100.0
            );
        }
        if is_within { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    fn window(case: &dyn Case, sampler: bool) -> WaitsLedger {
        let plan = Plan { wall: WINDOW, sampler };
        measure_case(case, plan, &Sources::survey(Proc::system())).expect("it is measured")
    }
}

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    pairs::main()
}

#[cfg(not(target_os = "linux"))]
fn main() {
    eprintln!("not measured here: waits are read from Linux's /proc");
}
