//! Planted truths for the costs by function: shares that are known, found through the real Callgrind as a user would, and what
//! findings then say of them. This executable is also the bench target over the plants, and the program under Valgrind.

#[path = "instruction_costs/findings.rs"]
mod findings;
mod planted;
#[path = "instruction_costs/plants.rs"]
mod plants;
#[path = "instruction_costs/session.rs"]
mod session;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use perflab::record::{Costs, FunctionCost, Metric};
use plants::PLANTS;
use session::{BENCH, Session, id, session};

fn main() -> ExitCode {
    if std::env::var_os(BENCH).is_some() || std::env::args().nth(1).as_deref() == Some("--counted") {
        return perflab::instruments::instructions::main(&PLANTS);
    }
    let arguments = Arguments::from_args();
    let trials: Vec<Trial> = [
        ("seventy_and_thirty_through_a_parent_each", seventy_and_thirty as fn() -> Result<(), Failed>),
        ("two_callers_of_one_function_have_half_of_it_each", two_halves),
        ("a_generic_deep_in_an_iterator_chain_has_a_name_and_its_share", deep_in_a_chain),
        ("a_function_that_was_inlined_away_has_a_name_and_its_share", a_cost_inlined_away),
        ("recursion_is_marked_and_nothing_is_lost", recursion),
        ("the_work_of_four_threads_is_theirs", four_threads),
        ("hashing_is_found_inside_insert", hashing_inside_insert),
        ("branches_over_shuffled_data_are_guessed_wrong", shuffled_branches),
        ("stacks_and_table_add_up_to_what_was_counted", totals),
        ("without_the_runner_the_costs_are_the_same", without_the_runner),
        ("the_leading_finding_is_what_was_planted", findings::leading),
        ("two_halves_of_the_work_are_both_named", findings::both_halves),
        ("a_set_that_grows_hashes_and_grows_and_one_with_room_hashes_alone", findings::sets),
    ]
    .into_iter()
    .map(|(name, test)| Trial::test(name, test).with_ignored_flag(cfg!(debug_assertions)))
    .collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn function<'a>(costs: &'a Costs, end: &str) -> Result<&'a FunctionCost, String> {
    let found = costs.functions.iter().find(|function| function.name.ends_with(end));
    let names = || costs.functions.iter().take(12).map(|function| function.name.as_str()).collect::<Vec<_>>();
    found.ok_or_else(|| format!("{end} is not among {:?} …", names()))
}

fn near(what: &str, found: f64, planted: f64, within: f64) -> Result<(), Failed> {
    println!("{what}: {found:.4}, planted {planted:.4}");
    if (found - planted).abs() <= within {
        Ok(())
    } else {
        Err(format!("{what}: {found}, not {planted}").into())
    }
}

/// What the loop itself, its calls and their returns cost, of a case of 100,000 steps.
const OVERHEAD: f64 = 0.002;

fn seventy_and_thirty() -> Result<(), Failed> {
    let costs = session().costs("seventy-thirty");
    for (name, planted) in [("::seventy", 0.7), ("::thirty", 0.3)] {
        let cost = function(&costs, name)?;
        near(name, cost.inclusive as f64 / costs.instructions as f64, planted, OVERHEAD)?;
        assert_eq!((cost.calls, cost.inlined), (Some(costs.iterations), false));
        near(name, session().share("seventy-thirty", |frame| frame.ends_with(name)), planted, OVERHEAD)?;
        let parent = function(&costs, &format!("parent_of_{}", &name[2..]))?;
        near("its parent", parent.inclusive as f64 / costs.instructions as f64, planted, OVERHEAD)?;
        assert!(parent.own * 1_000 < costs.instructions, "{parent:?}");
        assert_eq!((parent.calls, parent.inlined), (Some(costs.iterations), false));
    }
    let own: Vec<u64> = costs.functions.iter().map(|function| function.own).collect();
    assert!(own.is_sorted_by(|a, b| a >= b), "the hot one comes first: {own:?}");
    Ok(())
}

