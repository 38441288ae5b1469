//! Cases that hang, die, exit, lie or disagree, through the real session: each is a row that says so, and the
//! rest goes on. This test is its own bench target: it starts itself with a planted catalogue.

use std::path::Path;
use std::process::{Command, ExitCode, Output, Stdio};
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, Failed, Trial};
use perflab::catalogue::{Axis, Catalogue, Family, Members};
use perflab::record::{CaseId, History, InstrumentName, Layout, Metric, Recorded, RecordedCase, load};
use perflab::workload::{Answer, Entry, Workload};

/// A planted workload: its name, what its run does, whether its check holds, what it answers.
macro_rules! planted {
    ($name:ident, $text:literal, $run:expr, $right:literal, $answer:literal) => {
        struct $name;
        impl Workload for $name {
            const NAME: &'static str = $text;
            const ABOUT: &'static str = "planted";
            type Input = usize;
            type Output = u64;
            fn input(size: usize) -> usize {
                size
            }
            fn run(size: &usize) -> u64 {
                ($run)(size)
            }
            fn check(_: &usize, _: &u64) -> bool {
                $right
            }
            fn answer(_: &u64) -> Answer {
                Answer::of_sequence([$answer])
            }
        }
    };
}

/// Planted misbehaviour begins only once it is measured: the unmeasured check runs first.
fn from_second_run(size: &usize, misbehave: impl Fn()) -> u64 {
    use std::sync::atomic::{AtomicBool, Ordering};
    static RAN: AtomicBool = AtomicBool::new(false);
    if RAN.swap(true, Ordering::Relaxed) {
        misbehave();
    }
    *size as u64
}

planted!(
    Well,
    "well",
    |size: &usize| (0..*size as u64).fold(0, |sum, i| sum ^ i.wrapping_mul(sum + 3)),
    true,
    1
);
planted!(
    Hangs,
    "hangs",
    |size| from_second_run(size, || std::thread::sleep(Duration::from_secs(3600))),
    true,
    1
);
planted!(
    HangsWithChild,
    "hangs-with-child",
    |size| from_second_run(size, || {
        // It is never awaited to its end: the time-out ends both.
        let _ = Command::new("sleep").arg("3600").status();
    }),
    true,
    1
);
planted!(Aborts, "aborts", |size| from_second_run(size, || std::process::abort()), true, 1);
planted!(Exits, "exits", |size| from_second_run(size, || std::process::exit(0)), true, 1);
planted!(Panics, "panics", |size| from_second_run(size, || panic!("planted panic")), true, 1);
planted!(Lies, "lies", |size: &usize| *size as u64, false, 1);
planted!(Disagrees, "disagrees", |size: &usize| *size as u64 + 1, true, 2);
planted!(
    Last,
    "last",
    |size: &usize| (0..*size as u64).fold(1, |sum, i| sum ^ i.wrapping_mul(sum + 5)),
    true,
    1
);

const PLANTED: Catalogue = Catalogue::new(&[Family {
    name: "planted",
    question: "What happens when a case misbehaves?",
    members: Members::Parts,
    axis: Axis::ELEMENTS,
    sizes: &[1000],
    entries: &[
        Entry::of::<Well>(),
        Entry::of::<Hangs>(),
        Entry::of::<HangsWithChild>(),
        Entry::of::<Aborts>(),
        Entry::of::<Exits>(),
        Entry::of::<Panics>(),
        Entry::of::<Lies>(),
        Entry::of::<Disagrees>(),
        Entry::of::<Last>(),
    ],
}]);

/// Set for the process that plays the bench target.
const TARGET: &str = "PERFLAB_TEST_TARGET";

