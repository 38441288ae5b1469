//! The command from outside: what it prints, what it refuses, the exit codes that scripts count on.

mod schema;

use std::fs;
use std::process::{Command, Output};

use perflab::record::{Layout, Lock};
use schema::assert_valid;

fn perflab() -> Command {
    Command::new(env!("CARGO_BIN_EXE_perflab"))
}

/// What a command did, and what is expected of it.
struct Outcome(Output);

trait Expect {
    fn outcome(&mut self) -> Outcome;
}

impl Expect for Command {
    fn outcome(&mut self) -> Outcome {
        Outcome(self.output().expect("it starts"))
    }
}

impl Outcome {
    fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.0.stdout).into_owned()
    }

    fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.0.stderr).into_owned()
    }

    #[track_caller]
    fn code(self, expected: i32) -> Self {
        assert_eq!(self.0.status.code(), Some(expected), "{}{}", self.stdout(), self.stderr());
        self
    }

    #[track_caller]
    fn success(self) -> Self {
        self.code(0)
    }

    #[track_caller]
    fn says(self, expected: &str) -> Self {
        assert!(self.stdout().contains(expected), "no `{expected}` on stdout: {}", self.stdout());
        self
    }

    #[track_caller]
    fn prints_nothing(self) -> Self {
        assert_eq!(self.stdout(), "");
        self
    }

    #[track_caller]
    fn complains(self, expected: &str) -> Self {
        assert!(self.stderr().contains(expected), "no `{expected}` on stderr: {}", self.stderr());
        self
    }
}

/// A record of one case, as an instrument writes it.
fn a_run(id: &str, revision: &str) -> String {
    format!(
        r#"{{"schema":1,"id":"{id}","started_at":"2026-11-21T22:00:00Z","environment":{{"cpu":"a","cores":2,
        "memory_bytes":1,"kernel":"k","timer_hz":null,"perf_event_paranoid":2,"rustc":"r","target":"t",
        "profile_flags":"f","libc":"l","allocator":"s","load":0.5,"revision":"{revision}","dirty":false}},
        "instruments":[],"cases":[{{"id":"build-vec/push@100","measurements":[{{"metric":"time_ns","value":200.0,
        "low":190.0,"high":210.0,"unit":"ns","instrument":"time","taken_at":"2026-11-21T22:00:00Z",
        "revision":"{revision}"}}],"failures":[],"left_out":[]}}]}}"#
    )
}

/// A folder that holds one good run, and the arguments that point at it.
fn recorded() -> (tempfile::TempDir, Vec<String>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let runs = folder.path().join("profiles/runs");
    fs::create_dir_all(&runs).expect("it can be made");
    fs::write(runs.join("20261121T220000Z-1.json"), a_run("20261121T220000Z-1", "abc")).expect("written");
    let place = |name: &str| folder.path().join(name).display().to_string();
    let arguments =
        vec!["--profiles".to_owned(), place("profiles"), "--reports".to_owned(), place("reports")];
    (folder, arguments)
}

#[test]
fn list_json_follows_its_schema() {
    let output = perflab().args(["list", "--json"]).outcome().success();
    let listing = assert_valid("list", output.0.stdout.as_slice());
    assert_eq!(listing["families"][0]["name"], "noop");
}

#[test]
fn list_shows_every_family_with_its_question() {
    perflab().arg("list").outcome().success().says("build-vec: How should a vector");
}

#[test]
fn doctor_json_follows_its_schema() {
    let output = perflab().args(["doctor", "--json"]).outcome().success();
    assert_valid("doctor", output.0.stdout.as_slice());
}

#[test]
fn report_json_follows_its_schema_and_carries_what_was_recorded() {
    let (_folder, arguments) = recorded();
    let output = perflab().args(["report", "--json"]).args(&arguments).outcome().success();
    let report = assert_valid("report", output.0.stdout.as_slice());
    assert_eq!(report["cases"][0]["id"], "build-vec/push@100");
    assert_eq!(report["cases"][0]["measurements"][0]["value"], 200.0);
}

