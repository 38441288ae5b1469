//! What the waits sampler costs a case, measured with and without: pairs of processes in turn, the median of their
//! ratios with its range. The bound is 2 %. `cargo bench --bench waits_cost -- [CASE…]`

#[cfg(target_os = "linux")]
mod pairs {
    use std::process::Command;
    use std::time::Duration;

    use perflab::catalogue::{CATALOGUE, serve_workers};
    use perflab::instruments::waits::{Plan, Proc, Sources, measure_case};
    use perflab::record::{CaseId, WaitsLedger};

    /// Makes this program measure one case and print its ledger: the case's id, a blank, whether the sampler looks.
    const ORDER: &str = "PERFLAB_WAITS_COST";
    const PAIRS: usize = 15;
    const CASES: [&str; 3] = ["build-vec/push@1000", "gcd/serial@10", "gcd/two-threads@10"];

    pub(crate) fn main() {
        serve_workers();
        if let Ok(order) = std::env::var(ORDER) {
            return measure(&order);
        }
        let asked: Vec<String> =
            std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
        let cases = if asked.is_empty() { CASES.map(str::to_owned).to_vec() } else { asked };
        for case in cases {
            let mut ratios = Vec::new();
            let mut share = 0.0;
            for pair in 0..PAIRS {
                // First and second by turns: what drifts is in both.
                let sampled_first = pair % 2 == 0;
                let (first, second) = (run(&case, sampled_first), run(&case, !sampled_first));
                let (with, without) = if sampled_first { (first, second) } else { (second, first) };
                ratios.push(an_iteration(&with) / an_iteration(&without));
                share += with.sampler_share() / PAIRS as f64;
            }
            ratios.sort_by(f64::total_cmp);
            let change = |ratio: f64| (ratio - 1.0) * 100.0;
            println!(
                "{case}: {:+.2} % [{:+.2}, {:+.2}] with the sampler, which used {:.2} % of a CPU; {PAIRS} pairs",
                change(ratios[PAIRS / 2]),
                change(ratios[0]),
                change(ratios[PAIRS - 1]),
                share * 100.0
            );
        }
    }

    fn an_iteration(ledger: &WaitsLedger) -> f64 {
        ledger.elapsed_ns as f64 / ledger.iterations as f64
    }

    fn run(case: &str, sampler: bool) -> WaitsLedger {
        let myself = std::env::current_exe().expect("this program has a file");
        let output =
            Command::new(myself).env(ORDER, format!("{case} {sampler}")).output().expect("it starts");
        serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{case}: {error}: {}", String::from_utf8_lossy(&output.stderr)))
    }

    fn measure(order: &str) {
        let (case, sampler) = order.split_once(' ').expect("a case and a word");
        let id: CaseId = case.parse().expect("a case id");
        let case = CATALOGUE.case(&id.family, &id.workload, id.size).expect("a catalogued case");
        let plan = Plan { wall: Duration::from_millis(500), sampler: sampler == "true" };
        let ledger =
            measure_case(&*case.prepare(), plan, &Sources::survey(Proc::system())).expect("it is measured");
        println!("{}", serde_json::to_string(&ledger).expect("plain data"));
    }
}

#[cfg(target_os = "linux")]
fn main() {
    pairs::main();
}

#[cfg(not(target_os = "linux"))]
fn main() {
    eprintln!("not measured here: waits are read from Linux's /proc");
}
