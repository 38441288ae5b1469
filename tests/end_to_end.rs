//! The whole way: `perflab bench` builds the targets, measures with every instrument, and writes pages that a
//! browser shows. Needs what `perflab setup --for-tests` installs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use perflab::record::{CaseId, History, InstrumentName, Layout, Metric, Recorded, State, load};

const FILTER: &str = "^(noop/noop@1|build-vec/(push|collect)@100)$";

fn bench(folder: &Path) -> Command {
    bench_of(folder, FILTER)
}

fn bench_of(folder: &Path, filter: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_perflab"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(["bench", filter]);
    command.arg("--profiles").arg(folder.join("profiles")).arg("--reports").arg(folder.join("reports"));
    command
}

fn recorded(folder: &Path) -> Recorded {
    let loaded = load(&Layout::new(folder.join("profiles"), folder.join("reports"))).expect("readable");
    assert!(loaded.problems.is_empty(), "{:?}", loaded.problems);
    assert_eq!(loaded.runs.len(), 1, "all instruments are one run");
    Recorded::merge(&loaded.runs)
}

fn told(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn value(recorded: &Recorded, id: &str, metric: Metric) -> Option<f64> {
    let id: CaseId = id.parse().expect("a well-formed id");
    recorded.case(&id).and_then(|case| case.measurement(metric)).map(|measurement| measurement.value)
}

/// What Chromium makes of a page: its document after scripts, with the given extra switches.
fn browse(page: &Path, switches: &[&str]) -> String {
    let profile = tempfile::tempdir().expect("a temporary folder");
    let names = ["chromium", "chromium-browser", "google-chrome"];
    for name in names {
        let output = Command::new(name)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"])
            .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .args(switches)
            .arg("--dump-dom")
            .arg(format!("file://{}", page.display()))
            .output();
        match output {
            Ok(output) => return String::from_utf8_lossy(&output.stdout).into_owned(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => panic!("{name} cannot be started: {error}"),
        }
    }
    panic!("no browser is installed: `perflab setup --for-tests` brings one");
}

/// Appends a script that reports how wide the page is against its window, and whether any picture is broken.
fn instrumented(page: &Path) -> PathBuf {
    let mut text = fs::read_to_string(page).expect("the page is there");
    text.push_str(
        "<script>addEventListener('load', () => { const root = document.documentElement; \
         const objects = [...document.querySelectorAll('object')]; \
         document.title = `wide=${root.scrollWidth > root.clientWidth} \
         broken=${objects.filter(o => !o.contentDocument && !o.getBoundingClientRect().height).length}`; })</script>",
    );
    let copy =
        page.with_file_name(format!("probe-{}", page.file_name().expect("it has a name").to_string_lossy()));
    fs::write(&copy, text).expect("it can be written");
    copy
}

#[test]
fn bench_measures_with_every_instrument_and_a_browser_shows_the_pages() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = bench(folder.path()).output().expect("it starts");
    let said = told(&output);
    assert!(output.status.success(), "{said}");
    let recorded = recorded(folder.path());
    for instrument in &recorded.instruments {
        assert_ne!(instrument.state, State::Unavailable, "{instrument:?}");
        assert!(said.contains(&format!("  {:<14}", instrument.name.as_str())), "{said}");
    }
    assert_eq!(recorded.instruments.len(), InstrumentName::BENCHED.len());
    for id in ["noop/noop@1", "build-vec/push@100", "build-vec/collect@100"] {
        for metric in [
            Metric::TimeNs,
            Metric::Samples,
            Metric::SampleRateHz,
            Metric::HeapBlocks,
            Metric::WallNs,
            Metric::BlockedNs,
        ] {
            assert!(value(&recorded, id, metric).is_some(), "{id} has no {}: {said}", metric.as_str());
        }
    }
    // The exact instruments: these numbers are known by hand.
    assert_eq!(value(&recorded, "build-vec/push@100", Metric::HeapBlocks), Some(6.0));
    assert_eq!(value(&recorded, "build-vec/push@100", Metric::HeapBytes), Some(2016.0));
    assert_eq!(value(&recorded, "build-vec/push@100", Metric::HeapPeakBytes), Some(1024.0));
    assert_eq!(value(&recorded, "build-vec/collect@100", Metric::HeapBlocks), Some(1.0));
    assert_eq!(value(&recorded, "build-vec/collect@100", Metric::HeapBytes), Some(800.0));
    let noop = value(&recorded, "noop/noop@1", Metric::Instructions).expect("it was counted");
    assert!((1.0..=3.0).contains(&noop), "noop costs {noop} instructions");
    assert!(value(&recorded, "build-vec/collect@100", Metric::TimeRatio).is_some(), "{said}");
    // The run is kept in brief, all instruments of it in one file.
    let layout = Layout::new(folder.path().join("profiles"), folder.path().join("reports"));
    let history = History::load(&layout).expect("it can be read");
    let kept = history.runs[0].case(&"build-vec/collect@100".parse().expect("an id")).expect("it is kept");
    assert_eq!((history.runs.len(), kept.numbers[&Metric::HeapBlocks].value), (1, 1.0));
    assert!(
        kept.numbers.contains_key(&Metric::TimeRatio) && kept.numbers.contains_key(&Metric::Instructions)
    );

    let reports = folder.path().join("reports");
    let pages = ["index.html", "build-vec.html", "cases/build-vec/push@100.html"];
    for page in pages {
        let page = instrumented(&reports.join(page));
        for switches in [
            &["--window-size=1400,1000"][..],
            &["--window-size=500,900"],
            &["--window-size=1400,1000", "--blink-settings=preferredColorScheme=0"],
        ] {
            let dom = browse(&page, switches);
            assert!(dom.contains("<title>wide=false broken=0</title>"), "{}: {switches:?}", page.display());
        }
    }
    let dom = browse(&reports.join("build-vec.html"), &[]);
    assert!(dom.contains("How should a vector of n integers be built?"));
    assert!(reports.join("criterion/build-vec/push/100/report/index.html").is_file());
    assert!(reports.join("flamegraph/build-vec/push@100.svg").is_file());
    assert!(reports.join("waits/build-vec/push@100.svg").is_file());
}

/// Fills `folder` with links to all that PATH finds, except what begins with `without`.
fn everything_but(without: &str, folder: &Path) {
    fs::create_dir(folder).expect("it can be made");
    let path = std::env::var_os("PATH").unwrap_or_default();
    for entry in std::env::split_paths(&path).filter_map(|place| fs::read_dir(place).ok()).flatten().flatten()
    {
        if !entry.file_name().to_string_lossy().starts_with(without) {
            // Found twice: the first in PATH wins.
            let _ = std::os::unix::fs::symlink(entry.path(), folder.join(entry.file_name()));
        }
    }
}

#[test]
fn bench_without_valgrind_still_gives_the_report_and_says_what_is_missing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("bin");
    everything_but("valgrind", &path);
    let output = bench(folder.path()).env("PATH", path).output().expect("it starts");
    let said = told(&output);
    assert!(output.status.success(), "{said}");
    let recorded = recorded(folder.path());
    let instructions = recorded.instruments.iter().find(|state| state.name == InstrumentName::Instructions);
    let instructions = instructions.expect("it was asked");
    assert_eq!(instructions.state, State::Unavailable);
    assert_eq!(instructions.reason.as_deref(), Some("Valgrind is not installed"));
    let index = fs::read_to_string(folder.path().join("reports/index.html")).expect("the page is there");
    assert!(index.contains("Valgrind is not installed") && index.contains("just setup"));
}

