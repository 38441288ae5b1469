//! How long `perflab report` takes, and how much memory.
//!
//! All of it, as users run it, over the whole catalogue: records are read, findings derived from stacks, tables and books,
//! differential flamegraphs drawn, files linked, pages written. The bound is 3 s and 300 MiB. The records are fabricated, as
//! large as a run's; `cargo bench --bench report -- --records profiles` takes real ones instead, and writes to none of them.
//!
//! Then the pages alone, of 2,000 cases: the bound is 2 s and 200 MiB.

#[path = "../tests/fabricated/mod.rs"]
mod fabricated;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use perflab::record::{Layout, Listing};

/// Families of 10 workloads at 5 sizes.
const FAMILIES: usize = 40;

const SECONDS: f64 = 3.0;
const MEBIBYTES: u64 = 300;

fn main() {
    match records_asked_for() {
        Some(profiles) => whole(&profiles),
        None => {
            let folder = beside_the_build();
            let profiles = folder.path().join("profiles");
            let cases = fabricated::profiles(&catalogue(), &Layout::new(&profiles, folder.path()));
            println!("{cases} cases of the catalogue, fabricated");
            written_out();
            whole(&profiles);
            pages_alone();
        }
    }
}

/// The folder behind `--records`; cargo adds words of its own.
fn records_asked_for() -> Option<PathBuf> {
    let mut words = std::env::args_os().skip_while(|word| word != "--records").skip(1);
    words.next().map(PathBuf::from)
}

/// A folder that goes at the end. As with users, records and pages are on one disk, so that files can be linked.
fn beside_the_build() -> tempfile::TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a temporary folder")
}

/// Waits until the disk has what was fabricated, as it has a run's files by the time that pages are made of them.
fn written_out() {
    #[cfg(unix)]
    rustix::fs::sync();
}

fn perflab() -> Command {
    Command::new(env!("CARGO_BIN_EXE_perflab"))
}

/// The catalogue, as the command lists it.
fn catalogue() -> Listing {
    let listed = perflab().args(["list", "--json"]).output().expect("the command starts");
    serde_json::from_slice(&listed.stdout).expect("a listing")
}

/// The command over the records in `profiles`, into a folder of its own.
fn whole(profiles: &Path) {
    let reports = beside_the_build();
    let mut beyond = Vec::new();
    for what in ["all of it", "again, nothing having changed"] {
        let start = Instant::now();
        let status = perflab()
            .arg("report")
            .arg("--profiles")
            .arg(profiles)
            .arg("--reports")
            .arg(reports.path())
            .stdout(Stdio::null())
            .status()
            .expect("the command starts");
        let seconds = start.elapsed().as_secs_f64();
        assert!(status.success(), "perflab report of {}: {status}", profiles.display());
        let peak = children_peak_kib().map(|kib| kib / 1024);
        let memory = peak.map_or("peak memory unknown here".to_owned(), |peak| format!("peak {peak} MiB"));
        println!(
            "perflab report, {what}: {seconds:.2} s, {memory}; the bound is {SECONDS} s and {MEBIBYTES} MiB"
        );
        if seconds > SECONDS || peak.is_some_and(|mebibytes| mebibytes > MEBIBYTES) {
            beyond.push(what);
        }
    }
    assert!(beyond.is_empty(), "beyond its bound: {}", beyond.join("; "));
}

/// The most memory that a child which has ended ever had, in KiB.
#[cfg(target_os = "linux")]
fn children_peak_kib() -> Option<u64> {
    // SAFETY: a `rusage` is plain numbers, for which all zeros is a value.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: the kernel writes one `rusage` to the place it is given, and it is one.
    let answer = unsafe { libc::getrusage(libc::RUSAGE_CHILDREN, &mut usage) };
    (answer == 0).then(|| u64::try_from(usage.ru_maxrss).ok())?
}

#[cfg(not(target_os = "linux"))]
fn children_peak_kib() -> Option<u64> {
    None
}

/// The most memory this process ever had, in KiB, where the kernel tells.
fn peak_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().split(' ').next()?.parse().ok()
}

fn pages_alone() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let layout = Layout::new(folder.path().join("profiles"), folder.path().join("reports"));
    let (listing, recorded) = fabricated::whole(FAMILIES);
    fabricated::files(&listing, &layout, &fabricated::SIZES);
    let before = peak_kib();
    let bare = Layout::new(folder.path().join("none"), folder.path().join("bare"));
    for (what, layout) in [
        ("pages alone", &bare),
        ("pages, and every file copied", &layout),
        ("again, nothing having changed", &layout),
    ] {
        let start = Instant::now();
        let rendered = perflab::report::render(&listing, &recorded, &[], layout).expect("pages render");
        let seconds = start.elapsed().as_secs_f64();
        println!("{what}: {} cases, {} pages in {seconds:.2} s", recorded.cases.len(), rendered.pages);
    }
    match (before, peak_kib()) {
        (Some(before), Some(after)) => {
            println!("peak memory {} MiB, of which {} MiB before rendering", after / 1024, before / 1024);
        }
        _ => println!("peak memory unknown: no /proc/self/status"),
    }
}
