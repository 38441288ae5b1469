//! Graphs of known costs, and the stacks and tables that must come of them.

use std::collections::BTreeMap;

use super::*;
use crate::instruments::instructions::call_graph::Function;
use crate::record::NO_LINE;

const LOOP: &str = "<perflab::workload::Prepared<Plant> as perflab::workload::Case>::run";

/// Frames by address, as debug information would give them; the function's own name where there are none.
#[derive(Default)]
struct Known {
    at: BTreeMap<u64, Vec<&'static str>>,
    asked_for: BTreeMap<u64, &'static str>,
}

impl Frames for Known {
    fn at(&mut self, graph: &CallGraph, function: &Function, address: Option<u64>) -> Vec<String> {
        let known = address.and_then(|address| self.at.get(&address));
        known.map_or_else(
            || vec![frames::name(graph, function)],
            |names| names.iter().map(|n| (*n).to_owned()).collect(),
        )
    }

    fn asked_for(&mut self, _: &Function, address: Option<u64>) -> Option<String> {
        self.asked_for.get(&address?).map(|name| (*name).to_owned())
    }
}

/// Stacks and table of a profile by address with the events Ir, Bc and Bcm.
fn taken_by(body: &str, has_threads: bool, mut known: Known) -> Taken {
    let own = |line: &str| {
        let mut words = line.split(' ');
        words.next().filter(|word| word.starts_with("0x"))?;
        words.next()?.parse::<u64>().ok()
    };
    let mut lines = body.lines();
    let mut total = 0;
    while let Some(line) = lines.next() {
        if line.starts_with("calls=") {
            lines.next();
        }
        total += own(line).unwrap_or(0);
    }
    let text = format!("positions: instr\nevents: Ir Bc Bcm\nob=exe\n{body}\ntotals: {total}\n");
    let graph = CallGraph::read(text.as_bytes()).expect("a well-formed profile");
    let taken = from(&graph, &mut known, has_threads, 1, None);
    assert_eq!(taken.folded.total(), u128::from(total), "the stacks add up");
    assert_eq!(
        taken.costs.functions.iter().map(|function| function.own).sum::<u64>(),
        total,
        "the table adds up"
    );
    taken
}

fn taken(body: &str) -> Taken {
    taken_by(body, false, Known::default())
}

fn cost<'a>(taken: &'a Taken, name: &str) -> &'a crate::record::FunctionCost {
    let found = taken.costs.functions.iter().find(|function| function.name == name);
    found.unwrap_or_else(|| panic!("{name} is not in {:?}", taken.costs.functions))
}

fn stacks(taken: &Taken) -> String {
    taken.folded.to_text()
}

#[test]
fn a_function_that_two_call_is_split_by_what_their_calls_cost() {
    let taken = taken(&format!(
        "fn={LOOP}\n0x1 10\ncfn=a\ncalls=1 0x10\n0x2 75\ncfn=b\ncalls=2 0x20\n0x3 35\n\
         fn=a\n0x10 5\ncfn=work\ncalls=7 0x30\n0x11 70\nfn=b\n0x20 5\ncfn=work\ncalls=1 0x30\n0x21 30\nfn=work\n0x30 100 9 2"
    ));
    assert_eq!(
        stacks(&taken),
        "Prepared<Plant>::run 10\nPrepared<Plant>::run;a 5\nPrepared<Plant>::run;a;work 70\n\
         Prepared<Plant>::run;b 5\nPrepared<Plant>::run;b;work 30\n"
    );
    let work = cost(&taken, "work");
    assert_eq!((work.own, work.inclusive, work.calls, work.inlined), (100, 100, Some(8), false));
    assert_eq!(work.branches, Some(Branches { executed: 9, mispredicted: 2 }));
    assert_eq!(cost(&taken, "a").inclusive, 75);
    let run = cost(&taken, "Prepared<Plant>::run");
    assert_eq!((run.own, run.inclusive), (10, 120));
    assert_eq!(taken.costs.branches, Some(Branches { executed: 9, mispredicted: 2 }));
}

