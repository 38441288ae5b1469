//! With another python3 in its place, or none: each that misbehaves is told, and leaves nothing behind.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use libtest_mimic::Failed;
use perflab::record::State;

use crate::session::{assert_no_process_left, session};

pub(crate) fn no_python() -> Result<(), Failed> {
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

pub(crate) fn too_old() -> Result<(), Failed> {
    let (_folder, path) = fake("[3,7,17]", "exit 1")?;
    let session = session(Some(&path), &["^planted/list@100$"]);
    assert_eq!(session.output.status.code(), Some(1), "{}", session.said());
    assert!(session.said().contains("python3 is 3.7, older than 3.8"), "{}", session.said());
    Ok(())
}

pub(crate) fn mute() -> Result<(), Failed> {
    let (folder, path) = fake("[3,11,0]", "exit 1")?;
    fs::write(folder.path().join("python3"), "#!/bin/sh\n/bin/sleep 3600 &\nwait\n")?;
    let session = session(Some(&path), &["^planted/list@100$"]);
    assert_eq!(session.output.status.code(), Some(1), "{}", session.said());
    assert!(session.said().contains("python3 did not say what it is within"), "{}", session.said());
    assert_no_process_left(session.folder.path());
    Ok(())
}

pub(crate) fn misbehaving() -> Result<(), Failed> {
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

pub(crate) fn hanging() -> Result<(), Failed> {
    let (_folder, path) = fake("[3,11,0]", "/bin/sleep 3600 & wait")?;
    let session = session(Some(&path), &["^planted/list@100$", "--timeout", "3"]);
    assert_eq!(session.output.status.code(), Some(1), "{}", session.said());
    assert!(session.failure("planted/list@100").contains("timed out after 3 s"), "{}", session.said());
    assert_no_process_left(session.folder.path());
    Ok(())
}
