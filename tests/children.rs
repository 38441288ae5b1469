//! Children of cases: right, ended on time, reaped, and gone with their parent however that ended. This test is its
//! own worker: members with worker processes start this executable again.

use std::fs;
use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, Failed, Trial};
use perflab::catalogue::{CATALOGUE, CaseRef};

/// Families of children, waits and shared state, with sizes at which a case takes milliseconds.
const SMALL: &[(&str, &[usize])] = &[
    ("wait", &[1, 2]),
    ("children", &[1]),
    ("child-io", &[0, 1, 22, 300_000]),
    ("encrypt", &[0, 1, 8, 10, 300_000]),
    ("child-time-out", &[1]),
    ("start-child", &[1]),
    ("stop-flag", &[1, 2]),
    ("shared-counter", &[1, 2, 3]),
    ("channels", &[1, 2, 3]),
];

/// Names what this executable is to do instead of testing.
const ROLE: &str = "PERFLAB_TEST_ROLE";

fn main() -> ExitCode {
    perflab::catalogue::serve_workers();
    match std::env::var(ROLE).as_deref() {
        Ok("reap") => return reap(),
        Ok("fault") => return fault(),
        Ok("starve") => return starve(),
        _ => {}
    }
    let arguments = Arguments::from_args();
    let trials = vec![
        Trial::test("every_member_is_right_and_agrees_at_small_sizes", every_member_is_right),
        Trial::test("no_child_outlives_a_killed_parent", no_child_outlives_a_killed_parent),
        Trial::test("every_child_is_reaped_by_the_end_of_its_iteration", every_child_is_reaped),
        Trial::test("a_killed_child_is_a_wrong_answer_and_not_a_hang", a_killed_child_is_told),
        Trial::test("without_openssl_the_reason_and_the_remedy_are_told", without_openssl),
        Trial::test("an_openssl_that_cannot_encrypt_is_told", an_openssl_that_cannot_encrypt),
        Trial::test("an_openssl_that_writes_rubbish_is_a_wrong_answer", an_openssl_that_writes_rubbish),
        Trial::test("fork_copies_the_parents_pages_and_posix_spawn_does_not", fork_and_posix_spawn_differ),
        Trial::test("at_the_limits_of_the_system_one_line_says_so", at_the_limits),
    ];
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn cases_of(family: &str, size: usize) -> Vec<CaseRef> {
    let family = CATALOGUE.family(family).unwrap_or_else(|| panic!("no family {family}"));
    family.workloads().filter_map(|entry| family.case(entry.name, size)).collect()
}

fn every_member_is_right() -> Result<(), Failed> {
    for (family, sizes) in SMALL {
        for size in *sizes {
            let mut answers = Vec::new();
            for case in cases_of(family, *size) {
                if let Some(reason) = case.unavailable() {
                    eprintln!("{case} not run: {reason}");
                    continue;
                }
                let prepared = case.prepare();
                let answer = prepared.verify().map_err(|error| format!("{case}: {error}"))?;
                prepared.in_batches(2, |case, batch| case.run(batch));
                answers.push((case.to_string(), answer));
            }
            let (first, expected) = answers.first().ok_or(format!("{family}@{size} has no member here"))?;
            for (case, answer) in &answers {
                assert_eq!(answer, expected, "{case} differs from {first}");
            }
        }
    }
    Ok(())
}

fn perflab(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_perflab"));
    command.args(arguments).env("RUST_BACKTRACE", "0");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn told(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Marks a process and all that it starts.
const MARK: &str = "PERFLAB_TEST_MARK";

/// Live processes, by id, whose environment holds `mark`.
fn marked(mark: &str) -> Vec<u32> {
    let needle = format!("{MARK}={mark}\0");
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").expect("Linux has /proc").flatten() {
        let Some(id) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        let environment = fs::read(entry.path().join("environ")).unwrap_or_default();
        let holds = environment.windows(needle.len()).any(|window| window == needle.as_bytes());
        let state = fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        if holds && !state.contains(") Z ") {
            found.push(id);
        }
    }
    found
}

/// Waits until `condition` holds, for so long that a busy machine is no excuse.
fn wait_until(what: &str, mut condition: impl FnMut() -> bool) -> Result<(), Failed> {
    let began = Instant::now();
    while !condition() {
        if began.elapsed() > Duration::from_secs(120) {
            return Err(format!("not within two minutes: {what}").into());
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

fn signal(name: &str, ids: &[u32]) -> Result<(), Failed> {
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    // Some may have ended meanwhile.
    Command::new("kill").arg(name).args(ids).stderr(Stdio::null()).status()?;
    Ok(())
}

/// Starts `perflab run CASE` and returns once `children` processes of its own are seen.
fn start_and_see(case: &str, children: usize) -> Result<(Child, String), Failed> {
    static STARTED: AtomicUsize = AtomicUsize::new(0);
    let mark = format!("{}-{}", std::process::id(), STARTED.fetch_add(1, Ordering::Relaxed));
    let mut parent = perflab(&["run", case, "--iterations", "1000000"]);
    let parent = parent.env(MARK, &mark).spawn()?;
    wait_until(&format!("{children} children of {case}"), || marked(&mark).len() > children)?;
    Ok((parent, mark))
}

/// Of ten minutes, at sizes that nobody waits out: a child that were left behind would be seen.
fn no_child_outlives_a_killed_parent() -> Result<(), Failed> {
    for (case, children) in [
        ("children/together@600000", 10),
        ("children/one-after-another@600000", 1),
        ("child-time-out/try-wait@600000", 1),
        ("child-time-out/wait-timeout@600000", 1),
        ("child-io/reader-thread@3000000", 1),
        ("child-io/poll@3000000", 1),
        ("encrypt/children@1000000", 3),
    ] {
        if case.starts_with("encrypt") && cases_of("encrypt", 1)[1].unavailable().is_some() {
            eprintln!("{case} not run: no openssl");
            continue;
        }
        let (mut parent, mark) = start_and_see(case, children)?;
        // The parent alone, as the out-of-memory killer would.
        parent.kill()?;
        parent.wait()?;
        wait_until(&format!("no process of {case}"), || marked(&mark).is_empty())?;
    }
    Ok(())
}

/// Runs every case that has children, then looks for children that are left, dead ones included.
fn reap() -> ExitCode {
    for (family, sizes) in SMALL {
        for case in cases_of(family, sizes[0]).into_iter().chain(cases_of(family, sizes[sizes.len() - 1])) {
            if case.entry.concurrency.processes && case.unavailable().is_none() {
                case.prepare().run(2);
                println!("ran {case}");
                let left = children_of(std::process::id());
                if !left.is_empty() {
                    println!("{case} leaves {left:?}");
                    return ExitCode::FAILURE;
                }
            }
        }
    }
    ExitCode::SUCCESS
}

/// The `stat` lines of processes whose parent is `parent`, zombies among them.
fn children_of(parent: u32) -> Vec<String> {
    let is_child = |stat: &String| {
        // pid (name) state parent …: the name may hold anything, so from its last bracket on.
        let parent_of = stat.rsplit(") ").next().and_then(|rest| rest.split(' ').nth(1));
        parent_of == Some(parent.to_string().as_str())
    };
    let entries = fs::read_dir("/proc").expect("Linux has /proc").flatten();
    entries.filter_map(|entry| fs::read_to_string(entry.path().join("stat")).ok()).filter(is_child).collect()
}

fn as_role(role: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this test knows itself"));
    command.env(ROLE, role).env("RUST_BACKTRACE", "0").stdin(Stdio::null());
    command
}

fn every_child_is_reaped() -> Result<(), Failed> {
    // The look would find one that is left: this process's own child is seen, alive and as a zombie.
    let mut child = Command::new("sleep").arg("600").spawn()?;
    assert!(children_of(std::process::id()).iter().any(|stat| stat.starts_with(&child.id().to_string())));
    child.kill()?;
    wait_until("a zombie", || {
        let mut stats = children_of(std::process::id()).into_iter();
        stats.any(|stat| stat.starts_with(&child.id().to_string()) && stat.contains(") Z "))
    })?;
    child.wait()?;
    let output = as_role("reap").output()?;
    let said = told(&output);
    assert!(output.status.success(), "{said}");
    for case in ["child-time-out/wait-timeout@1", "child-time-out/try-wait@1", "children/together@1"] {
        assert!(said.contains(&format!("ran {case}")), "{said}");
    }
    Ok(())
}

fn a_killed_child_is_told() -> Result<(), Failed> {
    let (parent, mark) = start_and_see("children/together@600000", 10)?;
    let children: Vec<u32> = marked(&mark).into_iter().filter(|id| *id != parent.id()).collect();
    signal("-KILL", &children)?;
    let output = parent.wait_with_output()?;
    let said = told(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("wrong answer: the check of `together` at size 600000"), "{said}");
    assert!(marked(&mark).is_empty());
    Ok(())
}

/// What `perflab run` and `perflab list --json` say of `encrypt/children` when `path` is all there is to look in.
fn told_with_path(path: &Path) -> Result<(Option<i32>, String, Option<String>), Failed> {
    let run = perflab(&["run", "encrypt/children@10"]).env("PATH", path).output()?;
    let list = perflab(&["list", "--json"]).env("PATH", path).output()?;
    assert!(list.status.success(), "{}", told(&list));
    let listing: serde_json::Value = serde_json::from_slice(&list.stdout)?;
    let families = listing["families"].as_array().ok_or("no families")?;
    let encrypt = families.iter().find(|family| family["name"] == "encrypt").ok_or("no family encrypt")?;
    let workloads = encrypt["workloads"].as_array().ok_or("no workloads")?;
    assert!(
        workloads[0]["unavailable"].is_null(),
        "the cipher in process needs no openssl: {}",
        workloads[0]
    );
    let listed = workloads[1]["unavailable"].as_str().map(str::to_owned);
    Ok((run.status.code(), told(&run), listed))
}

fn without_openssl() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let (code, said, listed) = told_with_path(folder.path())?;
    assert_eq!(code, Some(1), "{said}");
    let reason = "`openssl` is not in the PATH; `apt install openssl`";
    assert_eq!(said.trim(), format!("error: `encrypt/children@10` cannot run here: {reason}"));
    assert_eq!(listed.as_deref(), Some(reason));
    Ok(())
}

/// A folder with an `openssl` that is this script.
fn fake_openssl(script: &str) -> Result<(tempfile::TempDir, PathBuf), Failed> {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir()?;
    let program = folder.path().join("openssl");
    // Closed before it is run: a program that is open for writing is busy.
    fs::File::create(&program)?.write_all(format!("#!/bin/sh\n{script}\n").as_bytes())?;
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755))?;
    let path = folder.path().to_owned();
    Ok((folder, path))
}

fn an_openssl_that_cannot_encrypt() -> Result<(), Failed> {
    for (script, how) in [("exit 1", "ended with exit status: 1"), ("kill -KILL $$", "ended with signal: 9")]
    {
        let (_folder, path) = fake_openssl(script)?;
        let (code, said, listed) = told_with_path(&path)?;
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains(&format!("`openssl enc -des3` {how}")), "{said}");
        assert_eq!(said.trim().lines().count(), 1, "{said}");
        assert!(listed.is_some_and(|reason| reason.contains(how)), "{said}");
    }
    Ok(())
}

fn an_openssl_that_writes_rubbish() -> Result<(), Failed> {
    // Floods its pipe, and reads nothing of what it is fed.
    let (_folder, path) = fake_openssl("/usr/bin/head -c 1000000 /dev/zero; /bin/cat > /dev/null")?;
    let (code, said, listed) = told_with_path(&path)?;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("wrong answer: the check of `children`"), "{said}");
    assert_eq!(listed, None);
    Ok(())
}

