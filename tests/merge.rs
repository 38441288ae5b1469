//! `perflab merge`: shards joined, unlike machines refused, and nothing lost when it fails.

mod records;
mod schema;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::slice::from_ref;

use perflab::record::{InstrumentName, Metric, Run, load};
use records::{Tree, environment, run};
use schema::assert_valid;

const PUSH: &str = "build-vec/push@100";
const COLLECT: &str = "build-vec/collect@100";

/// A run of one case on `cpu`: a time and a count.
fn a_run(cpu: &str, day: u32, case: &str, value: f64) -> Run {
    let numbers = [(case, Metric::TimeNs, value), (case, Metric::Instructions, value)];
    run(environment(cpu, "glibc 2.36", "abc"), day, &numbers)
}

/// Every file below `folder` and what it holds.
fn all_files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            files.extend(all_files(&path));
        } else if path.file_name().is_some_and(|name| name != "lock") {
            files.insert(path.clone(), fs::read(&path).expect("a readable file"));
        }
    }
    files
}

fn put(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("it has a folder")).expect("made");
    fs::write(path, text).expect("written");
}

#[test]
fn two_shards_are_joined_with_their_instruments_files_and_their_history() {
    let tree = Tree::with(&[]);
    let (one, two) =
        (Tree::with(&[a_run("a", 1, PUSH, 200.0)]), Tree::with(&[a_run("a", 1, COLLECT, 100.0)]));
    let id = COLLECT.parse().expect("an id");
    put(&two.layout.callgrind(&id), "events: Ir");
    put(&two.layout.raw_output(InstrumentName::Time, &id)[0].join("report/index.html"), "<p>criterion");
    put(&two.layout.criterion_family("build-vec").join("index.html"), "<p>family");
    let outcome = tree.perflab(&["merge", &one.typed(), &two.typed()]).code(0);
    assert!(outcome.stdout().starts_with("2 runs of 2 cases joined into"), "{}", outcome.stdout());
    // Both runs began in the same second under the same process id, as containers do.
    let loaded = load(&tree.layout).expect("it can be read");
    assert_eq!((loaded.runs.len(), loaded.problems.len()), (2, 0));
    assert_eq!(fs::read_to_string(tree.layout.callgrind(&id)).expect("it came along"), "events: Ir");
    assert!(
        tree.layout.criterion_page(&id).is_file() && tree.layout.criterion_family_page("build-vec").is_file()
    );
    let report = tree.perflab(&["report", "--json"]).code(0).stdout();
    let report = assert_valid("report", report.as_bytes());
    assert_eq!(report["cases"].as_array().map(Vec::len), Some(2));
    assert!(report.get("warnings").is_none());
    for case in [PUSH, COLLECT] {
        assert_eq!(tree.perflab(&["history", case]).code(0).stdout().lines().count(), 2);
    }
    let left = all_files(&tree.layout.profiles)
        .into_keys()
        .find(|path| path.display().to_string().contains(".merging"));
    assert_eq!(left, None);
}

#[test]
fn the_same_folder_merged_again_changes_nothing() {
    let tree = Tree::with(&[a_run("a", 1, PUSH, 200.0)]);
    let other = Tree::with(&[a_run("a", 1, COLLECT, 100.0)]);
    tree.perflab(&["merge", &other.typed()]).code(0);
    let before = all_files(&tree.layout.profiles);
    let outcome = tree.perflab(&["merge", &other.typed()]).code(0);
    assert!(
        outcome.stdout().contains("0 runs of 0 cases") && outcome.stdout().contains("1 were here already")
    );
    assert_eq!(all_files(&tree.layout.profiles), before);
}

#[test]
fn of_a_case_measured_on_both_sides_the_newer_wins_and_it_is_said() {
    let (old, new) = (a_run("a", 1, PUSH, 200.0), a_run("a", 2, PUSH, 150.0));
    let id = PUSH.parse().expect("an id");
    for (ours, theirs) in [(&old, &new), (&new, &old)] {
        let (tree, other) = (Tree::with(from_ref(ours)), Tree::with(from_ref(theirs)));
        put(&tree.layout.callgrind(&id), &ours.started_at);
        put(&other.layout.callgrind(&id), &theirs.started_at);
        let newer = if ours.started_at > theirs.started_at { "this tree".into() } else { other.typed() };
        tree.perflab(&["merge", &other.typed()])
            .code(0)
            .complains(&[&format!("{PUSH} (time, instructions): "), &format!("{newer}'s of 2026-11-02")]);
        let report = tree.perflab(&["report", "--json"]).code(0).stdout();
        let report = assert_valid("report", report.as_bytes());
        assert_eq!(report["cases"][0]["measurements"][0]["value"], 150.0);
        let profile = fs::read_to_string(tree.layout.callgrind(&id)).expect("it is there");
        assert_eq!(profile, new.started_at, "the profile is the newer one's");
    }
}

