//! The README and the docs name only commands that exist.

use std::fs;
use std::path::Path;
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).expect("the file is there")
}

/// The word behind each `start ` inside a code span or block of a Markdown text.
fn commands(text: &str, start: &str) -> Vec<String> {
    let code = text.split('`').skip(1).step_by(2).chain(text.split("```").skip(1).step_by(2));
    let mut found = Vec::new();
    for span in code {
        for (at, _) in span.match_indices(&format!("{start} ")) {
            let before = span[..at].chars().next_back();
            let word: String = span[at + start.len() + 1..]
                .chars()
                .take_while(|c| c.is_ascii_lowercase() || *c == '-')
                .collect();
            if before.is_none_or(char::is_whitespace) && !word.is_empty() && !word.starts_with('-') {
                found.push(word);
            }
        }
    }
    found
}

const TEXTS: [&str; 5] =
    ["README.md", "docs/method.md", "docs/glossary.md", "docs/adding-a-workload.md", "reports/README.md"];

#[test]
fn every_just_recipe_that_the_docs_name_exists() {
    let justfile = read("justfile");
    let mut seen = 0;
    for text in TEXTS {
        for recipe in commands(&read(text), "just") {
            let exists = justfile.lines().any(|line| {
                line.strip_prefix(&recipe).is_some_and(|rest| rest.starts_with(':') || rest.starts_with(' '))
            });
            assert!(exists, "{text} names `just {recipe}`");
            seen += 1;
        }
    }
    assert!(seen >= 10, "the test saw {seen} recipes: the docs have changed their form");
}

#[test]
fn every_perflab_command_that_the_docs_name_exists() {
    let help = Command::new(env!("CARGO_BIN_EXE_perflab")).arg("--help").output().expect("it starts");
    let help = String::from_utf8_lossy(&help.stdout).into_owned();
    for text in TEXTS {
        for command in commands(&read(text), "perflab") {
            assert!(help.contains(&format!("\n  {command} ")), "{text} names `perflab {command}`");
        }
    }
}

#[test]
fn the_readmes_two_commands_are_what_ci_and_users_run() {
    let readme = read("README.md");
    assert!(readme.contains("```console\ncargo install --locked just && just bench\n```"));
    assert!(readme.contains("```console\ncargo install --locked just && just test\n```"));
    assert!(read(".ci/run").contains("just test"));
}
