//! Comparisons from outside, on real processes: what they print, what they refuse, and that nobody is left behind.
//! What a verdict is worth is tested on seeded samples, beside the statistics; none of this passes or fails by a clock.

mod schema;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use schema::assert_valid;

/// `perflab aa` over `filter`, with as little measuring as there is.
fn aa(filter: &str, arguments: &[&str], profiles: &std::path::Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_perflab"));
    command.args(["aa", filter]).args(arguments).arg("--profiles").arg(profiles);
    command.stdin(Stdio::null());
    command
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn aa_json_follows_its_schema_and_counts_every_comparison() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let arguments = ["--comparisons", "2", "--budget", "0.1", "--json"];
    let output = aa("^noop/|^gcd/two-threads@", &arguments, folder.path()).output().expect("it starts");
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let check = assert_valid("aa", &output.stdout);
    let families = check["families"].as_array().expect("families");
    assert_eq!(families.len(), 2);
    for family in families {
        let of = |field: &str| family[field].as_u64().expect("a count");
        assert_eq!((of("comparisons"), of("failed")), (2, 0), "{family}");
        assert_eq!(of("different") + of("equal") + of("cannot_tell"), 2, "{family}");
    }
}

#[test]
fn planted_work_is_compared_by_its_share() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let arguments = ["--planted", "--comparisons", "1", "--budget", "0.1", "--json"];
    let output = aa("^build-vec/push@10$", &arguments, folder.path()).output().expect("it starts");
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let check = assert_valid("aa", &output.stdout);
    let planted: Vec<f64> = check["families"]
        .as_array()
        .expect("families")
        .iter()
        .map(|family| family["planted"].as_f64().expect("a share"))
        .collect();
    assert_eq!(planted, [0.005, 0.01, 0.02, 0.05]);
}

#[test]
fn what_makes_no_rule_is_wrong_usage() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (arguments, told) in [
        (["--tolerance", "0"], "--tolerance 0: per cent"),
        (["--tolerance", "NaN"], "--tolerance NaN: per cent"),
        (["--precision", "-1"], "unexpected argument '-1'"),
        (["--precision", "0.001"], "--precision 0.001: per cent, from 0.01 to 100"),
        (["--budget", "0"], "--budget 0: seconds"),
        (["--comparisons", "0"], "invalid value '0' for '--comparisons <N>'"),
    ] {
        let output = aa("^noop/", &arguments, folder.path()).output().expect("it starts");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", said(&output));
        assert!(said(&output).contains(told), "{arguments:?}: {}", said(&output));
    }
    let output = aa("no-such-case", &[], folder.path()).output().expect("it starts");
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("nearest"), "{}", said(&output));
}

/// Processes whose environment holds `mark` and that still run, each with the letter of its state; the first started first.
fn states_of(mark: &str) -> Vec<(u32, char)> {
    let state = |entry: std::fs::DirEntry| {
        let read = |file: &str| std::fs::read(entry.path().join(file)).unwrap_or_default();
        let environment = read("environ");
        let is_marked = environment.split(|byte| *byte == 0).any(|variable| variable == mark.as_bytes());
        let stat = String::from_utf8_lossy(&read("stat")).into_owned();
        let letter = stat.rsplit_once(") ").and_then(|(_, rest)| rest.chars().next())?;
        let pid = entry.file_name().to_str()?.parse().ok()?;
        (is_marked && letter != 'Z').then_some((pid, letter))
    };
    let mut states: Vec<(u32, char)> =
        std::fs::read_dir("/proc").into_iter().flatten().flatten().filter_map(state).collect();
    states.sort_unstable();
    states
}

fn marked(mark: &str) -> usize {
    states_of(mark).len()
}

/// Sends `signal` to all of them that are left; whoever starts others gets it first.
fn signal(mark: &str, signal: &str) {
    for (pid, _) in states_of(mark) {
        let told = Command::new("kill").args([signal, &pid.to_string()]).stderr(Stdio::null()).status();
        told.expect("kill is there");
    }
}

/// Looks until `holds`, however long that takes on a busy machine.
fn until(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..60_000 {
        if holds() {
            return;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    panic!("two minutes passed before {what}");
}

const FOR_MINUTES: [&str; 2] = ["--comparisons", "10000"];

/// An `aa` of many comparisons, once its measuring process is there. The mark is in the environment of both.
fn under_way(mark: &str, arguments: &[&str], folder: &std::path::Path, stderr: Stdio) -> Child {
    let (name, value) = mark.split_once('=').expect("a variable");
    let mut command = aa("^build-vec/push@10$", arguments, folder);
    let child = command.env(name, value).stdout(Stdio::piped()).stderr(stderr).spawn().expect("it starts");
    until("a measuring process was there", || marked(mark) == 2);
    child
}

#[cfg(target_os = "linux")]
#[test]
fn a_killed_comparison_leaves_no_process() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mark = format!("PERFLAB_TEST_KILLED={}", std::process::id());
    let mut comparison = under_way(&mark, &FOR_MINUTES, folder.path(), Stdio::null());
    comparison.kill().expect("it runs");
    comparison.wait().expect("it is ours");
    until("its processes were gone", || marked(&mark) == 0);
}

#[cfg(target_os = "linux")]
#[test]
fn ctrl_c_keeps_what_was_compared_and_leaves_no_process() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mark = format!("PERFLAB_TEST_INTERRUPTED={}", std::process::id());
    let arguments = [&FOR_MINUTES[..], &["--budget", "0.1", "--json"]].concat();
    let mut comparison = under_way(&mark, &arguments, folder.path(), Stdio::piped());
    let mut said = BufReader::new(comparison.stderr.take().expect("a pipe")).lines().map_while(Result::ok);
    let first = said.find(|line| line.starts_with("[aa 1/10000"));
    assert!(first.is_some_and(|line| line.contains("build-vec/push@10: ")), "one was compared");
    let told =
        Command::new("kill").args(["-INT", &comparison.id().to_string()]).status().expect("kill is there");
    assert!(told.success());
    let output = comparison.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(1));
    assert!(said.any(|line| line.starts_with("error: interrupted")), "it says so");
    until("its processes were gone", || marked(&mark) == 0);
    let check = assert_valid("aa", &output.stdout);
    assert_eq!(check["interrupted"], true);
    let row = &check["families"][0];
    let of = |field: &str| row[field].as_u64().expect("a count");
    assert_eq!((row["family"].as_str(), of("builds"), of("failed")), (Some("build-vec"), 1, 0), "{check}");
    assert!(of("comparisons") >= 1, "{check}");
    assert_eq!(of("different") + of("equal") + of("cannot_tell"), of("comparisons"), "{check}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_comparison_that_is_stopped_and_goes_on_ends_as_usual() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mark = format!("PERFLAB_TEST_SUSPENDED={}", std::process::id());
    let arguments = ["--comparisons", "8", "--budget", "0.3", "--json"];
    let comparison = under_way(&mark, &arguments, folder.path(), Stdio::null());
    for _ in 0..3 {
        until("all of it stood still", || {
            signal(&mark, "-STOP");
            // Who starts a process waits for it to be there (D), and stops then.
            states_of(&mark).iter().all(|(_, state)| matches!(state, 'T' | 'D'))
        });
        std::thread::sleep(Duration::from_millis(400));
        signal(&mark, "-CONT");
        std::thread::sleep(Duration::from_millis(50));
    }
    let output = comparison.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let check = assert_valid("aa", &output.stdout);
    let of = |field: &str| check["families"][0][field].as_u64().expect("a count");
    assert_eq!((of("comparisons"), of("failed"), of("regressions")), (8, 0, 0), "{check}");
}
