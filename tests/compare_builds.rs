//! Revisions built aside, on real repositories of a package that builds in a second: what comes out, what is kept,
//! and every bad day; and what `perflab compare` says of them. Told a project, this executable builds it instead, so that a build can be killed.

#[path = "compare_builds/bad_days.rs"]
mod bad_days;
#[path = "compare_builds/built.rs"]
mod built;
#[path = "compare_builds/compared.rs"]
mod compared;
#[path = "compare_builds/project.rs"]
mod project;
mod schema;

use std::path::Path;

use libtest_mimic::{Arguments, Trial};
use project::{PROJECT, build_as_told};

fn main() {
    if let Some(project) = std::env::var_os(PROJECT) {
        build_as_told(Path::new(&project));
    }
    let trials = vec![
        Trial::test("a_revision_and_the_tree_as_it_stands_are_built_aside", built::built_aside),
        Trial::test("placements_do_the_same_at_other_addresses", built::placements),
        Trial::test("functions_begin_at_cache_lines", built::aligned),
        Trial::test("what_was_built_is_built_once", built::built_once),
        Trial::test("equal_sources_give_equal_executables", built::equal_sources),
        Trial::test("an_entry_cut_short_is_built_anew", built::cut_short),
        Trial::test("a_project_below_its_repository_has_its_own_settings_once", built::below),
        Trial::test("a_linker_without_the_option_gives_the_plain_link_and_says_so", built::other_linker),
        Trial::test(
            "one_program_twice_is_equal_in_every_case_and_nothing_is_measured",
            compared::same_program,
        ),
        Trial::test("a_revision_that_speaks_otherwise_is_refused_once", compared::other_protocol),
        Trial::test("a_revision_that_lists_otherwise_is_refused_once", compared::other_listing),
        Trial::test("a_revision_that_is_none_is_told", bad_days::no_revision),
        Trial::test("a_shallow_clone_is_told", bad_days::shallow),
        Trial::test("no_repository_and_no_commit_are_told", bad_days::no_repository),
        Trial::test("a_revision_that_does_not_build_names_the_first_error", bad_days::does_not_build),
        Trial::test("a_revision_without_perflab_is_told", bad_days::without_perflab),
        Trial::test("two_at_once_are_told_apart_by_their_process", bad_days::two_at_once),
        Trial::test("a_missing_git_or_cargo_is_named", bad_days::missing_programs),
        Trial::test("ctrl_c_leaves_no_worktree_and_no_process", bad_days::ctrl_c),
        Trial::test("what_a_killed_run_left_is_removed_and_said", bad_days::killed),
    ]
    .into_iter()
    .map(|trial| trial.with_kind("build"))
    .collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}
