//! `perflab history` and its page: what moved, what is not joined, and what is refused.

mod records;
mod schema;

use std::fs;

use perflab::record::{Metric, Run};
use records::{Tree, environment, run};
use schema::assert_valid;

const CASE: &str = "build-vec/collect@100";

/// Twelve runs: instructions rise by one at the fourth, the ratio by a tenth at the seventh; blocks never move.
fn twelve() -> Vec<Run> {
    let noise = [1.0, 1.002, 0.999, 1.001];
    (0..12)
        .map(|at| {
            let ratio = noise[at % 4] * if at < 6 { 0.5 } else { 0.55 };
            let instructions = if at < 3 { 2_339.0 } else { 2_340.0 };
            let numbers = [
                (CASE, Metric::Instructions, instructions),
                (CASE, Metric::HeapBlocks, 1.0),
                (CASE, Metric::TimeNs, 200.0),
                (CASE, Metric::TimeRatio, ratio),
            ];
            run(environment("a", "glibc 2.36", &format!("rev{at}")), at as u32 + 1, &numbers)
        })
        .collect()
}

#[test]
fn the_table_has_a_line_a_run_the_newest_last_and_marks_changes() {
    let tree = Tree::with(&twelve());
    let table = tree.perflab(&["history", CASE]).code(0).stdout();
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 13, "{table}");
    let header: Vec<&str> = lines[0].split_whitespace().collect();
    assert_eq!(header, ["revision", "date", "instructions", "heap_blocks", "time_ratio"]);
    assert!(lines[1].starts_with("rev0") && lines[12].starts_with("rev11"), "{table}");
    let marked: Vec<usize> = (0..13).filter(|line| lines[*line].contains(" * ")).collect();
    assert_eq!(marked, [4, 7], "{table}");
    assert!(lines[4].contains("2340 * +0.04 %"), "{table}");
    assert!(lines[7].contains("* +9.9") || lines[7].contains("* +10.0"), "{table}");
}

#[test]
fn the_json_follows_its_schema_and_says_where_each_series_changed() {
    let tree = Tree::with(&twelve());
    let json = tree.perflab(&["history", CASE, "--json"]).code(0).stdout();
    let history = assert_valid("history", json.as_bytes());
    assert_eq!(history["metrics"][0]["metric"], "instructions");
    assert_eq!(history["metrics"][0]["points"][3]["change"]["after"], 2_340.0);
    assert!(history["metrics"][2]["points"][6]["change"].is_object());
    let kept = fs::read(tree.layout.history_file(&twelve()[0].id)).expect("it is there");
    let brief = assert_valid("brief", &kept);
    assert!(brief["cases"][0]["numbers"].get("time_ns").is_none());
}

#[test]
fn unlike_machines_and_toolchains_are_parted_and_the_table_says_where() {
    let one = |cpu: &str, libc: &str, day| {
        let numbers =
            [(CASE, Metric::Instructions, 2_339.0 + f64::from(day)), (CASE, Metric::TimeRatio, 0.5)];
        run(environment(cpu, libc, &format!("rev{day}")), day, &numbers)
    };
    let tree = Tree::with(&[one("a", "glibc 2.36", 1), one("b", "glibc 2.36", 2), one("b", "glibc 2.41", 3)]);
    let table = tree.perflab(&["history", CASE]).code(0).stdout();
    let lines: Vec<&str> = table.lines().collect();
    assert!(lines[2].contains("another machine") && lines[2].contains("cpu: a -> b"), "{table}");
    assert!(lines[3].contains("2341 * "), "counts are joined across CPUs: {table}");
    assert!(
        lines[4].contains("another toolchain") && lines[4].contains("glibc 2.36 -> glibc 2.41"),
        "{table}"
    );
    assert!(!lines[5].contains(" * "), "and not across C libraries: {table}");
}