/// Minor page faults of this thread so far.
fn faults() -> u64 {
    let stat = fs::read_to_string("/proc/thread-self/stat").expect("Linux has /proc");
    let rest = stat.rsplit(") ").next().expect("a name in brackets");
    rest.split(' ').nth(7).and_then(|field| field.parse().ok()).expect("the tenth field")
}

/// Pages of this process's own that a child's start makes it write again.
fn fault() -> ExitCode {
    const PAGE: usize = 4096;
    let mut memory = vec![1_u8; 64 << 20];
    for member in ["posix-spawn", "fork-exec"] {
        let case = CATALOGUE.case("start-child", member, 1).expect("a case of the catalogue");
        if let Some(reason) = case.unavailable() {
            println!("unavailable: {reason}");
            return ExitCode::SUCCESS;
        }
        let prepared = case.prepare();
        prepared.run(1);
        memory.iter_mut().step_by(PAGE).for_each(|byte| *byte += 1);
        prepared.run(1);
        let before = faults();
        memory.iter_mut().step_by(PAGE).for_each(|byte| *byte += 1);
        println!("{member} {}", faults() - before);
    }
    // Read, so that it was written.
    println!("sum {}", memory.iter().step_by(PAGE).map(|byte| u64::from(*byte)).sum::<u64>());
    ExitCode::SUCCESS
}