fn main() -> ExitCode {
    if std::env::var_os(TARGET).is_some() {
        return perflab::instruments::time::main(&PLANTED);
    }
    let arguments = Arguments::from_args();
    let trials = vec![
        Trial::test("every_death_is_a_row_and_the_rest_goes_on", every_death_is_a_row),
        Trial::test("ctrl_c_keeps_what_was_recorded_and_leaves_no_process", ctrl_c_keeps_what_was_recorded),
        Trial::test("a_killed_session_leaves_no_process_and_a_readable_record", a_killed_session),
        Trial::test("criterions_list_prints_case_ids", criterions_list),
        Trial::test("a_baseline_can_be_saved_under_a_name", a_named_baseline),
        Trial::test("criterions_profile_time_draws_a_flamegraph", profile_time),
    ];
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn target(folder: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this test knows itself"));
    command.env(TARGET, "1").env("RUST_BACKTRACE", "0").arg("--bench");
    command.arg("--profiles").arg(folder.join("profiles")).arg("--reports").arg(folder.join("reports"));
    command
}

fn recorded(folder: &Path) -> Recorded {
    let loaded = load(&layout(folder)).expect("the folder can be read");
    assert!(loaded.problems.is_empty(), "{:?}", loaded.problems);
    Recorded::merge(&loaded.runs)
}

fn layout(folder: &Path) -> Layout {
    Layout::new(folder.join("profiles"), folder.join("reports"))
}

fn id(workload: &str) -> CaseId {
    format!("planted/{workload}@1000").parse().expect("a well-formed id")
}

fn told(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn every_death_is_a_row() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let output = target(folder.path()).args(["--timeout", "10"]).output()?;
    let said = told(&output);
    let recorded = recorded(folder.path());
    for (workload, reason) in [
        ("hangs", "timed out after 10 s"),
        ("hangs-with-child", "timed out after 10 s"),
        ("aborts", "SIGABRT"),
        ("exits", "ended without a reply"),
        ("panics", "planted panic"),
        ("lies", "wrong answer"),
        ("disagrees", "it differs from planted/well@1000's"),
    ] {
        let case = recorded.case(&id(workload)).ok_or(format!("no row for {workload}: {said}"))?;
        let failure = case.failures.first().ok_or(format!("{workload} has no failure: {said}"))?;
        assert_eq!(failure.instrument, InstrumentName::Time);
        assert!(failure.reason.contains(reason), "{workload}: {}", failure.reason);
    }
    for workload in ["well", "last"] {
        let case = recorded.case(&id(workload)).ok_or(format!("no row for {workload}: {said}"))?;
        assert!(case.measurement(Metric::TimeNs).is_some(), "{workload}: {said}");
    }
    // A session that had failures is kept in brief all the same: the ratio of the two that went well. Where the host gave
    // less than a core that is left out, and nothing is there to keep.
    let slowed = recorded.case(&id("last")).and_then(RecordedCase::slowed);
    match (slowed, History::load(&layout(folder.path()))?.runs.as_slice()) {
        (None, [kept]) => {
            let numbers = &kept.case(&id("last")).ok_or("the last case has no history")?.numbers;
            assert_eq!(numbers.keys().copied().collect::<Vec<_>>(), [Metric::TimeRatio]);
            assert!(kept.case(&id("lies")).is_none());
        }
        (Some(slowness), []) => eprintln!("the canary took {slowness:.2} times its fastest"),
        (_, runs) => panic!("{} runs are kept, and the core was slowed by {slowed:?}", runs.len()),
    }
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert_no_process_left(folder.path());
    Ok(())
}

/// Waits until the first case is recorded, however long that takes on a busy machine.
fn wait_for_first_record(folder: &Path) -> Result<(), Failed> {
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(120) {
        let loaded = load(&layout(folder))?;
        if loaded.runs.iter().any(|run| !run.cases.is_empty()) {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Err("nothing was recorded within two minutes".into())
}

/// Processes whose command line names `folder`.
fn processes_of(folder: &Path) -> Vec<String> {
    let needle = folder.display().to_string();
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let name = |file: &str| std::fs::read(entry.path().join(file)).unwrap_or_default();
        let text = [name("cmdline"), name("environ")].concat();
        let text = String::from_utf8_lossy(&text).into_owned();
        let state = String::from_utf8_lossy(&name("stat")).into_owned();
        if text.contains(&needle) && !state.contains(") Z ") {
            found.push(text.replace('\0', " "));
        }
    }
    found
}

fn assert_no_process_left(folder: &Path) {
    let began = Instant::now();
    let mut left = processes_of(folder);
    while !left.is_empty() && began.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(50));
        left = processes_of(folder);
    }
    assert!(left.is_empty(), "still running: {left:#?}");
}

/// Measures `well`, `hanging` and `last`, and sends `signal` once the first is recorded.
fn interrupt(folder: &Path, hanging: &str, signal: &str) -> Result<Output, Failed> {
    let child = target(folder)
        .args([&format!("planted/(well|{hanging}|last)@"), "--timeout", "600"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    wait_for_first_record(folder)?;
    let status = Command::new("kill").args([signal, &child.id().to_string()]).status()?;
    assert!(status.success());
    Ok(child.wait_with_output()?)
}

fn ctrl_c_keeps_what_was_recorded() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let output = interrupt(folder.path(), "hangs-with-child", "-INT")?;
    let said = told(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("interrupted: 1 of 3 groups of cases are recorded"), "{said}");
    assert!(recorded(folder.path()).case(&id("well")).is_some());
    assert_no_process_left(folder.path());
    Ok(())
}

fn a_killed_session() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    interrupt(folder.path(), "hangs", "-KILL")?;
    assert!(recorded(folder.path()).case(&id("well")).is_some());
    assert_no_process_left(folder.path());
    Ok(())
}

fn criterions_list() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let output = target(folder.path()).args(["--list", "well|last"]).output()?;
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "planted/well@1000: benchmark\nplanted/last@1000: benchmark\n"
    );
    Ok(())
}

fn a_named_baseline() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let output = target(folder.path())
        .args(["--exact", "planted/well@1000", "--save-baseline", "before", "--measurement-time", "0.2"])
        .output()?;
    assert!(output.status.success(), "{}", told(&output));
    let saved = layout(folder.path()).criterion().join("planted/well/1000/before/estimates.json");
    assert!(saved.is_file(), "{}", saved.display());
    Ok(())
}

fn profile_time() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let output =
        target(folder.path()).args(["--exact", "planted/well@1000", "--profile-time", "1"]).output()?;
    assert!(output.status.success(), "{}", told(&output));
    let profile = layout(folder.path()).criterion().join("planted/well/1000/profile");
    let folded = std::fs::read_to_string(profile.join("stacks.folded"))?;
    assert!(folded.contains("Well"), "no frame names the workload: {folded}");
    assert!(std::fs::metadata(profile.join("flamegraph.svg"))?.len() > 0);
    Ok(())
}
