//! What must hold for every member of the catalogue that starts threads or processes: it is right, it agrees with its
//! baseline, again and again, and no process of its outlives it. This test is its own bench target, because its
//! executable is also the worker processes that such members start.

use std::collections::BTreeSet;
use std::io::Read;
use std::process::{Child, Command, ExitCode, Output, Stdio};
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, Failed, Trial};
use perflab::catalogue::{CATALOGUE, CaseRef, Counts, Family};
use perflab::workload::{Answer, Entry};

/// Runs of each concurrent member, answers compared.
const REPEATS: usize = 1_000;
/// A member that takes longer for all of them is run fewer times, and the test says how often. What its threads share
/// is then tried a thousand times with tiny tasks, beside the code.
const ENOUGH: Duration = Duration::from_secs(3);
/// But at least so often.
const FEWEST: usize = 10;

fn main() -> ExitCode {
    perflab::catalogue::serve_workers();
    let arguments = Arguments::from_args();
    let mut trials = vec![
        Trial::test("a_killed_parent_takes_its_workers_along", a_killed_parent),
        Trial::test("a_killed_worker_is_told_in_one_line_and_takes_nobody_along", a_killed_worker),
        Trial::test("a_limit_of_threads_or_processes_is_told_in_one_line", a_limit),
        Trial::test("the_trials_cover_every_kind_of_concurrency", every_kind),
    ];
    for (family, entry) in concurrent() {
        let sizes = asked(family, entry);
        let missing = sizes.iter().find_map(|size| entry.unavailable(*size));
        let name = |what: &str| format!("{}/{}_{what}", family.name, entry.name);
        let both = [
            Trial::test(name("agrees_with_its_baseline"), move || agrees(family, entry)),
            Trial::test(name("is_right_again_and_again"), move || again_and_again(family, entry)),
        ];
        trials.extend(both.map(|trial| match &missing {
            Some(reason) => trial.with_kind(reason.clone()).with_ignored_flag(true),
            None => trial,
        }));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Every line of the catalogue that starts something beside the measuring thread.
fn concurrent() -> impl Iterator<Item = (&'static Family, &'static Entry)> {
    let lines = CATALOGUE
        .families()
        .iter()
        .flat_map(|family| family.entries.iter().map(move |entry| (family, entry)));
    lines.filter(|(_, entry)| entry.concurrency.is_any())
}

/// The smallest size, and where sizes count workers the largest too: one worker alone shares nothing.
fn asked(family: &Family, entry: &Entry) -> Vec<usize> {
    let sizes: Vec<usize> = family.sizes().filter(|size| entry.runs_at(*size)).collect();
    let (first, last) = (sizes.first().copied(), sizes.last().copied());
    let last = last.filter(|last| family.axis.counts == Counts::Workers && Some(*last) != first);
    first.into_iter().chain(last).collect()
}

fn every_kind() -> Result<(), Failed> {
    let kinds: BTreeSet<_> = concurrent()
        .map(|(_, entry)| entry.concurrency)
        .map(|concurrency| (concurrency.threads, concurrency.processes, concurrency.spins))
        .collect();
    for kind in [(true, false, false), (true, false, true), (true, true, false)] {
        assert!(kinds.contains(&kind), "no member with threads, processes, spinning as in {kind:?}");
    }
    for (family, entry) in concurrent() {
        assert!(!asked(family, entry).is_empty(), "{}/{} runs at no size", family.name, entry.name);
    }
    Ok(())
}

fn baseline(family: &'static Family, size: usize) -> Result<Answer, Failed> {
    let case = family.case(family.baseline(), size).ok_or("the baseline runs at every size")?;
    Ok(case.prepare().verify()?)
}

fn agrees(family: &'static Family, entry: &'static Entry) -> Result<(), Failed> {
    for size in asked(family, entry) {
        let case = CaseRef { family, entry, size };
        assert_eq!(case.prepare().verify()?, baseline(family, size)?, "{case}");
    }
    Ok(())
}

fn again_and_again(family: &'static Family, entry: &'static Entry) -> Result<(), Failed> {
    let asked = *asked(family, entry).last().ok_or("it runs at no size")?;
    let case = |size| CaseRef { family, entry, size };
    let began = Instant::now();
    case(asked).prepare().verify()?;
    let is_long = began.elapsed() * REPEATS as u32 > ENOUGH;
    // Where a size is an amount of work and any will do, less work leaves time for more runs.
    let size = if is_long && entry.sizes.is_none() && family.axis.counts == Counts::Work { 1 } else { asked };
    let expected = baseline(family, size)?;
    let (prepared, began) = (case(size).prepare(), Instant::now());
    let mut runs = 0;
    while runs < REPEATS && (runs < FEWEST || began.elapsed() < ENOUGH) {
        assert_eq!(prepared.verify()?, expected, "{} in run {runs}", case(size));
        runs += 1;
    }
    if runs < REPEATS {
        eprintln!("{}: {runs} of {REPEATS} runs in {} s", case(size), ENOUGH.as_secs());
    }
    Ok(())
}

/// `perflab run CASE`, for longer than any test waits.
fn start(case: &str) -> Result<Child, Failed> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_perflab"));
    command.args(["run", case, "--iterations", "1000000"]).env("RUST_BACKTRACE", "0");
    Ok(command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?)
}

/// Processes that still run and were started as workers of process `parent`, whoever their parent is by now.
fn workers_of(parent: u32) -> BTreeSet<u32> {
    let mark = format!("PERFLAB_WORKER_PARENT={parent}");
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        let read = |file: &str| std::fs::read(entry.path().join(file)).unwrap_or_default();
        let is_marked = read("environ").split(|byte| *byte == 0).any(|variable| variable == mark.as_bytes());
        if is_marked && !String::from_utf8_lossy(&read("stat")).contains(") Z ") {
            found.insert(pid);
        }
    }
    found
}