/// After a fork, parent and child share every page until one of them writes it, at the price of a fault each. Lent
/// memory is the parent's own again. 64 MiB are 16,384 pages, or 32 huge ones.
fn fork_and_posix_spawn_differ() -> Result<(), Failed> {
    let output = as_role("fault").output()?;
    let said = told(&output);
    if said.contains("unavailable") {
        eprintln!("not shown: {said}");
        return Ok(());
    }
    let count = |member: &str| -> Result<u64, Failed> {
        let line =
            said.lines().find_map(|line| line.strip_prefix(member)).ok_or(format!("{member}: {said}"))?;
        Ok(line.trim().parse()?)
    };
    assert!(count("fork-exec")? >= 32, "{said}");
    assert!(count("posix-spawn")? < 16, "{said}");
    Ok(())
}

/// Runs the case of the second argument with as much memory or as many files as the first one leaves.
fn starve() -> ExitCode {
    use rustix::process::{Resource, Rlimit, setrlimit};

    let mut arguments = std::env::args().skip(1);
    let (limit, id) = (arguments.next().expect("a limit"), arguments.next().expect("a case"));
    let (family, rest) = id.split_once('/').expect("a case id");
    let (workload, size) = rest.split_once('@').expect("a case id");
    let case = CATALOGUE.case(family, workload, size.parse().expect("a size")).expect("a case");
    let prepared = case.prepare();
    let (resource, value) = match limit.as_str() {
        "files" => (Resource::Nofile, 4),
        _ => {
            let statm = fs::read_to_string("/proc/self/statm").expect("Linux has /proc");
            let pages: u64 = statm.split(' ').next().and_then(|pages| pages.parse().ok()).expect("pages");
            // Room for one stack of 2 MiB.
            (Resource::As, pages * 4096 + (3 << 20))
        }
    };
    setrlimit(resource, Rlimit { current: Some(value), maximum: Some(value) })
        .expect("less may always be had");
    println!("it ran: {:?}", prepared.verify());
    ExitCode::SUCCESS
}

fn at_the_limits() -> Result<(), Failed> {
    for (limit, case, expected) in [
        ("memory", "wait/threads@200", "cannot start a thread: Resource temporarily unavailable"),
        ("memory", "stop-flag/polled-atomic@4", "cannot start a thread: Resource temporarily unavailable"),
        ("memory", "channels/std-bounded@4", "cannot start a thread: Resource temporarily unavailable"),
        ("files", "wait/one-poll@1", "the kernel gives no timer: Too many open files"),
        ("files", "child-io/poll@22", "Too many open files"),
    ] {
        let output = as_role("starve").args([limit, case]).output()?;
        let said = told(&output);
        assert_eq!(output.status.code(), Some(101), "{case}: {said}; {:?}", output.status.signal());
        let line = said.lines().find(|line| line.contains(expected)).ok_or(format!("{case}: {said}"))?;
        assert!(line.contains("`ulimit -"), "{case} names no next command: {said}");
        assert!(!said.contains("it ran"), "{case}: {said}");
    }
    Ok(())
}
