//! How long a callgrind profile of 50 MB takes to read: the bound is 2 s. Fabricated, as Callgrind writes it through
//! iai-callgrind: names in full, an address and a line for each cost, 13 events.

use std::fmt::Write as _;
use std::time::Instant;

use perflab::instruments::instructions::call_graph::CallGraph;

/// In which it must be read.
const SECONDS: f64 = 2.0;
const MEGABYTES: usize = 50;
/// Instructions of a function, and how many of them are calls.
const LINES: usize = 200;
const CALLS: usize = 20;

fn main() {
    let mut random = fastrand::Rng::with_seed(5);
    let mut text = "version: 1\npositions: instr line\n\
        events: Ir Dr Dw I1mr D1mr D1mw ILmr DLmr DLmw Bc Bcm Bi Bim\nob=/perflab\n"
        .to_owned();
    let (mut functions, mut total) = (0_u64, 0_u64);
    let name = |number: u64| {
        format!("<perflab::workloads::collections::Planted<{number}> as perflab::workload::Workload>::run")
    };
    while text.len() < MEGABYTES << 20 {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "\nfl=/library/core/src/slice/iter.rs\nfn={}", name(functions));
        for line in 0..LINES {
            let (address, cost) = (functions * 0x1000 + line as u64 * 5, random.u64(1..1_000_000));
            total += cost;
            let _ = writeln!(
                text,
                "{address:#x} {line} {cost} {} {} 0 0 0 0 0 0 {} 1",
                cost / 3,
                cost / 7,
                cost / 5
            );
            if line % (LINES / CALLS) == 0 {
                let (callee, calls) = (random.u64(0..=functions), random.u64(1..1_000));
                let _ = writeln!(
                    text,
                    "cfn={}\ncalls={calls} {:#x} 1\n{address:#x} {line} {cost}",
                    name(callee),
                    callee * 0x1000
                );
            }
        }
        functions += 1;
    }
    let _ = writeln!(text, "\ntotals: {total}");
    let start = Instant::now();
    let graph = CallGraph::read(text.as_bytes()).expect("a well-formed profile");
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{:.0} MB, {} functions, {} instructions: read in {seconds:.2} s; the bound is {SECONDS} s",
        text.len() as f64 / 1e6,
        graph.functions.len(),
        graph.total.instructions
    );
    assert!(seconds <= SECONDS, "{seconds:.2} s are more than {SECONDS} s");
}