#[test]
fn a_function_that_was_inlined_away_has_its_own_frame_cost_and_no_calls() {
    let known = Known {
        at: BTreeMap::from([
            (0x1, vec![LOOP]),
            (0x2, vec![LOOP, "insert", "hash"]),
            (0x3, vec![LOOP, "insert"]),
            (0x4, vec![LOOP, "insert", "hash"]),
        ]),
        asked_for: BTreeMap::new(),
    };
    let body =
        format!("fn={LOOP}\n0x1 10\n0x2 60\n0x3 20\ncfn=rounds\ncalls=5 0x9\n0x4 30\nfn=rounds\n0x9 30");
    let taken = taken_by(&body, false, known);
    assert_eq!(
        stacks(&taken),
        "Prepared<Plant>::run 10\nPrepared<Plant>::run;insert 20\nPrepared<Plant>::run;insert;hash 60\n\
         Prepared<Plant>::run;insert;hash;rounds 30\n"
    );
    let hash = cost(&taken, "hash");
    assert_eq!((hash.own, hash.inclusive, hash.calls, hash.inlined), (60, 90, None, true));
    assert_eq!(cost(&taken, "insert").inclusive, 110);
}

#[test]
fn instructions_without_a_line_of_source_are_marked_and_are_their_functions_own() {
    let known = Known {
        at: BTreeMap::from([(0x1, vec![LOOP, "insert", NO_LINE]), (0x2, vec![LOOP, "insert"])]),
        asked_for: BTreeMap::new(),
    };
    let taken = taken_by(&format!("fn={LOOP}\n0x1 60\n0x2 20"), false, known);
    assert_eq!(
        stacks(&taken),
        "Prepared<Plant>::run;insert 20\nPrepared<Plant>::run;insert;[no source line] 60\n"
    );
    assert_eq!(cost(&taken, "insert").own, 80);
    assert!(taken.costs.functions.iter().all(|function| function.name != NO_LINE));
}

#[test]
fn recursion_is_cut_and_marked_and_nothing_is_lost() {
    let taken = taken(&format!(
        "fn={LOOP}\n0x1 1\ncfn=fib\ncalls=1 0x10\n0x2 150\nfn=fib\n0x10 100\ncfn=fib\ncalls=40 0x10\n0x11 900\n\
         cfn=leaf\ncalls=20 0x20\n0x12 50\nfn=leaf\n0x20 50"
    ));
    assert_eq!(
        stacks(&taken),
        "Prepared<Plant>::run 1\nPrepared<Plant>::run;[recursion];fib 100\nPrepared<Plant>::run;[recursion];fib;leaf 50\n"
    );
    let fib = cost(&taken, "fib");
    assert_eq!((fib.own, fib.inclusive, fib.calls), (100, 150, Some(41)));
    assert!(taken.costs.functions.iter().all(|function| function.name != stacks::RECURSION));
}

#[test]
fn functions_that_call_each_other_are_one_circle_below_the_one_that_entered_it() {
    let taken = taken(&format!(
        "fn={LOOP}\n0x1 1\ncfn=even\ncalls=1 0x10\n0x2 99\nfn=even\n0x10 60\ncfn=odd\ncalls=4 0x20\n0x11 80\n\
         fn=odd\n0x20 40\ncfn=even\ncalls=4 0x10\n0x21 70"
    ));
    assert_eq!(
        stacks(&taken),
        "Prepared<Plant>::run 1\nPrepared<Plant>::run;[recursion];even 60\n\
         Prepared<Plant>::run;[recursion];even;odd 40\n"
    );
}

#[test]
fn threads_have_a_root_of_their_own() {
    let start = "std::sys::backtrace::__rust_begin_short_backtrace::<f, ()>";
    let body = format!(
        "fn={LOOP}\n0x1 10\nfn=start_thread\n0x9 4\ncfn={start}\ncalls=4 0x20\n0x10 41\nfn={start}\n0x20 1\n\
         cfn=work\ncalls=4 0x30\n0x21 40\nfn=work\n0x30 40"
    );
    assert_eq!(
        stacks(&taken_by(&body, true, Known::default())),
        "Prepared<Plant>::run 10\n[other threads] 1\n[other threads];start_thread 4\n[other threads];work 40\n"
    );
    let alone = stacks(&taken(&body));
    assert!(alone.contains("[unattributed];start_thread 4\n"), "{alone}");
}

