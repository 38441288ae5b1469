//! Profiles as Callgrind writes them, and what no reader should trust.

use super::*;

/// As Callgrind 3.19 writes a profile: names once, positions by their difference, no trailing zeros.
const COMPRESSED: &str = "\
# callgrind format
version: 1
creator: callgrind-3.19.0
pid: 25999
cmd:  ./perflab --counted build-vec/push@100 100
part: 4

desc: I1 cache: 32768 B, 64 B, 8-way associative
desc: Trigger: --dump-before=perflab::counted::part_ends

positions: instr line
events: Ir Dr Bc Bcm Bi Bim
summary: 68 10 8 4 2

ob=(3) /usr/lib/libc.so.6
fl=(183) ./malloc/./malloc/malloc.c
fn=(948) _int_malloc
0x98093 4405 10 5
+5 * 5 0 3 1
cfn=(960) alloc_perturb
calls=3 0x94990 1999
* * 12 6 0 0 3
fe=(152) ???
+53 -29 3

fn=(960)
0x94990 1999 12 5 1 1 2

fn=(874) (below main)
cob=(7) ./perflab
cfi=(152)
cfn=(882) <perflab::workload::Prepared<Push> as perflab::workload::Case>::run
calls=0 0x16c190 0
0x27248 58 68 10 8 4 2

ob=(7)
fl=(152)
fn=(882)
0x1000 10 28
-16 +3 10 0 4 2
cob=(3)
cfn=(948)
calls=2 0x98090 4400
+32 * 30 10 3 1 2

totals: 68 10 8 4 2
";

fn read(text: &str) -> CallGraph {
    CallGraph::read(text.as_bytes()).expect("a well-formed profile")
}

fn refused(text: &[u8]) -> String {
    CallGraph::read(text).expect_err("it is no profile").to_string()
}

fn function<'a>(graph: &'a CallGraph, name: &str) -> &'a Function {
    graph.functions.iter().find(|function| function.name == name).expect("it is in the profile")
}

const LOOP: &str = "<perflab::workload::Prepared<Push> as perflab::workload::Case>::run";

#[test]
fn names_positions_and_missing_zeros_are_read() {
    let graph = read(COMPRESSED);
    assert_eq!(graph.total, Cost { instructions: 68, branches: 10, mispredicted: 4 });
    assert!(graph.has_branches);
    assert_eq!(graph.objects, ["", "/usr/lib/libc.so.6", "./perflab"]);
    let malloc = function(&graph, "_int_malloc");
    let cost = |instructions, branches, mispredicted| Cost { instructions, branches, mispredicted };
    let line = |address, cost| Line { address: Some(address), cost };
    assert_eq!(
        malloc.lines,
        [line(0x98093, cost(10, 0, 0)), line(0x98098, cost(5, 3, 1)), line(0x980cd, cost(3, 0, 0))]
    );
    let [arc] = malloc.arcs[..] else { panic!("{malloc:?}") };
    assert_eq!((arc.address, arc.calls, arc.inclusive), (Some(0x98098), 3, cost(12, 3, 0)));
    assert_eq!(graph.functions[arc.callee].name, "alloc_perturb");
}

#[test]
fn the_object_of_a_callee_is_its_own_and_forgotten_after_the_call() {
    let graph = read(COMPRESSED);
    let object = |name| graph.objects[function(&graph, name).object].as_str();
    assert_eq!(object(LOOP), "./perflab");
    assert_eq!(object("_int_malloc"), "/usr/lib/libc.so.6");
    assert_eq!(object("alloc_perturb"), "/usr/lib/libc.so.6");
    assert_eq!(function(&graph, LOOP).lines[1].address, Some(0xff0));
    assert_eq!(function(&graph, LOOP).arcs[0].address, Some(0x1010));
}

#[test]
fn an_object_before_a_name_whose_calls_were_not_collected_is_not_the_next_one_s() {
    let profile = "positions: line\nevents: Ir\nob=a\nfn=main\ncob=libc\ncfn=start\n\nfn=f\n1 5\n\nfn=main\ncfn=f\ncalls=2 1\n3 5\ntotals: 5\n";
    let graph = read(profile);
    let main = function(&graph, "main");
    assert_eq!(graph.functions[main.arcs[0].callee].lines.len(), 1, "it calls the function that was read");
}

#[test]
fn a_name_in_brackets_is_no_number_and_a_call_under_way_counts_no_time() {
    let graph = read(COMPRESSED);
    let below = function(&graph, "(below main)");
    assert!(below.lines.is_empty());
    assert_eq!(below.arcs[0].calls, 0);
}

#[test]
fn what_is_written_in_full_is_the_same() {
    let full = "version: 1\npositions: instr line\nevents: Ir\nob=a\nfn=f\n0x10 1 5\n0x15 1 2\nob=b\nfn=f\n0x10 1 1\ntotals: 8\n";
    let short = "positions: instr line\nevents: Ir\nob=(1) a\nfn=(1) f\n0x10 1 5\n+5 * 2\nob=(2) b\nfn=(1)\n-5 * 1\ntotals: 8\n";
    assert_eq!(read(full), read(short));
    assert_eq!(read(full).functions.len(), 2, "two objects may each have a function of that name");
}

#[test]
fn a_profile_by_line_has_functions_without_addresses() {
    let graph = read("events: Ir\nfl=x.rs\nfn=f\n1 5\n+2 6\nfi=y.rs\n3 7\ntotals: 18\n");
    let whole = Line { address: None, cost: Cost { instructions: 18, ..Cost::default() } };
    assert_eq!(graph.functions[0].lines, [whole]);
    assert!(!graph.has_branches);
}

