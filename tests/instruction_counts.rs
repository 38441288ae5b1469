//! Planted truths for the instructions instrument, each counted as a user would: this executable is also a
//! bench target with a catalogue of its own, the harness, and the program under Valgrind.

mod planted;
#[path = "instruction_counts/plants.rs"]
mod plants;
#[path = "instruction_counts/session.rs"]
mod session;

use std::hint::black_box;
use std::path::Path;
use std::process::{Command, ExitCode};

use libtest_mimic::{Arguments, Failed, Trial};
use perflab::instruments::instructions::call_graph::CallGraph;
use perflab::record::{Metric, State};
use perflab::workload::Workload;
use plants::{Noop, PLANTS, Plant, Push, Sum};
use session::{BENCH, COUNTED, Counted, REPEATED, Session, myself, session};

/// The first argument of the program that loops over a kernel without erasing its type.
const TYPED: &str = "--typed";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let first = arguments.next().unwrap_or_default();
    if first == TYPED {
        let kernel = arguments.next().unwrap_or_default();
        let iterations = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(0);
        match kernel.as_str() {
            "noop" => typed_loop::<Noop>(1, iterations),
            "sum" => typed_loop::<Plant<Sum>>(16, iterations),
            _ => typed_loop::<Plant<Push>>(100, iterations),
        }
        return ExitCode::SUCCESS;
    }
    if std::env::var_os(BENCH).is_some() || first == "--counted" {
        return perflab::instruments::instructions::main(&PLANTS);
    }
    let trial = |(name, test): &Test| {
        let test = *test;
        let run = move || {
            std::panic::catch_unwind(|| test(&COUNTED))
                .map_err(|_| Failed::from("it panicked; what it said stands above"))
        };
        // A debug build is not counted.
        Trial::test(*name, run).with_ignored_flag(cfg!(debug_assertions))
    };
    // The machine counts one session at a time.
    let arguments = Arguments { test_threads: Some(1), ..Arguments::from_args() };
    libtest_mimic::run(&arguments, TESTS.iter().map(trial).collect()).exit_code()
}

/// The loop that a bench would hold if the catalogue erased nothing.
#[inline(never)]
fn typed_loop<W: Workload>(size: usize, iterations: u64) {
    let input = W::input(size);
    let once = |input: &W::Input| W::run(input);
    for _ in 0..iterations {
        black_box(once(black_box(&input)));
    }
}