#[test]
fn a_call_that_was_under_way_when_counting_began_bears_nothing() {
    let taken = taken(&format!(
        "fn=main\ncfn={LOOP}\ncalls=0 0x1\n0x9 500\nfn={LOOP}\n0x1 10\ncfn=work\ncalls=1 0x30\n0x2 20\nfn=work\n0x30 20"
    ));
    assert_eq!(stacks(&taken), "Prepared<Plant>::run 10\nPrepared<Plant>::run;work 20\n");
}

#[test]
fn what_is_above_the_loop_is_cut_away() {
    let taken = taken(&format!("fn=main\n0x9 1\ncfn={LOOP}\ncalls=1 0x1\n0xa 10\nfn={LOOP}\n0x1 10"));
    assert_eq!(stacks(&taken), "Prepared<Plant>::run 10\n[unattributed];main 1\n");
}

#[test]
fn a_library_function_is_shown_by_the_name_it_was_asked_for() {
    let known = Known { at: BTreeMap::new(), asked_for: BTreeMap::from([(0x2, "memcpy"), (0x3, "malloc")]) };
    let body = format!(
        "fn={LOOP}\n0x1 1\ncob=/lib/libc.so.6\ncfn=0x00000000001a0b80\ncalls=3 0x10\n0x2 30\ncob=/lib/libc.so.6\n\
         cfn=malloc@@GLIBC_2.2.5\ncalls=1 0x20\n0x3 5\nob=/lib/libc.so.6\nfn=0x00000000001a0b80\n0x10 30\n\
         fn=malloc@@GLIBC_2.2.5\n0x20 3\ncfn=_int_malloc.constprop.0\ncalls=1 0x30\n0x21 2\n\
         fn=_int_malloc.constprop.0\n0x30 2"
    );
    let taken = taken_by(&body, false, known);
    assert_eq!(
        stacks(&taken),
        "Prepared<Plant>::run 1\nPrepared<Plant>::run;malloc 3\nPrepared<Plant>::run;malloc;_int_malloc 2\n\
         Prepared<Plant>::run;memcpy;[libc.so.6] 30\n"
    );
    let memcpy = cost(&taken, "memcpy");
    assert_eq!((memcpy.own, memcpy.inclusive, memcpy.calls, memcpy.inlined), (0, 30, Some(3), false));
}

#[test]
fn a_tiny_call_stays_with_its_caller_and_is_still_in_the_table() {
    let taken = taken(&format!(
        "fn={LOOP}\n0x1 100000\ncfn=tiny\ncalls=1 0x10\n0x2 9\ncfn=small\ncalls=1 0x20\n0x3 11\nfn=tiny\n0x10 9\nfn=small\n0x20 11"
    ));
    assert_eq!(stacks(&taken), "Prepared<Plant>::run 100009\nPrepared<Plant>::run;small 11\n");
    assert_eq!((cost(&taken, "tiny").own, cost(&taken, "tiny").inclusive), (9, 9));
    assert_eq!(cost(&taken, "Prepared<Plant>::run").own, 100_000);
}

#[test]
fn names_with_separators_or_markup_are_the_same_in_stacks_and_table() {
    let taken =
        taken(&format!("fn={LOOP}\n0x1 1\ncfn=f::<[u8; 8]>\ncalls=1 0x10\n0x2 9\nfn=f::<[u8; 8]>\n0x10 9"));
    assert!(stacks(&taken).contains(";f::<[u8, 8]> 9\n"), "{}", stacks(&taken));
    assert_eq!(cost(&taken, "f::<[u8, 8]>").own, 9);
}

/// A graph of `functions`, each calling some others any number of times at any cost: nothing fits anything.
fn random_graph(random: &mut fastrand::Rng, functions: usize) -> String {
    use std::fmt::Write as _;
    let mut body = String::new();
    for function in 0..functions {
        let name = |number: usize| if number == 0 { LOOP.to_owned() } else { format!("f{number}") };
        let _ =
            writeln!(body, "fn={}\n{:#x} {}", name(function), function * 16 + 1, random.u32(0..1_000_000));
        for _ in 0..random.usize(0..4) {
            let (callee, calls) = (random.usize(0..functions), random.u8(0..3));
            let _ = writeln!(body, "cfn={}\ncalls={calls} 0x1", name(callee));
            let _ = writeln!(body, "{:#x} {}", function * 16 + 2, random.u64(0..1_000_000_000));
        }
    }
    body
}

