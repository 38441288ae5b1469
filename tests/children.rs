//! Children of cases: right, ended on time, reaped, and gone with their parent however that ended. This test is its
//! own worker: members with worker processes start this executable again.

#[path = "children/processes.rs"]
mod processes;
#[path = "children/roles.rs"]
mod roles;

use std::fs;
use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output, Stdio};

use libtest_mimic::{Arguments, Failed, Trial};
use perflab::catalogue::{CATALOGUE, CaseRef};
use processes::{children_of, marked, signal, start_and_see, wait_until};

/// Families of children, waits and shared state, with sizes at which a case takes milliseconds.
const SMALL: &[(&str, &[usize])] = &[
    ("wait", &[0, 1, 2]),
    ("children", &[0, 1]),
    ("child-io", &[0, 1, 22, 300_000]),
    ("encrypt", &[0, 1, 8, 10, 300_000]),
    ("child-time-out", &[0, 1]),
    ("start-child", &[0, 1]),
    ("stop-flag", &[0, 1, 2]),
    ("shared-counter", &[0, 1, 2, 3]),
    ("channels", &[0, 1, 2, 3]),
];

/// Names what this executable is to do instead of testing.
const ROLE: &str = "PERFLAB_TEST_ROLE";

fn main() -> ExitCode {
    perflab::catalogue::serve_workers();
    match std::env::var(ROLE).as_deref() {
        Ok("reap") => return roles::reap(),
        Ok("fault") => return roles::fault(),
        Ok("starve") => return roles::starve(),
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
        let gone = wait_until(&format!("no process of {case}"), || marked(&mark).is_empty());
        // A test that fails must leave none either.
        signal("-KILL", &marked(&mark))?;
        gone?;
    }
    Ok(())
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
