//! What must hold for every member of the catalogue that starts threads or processes: it is right, it agrees with its
//! baseline, again and again, and no process of its outlives it, whatever day it has. This test is its own bench target,
//! because its executable is also the worker processes that such members start.

#[path = "concurrent/deaths.rs"]
mod deaths;
#[path = "concurrent/limits.rs"]
mod limits;
#[path = "concurrent/processes.rs"]
mod processes;
#[path = "concurrent/repeats.rs"]
mod repeats;
#[path = "concurrent/sessions.rs"]
mod sessions;

use std::collections::BTreeSet;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use perflab::catalogue::{CATALOGUE, Family};
use perflab::workload::Entry;

fn main() -> ExitCode {
    perflab::catalogue::serve_workers();
    if let Some(code) = sessions::serve() {
        return code;
    }
    let arguments = Arguments::from_args();
    let mut trials = vec![
        Trial::test("a_killed_parent_takes_its_workers_along", deaths::a_killed_parent),
        Trial::test("a_killed_worker_is_told_in_one_line_and_takes_nobody_along", deaths::a_killed_worker),
        Trial::test("a_worker_that_panics_tells_it_in_one_line", deaths::a_worker_that_panics),
        Trial::test("a_stopped_worker_ends_with_the_cases_time_out", sessions::a_stopped_worker),
        Trial::test("ctrl_c_leaves_no_worker_and_keeps_what_was_recorded", sessions::ctrl_c),
        Trial::test("one_core_says_so_and_is_measured", sessions::one_core),
        Trial::test("the_trials_cover_every_kind_of_concurrency", every_kind),
        Trial::test("who_takes_tasks_is_given_enough_to_share", repeats::sizes_and_reasons),
    ];
    let limits = limits::untestable();
    trials.extend([
        unless(&limits, Trial::test("a_limit_of_threads_or_processes_is_told_in_one_line", limits::a_case)),
        unless(&limits, Trial::test("a_limit_is_a_row_and_the_rest_of_the_run_goes_on", limits::a_session)),
        unless(
            &sessions::proc_stays(),
            Trial::test("without_proc_cases_are_measured_and_it_is_said_what_is_missing", sessions::no_proc),
        ),
        unless(
            &cfg!(debug_assertions).then(|| "times of a debug build are refused".to_owned()),
            Trial::test("one_core_is_timed_and_its_page_says_so", sessions::one_core_timed),
        ),
    ]);
    for (family, entry) in concurrent() {
        let missing = repeats::asked(family, entry).iter().find_map(|size| entry.unavailable(*size));
        let name = |what: &str| format!("{}/{}_{what}", family.name, entry.name);
        trials.extend([
            unless(
                &missing,
                Trial::test(name("agrees_with_its_baseline"), move || repeats::agrees(family, entry)),
            ),
            unless(
                &missing,
                Trial::test(name("is_right_again_and_again"), move || {
                    repeats::again_and_again(family, entry)
                }),
            ),
        ]);
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    repeats::tell();
    conclusion.exit_code()
}

/// `trial`, which is not run where `reason` says why it cannot be; the list of trials shows the reason.
fn unless(reason: &Option<String>, trial: Trial) -> Trial {
    match reason {
        Some(reason) => trial.with_kind(reason.clone()).with_ignored_flag(true),
        None => trial,
    }
}

/// Every line of the catalogue that starts something beside the measuring thread.
fn concurrent() -> impl Iterator<Item = (&'static Family, &'static Entry)> {
    let lines = CATALOGUE
        .families()
        .iter()
        .flat_map(|family| family.entries.iter().map(move |entry| (family, entry)));
    lines.filter(|(_, entry)| entry.concurrency.is_any())
}

fn every_kind() -> Result<(), Failed> {
    let kinds: BTreeSet<_> = concurrent()
        .map(|(_, entry)| entry.concurrency)
        .map(|concurrency| (concurrency.threads, concurrency.processes, concurrency.spins))
        .collect();
    for kind in [(true, false, false), (true, false, true), (true, true, false)] {
        assert!(kinds.contains(&kind), "no member with threads, processes, spinning as in {kind:?}");
    }
    Ok(())
}