#[test]
fn stacks_and_table_add_up_whatever_the_arcs_say() {
    for seed in 0..300 {
        let mut random = fastrand::Rng::with_seed(seed);
        let functions = random.usize(1..25);
        // Its own assertions are what is tested.
        let taken = taken(&random_graph(&mut random, functions));
        let total = taken.folded.total();
        for function in &taken.costs.functions {
            assert!(u128::from(function.inclusive) <= total, "seed {seed}: {function:?} of {total}");
        }
    }
}

#[test]
fn a_graph_with_more_paths_than_can_be_walked_still_ends_and_adds_up() {
    use std::fmt::Write as _;
    // Each of 60 layers of 3 calls all 3 of the next: 3^60 paths.
    let mut body = format!("fn={LOOP}\n0x1 1\ncfn=f0-0\ncalls=1 0x1\n0x2 180\n");
    for layer in 0..60 {
        for place in 0..3 {
            let _ = writeln!(body, "fn=f{layer}-{place}\n0x10 1000000");
            for callee in 0..if layer < 59 { 3 } else { 0 } {
                let _ = writeln!(body, "cfn=f{}-{callee}\ncalls=1 0x1\n0x11 1000000", layer + 1);
            }
        }
    }
    let taken = taken(&body);
    assert!(taken.folded.stacks().count() < 200_000);
}

#[test]
fn a_chain_of_calls_deeper_than_any_picture_is_cut() {
    use std::fmt::Write as _;
    let mut body = format!("fn={LOOP}\n0x1 1\ncfn=f0\ncalls=1 0x1\n0x2 20000\n");
    for number in 0..20_000 {
        let _ = writeln!(body, "fn=f{number}\n0x10 1");
        if number < 19_999 {
            let _ = writeln!(body, "cfn=f{}\ncalls=1 0x1\n0x11 {}", number + 1, 20_000 - number);
        }
    }
    let taken = taken(&body);
    let deepest = taken.folded.stacks().map(|(stack, _)| stack.split(';').count()).max();
    assert!(deepest.is_some_and(|deepest| (500..510).contains(&deepest)), "{deepest:?}");
}

#[cfg(target_os = "linux")]
mod here {
    use super::*;

    #[inline(never)]
    fn planted_for_its_address(x: u64) -> u64 {
        x.rotate_left(7) ^ 0x5157
    }

    fn start() -> usize {
        crate::instruments::symbols::Symbols::new(true).start().expect("this program is mapped")
    }

    fn profile(object: &str, name: &str, address: usize) -> CallGraph {
        let text =
            format!("positions: instr\nevents: Ir\nob={object}\nfn={name}\n{address:#x} 7\ntotals: 7\n");
        CallGraph::read(text.as_bytes()).expect("a well-formed profile")
    }

    const NAME: &str = "perflab::instruments::instructions::costs::tests::here::planted_for_its_address";

    #[test]
    fn an_address_of_the_file_leads_to_the_function_in_this_process() {
        let myself = std::env::current_exe().expect("this program runs from a file");
        let address = planted_for_its_address as fn(u64) -> u64 as usize - start();
        let graph = profile(&myself.to_string_lossy(), NAME, address);
        let taken = take(&graph, &myself, false, 1);
        assert_eq!(taken.lumped, None);
        assert_eq!(cost(&taken, NAME).own, 7);
    }

    #[test]
    fn names_that_the_addresses_do_not_bear_out_are_not_guessed() {
        let myself = std::env::current_exe().expect("this program runs from a file");
        let address = planted_for_its_address as fn(u64) -> u64 as usize - start();
        let taken_of = |object: &str, address| take(&profile(object, "f", address), &myself, false, 1);
        let taken = taken_of(&myself.to_string_lossy(), address);
        assert!(
            taken.lumped.as_ref().is_some_and(|why| why.starts_with("0 of 1 addresses lead")),
            "{taken:?}"
        );
        assert_eq!(cost(&taken, "f").own, 7);
        let elsewhere = taken_of("/another/file", address);
        assert_eq!(elsewhere.lumped.as_deref(), Some("Callgrind saw no code of this executable"));
    }
}