type Test = (&'static str, fn(&Counted));

const TESTS: &[Test] = &[
    ("noop_costs_at_most_three_instructions", noop_costs_at_most_three_instructions),
    ("a_loop_at_n_2n_and_3n_is_a_straight_line", a_loop_at_n_2n_and_3n_is_a_straight_line),
    ("the_same_twice_is_equal", the_same_twice_is_equal),
    ("the_erased_loop_costs_what_the_typed_loop_costs", the_erased_loop_costs_what_the_typed_loop_costs),
    ("the_runner_and_callgrind_alone_agree", the_runner_and_callgrind_alone_agree),
    ("a_random_hasher_gives_a_range", a_random_hasher_gives_a_range),
    ("a_stripped_executable_is_an_error_and_never_zero", a_stripped_executable_is_an_error_and_never_zero),
    ("a_case_that_dies_under_valgrind_is_a_row", a_case_that_dies_under_valgrind_is_a_row),
    ("a_large_size_is_left_out_by_name_of_the_one_that_is_not", a_large_size_is_left_out),
    ("work_on_four_threads_is_four_times_one", work_on_four_threads_is_four_times_one),
    ("work_on_threads_that_were_waiting_is_counted_as_well", work_on_waiting_threads),
    ("spinning_cases_and_other_processes_are_left_out_with_the_reason", left_out_by_declaration),
    ("the_profile_of_each_case_is_kept", the_profile_of_each_case_is_kept),
];

fn noop_costs_at_most_three_instructions(Counted { first, .. }: &Counted) {
    let noop = first.exactly("noop/noop@1");
    assert!(noop > 0.0 && noop <= 3.0, "{noop}");
}

fn a_loop_at_n_2n_and_3n_is_a_straight_line(Counted { first, .. }: &Counted) {
    let [n, twice, thrice] = [1_000, 2_000, 3_000].map(|size| first.exactly(&format!("loop/sum@{size}")));
    assert_eq!(thrice - twice, twice - n);
    assert!(twice - n >= 1_000.0, "{n} {twice}");
}

fn the_same_twice_is_equal(Counted { first, second }: &Counted) {
    for id in ["noop/noop@1", "loop/sum@1000", "kernel/sum@16", "growth/push@100"] {
        for metric in [Metric::Instructions, Metric::EstimatedCycles, Metric::L1Misses, Metric::LlMisses] {
            assert_eq!(first.figure(id, metric), second.figure(id, metric), "{id} {metric:?}");
        }
    }
}

fn the_erased_loop_costs_what_the_typed_loop_costs(Counted { first, .. }: &Counted) {
    for (kernel, id) in [("noop", "noop/noop@1"), ("sum", "kernel/sum@16"), ("push", "growth/push@100")] {
        // From 100 on, so that the allocator is warm; the difference is free of what the call costs.
        let typed = (typed(kernel, 300) - typed(kernel, 100)) / 200.0;
        let erased = first.exactly(id);
        println!("{kernel}: {typed} instructions typed, {erased} erased");
        assert!((typed - erased).abs() <= 3.0, "{kernel}: {typed} typed, {erased} erased");
    }
}

/// Instructions of the typed loop, straight from Callgrind.
fn typed(kernel: &str, iterations: u64) -> f64 {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg("--toggle-collect=instruction_counts::typed_loop::<*>")
        .arg(myself())
        .args([TYPED, kernel, &iterations.to_string()])
        .output()
        .expect("Valgrind is installed: `apt install valgrind`, or `just setup`");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let collected = said.lines().find_map(|line| line.split_once("Collected :"));
    let count = collected.and_then(|(_, counts)| counts.split_whitespace().next()?.parse().ok());
    let count: f64 = count.unwrap_or_else(|| panic!("Callgrind said no count:\n{said}"));
    assert!(count > 0.0, "the typed loop was not seen:\n{said}");
    count
}

fn the_runner_and_callgrind_alone_agree(Counted { first, .. }: &Counted) {
    assert_eq!(first.run.instruments[0].state, State::Ready, "{:?}: `just setup`", first.run.instruments[0]);
    // Away from the folder of tools there is no runner.
    let elsewhere = tempfile::tempdir().expect("a temporary folder");
    let alone = session(&myself(), elsewhere.path(), REPEATED);
    assert_eq!(alone.run.instruments[0].state, State::Degraded, "{:?}", alone.run.instruments[0]);
    for id in ["noop/noop@1", "loop/sum@1000", "kernel/sum@16", "growth/push@100"] {
        assert_eq!(first.exactly(id), alone.exactly(id), "{id}");
        let cycles = |session: &Session| session.figure(id, Metric::EstimatedCycles).0;
        assert_eq!(cycles(first), cycles(&alone), "{id}");
    }
}

fn a_random_hasher_gives_a_range(Counted { first, .. }: &Counted) {
    let (value, low, high) = first.figure("random/random-hasher@100", Metric::Instructions);
    assert!(low < value && value < high, "{low} {value} {high}");
    assert!(high - low < 0.1 * value, "{low} {value} {high}");
}

fn a_stripped_executable_is_an_error_and_never_zero(_: &Counted) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let stripped = folder.path().join("stripped");
    let strip = Command::new("strip").arg("-o").arg(&stripped).arg(myself()).output();
    let strip = strip.expect("strip is installed: it comes with the linker (`apt install binutils`)");
    assert!(strip.status.success(), "{strip:?}");
    for here in [Path::new(env!("CARGO_MANIFEST_DIR")), folder.path()] {
        let session = session(&stripped, here, "^noop/");
        assert_eq!(session.output.status.code(), Some(1), "{}", session.said());
        let case = session.case("noop/noop@1");
        assert!(case.measurements.is_empty(), "{case:?}");
        assert!(case.failures[0].reason.contains("stripped"), "{case:?}");
    }
}

