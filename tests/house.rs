//! The house rules that a machine can hold: arrows between rooms, lints, documentation, advisories.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Who may import whom, by the map in src/lib.rs.
const ARROWS: &[(&str, &[&str])] = &[
    ("fnv", &["fnv"]),
    ("workload", &["workload", "fnv"]),
    ("system", &["system"]),
    ("workloads", &["workloads", "workload", "system"]),
    ("catalogue", &["catalogue", "workloads", "workload"]),
    ("record", &["record", "fnv"]),
    ("instruments", &["instruments", "catalogue", "workload", "record", "system"]),
    ("analysis", &["analysis", "record"]),
    ("report", &["report", "analysis", "record"]),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// The room of a file under src: its first folder, or its own name.
fn room(file: &Path) -> String {
    let below = file.strip_prefix(root().join("src")).expect("it lies under src");
    let first = below.components().next().expect("it has a name");
    first.as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned()
}

/// Who may import everything.
const FREE: &[&str] = &["build", "cli", "lib", "main"];

/// What stands before a file's own tests, without comments: tests may look anywhere.
fn code(text: &str) -> String {
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(text);
    let lines: Vec<&str> = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    lines.join("\n")
}

/// The rooms that a text names by `crate::`; of several in braces the brace alone, which is no room.
fn imported(text: &str) -> Vec<String> {
    let code = code(text);
    let named = code.match_indices("crate::").map(|(start, found)| {
        let rest = &code[start + found.len()..];
        let name: String = rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
        if name.is_empty() { rest.chars().take(1).collect() } else { name }
    });
    named.collect()
}

#[test]
fn no_room_imports_against_the_arrows() {
    let mut against = Vec::new();
    let mut seen = 0;
    for file in rust_files(&root().join("src")) {
        let from = room(&file);
        if FREE.contains(&from.as_str()) {
            continue;
        }
        let allowed = ARROWS.iter().find(|(name, _)| *name == from).map(|(_, allowed)| *allowed);
        let allowed = allowed.unwrap_or_else(|| panic!("{} is in no room of the map", file.display()));
        let text = fs::read_to_string(&file).expect("a source file can be read");
        seen += 1;
        for to in imported(&text) {
            if !allowed.contains(&to.as_str()) {
                against.push(format!("{} imports {to}", file.display()));
            }
        }
    }
    assert!(seen > 20, "the test looked at {seen} files: the rooms have moved");
    assert!(against.is_empty(), "{against:#?}");
}

#[test]
fn the_arrow_test_would_see_a_wrong_arrow() {
    assert_eq!(imported("use crate::report::render;\n// crate::cli\n"), ["report"]);
    assert_eq!(imported("let x = crate::cli::main();"), ["cli"]);
    assert_eq!(imported("use crate::{cli, report};"), ["{"]);
    assert_eq!(imported("#[cfg(test)]\nmod tests;\nuse crate::cli::main;"), ["cli"]);
    assert_eq!(imported("#[cfg(test)]\nmod tests {\n    use crate::cli::main;\n}"), [""; 0]);
}

#[test]
fn black_box_stands_in_the_workload_room_alone() {
    for file in rust_files(&root().join("src")) {
        let text = fs::read_to_string(&file).expect("a source file can be read");
        if room(&file) != "workload" {
            let used = code(&text).contains("black_box(");
            assert!(!used, "{} calls black_box", file.display());
        }
    }
}

#[test]
fn every_file_says_what_it_is() {
    for folder in ["src", "benches", "tests", "fuzz/fuzz_targets"] {
        for file in rust_files(&root().join(folder)) {
            let text = fs::read_to_string(&file).expect("a source file can be read");
            assert!(text.starts_with("//!"), "{} does not open with //!", file.display());
        }
    }
}

#[test]
fn the_tree_holds_no_unfinished_business() {
    // Spelled in halves, so that this file does not find itself.
    let marks = [["TO", "DO"], ["FIX", "ME"], ["X", "XX"]].map(|halves| halves.concat());
    for folder in ["src", "benches"] {
        for file in rust_files(&root().join(folder)) {
            let text = fs::read_to_string(&file).expect("a source file can be read");
            let mark = marks.iter().find(|mark| text.contains(*mark));
            assert!(mark.is_none(), "{} holds {mark:?}", file.display());
        }
    }
}

/// A step of the wall clock moves no measurement, and the time of a suspended machine counts for none: durations are taken
/// by `Instant` (on Linux CLOCK_MONOTONIC) or thread clocks, wall-clock time only dates what was measured.
#[test]
fn nothing_is_timed_by_the_wall_clock() {
    // Dates of runs, and of files: whether one is of this run.
    let dated =
        ["cli/diff.rs", "instruments/moment.rs", "instruments/time/estimates.rs", "instruments/time/lone.rs"];
    let src = root().join("src");
    let by_wall_clock: Vec<PathBuf> = rust_files(&src)
        .into_iter()
        .filter(|file| fs::read_to_string(file).expect("a source file can be read").contains("SystemTime"))
        .map(|file| file.strip_prefix(&src).expect("it lies under src").to_owned())
        .collect();
    assert_eq!(by_wall_clock, dated.map(PathBuf::from));
}

/// What may stand at the top: a newcomer's first look is at these.
const TOP: [&str; 17] = [
    ".cargo",
    ".ci",
    ".gitignore",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "benches",
    "docs",
    "fuzz",
    "justfile",
    "profiles",
    "reports",
    "rustfmt.toml",
    "src",
    "tests",
];

#[test]
fn the_top_level_holds_what_the_design_lists() {
    let listed = match Command::new("git").args(["ls-files"]).current_dir(root()).output() {
        Ok(output) if output.status.success() => output.stdout,
        other => {
            eprintln!("the top level is not looked at: this is no git checkout ({other:?})");
            return;
        }
    };
    let text = String::from_utf8_lossy(&listed);
    let found: std::collections::BTreeSet<&str> =
        text.lines().filter_map(|line| line.split('/').next()).collect();
    assert!(found.contains("src"), "git lists nothing: {text}");
    let strange: Vec<&&str> = found.iter().filter(|name| !TOP.contains(name)).collect();
    assert!(strange.is_empty(), "{strange:?} at the top level");
}

/// Known advisories are asked of a database on the network: where neither tool nor database can be had, the test
/// says so and does not fail.
#[test]
fn the_lock_file_holds_no_known_advisory() {
    let audit = Command::new("cargo").args(["audit", "--quiet"]).current_dir(root()).output();
    let output = match audit {
        Ok(output) => output,
        Err(error) => {
            eprintln!("advisories not checked: cargo cannot be started: {error}");
            return;
        }
    };
    let said = String::from_utf8_lossy(&output.stderr);
    if said.contains("no such command") {
        eprintln!("advisories not checked: `cargo install --locked cargo-audit` brings the tool");
    } else if said.contains("couldn't fetch advisory database") || said.contains("git operation failed") {
        eprintln!("advisories not checked: the database cannot be reached from here");
    } else {
        assert!(output.status.success(), "{}{said}", String::from_utf8_lossy(&output.stdout));
    }
}
