//! CPython beside planted cases, through the real session: real numbers from the python3 at hand, and rows that say
//! so where a planted python3 dies, floods, answers nonsense or hangs. This test is its own bench target.

#[path = "python_beside/at_hand.rs"]
mod at_hand;
#[path = "python_beside/in_its_place.rs"]
mod in_its_place;
#[path = "python_beside/plants.rs"]
mod plants;
#[path = "python_beside/session.rs"]
mod session;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};
use plants::{PLANTED, twins};
use session::{TARGET, WHOLE};

fn main() -> ExitCode {
    match std::env::var(TARGET) {
        Ok(which) if which == WHOLE => return perflab::instruments::python::main(twins()),
        Ok(_) => return perflab::instruments::python::main(&PLANTED),
        Err(_) => {}
    }
    let arguments = Arguments::from_args();
    let untestable = at_hand::untestable();
    let with_python = [
        Trial::test("every_kernel_answers_as_the_members_that_repeat_it", at_hand::every_kernel),
        Trial::test("cpython_runs_beside_a_case_in_one_row", at_hand::beside),
        Trial::test("threads_and_processes_have_speed_ups_in_both_languages", at_hand::speed_ups),
        Trial::test("a_wrong_answer_is_a_failed_row", at_hand::wrong_answer),
        Trial::test("a_case_without_a_twin_is_left_out_by_name", at_hand::without_a_twin),
        Trial::test("the_labels_time_what_they_say", at_hand::labels),
        Trial::test("a_killed_session_leaves_no_python", at_hand::killed_session),
    ]
    .map(|trial| match &untestable {
        Some(reason) => trial.with_kind(reason.clone()).with_ignored_flag(true),
        None => trial,
    });
    let in_its_place = [
        Trial::test("without_python3_it_says_how_to_get_one", in_its_place::no_python),
        Trial::test("a_python3_that_is_too_old_is_unavailable", in_its_place::too_old),
        Trial::test("a_python3_that_never_says_what_it_is_is_unavailable", in_its_place::mute),
        Trial::test("a_python3_that_misbehaves_is_a_row", in_its_place::misbehaving),
        Trial::test("a_kernel_that_hangs_is_ended_with_its_children", in_its_place::hanging),
    ];
    let trials = with_python.into_iter().chain(in_its_place).collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}