fn two_halves() -> Result<(), Failed> {
    let costs = session().costs("halves");
    for name in ["::one_half", "::other_half"] {
        near(name, session().share("halves", |frame| frame.ends_with(name)), 0.5, OVERHEAD)?;
    }
    let shared = function(&costs, "::shared_by_two")?;
    near("what they share", shared.inclusive as f64 / costs.instructions as f64, 1.0, 2.0 * OVERHEAD)?;
    assert_eq!(shared.calls, Some(2 * costs.iterations));
    Ok(())
}

fn deep_in_a_chain() -> Result<(), Failed> {
    let costs = session().costs("chain");
    let deep = function(&costs, "::deep_generic::<u32>")?;
    near("the generic", deep.inclusive as f64 / costs.instructions as f64, 0.95, 0.05)?;
    assert_eq!(deep.calls, Some(500 * costs.iterations));
    let stacks = session().stacks("chain");
    let above = stacks.inclusive(|frame| frame.contains("Iterator>::fold"));
    assert!(above >= u128::from(deep.inclusive), "its callers are the chain's: {}", stacks.to_text());
    Ok(())
}

fn a_cost_inlined_away() -> Result<(), Failed> {
    let costs = session().costs("inlined");
    let away = function(&costs, "::inlined_away")?;
    assert!(away.inlined && away.calls.is_none(), "{away:?}");
    // 90,000 steps of it to 9,990 of the other.
    near("inlined away", away.inclusive as f64 / costs.instructions as f64, 0.9, 0.01)?;
    near("by its stacks", session().share("inlined", |frame| frame.ends_with("::inlined_away")), 0.9, 0.01)?;
    assert!(!function(&costs, "::thirty")?.inlined);
    Ok(())
}

fn recursion() -> Result<(), Failed> {
    let costs = session().costs("recursion");
    let recursive = function(&costs, "::recursive")?;
    near("the recursion", session().share("recursion", |frame| frame == "[recursion]"), 1.0, OVERHEAD)?;
    near("below it", recursive.inclusive as f64 / costs.instructions as f64, 1.0, OVERHEAD)?;
    // fib(n) takes 2 fib(n + 1) − 1 calls: 1,973 at 15.
    assert_eq!(recursive.calls, Some(1_973 * costs.iterations));
    Ok(())
}

fn four_threads() -> Result<(), Failed> {
    let costs = session().costs("threads");
    let work = function(&costs, "::on_a_thread")?;
    assert_eq!(work.calls, Some(4 * costs.iterations));
    let stacks = session().stacks("threads");
    let theirs: u128 = stacks
        .stacks()
        // Below `[other threads]`, or below the `clone` that started them: that hangs on who runs first.
        .filter(|(stack, _)| stack.contains("::on_a_thread"))
        .map(|(_, weight)| weight)
        .sum();
    assert_eq!(theirs, u128::from(work.inclusive));
    near("their work", theirs as f64 / stacks.total() as f64, 0.98, 0.02)
}

fn hashing_inside_insert() -> Result<(), Failed> {
    let stacks = session().stacks("set");
    let weight = |is_wanted: &dyn Fn(&[&str]) -> bool| {
        let frames = |stack: &str| is_wanted(&stack.split(';').collect::<Vec<_>>());
        stacks.stacks().filter(|(stack, _)| frames(stack)).map(|(_, weight)| weight).sum::<u128>() as f64
    };
    let is_hashing = |frames: &[&str]| frames.iter().any(|frame| frame.contains("core::hash::sip"));
    let is_inside = |frames: &[&str]| {
        frames.iter().any(|frame| frame.contains("HashMap<") && frame.ends_with("::insert"))
    };
    let named = weight(&is_hashing);
    near(
        "of SipHash inside insert",
        weight(&|frames| is_hashing(frames) && is_inside(frames)) / named,
        1.0,
        0.001,
    )?;
    // The compiler may have made one of what each insertion hashes on two ways, and then knows no line for it: a fourth of it
    // in a program in which nobody else inserts.
    let unlined = weight(&|frames| match frames {
        [.., function, "[no source line]"] => is_inside(&[function]),
        _ => false,
    });
    let all = stacks.total() as f64;
    near("SipHash with what insert has no line for", (named + unlined) / all, 0.62, 0.05)?;
    near("by name", named / (named + unlined), 0.88, 0.13)
}

