//! The allocator that can be switched, as the global allocator of this program: answers stay right, blocks are counted
//! exactly, and the instrument measures what its cases allocate. Its executable is also what the comparison starts, so
//! it has a main function of its own.

#[path = "ceilings/blocks.rs"]
mod blocks;
#[path = "ceilings/plants.rs"]
mod plants;
#[path = "ceilings/steps.rs"]
mod steps;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use perflab::catalogue::CATALOGUE;
use perflab::instruments::ceilings::SwitchedAllocator;
use perflab::instruments::compare;
use plants::{PLANTED, PLANTS};

#[global_allocator]
static ALLOC: SwitchedAllocator = SwitchedAllocator;

fn main() -> ExitCode {
    perflab::catalogue::serve_workers();
    // The case to be compared says whose process this is.
    let catalogue = if std::env::var_os(PLANTS).is_some() { &PLANTED } else { &CATALOGUE };
    if let Some(code) = compare::serve(catalogue) {
        return code;
    }
    let test = |name: &str, run: fn()| {
        Trial::test(name, move || {
            std::panic::catch_unwind(run).map_err(|_| Failed::from("it panicked; what it said stands above"))
        })
    };
    let tests = vec![
        test("this_program_has_the_allocator_that_can_be_switched", blocks::switched),
        test("blocks_are_counted_exactly_and_given_back", blocks::exact_counts),
        test("blocks_of_either_kind_go_back_to_where_they_came_from", blocks::either_way),
        test("memory_that_was_zeroed_is_zero_though_others_wrote_there", blocks::zeroed),
        test("the_last_block_grows_in_place_and_no_other_does", blocks::grows),
        test("blocks_do_not_overlap_and_threads_take_their_own", blocks::threads),
        test("every_answer_is_right_when_blocks_are_free", blocks::answers),
        test("what_stays_alive_is_never_handed_out_again", blocks::survivors),
        test("planted_allocation_and_its_control_have_ceilings", steps::ceilings),
        test("a_case_that_the_arena_cannot_hold_is_refused", steps::refused),
        test("cases_without_blocks_that_wait_or_take_long_are_left_out", steps::left_out),
        test("what_an_act_takes_of_the_heap_is_weighed_exactly", steps::weighed),
        test("the_way_to_memory_is_taken_away_by_a_smaller_size", steps::in_cache),
        test("two_sizes_are_compared_though_their_answers_differ_and_wrong_ones_are_not", steps::two_sizes),
        test("threads_that_wait_and_those_that_start_run_on_one_cpu_and_then_on_all", steps::one_cpu),
        test("each_step_leaves_out_what_it_cannot_tell", steps::steps_leave_out),
    ];
    // There is one switch.
    let arguments = Arguments { test_threads: Some(1), ..Arguments::from_args() };
    libtest_mimic::run(&arguments, tests).exit_code()
}
