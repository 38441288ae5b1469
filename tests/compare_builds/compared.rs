//! `perflab compare REV` on a project whose program lists what ours does and measures nothing.

use std::process::Command;

use crate::project::{Project, Tested};
use crate::schema::assert_valid;

/// This crate's own program, which compares.
const PERFLAB: &str = env!("CARGO_BIN_EXE_perflab");

/// What our program lists.
fn listing() -> String {
    let output = Command::new(PERFLAB).args(["list", "--json"]).output().expect("it starts");
    String::from_utf8(output.stdout).expect("JSON is text")
}

/// A project whose program lists `listing`, and says `hello` to whoever compares.
fn that_lists(listing: &str, hello: &str) -> Project {
    let project = Project::that_prints("one");
    project.write("src/listing.json", listing);
    project.write(
        "src/main.rs",
        &format!(
            "fn main() {{\n    if std::env::var_os(\"PERFLAB_COMPARE\").is_some() {{\n        println!(\"{{}}\", r#\"{hello}\"#);\n    }} \
             else {{\n        print!(\"{{}}\", include_str!(\"listing.json\"));\n    }}\n}}\n"
        ),
    );
    project.commit();
    project
}

/// What `perflab compare` with these words does in the project: its exit code, stdout, stderr.
fn compare(project: &Project, words: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(PERFLAB);
    command.arg("compare").args(words).args(["--placements", "1", "--no-counts"]);
    let output = command.current_dir(&project.folder).output().expect("it starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

pub(crate) fn same_program() -> Tested {
    let project = that_lists(&listing(), "nobody asks");
    let (code, stdout, stderr) = compare(&project, &["HEAD", "^noop/", "--json"]);
    assert_eq!(code, Some(0), "{stderr}");
    let json = assert_valid("compare", stdout.as_bytes());
    let cases = json["cases"].as_array().expect("cases");
    assert!(!cases.is_empty() && cases.iter().all(|case| case["verdict"] == "equal"), "{stdout}");
    assert!(cases.iter().all(|case| case["starts"] == 0), "{stdout}");
    assert_eq!(json["before"]["revision"], json["after"]["revision"]);
    let (code, stdout, _) = compare(&project, &["HEAD", "^noop/"]);
    assert_eq!(code, Some(0));
    let told = format!(": {} equal\n", cases.len());
    assert!(stdout.lines().next().is_some_and(|line| format!("{line}\n").ends_with(&told)), "{stdout}");
    assert!(stdout.contains("byte for byte: nothing was measured"), "{stdout}");
    // Nothing that was compared is left to end.
    project.holds_nothing_unfinished();
    let (code, _, stderr) = compare(&project, &["nowhere"]);
    assert_eq!((code, stderr.lines().count()), (Some(1), 1), "{stderr}");
    assert!(stderr.contains("there is no revision `nowhere`"), "{stderr}");
    let (code, _, stderr) = compare(&project, &["HEAD", "--gate-counts"]);
    assert_eq!(code, Some(2), "{stderr}");
    assert!(stderr.contains("'--gate-counts' cannot be used with '--no-counts'"), "{stderr}");
    Ok(())
}

pub(crate) fn other_protocol() -> Tested {
    let project = that_lists(&listing(), r#"{"perflab_compare":99}"#);
    project.print("two");
    let (code, stdout, stderr) = compare(&project, &["HEAD", "^build-vec/"]);
    assert_eq!((code, stdout.as_str()), (Some(1), ""), "{stderr}");
    let short = project.git(&["rev-parse", "--short", "HEAD"]);
    let errors: Vec<&str> = stderr.lines().filter(|line| line.starts_with("error: ")).collect();
    assert_eq!(errors.len(), 1, "{stderr}");
    assert!(errors[0].starts_with(&format!("error: {short} cannot be compared: ")), "{stderr}");
    assert_eq!(stderr.matches("serves comparisons by protocol 99").count(), 1, "{stderr}");
    Ok(())
}

pub(crate) fn other_listing() -> Tested {
    let schema = "\"schema\": 1,";
    let listing = listing();
    assert!(listing.contains(schema), "{listing:.100}");
    let project = that_lists(&listing.replacen(schema, "\"schema\": 99,", 1), "nobody asks");
    let refused = |told: &str| {
        let (code, stdout, stderr) = compare(&project, &["HEAD", "^build-vec/"]);
        assert_eq!((code, stdout.as_str()), (Some(1), ""), "{stderr}");
        assert_eq!(stderr.matches("error: HEAD cannot say what it measures: ").count(), 1, "{stderr}");
        assert_eq!(stderr.matches(told).count(), 1, "{stderr}");
    };
    refused("it lists by schema 99, and this perflab reads up to 1");
    project.print("two");
    project.commit();
    refused("printed what is no list of this perflab's");
    Ok(())
}