/// CPU time that process `pid` used in its own code, in ticks (`man 5 proc`, utime).
fn cpu_ticks(pid: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // Behind the name, which may hold anything, come the state and ten more fields.
    let behind = stat.rsplit_once(") ").map_or("", |(_, fields)| fields);
    behind.split(' ').nth(11).and_then(|ticks| ticks.parse().ok()).unwrap_or(0)
}

/// Looks until `holds`, however long that takes on a busy machine.
fn until(what: &str, mut holds: impl FnMut() -> bool) -> Result<(), Failed> {
    let began = Instant::now();
    while !holds() {
        if began.elapsed() > Duration::from_secs(120) {
            return Err(format!("two minutes passed before {what}").into());
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    Ok(())
}

fn signal(pid: u32, signal: &str) -> Result<(), Failed> {
    let status = Command::new("kill").args([signal, &pid.to_string()]).stderr(Stdio::null()).status()?;
    // One that was made for a single run may have ended by itself meanwhile.
    status.success().then_some(()).ok_or_else(|| format!("{pid} has gone before {signal}").into())
}

fn a_killed_parent() -> Result<(), Failed> {
    for case in ["gcd/two-processes-ready@10", "gcd/two-processes@10", "is-prime/two-processes-ready@6"] {
        let mut parent = start(case)?;
        let mut workers = BTreeSet::new();
        until("there were two workers", || {
            workers = workers_of(parent.id());
            workers.len() == 2
        })?;
        // A stopped worker could not end by itself, even if it saw the end of its stdin. One that is stopped before it
        // asked to die with its parent would stay; asking is the first thing that it does, long before it computes.
        if case.contains("ready") {
            let worker = *workers.first().ok_or("there are two")?;
            until("the worker computed", || cpu_ticks(worker) >= 5)?;
            signal(worker, "-STOP")?;
        }
        parent.kill()?;
        parent.wait()?;
        until("the workers were gone", || workers_of(parent.id()).is_empty())?;
    }
    Ok(())
}

/// The parent's words and end.
fn end_of(mut parent: Child) -> Result<(String, Option<i32>), Failed> {
    let mut said = String::new();
    if let Some(stderr) = &mut parent.stderr {
        stderr.read_to_string(&mut said)?;
    }
    let status = parent.wait()?;
    Ok((said, status.code()))
}

fn a_killed_worker() -> Result<(), Failed> {
    let parent = start("gcd/two-processes-ready@10")?;
    let id = parent.id();
    let mut workers = BTreeSet::new();
    until("there were two workers", || {
        workers = workers_of(id);
        workers.len() == 2
    })?;
    let victim = *workers.first().ok_or("there are two")?;
    signal(victim, "-KILL")?;
    let (said, code) = end_of(parent)?;
    assert_eq!(code, Some(1), "{said}");
    let expected = format!(
        "error: `gcd/two-processes-ready@10` panicked: worker process `gcd` (pid {victim}) gave no answer"
    );
    assert!(said.starts_with(&expected) && said.contains("SIGKILL"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    until("the other worker was gone", || workers_of(id).is_empty())?;
    Ok(())
}

/// `perflab run CASE` as a user who may have no process and thread but one, or as many as ever. `None`, with the reason
/// on stderr, where nobody can be limited.
fn run_as_user(case: &str, is_limited: bool) -> Result<Option<Output>, Failed> {
    let program = env!("CARGO_BIN_EXE_perflab");
    let mut command = Command::new(if is_limited { "prlimit" } else { program });
    if is_limited {
        command.args(["--nproc=1:1", program]);
    }
    command.args(["run", case]);
    command.env("RUST_BACKTRACE", "0").stdin(Stdio::null()).current_dir("/");
    // Root is above the limit, and a folder of root's may be closed to others.
    #[cfg(unix)]
    if std::fs::metadata("/proc/self").is_ok_and(|me| std::os::unix::fs::MetadataExt::uid(&me) == 0) {
        use std::os::unix::process::CommandExt;
        const NOBODY: u32 = 65_534;
        command.uid(NOBODY).gid(NOBODY);
    }
    let output = match command.output() {
        Ok(output) => output,
        Err(error) => {
            eprintln!("limits not tested: {command:?} cannot be started: {error}");
            return Ok(None);
        }
    };
    let said = String::from_utf8_lossy(&output.stderr);
    if said.contains("failed to execute") || said.contains("failed to set") {
        eprintln!("limits not tested: {}", said.trim());
        return Ok(None);
    }
    Ok(Some(output))
}

fn a_limit() -> Result<(), Failed> {
    // That the program runs at all as that user, without a limit.
    let Some(unlimited) = run_as_user("gcd/two-threads@1", false)? else { return Ok(()) };
    if !unlimited.status.success() {
        eprintln!("limits not tested: {}", String::from_utf8_lossy(&unlimited.stderr).trim());
        return Ok(());
    }
    for (case, word) in [
        ("gcd/two-threads@1", "cannot start a thread"),
        ("gcd/thread-each@2", "cannot start a thread"),
        ("gcd/rayon@1", "cannot start a thread"),
        ("gcd/two-threads-ready@1", "cannot start a thread"),
        ("gcd/two-processes@1", "cannot start worker process `gcd`"),
        ("gcd/two-processes-ready@1", "cannot start worker process `gcd`"),
    ] {
        let Some(output) = run_as_user(case, true)? else { return Ok(()) };
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{case}: {said}");
        assert!(said.contains(word) && said.contains("ulimit -u"), "{case}: {said}");
        assert_eq!(said.lines().count(), 1, "{case}: {said}");
    }
    Ok(())
}