/// Marks a bench and all that it starts.
const MARK: &str = "PERFLAB_TEST_MARK";

/// Command lines of processes that still run and carry `mark`; of its worker processes alone, or of all.
fn marked(mark: &str, workers_alone: bool) -> Vec<String> {
    let mark = format!("{MARK}={mark}");
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").expect("Linux has /proc").flatten() {
        let read = |file: &str| fs::read(entry.path().join(file)).unwrap_or_default();
        let environment = read("environ");
        let variables: Vec<&[u8]> = environment.split(|byte| *byte == 0).collect();
        let is_worker = variables.iter().any(|variable| variable.starts_with(b"PERFLAB_WORKER="));
        let is_wanted = variables.contains(&mark.as_bytes()) && (is_worker || !workers_alone);
        if is_wanted && !String::from_utf8_lossy(&read("stat")).contains(") Z ") {
            found.push(String::from_utf8_lossy(&read("cmdline")).replace('\0', " "));
        }
    }
    found
}

#[test]
fn ctrl_c_during_a_case_with_worker_processes_leaves_none_and_keeps_what_was_recorded() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mark = std::process::id().to_string();
    let mut child = bench_of(folder.path(), "^(noop/noop@1|gcd/two-processes-ready@10)$")
        .env(MARK, &mark)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("it starts");
    while marked(&mark, true).is_empty() {
        assert!(child.try_wait().expect("it can be asked").is_none(), "it ended before it had a worker");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let status = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill starts");
    assert!(status.success());
    let status = child.wait().expect("it ends");
    assert_eq!(status.code(), Some(1));
    assert!(!recorded(folder.path()).cases.is_empty());
    // The kernel takes its moment to end who was told; who was not would still be there in two minutes.
    let began = std::time::Instant::now();
    while !marked(&mark, false).is_empty() && began.elapsed() < std::time::Duration::from_secs(120) {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert_eq!(marked(&mark, false), Vec::<String>::new());
}