#[test]
fn times_of_unlike_machines_are_refused_and_force_writes_the_warning() {
    let (tree, other) =
        (Tree::with(&[a_run("a", 1, PUSH, 200.0)]), Tree::with(&[a_run("b", 2, COLLECT, 100.0)]));
    let before = all_files(&tree.layout.profiles);
    tree.perflab(&["merge", &other.typed()]).code(1).complains(&["cpu is `a` here and `b` there", "--force"]);
    assert_eq!(all_files(&tree.layout.profiles), before);
    tree.perflab(&["merge", &other.typed(), "--force"]).code(0).complains(&["joined by force"]);
    let report = tree.perflab(&["report", "--json"]).code(0).stdout();
    let report = assert_valid("report", report.as_bytes());
    let warning = report["warnings"][0].as_str().expect("a warning");
    assert!(warning.contains("cpu is `a` here and `b` there"), "{warning}");
    tree.perflab(&["report"]).code(0);
    for page in [tree.layout.index_page(), tree.layout.family_page("build-vec")] {
        assert!(fs::read_to_string(&page).expect("a page").contains("Warning: times of unlike machines"));
    }
    let json = tree.perflab(&["history", COLLECT, "--json"]).code(0).stdout();
    let history = assert_valid("history", json.as_bytes());
    assert_eq!(history["runs"][0]["warnings"][0].as_str(), Some(warning));
    let run = load(&tree.layout).expect("readable").runs.into_iter().find(|run| !run.warnings.is_empty());
    assert_valid("run", &serde_json::to_vec(&run.expect("the joined run")).expect("JSON"));
}

#[test]
fn what_came_in_by_force_speaks_for_nobody_and_each_of_its_kind_carries_the_warning() {
    const FIRST: &str = "build-vec/from-fn@100";
    let tree = Tree::with(&[a_run("a", 1, PUSH, 200.0)]);
    let (one, two) =
        (Tree::with(&[a_run("b", 2, COLLECT, 100.0)]), Tree::with(&[a_run("b", 3, FIRST, 100.0)]));
    let like = Tree::with(&[a_run("a", 4, COLLECT, 90.0)]);
    tree.perflab(&["merge", &one.typed(), &two.typed(), "--force"]).code(0);
    let warned = |tree: &Tree| -> Vec<(String, usize)> {
        let mut runs = load(&tree.layout).expect("readable").runs;
        runs.sort_by(|one, other| one.started_at.cmp(&other.started_at));
        runs.into_iter().map(|run| (run.environment.cpu, run.warnings.len())).collect()
    };
    let of = |cpu: &str, warnings| (cpu.to_owned(), warnings);
    assert_eq!(warned(&tree), [of("a", 0), of("b", 1), of("b", 1)], "the second is as unlike as the first");
    // One like this tree's own joins without force, in a merge of its own and beside those that need it.
    tree.perflab(&["merge", &like.typed()]).code(0);
    assert_eq!(warned(&tree), [of("a", 0), of("b", 1), of("b", 1), of("a", 0)]);
    tree.perflab(&["merge", &Tree::with(&[a_run("b", 5, PUSH, 9.0)]).typed()])
        .code(1)
        .complains(&["cpu is `a` here and `b` there"]);
    let other = Tree::with(&[a_run("a", 1, PUSH, 200.0)]);
    other.perflab(&["merge", &one.typed(), &like.typed(), "--force"]).code(0);
    assert_eq!(warned(&other), [of("a", 0), of("b", 1), of("a", 0)]);
}

#[test]
fn a_tree_whose_own_numbers_were_all_overtaken_by_force_still_speaks_for_itself() {
    let tree = Tree::with(&[a_run("a", 1, PUSH, 200.0)]);
    let newer = Tree::with(&[a_run("b", 2, PUSH, 100.0)]);
    tree.perflab(&["merge", &newer.typed(), "--force"]).code(0);
    tree.perflab(&["merge", &Tree::with(&[a_run("b", 3, COLLECT, 9.0)]).typed()])
        .code(1)
        .complains(&["cpu is `a` here and `b` there"]);
    tree.perflab(&["merge", &Tree::with(&[a_run("a", 4, COLLECT, 9.0)]).typed()]).code(0);
}

#[test]
fn a_warning_goes_when_its_numbers_are_overtaken() {
    let (tree, other) =
        (Tree::with(&[a_run("a", 1, PUSH, 200.0)]), Tree::with(&[a_run("b", 2, COLLECT, 100.0)]));
    tree.perflab(&["merge", &other.typed(), "--force"]).code(0);
    let anew = a_run("a", 3, COLLECT, 100.0);
    put(&tree.layout.run_file(&anew.id), &serde_json::to_string(&anew).expect("a run"));
    assert!(!tree.perflab(&["report", "--json"]).code(0).stdout().contains("joined by force"));
}