fn a_case_that_dies_under_valgrind_is_a_row(_: &Counted) {
    let elsewhere = tempfile::tempdir().expect("a temporary folder");
    for here in [Path::new(env!("CARGO_MANIFEST_DIR")), elsewhere.path()] {
        let session = session(&myself(), here, "^dies/");
        assert_eq!(session.output.status.code(), Some(1), "{}", session.said());
        for (id, words) in [("dies/panics@1", "out of luck"), ("dies/illegal@1", "target-cpu=native")] {
            let case = session.case(id);
            assert!(case.measurements.is_empty(), "{case:?}");
            assert!(case.failures[0].reason.contains(words), "{case:?}");
        }
    }
}

fn a_large_size_is_left_out(Counted { first, .. }: &Counted) {
    let case = first.case("loop/sum@1000000");
    assert!(case.measurements.is_empty() && case.failures.is_empty(), "{case:?}");
    assert!(case.left_out[0].reason.contains("3000"), "{case:?}");
}

/// Instructions of `planted_work` itself in the profile that is kept of a case, and how often it was called there.
fn planted_work_in(session: &Session, id: &str) -> (u64, u64) {
    let file = format!("profiles/instructions/{id}.callgrind.out");
    let bytes = std::fs::read(session.folder.path().join(file)).expect("the profile is kept");
    let graph = CallGraph::read(&bytes).expect("it is a profile");
    let planted = graph.functions.iter().position(|function| function.name.ends_with("planted_work"));
    let planted = planted.unwrap_or_else(|| panic!("{id}: planted_work is not in the profile"));
    let sum = graph.functions[planted].lines.iter().map(|line| line.cost.instructions).sum();
    let arcs = graph.functions.iter().flat_map(|function| &function.arcs);
    let calls = arcs.filter(|arc| arc.callee == planted).map(|arc| arc.calls).sum();
    assert!(sum > 0 && calls > 0, "{id}: planted_work is not in the profile");
    (sum, calls)
}

/// What threads, locks and joins cost beside the work itself, of all.
const OVERHEAD: f64 = 0.04;

fn four_times_once(session: &Session, id: &str) {
    let once = session.exactly("shared/once@1000");
    let (value, low, high) = session.figure(id, Metric::Instructions);
    println!("{id}: {value} [{low}, {high}], once {once}");
    assert!(low >= 4.0 * once * (1.0 - 1e-3), "{id}: {low} is less than four times {once}");
    assert!(high <= (4.0 + OVERHEAD) * once, "{id}: {high} is more than four times {once}");
    let (work, calls) = planted_work_in(session, "shared/once@1000");
    let (shared_work, shared_calls) = planted_work_in(session, id);
    assert_eq!(shared_calls % 4, 0, "{id}: each iteration calls it four times");
    assert_eq!(shared_work * calls, work * shared_calls, "{id}: {shared_calls} calls, {calls} of one");
}

fn work_on_four_threads_is_four_times_one(Counted { first, .. }: &Counted) {
    four_times_once(first, "shared/four-threads@1000");
}

fn work_on_waiting_threads(Counted { first, .. }: &Counted) {
    four_times_once(first, "shared/pooled@1000");
}

fn left_out_by_declaration(Counted { first, .. }: &Counted) {
    for (name, words) in [("spinning", "spinning"), ("processes", "other processes")] {
        let case = first.case(&format!("shared/{name}@1000"));
        assert!(case.measurements.is_empty() && case.failures.is_empty(), "{case:?}");
        assert!(case.left_out[0].reason.contains(words), "{case:?}");
    }
}

fn the_profile_of_each_case_is_kept(Counted { first, .. }: &Counted) {
    let path = first.folder.path().join("profiles/instructions/growth/push@100.callgrind.out");
    let text = std::fs::read_to_string(path).expect("the profile is kept");
    assert!(text.contains("events: Ir"), "{text}");
    assert!(text.contains("Prepared<"), "{text}");
}