#[test]
fn report_json_of_nothing_is_an_empty_report() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = perflab().args(["report", "--json", "--profiles"]).arg(folder.path()).outcome().success();
    let report = assert_valid("report", output.0.stdout.as_slice());
    assert_eq!(report["cases"], serde_json::json!([]));
}

#[test]
fn report_markdown_is_a_summary_of_the_matching_cases() {
    let (_folder, arguments) = recorded();
    let all = perflab().args(["report", "--markdown"]).args(&arguments).outcome().success();
    let all = all.says("### perflab: 1 of ").says("| `build-vec` | n = 100 | `push` |").stdout();
    let one = perflab().args(["report", "--markdown", "^build-vec/push@100$"]).args(&arguments).outcome();
    let one = one.success().says("### perflab: 1 of 1 cases measured").stdout();
    assert!(one.len() < all.len());
    let wrong = perflab().args(["report", "--markdown", "nonsense"]).args(&arguments).outcome().code(2);
    wrong.prints_nothing().complains("no case matches `nonsense`");
    perflab().args(["report", "build-vec"]).args(&arguments).outcome().code(2).complains("--markdown");
}

#[test]
fn a_run_on_disk_follows_its_schema() {
    assert_valid("run", a_run("x", "abc").as_bytes());
}

#[test]
fn the_newest_measurement_wins_and_others_stay() {
    let (folder, arguments) = recorded();
    let newer = a_run("20261121T230000Z-1", "def").replace("200.0", "100.0");
    fs::write(folder.path().join("profiles/runs/20261121T230000Z-1.json"), newer).expect("written");
    let other = a_run("20261121T235000Z-1", "ghi").replace("push@100", "collect@100");
    fs::write(folder.path().join("profiles/runs/20261121T235000Z-1.json"), other).expect("written");
    let output = perflab().args(["report", "--json"]).args(&arguments).outcome().success();
    let report = assert_valid("report", output.0.stdout.as_slice());
    assert_eq!(report["cases"][1]["id"], "build-vec/push@100");
    assert_eq!(report["cases"][1]["measurements"][0]["value"], 100.0);
    assert_eq!(report["cases"][1]["measurements"][0]["revision"], "def");
    assert_eq!(report["environment"]["revision"], "ghi");
}

#[test]
fn report_writes_pages_and_prints_where() {
    let (folder, arguments) = recorded();
    perflab().arg("report").args(&arguments).outcome().success().says("index.html");
    assert!(folder.path().join("reports/build-vec.html").is_file());
}

#[test]
fn records_that_cannot_be_read_are_told_and_the_rest_is_shown() {
    let (folder, arguments) = recorded();
    let runs = folder.path().join("profiles/runs");
    fs::write(runs.join("cut.json"), &a_run("cut", "abc")[..200]).expect("written");
    fs::write(runs.join("noise.json"), [0xff, 0x00, 0x7b]).expect("written");
    fs::write(runs.join("newer.json"), a_run("newer", "abc").replace("\"schema\":1", "\"schema\":99"))
        .expect("written");
    let output = perflab().args(["report", "--json"]).args(&arguments).outcome().success();
    let said = String::from_utf8_lossy(&output.0.stderr).into_owned();
    for (file, why) in
        [("cut.json", "not a perflab record"), ("noise.json", "not"), ("newer.json", "schema 99")]
    {
        let line = said.lines().find(|line| line.contains(file)).unwrap_or_default();
        assert!(line.contains(why), "{file}: {said}");
    }
    let report = assert_valid("report", output.0.stdout.as_slice());
    assert_eq!(report["cases"].as_array().map(Vec::len), Some(1));
    for file in ["cut.json", "noise.json", "newer.json"] {
        assert!(runs.join(file).is_file(), "{file} must stay as it was");
    }
}

#[test]
fn pages_that_cannot_be_written_are_an_error_that_names_the_path() {
    let (folder, _) = recorded();
    let in_the_way = folder.path().join("file");
    fs::write(&in_the_way, "").expect("written");
    perflab()
        .arg("report")
        .arg("--profiles")
        .arg(folder.path().join("profiles"))
        .arg("--reports")
        .arg(&in_the_way)
        .outcome()
        .code(1)
        .complains(&in_the_way.display().to_string());
}