#[test]
fn what_was_never_measured_and_what_does_not_exist_are_told_apart() {
    let tree = Tree::with(&twelve());
    tree.perflab(&["history", "build-vec/push@100"]).code(1).complains(&[
        "no run in",
        "just bench '^build-vec/push@100$'",
        CASE,
    ]);
    tree.perflab(&["history", "build-vec/colect@100"]).code(2).complains(&["no case", CASE]);
    tree.perflab(&["history", "build-vec"]).code(2).complains(&["family/workload@size", "nearest"]);
    Tree::with(&[]).perflab(&["history", CASE]).code(1).complains(&["no run in"]);
}

#[test]
fn a_case_that_the_catalogue_has_lost_still_has_its_history() {
    let tree =
        Tree::with(&[run(environment("a", "l", "rev"), 1, &[("gone/push@1", Metric::HeapBytes, 8.0)])]);
    assert!(tree.perflab(&["history", "gone/push@1"]).code(0).stdout().contains("heap_bytes"));
}

#[test]
fn a_file_that_cannot_be_read_is_named_and_stays_and_the_rest_is_shown() {
    let tree = Tree::with(&twelve());
    let cut = tree.layout.history().join("cut.json");
    fs::write(&cut, "{\"schema\":1,").expect("written");
    let outcome = tree.perflab(&["history", CASE]).code(0).complains(&["cut.json", "not a perflab record"]);
    assert_eq!(outcome.stdout().lines().count(), 13);
    tree.perflab(&["report"]).code(0).complains(&["cut.json"]);
    assert!(fs::read_to_string(tree.layout.index_page()).expect("a page").contains("cut.json"));
    assert!(cut.is_file());
}

#[test]
fn the_pages_show_how_it_moved_once_there_are_two_revisions() {
    let family = |tree: &Tree| {
        tree.perflab(&["report"]).code(0);
        let case = tree.layout.case_page(&CASE.parse().expect("an id"));
        let read = |path| fs::read_to_string(path).expect("a page");
        (read(tree.layout.family_page("build-vec")), read(case))
    };
    let (one, one_case) = family(&Tree::with(&twelve()[..1]));
    assert!(!one.contains("How it moved") && !one_case.contains("How it moved"));
    let (page, case) = family(&Tree::with(&twelve()));
    let (_, section) = page.split_once("How it moved").expect("the section is there");
    assert!(section.contains("2\u{a0}changes"), "{section}");
    assert!(section.contains("The same in every run: heap blocks."), "{section}");
    for revision in ["rev3", "rev6"] {
        assert!(section.contains(&format!("<code>{revision}</code>")), "{revision}: {section}");
    }
    assert_eq!(section.matches("<svg ").count() - section.matches("<svg class=\"swatch\"").count(), 2);
    assert!(!section.contains("#A1B2"), "every stand-in colour is themed");
    let (_, table) = case.split_once("How it moved").expect("the table is there");
    assert!(table.contains("+0.04\u{a0}%") && table.contains("0.550"), "{table}");
    assert_eq!(table.split("<tbody>").nth(1).map_or(0, |body| body.matches("<th ").count()), 12, "{table}");
}

#[test]
fn numbers_that_no_chart_can_hold_still_make_pages() {
    let numbers = |value: f64| [(CASE, Metric::HeapBlocks, value), (CASE, Metric::TimeRatio, value)];
    let runs = [0.0, 5.0, -3.0, 1e300, 1e-300, 7.0];
    let runs = runs
        .iter()
        .zip(1..)
        .map(|(value, day)| run(environment("a", "l", &format!("<rev>{day}")), day, &numbers(*value)));
    let tree = Tree::with(&runs.collect::<Vec<_>>());
    tree.perflab(&["report"]).code(0);
    let page = fs::read_to_string(tree.layout.family_page("build-vec")).expect("a page");
    assert!(page.contains("&lt;rev&gt;") && !page.contains("<rev>") && !page.contains("NaN"), "{page}");
    tree.perflab(&["history", CASE]).code(0);
}