fn shuffled_branches() -> Result<(), Failed> {
    let missed = |name: &str| {
        let costs = session().costs(name);
        let branches = function(&costs, "::sum_of_large")?.branches.ok_or("no branches were simulated")?;
        // One for each number, and one for the loop, which the compiler may have unrolled.
        let a_number = branches.executed as f64 / (1_000 * costs.iterations) as f64;
        assert!((1.0..=2.0).contains(&a_number), "{name}: {a_number} branches a number");
        println!("{name}: {branches:?}");
        Ok::<f64, String>(branches.mispredicted as f64 / (1_000 * costs.iterations) as f64)
    };
    let (sorted, shuffled) = (missed("sorted")?, missed("shuffled")?);
    // A branch that goes either way half of the time is guessed wrong half of the time by a predictor that cannot know.
    assert!(sorted < 0.02, "{sorted} wrong a sorted number");
    assert!(shuffled > 0.3 && shuffled < 0.6, "{shuffled} wrong a shuffled number");
    for (name, wrong) in [("sorted", sorted), ("shuffled", shuffled)] {
        let case = session().recorded.case(&id(name)).ok_or("it is recorded")?;
        let number =
            |metric| case.measurement(metric).map(|measurement| measurement.value).ok_or("it is counted");
        assert!(number(Metric::Branches)? >= 1_000.0);
        near(name, number(Metric::BranchMisses)? / 1_000.0, wrong, 0.02)?;
    }
    Ok(())
}

fn totals() -> Result<(), Failed> {
    for entry in PLANTS.families().iter().flat_map(|family| family.entries) {
        let (costs, stacks) = (session().costs(entry.name), session().stacks(entry.name));
        assert_eq!(stacks.total(), u128::from(costs.instructions), "{}: stacks", entry.name);
        let own: u64 = costs.functions.iter().map(|function| function.own).sum();
        assert_eq!(own, costs.instructions, "{}: table", entry.name);
        let missed = |function: &FunctionCost| function.branches.map_or(0, |branches| branches.mispredicted);
        let missed: u64 = costs.functions.iter().map(missed).sum();
        assert_eq!(Some(missed), costs.branches.map(|branches| branches.mispredicted), "{}", entry.name);
        let case = session().recorded.case(&id(entry.name)).ok_or("it is recorded")?;
        let each = case.measurement(Metric::Instructions).ok_or_else(|| session().said.clone())?;
        let a_run = costs.instructions as f64 / costs.iterations as f64;
        let bound = 0.02 * each.value + 10.0;
        assert!(
            (a_run - each.value).abs() < bound,
            "{}: {a_run} by functions, {} counted",
            entry.name,
            each.value
        );
        let caption = session().read(&session().layout.instructions_flamegraph(&id(entry.name)));
        assert!(caption.contains("by Callgrind") && !caption.contains("not told apart"), "{}", entry.name);
        assert_eq!(
            stacks.inclusive(|frame| frame == "[unattributed]"),
            0,
            "{}: {}",
            entry.name,
            stacks.to_text()
        );
    }
    Ok(())
}

fn without_the_runner() -> Result<(), Failed> {
    let elsewhere = tempfile::tempdir()?;
    let alone = Session::of(elsewhere.path(), "^costs/(seventy-thirty|inlined)@");
    for name in ["seventy-thirty", "inlined"] {
        assert_eq!(alone.costs(name), session().costs(name), "{name}");
        assert_eq!(alone.stacks(name), session().stacks(name), "{name}");
    }
    Ok(())
}
