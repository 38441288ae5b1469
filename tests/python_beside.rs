//! CPython beside planted cases, through the real session: real numbers from the python3 at hand, and rows that say
//! so where a planted python3 dies, floods, answers nonsense or hangs. This test is its own bench target.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output, Stdio};
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, Failed, Trial};
use perflab::catalogue::{Axis, Catalogue, Family};
use perflab::record::{CaseId, InstrumentName, Layout, Metric, Recorded, RecordedCase, State, load};
use perflab::workload::{Answer, Entry, Workload};

/// A planted workload: its type, its name, the kernel it repeats, its run.
macro_rules! planted {
    ($type:ident, $name:literal, $mirrors:expr, $run:expr) => {
        struct $type;
        impl Workload for $type {
            const NAME: &'static str = $name;
            const ABOUT: &'static str = "planted";
            const MIRRORS: Option<&'static str> = $mirrors;
            type Input = usize;
            type Output = Vec<u64>;
            fn input(size: usize) -> usize {
                size
            }
            fn run(size: &usize) -> Vec<u64> {
                ($run)(*size as u64)
            }
            fn check(_: &usize, _: &Vec<u64>) -> bool {
                true
            }
            fn answer(numbers: &Vec<u64>) -> Answer {
                Answer::of_sequence(numbers.iter().copied())
            }
        }
    };
}

/// The divisors of the notes' ten pairs, by Euclid.
fn divisors(size: u64) -> Vec<u64> {
    const PAIRS: [(u64, u64); 10] = [
        (1_963_309, 2_265_973),
        (2_030_677, 3_814_172),
        (1_551_645, 2_229_620),
        (2_039_045, 2_020_802),
        (1_823_712, 1_924_928),
        (2_293_129, 1_020_491),
        (1_281_238, 2_273_782),
        (3_823_812, 4_237_281),
        (3_812_741, 4_729_139),
        (1_292_391, 2_123_811),
    ];
    let euclid = |(mut a, mut b): (u64, u64)| {
        while b > 0 {
            (a, b) = (b, a % b);
        }
        a
    };
    PAIRS.into_iter().map(euclid).cycle().take(size as usize).collect()
}

planted!(List, "list", Some("f8"), |size| (0..size).collect());
planted!(Unlike, "unlike", Some("f8"), |size| (0..size + 1).collect());
planted!(Alone, "alone", None, |size| (0..size).collect());
planted!(Unwritten, "unwritten", Some("f99"), |size| (0..size).collect());
planted!(Serial, "serial", Some("gcd/serial"), divisors);
planted!(Threads, "threads", Some("gcd/threads"), divisors);
planted!(Processes, "processes", Some("gcd/processes"), divisors);

static PLANTED: Catalogue = Catalogue::new(&[
    Family {
        name: "planted",
        question: "What does CPython take for the same?",
        axis: Axis::ELEMENTS,
        sizes: &[100],
        entries: &[Entry::of::<List>(), Entry::of::<Alone>(), Entry::of::<Unwritten>()],
    },
    Family {
        name: "unlike",
        question: "What if the answers differ?",
        axis: Axis::ELEMENTS,
        sizes: &[100],
        entries: &[Entry::of::<Unlike>()],
    },
    Family {
        name: "shared",
        question: "Do threads help?",
        axis: Axis::work("pairs", "pair"),
        sizes: &[1, 10],
        entries: &[Entry::of::<Serial>(), Entry::of::<Threads>(), Entry::of::<Processes>()],
    },
]);

/// Set for the process that plays the bench target.
const TARGET: &str = "PERFLAB_TEST_TARGET";

