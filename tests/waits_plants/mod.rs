//! The trials: books against another clock, and what findings say of these books.

mod checks;
mod findings;
mod kernel;
mod measured;
mod plants;
mod tampered;
mod threads;
mod waiting;
mod words;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};
use perflab::instruments::waits::{Proc, Sources};

pub(crate) fn main() -> ExitCode {
    if plants::serve() {
        return ExitCode::SUCCESS;
    }
    let mut arguments = Arguments::from_args();
    // Clocks and children belong to the process: trials take turns.
    arguments.test_threads = Some(1);
    let whole = Sources::survey(Proc::system());
    let missing = whole.missing().join("; ");
    let (of_births, of_all) = (whole.clone(), whole.clone());
    let trials = vec![
        Trial::test("sleep_84_percent_of_the_time", || waiting::sleeps(84)),
        Trial::test("spin_30_and_wait_70_percent", || waiting::polls(70)),
        // Seventy lie too close to two thirds for a word that a busy machine leaves beyond doubt.
        Trial::test("spin_10_and_wait_90_percent", || waiting::polls(90)),
        Trial::test("every_part_of_spinning_and_sleeping_in_halves_is_where_it_belongs", waiting::halves),
        Trial::test("a_lock_held_10_percent_of_the_time", || waiting::lock(20, 10)),
        Trial::test("a_lock_held_50_percent_of_the_time", || waiting::lock(20, 50)),
        Trial::test("a_lock_held_90_percent_of_the_time", || waiting::lock(20, 90)),
        Trial::test("a_lock_held_for_100_ms_while_another_waits", || waiting::lock(100, 100)),
        Trial::test("a_child_is_awaited_and_its_time_is_apart", waiting::child),
        Trial::test("a_thread_that_ended_is_accounted_for", threads::ended_thread),
        // What is not there cannot be taken away: the list of trials then shows what is missing.
        Trial::test("threads_too_short_to_be_seen_have_their_wall_time", move || {
            threads::short_lives(of_births)
        })
        .with_ignored_flag(!whole.records_births)
        .with_kind(&missing),
        Trial::test("the_run_queue_moves_when_neighbours_burn_the_cpu", threads::neighbours),
        Trial::test("what_a_missing_source_would_tell_is_left_open_and_said", move || {
            kernel::missing_sources(&of_all)
        })
        .with_ignored_flag(!missing.is_empty())
        .with_kind(&missing),
        Trial::test("a_panic_under_the_census_ends_it", threads::panics),
        Trial::test("a_file_read_byte_by_byte_is_found_to_call_the_kernel", kernel::bytes_read),
        Trial::test("fresh_pages_touched_once_are_found_to_be_page_faults", kernel::fresh_pages),
    ];
    libtest_mimic::run(&arguments, trials).exit_code()
}
