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