fn main() -> ExitCode {
    if std::env::var_os(TARGET).is_some() {
        return perflab::instruments::python::main(&PLANTED);
    }
    let arguments = Arguments::from_args();
    let trials = vec![
        Trial::test("cpython_runs_beside_a_case_in_one_row", beside),
        Trial::test("threads_and_processes_have_speed_ups_in_both_languages", speed_ups),
        Trial::test("a_wrong_answer_is_a_failed_row", wrong_answer),
        Trial::test("a_case_without_a_twin_is_left_out_by_name", without_a_twin),
        Trial::test("the_labels_time_what_they_say", labels),
        Trial::test("a_killed_session_leaves_no_python", killed_session),
        Trial::test("without_python3_it_says_how_to_get_one", no_python),
        Trial::test("a_python3_that_is_too_old_is_unavailable", too_old),
        Trial::test("a_python3_that_never_says_what_it_is_is_unavailable", mute),
        Trial::test("a_python3_that_misbehaves_is_a_row", misbehaving),
        Trial::test("a_kernel_that_hangs_is_ended_with_its_children", hanging),
    ];
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// A session of this target, its folder, and what came of it.
struct Session {
    folder: tempfile::TempDir,
    output: Output,
}

impl Session {
    fn recorded(&self) -> Recorded {
        let loaded = load(&layout(self.folder.path())).expect("the folder can be read");
        assert!(loaded.problems.is_empty(), "{:?}", loaded.problems);
        Recorded::merge(&loaded.runs)
    }

    fn case(&self, id: &str) -> RecordedCase {
        let id: CaseId = id.parse().expect("a well-formed id");
        let recorded = self.recorded();
        recorded.case(&id).unwrap_or_else(|| panic!("no row for {id}: {}", self.said())).clone()
    }

    fn failure(&self, id: &str) -> String {
        let case = self.case(id);
        assert!(case.measurements.is_empty(), "{case:?}");
        case.failures.first().unwrap_or_else(|| panic!("{id} did not fail: {}", self.said())).reason.clone()
    }

    fn said(&self) -> String {
        let Output { stdout, stderr, .. } = &self.output;
        format!("{}{}", String::from_utf8_lossy(stdout), String::from_utf8_lossy(stderr))
    }
}

fn layout(folder: &Path) -> Layout {
    Layout::new(folder.join("profiles"), folder.join("reports"))
}

fn target(folder: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this test knows itself"));
    command.env(TARGET, "1").arg("--bench");
    command.arg("--profiles").arg(folder.join("profiles")).arg("--reports").arg(folder.join("reports"));
    command
}

/// A session with the python3 at hand, or with the one planted in `path` alone.
fn session(path: Option<&Path>, arguments: &[&str]) -> Session {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut command = target(folder.path());
    if let Some(path) = path {
        command.env("PATH", path);
    }
    let output = command.args(arguments).output().expect("the bench target starts");
    Session { folder, output }
}

/// Whether there is a python3 to test with; stderr says so where there is none.
fn python_at_hand() -> bool {
    let found = Command::new("python3").arg("--version").output().is_ok_and(|output| output.status.success());
    if !found {
        eprintln!("not tested here: python3 is not installed; `apt install python3`");
    }
    found
}

fn beside() -> Result<(), Failed> {
    if !python_at_hand() {
        return Ok(());
    }
    let session = session(None, &["^planted/list@100$"]);
    assert!(session.output.status.success(), "{}", session.said());
    let recorded = session.recorded();
    let state = &recorded.instruments[0];
    assert_eq!((state.name, state.state), (InstrumentName::Python, State::Ready), "{state:?}");
    assert!(state.detail.starts_with("CPython 3.") && state.detail.contains("lock"), "{}", state.detail);
    let case = session.case("planted/list@100");
    let number = |metric| case.measurement(metric).expect("it is measured");
    for metric in [Metric::PythonNs, Metric::PythonOursNs, Metric::PythonRatio] {
        let number = number(metric);
        assert!(0.0 < number.low && number.low <= number.value && number.value <= number.high, "{number:?}");
        assert_eq!(number.instrument, InstrumentName::Python);
    }
    assert!(case.measurement(Metric::PythonSpeedup).is_none(), "a serial kernel has no speed-up");
    Ok(())
}

fn speed_ups() -> Result<(), Failed> {
    if !python_at_hand() {
        return Ok(());
    }
    let session = session(None, &["^shared/.*@1$"]);
    assert!(session.output.status.success(), "{}", session.said());
    for form in ["threads", "processes"] {
        let case = session.case(&format!("shared/{form}@1"));
        for metric in [Metric::PythonSpeedup, Metric::PythonOursSpeedup] {
            assert!(case.measurement(metric).is_some_and(|number| number.low > 0.0), "{form}: {metric:?}");
        }
    }
    assert!(session.case("shared/serial@1").measurement(Metric::PythonSpeedup).is_none());
    assert_no_process_left(session.folder.path());
    Ok(())
}

fn wrong_answer() -> Result<(), Failed> {
    if !python_at_hand() {
        return Ok(());
    }
    let session = session(None, &["^unlike/"]);
    assert_eq!(session.output.status.code(), Some(1), "{}", session.said());
    let reason = session.failure("unlike/unlike@100");
    assert!(reason.contains("wrong answer: CPython's f8 gives 100 elements"), "{reason}");
    Ok(())
}

fn without_a_twin() -> Result<(), Failed> {
    if !python_at_hand() {
        return Ok(());
    }
    let session = session(None, &["^planted/(alone|unwritten)@"]);
    assert!(session.output.status.success(), "{}", session.said());
    for (id, words) in [("alone", "repeats no kernel"), ("unwritten", "`f99`")] {
        let case = session.case(&format!("planted/{id}@100"));
        assert!(case.measurements.is_empty() && case.failures.is_empty(), "{case:?}");
        assert!(case.left_out[0].reason.contains(words), "{case:?}");
    }
    Ok(())
}

/// By Python's own parser: what the functions behind the labels are made of.
fn labels() -> Result<(), Failed> {
    if !python_at_hand() {
        return Ok(());
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/instruments/python/kernels.py");
    let program = r#"
import ast, sys
source = open(sys.argv[1]).read()
tree = ast.parse(source)
made_of = {f.name: {type(n).__name__ for n in ast.walk(f)} for f in tree.body if isinstance(f, ast.FunctionDef)}
assert "SetComp" in made_of["f7"] and "For" not in made_of["f7"], made_of["f7"]
assert "ListComp" in made_of["f8"] and "For" not in made_of["f8"], made_of["f8"]
assert "For" in made_of["f5"] and "For" in made_of["f6"]
module = {"__name__": "kernels"}
exec(compile(source, "kernels.py", "exec"), module)
for label in ["f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8"]:
    assert module["KERNELS"][label][0]().__name__ == label, label
"#;
    let output = Command::new("python3").args(["-I", "-c", program]).arg(script).output()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

/// Processes whose command line or environment names `folder`.
fn processes_of(folder: &Path) -> Vec<String> {
    let needle = folder.display().to_string();
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let name = |file: &str| fs::read(entry.path().join(file)).unwrap_or_default();
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

fn killed_session() -> Result<(), Failed> {
    if !python_at_hand() {
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let mut child = target(folder.path())
        .args(["--exact", "shared/processes@10", "--timeout", "600"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    // The server and its two workers.
    let pythons = || processes_of(folder.path()).iter().filter(|text| text.contains(" -I -S -u -c ")).count();
    let began = Instant::now();
    while pythons() < 3 {
        assert!(began.elapsed() < Duration::from_secs(120), "the workers never started");
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill()?;
    child.wait()?;
    assert_no_process_left(folder.path());
    Ok(())
}

fn no_python() -> Result<(), Failed> {
    let empty = tempfile::tempdir()?;
    let session = session(Some(empty.path()), &["^planted/list@100$"]);
    assert_eq!(session.output.status.code(), Some(1), "{}", session.said());
    let said = session.said();
    assert!(said.contains("python is unavailable: python3 is not installed; apt install python3"), "{said}");
    let recorded = session.recorded();
    assert_eq!(recorded.instruments[0].state, State::Unavailable);
    assert_eq!(recorded.instruments[0].remedy.as_deref(), Some("apt install python3"));
    Ok(())
}

/// A folder with a python3 that answers what it is with `version` and does `else_does` when asked for more.
fn fake(version: &str, else_does: &str) -> Result<(tempfile::TempDir, PathBuf), Failed> {
    let folder = tempfile::tempdir()?;
    let script = format!(
        "#!/bin/sh\nwhile read -r line; do case \"$line\" in\n*about*) echo '{{\"serial\":1,\
         \"implementation\":\"cpython\",\"version\":{version},\"locked\":true,\"free_threaded\":false,\
         \"executable\":\"planted\"}}';;\n*) {else_does};;\nesac; done\n"
    );
    let path = folder.path().join("python3");
    fs::write(&path, script)?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
    let place = folder.path().to_owned();
    Ok((folder, place))
}

fn too_old() -> Result<(), Failed> {
    let (_folder, path) = fake("[3,7,17]", "exit 1")?;
    let session = session(Some(&path), &["^planted/list@100$"]);
    assert_eq!(session.output.status.code(), Some(1), "{}", session.said());
    assert!(session.said().contains("python3 is 3.7, older than 3.8"), "{}", session.said());
    Ok(())
}

fn mute() -> Result<(), Failed> {
    let (folder, path) = fake("[3,11,0]", "exit 1")?;
    fs::write(folder.path().join("python3"), "#!/bin/sh\n/bin/sleep 3600 &\nwait\n")?;
    let session = session(Some(&path), &["^planted/list@100$"]);
    assert_eq!(session.output.status.code(), Some(1), "{}", session.said());
    assert!(session.said().contains("python3 did not say what it is within"), "{}", session.said());
    assert_no_process_left(session.folder.path());
    Ok(())
}

fn misbehaving() -> Result<(), Failed> {
    let flood = "while :; do printf 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'; done";
    for (does, words) in [
        ("echo 'planted last words' >&2; exit 3", "python3 ended with exit status: 3: planted last words"),
        ("kill -KILL $$", "signal: 9"),
        (flood, "floods its stdout"),
        ("echo 'this is no answer'", "answered nonsense: `this is no answer`"),
        ("echo '{\"serial\":99,\"elapsed_ns\":5,\"answer\":[100,5]}'", "answered nonsense"),
        ("echo '{\"serial\":1,\"error\":\"ValueError: planted\"}'", "raised ValueError: planted"),
        ("echo '{\"serial\":1}'", "answered without an answer"),
        ("echo '{\"serial\":1,\"elapsed_ns\":5,\"answer\":[100,5]}'", "wrong answer: CPython's f8"),
    ] {
        let (_folder, path) = fake("[3,11,0]", does)?;
        let session = session(Some(&path), &["^planted/list@100$"]);
        assert_eq!(session.output.status.code(), Some(1), "{}", session.said());
        let reason = session.failure("planted/list@100");
        assert!(reason.contains(words), "{does}: {reason}");
        assert_no_process_left(session.folder.path());
    }
    Ok(())
}

fn hanging() -> Result<(), Failed> {
    let (_folder, path) = fake("[3,11,0]", "/bin/sleep 3600 & wait")?;
    let session = session(Some(&path), &["^planted/list@100$", "--timeout", "3"]);
    assert_eq!(session.output.status.code(), Some(1), "{}", session.said());
    assert!(session.failure("planted/list@100").contains("timed out after 3 s"), "{}", session.said());
    assert_no_process_left(session.folder.path());
    Ok(())
}