#[test]
fn jumps_cost_nothing_and_move_the_position() {
    let text = "positions: instr line\nevents: Ir\nfn=f\n0x10 1 5\njcnd=3/9 +8 2\n+4 *\njump=2 0x30 3\n+2 *\n+2 * 1\ntotals: 6\n";
    let addresses: Vec<Option<u64>> = read(text).functions[0].lines.iter().map(|line| line.address).collect();
    assert_eq!(addresses, [Some(0x10), Some(0x18)]);
}

#[test]
fn several_parts_in_one_file_add_up() {
    let part = "part: 1\npositions: line\nevents: Ir\nfn=(1) f\n1 5\ntotals: 5\n";
    let graph = read(&[part, &part.replace("(1) f", "(1)")].concat());
    assert_eq!((graph.functions.len(), graph.total.instructions), (1, 10));
}

#[test]
fn names_that_are_no_utf8_hold_markup_or_are_empty_are_kept_as_far_as_they_can_be() {
    let text = b"events: Ir\nfn=caf\xe9<script>;\n1 5\nfn=\n1 2\ntotals: 7\n";
    let graph = CallGraph::read(text).expect("a well-formed profile");
    let names: Vec<&str> = graph.functions.iter().map(|function| function.name.as_str()).collect();
    assert_eq!(names, ["caf\u{fffd}<script>;", ""]);
}

#[test]
fn lines_may_end_as_on_windows() {
    assert_eq!(read(&COMPRESSED.replace('\n', "\r\n")), read(COMPRESSED));
}

#[test]
fn what_is_no_profile_is_told_with_its_line() {
    assert_eq!(refused(b""), "the callgrind profile is empty");
    assert_eq!(refused(b" \n\n"), "the callgrind profile is empty");
    assert_eq!(refused(b"version: 2\n"), "the callgrind profile is of format version `2`; perflab reads 1");
    assert_eq!(
        refused(b"{\"dhat\":1}\n"),
        "line 1 of the callgrind profile is none of the format's: `{\"dhat\":1}`"
    );
    assert!(refused(b"events: Cycles\nfn=f\n1 2\ntotals: 2\n").contains("has no Ir"));
    let about = |lines: &str, words: &str| {
        let told =
            refused(format!("positions: instr line\nevents: Ir Dr\nfn=f\n{lines}\ntotals: 0\n").as_bytes());
        assert!(told.starts_with("line 4 ") && told.contains(words), "{lines}: {told}");
    };
    about("0x10 1 1 2 3", "something else than its costs");
    about("0x10 1 -1", "something else than its costs");
    about("0x10 1 99999999999999999999", "something else than its costs");
    about("0x10", "has no line number");
    about("-1 1 1", "begins with no address");
    about("0xfffffffffffffffff 1 1", "begins with no address");
    about("cfn=(77)", "no name");
    about("calls=1 0x10", "follows no name of a function called");
    about("calls=many 0x10", "holds no number of calls");
    let told = refused(b"events: Ir\nfn=f\ncfn=g\ncalls=1 1\nfn=h\n1 1\ntotals: 1\n");
    assert!(told.starts_with("line 5 ") && told.contains("should be what a call cost"), "{told}");
}

#[test]
fn a_sum_that_is_not_what_the_profile_says_is_an_error() {
    let told = refused(b"events: Ir\nfn=f\n1 5\ntotals: 6\n");
    assert_eq!(
        told,
        "the callgrind profile does not add up: its lines hold 5 instructions, its `totals:` say 6"
    );
}

#[test]
fn a_profile_that_was_cut_short_anywhere_is_an_error() {
    for end in 1..COMPRESSED.len() - 1 {
        let cut = &COMPRESSED.as_bytes()[..end];
        assert!(CallGraph::read(cut).is_err(), "{}", String::from_utf8_lossy(cut));
    }
    for end in ["0x980", "calls=3 0x94990 1999\n", "cfn=(960) alloc_perturb\n"] {
        let at = COMPRESSED.find(end).expect("it is in the profile") + end.len();
        assert!(refused(&COMPRESSED.as_bytes()[..at]).contains("cut short"), "{end}");
    }
}

#[test]
fn no_change_of_bytes_makes_it_panic() {
    for seed in 0..3_000 {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut bytes = COMPRESSED.as_bytes().to_vec();
        for _ in 0..random.usize(1..6) {
            let at = random.usize(0..bytes.len());
            match random.u8(0..4) {
                0 => bytes[at] = random.u8(..),
                1 => bytes[at] = *random.choice(b"0123456789+-*()= \nx").unwrap_or(&b' '),
                2 => drop(bytes.drain(at..(at + random.usize(0..20)).min(bytes.len()))),
                _ => {
                    let from = random.usize(0..bytes.len());
                    let piece = bytes[from..(from + 30).min(bytes.len())].to_vec();
                    bytes.splice(at..at, piece);
                }
            }
        }
        // A profile that still adds up, or an error.
        if let Ok(graph) = CallGraph::read(&bytes) {
            let lines = graph.functions.iter().flat_map(|function| &function.lines);
            let sum = lines.fold(0_u64, |sum, line| sum.saturating_add(line.cost.instructions));
            assert_eq!(sum, graph.total.instructions, "seed {seed}");
        }
    }
}

#[test]
fn a_million_names_are_read() {
    use std::fmt::Write as _;
    let mut text = "events: Ir\n".to_owned();
    for number in 0..1_000_000 {
        let _ = writeln!(text, "fn=({number}) f{number}\n1 1");
    }
    text += "totals: 1000000\n";
    let graph = read(&text);
    assert_eq!((graph.functions.len(), graph.total.instructions), (1_000_000, 1_000_000));
}
