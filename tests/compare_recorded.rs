//! `perflab compare --recorded FILE`: a run of another day, held against what is recorded here.

mod records;
mod schema;

use std::path::PathBuf;

use perflab::record::{Metric, Run};
use records::{Tree, environment, run};
use schema::assert_valid;

const PUSH: &str = "build-vec/push@100";
const COLLECT: &str = "build-vec/collect@100";

/// A run with a time and a count of both cases.
fn a_run(cpu: &str, day: u32, instructions: f64) -> Run {
    let numbers = [
        (PUSH, Metric::TimeNs, 200.0),
        (PUSH, Metric::Instructions, instructions),
        (COLLECT, Metric::TimeNs, 100.0),
    ];
    run(environment(cpu, "glibc 2.36", "abc"), day, &numbers)
}

/// The file of the only run of a tree, as it is typed.
fn file_of(tree: &Tree) -> String {
    let folder = std::fs::read_dir(tree.layout.runs()).expect("it has runs");
    let file: Option<PathBuf> = folder.flatten().map(|entry| entry.path()).next();
    file.expect("it has a run").to_str().expect("plain").to_owned()
}

#[test]
fn exact_counts_are_compared_and_times_are_no_verdict() {
    let (now, then) = (Tree::with(&[a_run("a", 2, 2_448.0)]), Tree::with(&[a_run("a", 1, 2_339.0)]));
    let outcome = now.perflab(&["compare", "--recorded", &file_of(&then)]).code(0);
    let said = outcome.stdout();
    assert!(said.contains("instructions 2339 → 2448 (+4.66 %)"), "{said}");
    assert!(said.contains("note: times were taken at different moments"), "{said}");
    let outcome = now.perflab(&["compare", "--recorded", &file_of(&then), "push", "--json"]).code(0);
    let json = assert_valid("compare", outcome.stdout().as_bytes());
    assert_eq!(json["cases"].as_array().map(Vec::len), Some(1), "the filter chose one");
    assert_eq!(json["cases"][0]["counts"][0]["changed"], true);
}

#[test]
fn counts_that_grew_end_with_3_where_they_are_gated_on() {
    let (now, then) = (Tree::with(&[a_run("a", 2, 2_448.0)]), Tree::with(&[a_run("a", 1, 2_339.0)]));
    let gate = |file: &Tree, words: &[&str]| {
        let file = file_of(file);
        let asked = [&["compare", "--recorded", &file, "--gate-counts"], words].concat();
        now.perflab(&asked)
    };
    let outcome = gate(&then, &[]).code(3);
    assert!(outcome.stderr().contains("1 case has counts that grew by more than 2 %: build-vec/push@100"));
    gate(&then, &["--tolerance", "5"]).code(0);
    gate(&then, &["collect"]).code(0);
    // Counts do not depend on the CPU, and times do.
    let elsewhere = Tree::with(&[a_run("b", 1, 2_339.0)]);
    let outcome = gate(&elsewhere, &[]).code(3);
    assert!(
        outcome.stdout().contains("times are left out, which do not compare: cpu is `a`"),
        "{}",
        outcome.stdout()
    );
    assert!(!outcome.stdout().contains("the time then"), "{}", outcome.stdout());
    assert!(outcome.stdout().contains("says nothing of 1 of 2 cases"), "{}", outcome.stdout());
    let mut other_libc = a_run("a", 1, 2_339.0);
    other_libc.environment.libc = "glibc 2.31".to_owned();
    gate(&Tree::with(&[other_libc]), &[]).code(1);
}

#[test]
fn every_run_whose_numbers_are_shown_must_be_like_the_one_that_is_compared() {
    let of_another_libc = |day: u32| {
        let numbers = [(COLLECT, Metric::Instructions, 1_000.0)];
        run(environment("a", "glibc 2.31", "abc"), day, &numbers)
    };
    let then = Tree::with(&[a_run("a", 1, 2_339.0)]);
    let mixed = Tree::with(&[of_another_libc(2), a_run("a", 3, 2_339.0)]);
    let refused = mixed.perflab(&["compare", "--recorded", &file_of(&then)]).code(1);
    assert!(refused.stderr().contains("libc is `glibc 2.31` here"), "{}", refused.stderr());
    mixed.perflab(&["compare", "--recorded", &file_of(&then), "push"]).code(0);
}

#[test]
fn what_runs_warn_of_is_told_beside_their_numbers() {
    let warned = |day: u32, warning: &str| {
        let mut run = a_run("a", day, 2_339.0);
        run.warnings.push(warning.to_owned());
        run
    };
    let (now, then) = (Tree::with(&[warned(2, "merged here")]), Tree::with(&[warned(1, "merged there")]));
    let said = now.perflab(&["compare", "--recorded", &file_of(&then)]).code(0).stdout();
    assert!(said.contains("merged here") && said.contains("merged there"), "{said}");
}

#[test]
fn unlike_machines_are_refused_by_the_difference_and_force_writes_the_warning() {
    let (now, then) = (Tree::with(&[a_run("b", 2, 2_339.0)]), Tree::with(&[a_run("a", 1, 2_339.0)]));
    let refused = now.perflab(&["compare", "--recorded", &file_of(&then)]).code(1);
    assert!(refused.stderr().contains("cpu is `b` here and `a` there"), "{}", refused.stderr());
    let forced = now.perflab(&["compare", "--recorded", &file_of(&then), "--force"]).code(0);
    assert!(forced.stdout().contains("note: compared by force: cpu is `b`"), "{}", forced.stdout());
}

#[test]
fn what_cannot_be_compared_is_told() {
    let (now, empty) = (Tree::with(&[a_run("a", 2, 1.0)]), Tree::with(&[]));
    let missing = now.perflab(&["compare", "--recorded", "nowhere.json"]).code(1);
    assert!(missing.stderr().contains("nowhere.json"), "{}", missing.stderr());
    let bare = empty.perflab(&["compare", "--recorded", &file_of(&now)]).code(1);
    assert!(bare.stderr().contains("holds no run to compare with"), "{}", bare.stderr());
    let other = now.perflab(&["compare", "--recorded", &file_of(&now), "^nothing$"]).code(1);
    assert!(other.stderr().contains("no such case in common"), "{}", other.stderr());
    now.perflab(&["compare"]).code(2);
    now.perflab(&["compare", "HEAD", "--force"]).code(2);
}
