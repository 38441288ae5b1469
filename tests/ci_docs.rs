//! The workflows of docs/ci call only commands and flags that exist, and docs/ci.md shows them as they are.

use std::fs;
use std::path::Path;
use std::process::Command;

/// Those that are committed.
const WORKFLOWS: [&str; 2] = ["docs/ci/perflab.yml", "docs/ci/perflab.sh"];

fn read(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).expect("the file is there")
}

/// The calls of `just` in a workflow, each as its words: from `just` to the end of the command.
fn calls(text: &str) -> Vec<Vec<String>> {
    let mut calls = Vec::new();
    for line in text.lines().map(str::trim) {
        let command = line.trim_start_matches("- ").trim_start_matches("run: ");
        let end = command.find(['|', '>', ';', '&']).unwrap_or(command.len());
        let mut words = command[..end].split_whitespace();
        if words.next() == Some("just") {
            calls.push(words.map(ToOwned::to_owned).collect());
        }
    }
    calls
}

/// What `perflab NAME --help` prints.
fn help(name: &str) -> String {
    let output =
        Command::new(env!("CARGO_BIN_EXE_perflab")).args([name, "--help"]).output().expect("it starts");
    assert!(output.status.success(), "there is no `perflab {name}`");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn calls_are_found_wherever_a_workflow_makes_them() {
    let text = "  - run: just setup\n    run: just compare x --markdown | tee y\n# just a word\njust bench > z\nadjust it\n";
    assert_eq!(calls(text), [vec!["setup"], vec!["compare", "x", "--markdown"], vec!["bench"]]);
}

#[test]
fn every_command_and_flag_of_the_workflows_exists() {
    let justfile = read("justfile");
    let mut seen = 0;
    for workflow in WORKFLOWS {
        for call in calls(&read(workflow)) {
            let recipe = call.first().expect("just is called with a recipe");
            let is_recipe = |line: &&str| {
                line.strip_prefix(recipe.as_str())
                    .is_some_and(|rest| rest.starts_with(':') || rest.starts_with(' '))
            };
            let exists = justfile.lines().any(|line| is_recipe(&line));
            assert!(exists, "{workflow} calls `just {recipe}`");
            let help = help(recipe);
            for flag in call.iter().filter(|word| word.starts_with("--")) {
                assert!(help.contains(flag), "{workflow}: `just {recipe}` does not know {flag}");
            }
            seen += 1;
        }
    }
    assert!(seen >= 12, "the test saw {seen} calls: the workflows have changed their form");
}

#[test]
fn the_page_shows_the_workflows_as_they_are() {
    let page = read("docs/ci.md");
    for workflow in WORKFLOWS {
        assert!(page.contains(&read(workflow)), "docs/ci.md shows another {workflow}");
        assert!(page.contains(workflow.trim_start_matches("docs/")), "docs/ci.md does not link {workflow}");
    }
}