#[test]
fn a_full_disk_is_an_error_that_names_the_path_and_loses_nothing() {
    let (folder, arguments) = recorded();
    // A file size limit of one kilobyte refuses as a full disk does.
    let script = format!(
        "trap '' XFSZ; ulimit -f 1; exec {} report {}",
        env!("CARGO_BIN_EXE_perflab"),
        arguments.join(" ")
    );
    Command::new("bash")
        .args(["-c", &script])
        .outcome()
        .code(1)
        .complains("cannot write")
        .complains("reports");
    let kept = fs::read_to_string(folder.path().join("profiles/runs/20261121T220000Z-1.json")).expect("kept");
    assert_eq!(kept, a_run("20261121T220000Z-1", "abc"));
}

#[test]
fn profiles_that_cannot_be_written_are_an_error_before_anything_is_built() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let in_the_way = folder.path().join("file");
    fs::write(&in_the_way, "").expect("written");
    perflab()
        .args(["bench", "noop", "--profiles"])
        .arg(&in_the_way)
        .outcome()
        .code(1)
        .complains(&in_the_way.display().to_string());
}

#[test]
fn two_runs_at_once_are_refused_with_the_others_pid() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let layout = Layout::new(folder.path().join("profiles"), folder.path().join("reports"));
    let _lock = Lock::take(&layout).expect("nobody else holds it");
    perflab()
        .args(["bench", "noop", "--profiles"])
        .arg(&layout.profiles)
        .outcome()
        .code(1)
        .complains(&format!("process {}", std::process::id()));
}

#[test]
fn a_lock_left_by_a_dead_process_is_no_lock() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let layout = Layout::new(folder.path(), folder.path());
    fs::write(layout.lock(), "4000000").expect("written");
    Lock::take(&layout).expect("the file alone locks nothing");
}

#[test]
fn a_filter_that_matches_nothing_is_wrong_usage_and_names_the_nearest() {
    perflab()
        .args(["bench", "build-vec/psuh@100"])
        .outcome()
        .code(2)
        .complains("no case matches")
        .complains("build-vec/push@100");
}

#[test]
fn a_filter_that_is_no_expression_is_wrong_usage() {
    perflab().args(["bench", "build-vec/("]).outcome().code(2).complains("no regular expression");
}

#[test]
fn run_runs_one_case_and_prints_nothing() {
    perflab().args(["run", "build-vec/push@100", "--iterations", "3"]).outcome().success().prints_nothing();
}

#[test]
fn run_takes_sizes_that_the_catalogue_does_not_list() {
    perflab().args(["run", "build-vec/push@37"]).outcome().success();
}

#[test]
fn run_refuses_what_it_cannot_run() {
    for (case, why) in [
        ("build-vec/push@0", "size 0"),
        ("build-vec/push", "family/workload@size"),
        ("build-vec/shove@100", "nearest"),
        ("build-web/push@100", "build-vec/push@100"),
        ("../../etc@1", "no case id"),
    ] {
        perflab().args(["run", case]).outcome().code(2).complains(why);
    }
    perflab().args(["run", "build-vec/push@100", "--iterations", "0"]).outcome().code(2);
}

#[test]
fn an_unknown_option_is_wrong_usage() {
    perflab().args(["list", "--jsno"]).outcome().code(2).complains("--json");
    perflab().args(["bench", "noop", "--timeout", "0"]).outcome().code(2);
    perflab().args(["bench", "noop", "--instrument", "clock"]).outcome().code(2).complains("heap");
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let script = format!("set -o pipefail; {} list --json | head -c 1", env!("CARGO_BIN_EXE_perflab"));
    Command::new("bash").args(["-c", &script]).outcome().success();
}

#[test]
fn open_says_what_to_do_when_there_are_no_pages() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    perflab().args(["open", "--reports"]).arg(folder.path()).outcome().code(1).complains("just bench");
}