#[test]
fn counts_of_unlike_machines_join_and_of_unlike_toolchains_do_not() {
    let count = |cpu: &str, libc: &str, day| {
        run(environment(cpu, libc, "abc"), day, &[(COLLECT, Metric::Instructions, 9.0)])
    };
    let tree = Tree::with(&[a_run("a", 1, PUSH, 200.0)]);
    tree.perflab(&["merge", &Tree::with(&[count("b", "glibc 2.36", 2)]).typed()]).code(0);
    tree.perflab(&["merge", &Tree::with(&[count("a", "glibc 2.41", 3)]).typed()])
        .code(1)
        .complains(&["libc is `glibc 2.36` here and `glibc 2.41` there", "build both sides alike"]);
}

#[test]
fn two_sources_that_are_unlike_each_other_are_refused_too() {
    let (one, two) = (Tree::with(&[a_run("a", 1, PUSH, 2.0)]), Tree::with(&[a_run("b", 1, COLLECT, 1.0)]));
    let tree = Tree::with(&[]);
    tree.perflab(&["merge", &one.typed(), &two.typed()]).code(1).complains(&["cpu is `a` here"]);
    assert!(!tree.layout.runs().exists(), "nothing came in");
}

#[test]
fn what_is_no_whole_folder_of_perflab_is_refused_with_its_reason() {
    let tree = Tree::with(&[a_run("a", 1, PUSH, 200.0)]);
    let before = all_files(&tree.layout.profiles);
    let refused = |folder: &str, words: &[&str]| {
        tree.perflab(&["merge", folder]).code(1).complains(words);
        assert_eq!(all_files(&tree.layout.profiles), before, "{folder}");
    };
    refused(&tree.typed(), &["this tree's own"]);
    refused("/nowhere/at/all", &["/nowhere/at/all"]);
    let empty = tempfile::tempdir().expect("a temporary folder");
    refused(&empty.path().display().to_string(), &["no profiles folder"]);
    let other = Tree::with(&[a_run("a", 2, COLLECT, 100.0)]);
    let above = other.layout.profiles.parent().expect("a folder").display().to_string();
    refused(&above, &["perflab merge", &other.typed()]);
    let file = other.layout.run_file("20261102T220000Z-7");
    let text = fs::read_to_string(&file).expect("it is there");
    for (damaged, word) in [
        (text[..text.len() / 2].to_owned(), "not a perflab record"),
        (text.replace("\"schema\":1", "\"schema\":99"), "schema 99"),
        (text.replace("20261102T220000Z-7", "../../elsewhere"), "a run named `../../elsewhere`"),
    ] {
        fs::write(&file, damaged).expect("written");
        refused(&other.typed(), &[word, "20261102T220000Z-7.json", "nothing was merged"]);
    }
    fs::remove_file(&file).expect("removed");
    refused(&other.typed(), &["holds no run"]);
    tree.perflab(&["merge"]).code(2);
}

#[test]
fn a_merge_that_fails_half_way_puts_everything_back() {
    let both = |day, value| {
        let numbers = [(PUSH, Metric::HeapBlocks, value), (PUSH, Metric::Instructions, value)];
        run(environment("a", "glibc 2.36", "abc"), day, &numbers)
    };
    let (tree, other) = (Tree::with(&[both(1, 8.0)]), Tree::with(&[both(2, 7.0)]));
    let id = PUSH.parse().expect("an id");
    for (side, text) in [(&tree, "ours"), (&other, "theirs")] {
        put(&side.layout.heap_folded(&id), text);
    }
    put(&other.layout.callgrind(&id), "theirs");
    // The heap's stacks are moved to their place first; then a file stands where the next one's folder belongs.
    put(&tree.layout.profiles.join("instructions/build-vec"), "in the way");
    let before = all_files(&tree.layout.profiles);
    tree.perflab(&["merge", &other.typed()])
        .code(1)
        .complains(&["instructions/build-vec", "nothing here was changed"]);
    assert_eq!(all_files(&tree.layout.profiles), before);
    assert_eq!(fs::read_to_string(tree.layout.heap_folded(&id)).expect("it is there"), "ours");
    fs::remove_file(tree.layout.profiles.join("instructions/build-vec")).expect("removed");
    tree.perflab(&["merge", &other.typed()]).code(0);
    assert_eq!(fs::read_to_string(tree.layout.heap_folded(&id)).expect("it is there"), "theirs");
}

#[test]
fn wrong_shards_are_wrong_usage_with_the_next_command() {
    let tree = Tree::with(&[]);
    for shard in ["0/3", "4/3", "1", "a/b", "1/0"] {
        tree.perflab(&["bench", "--shard", shard])
            .code(2)
            .complains(&["is no shard", "just bench --shard 1/4"]);
    }
    tree.perflab(&["bench", "noop", "--shard", "1/2"]).code(2).complains(&["--shard 1/1"]);
}
