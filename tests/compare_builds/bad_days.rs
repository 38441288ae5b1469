//! What cannot be built is told, and what is stopped or killed leaves nothing behind.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Output};
use std::time::Duration;

use perflab::instruments::compare::builds::build_this_tree;
use perflab::record::Lock;
use rustix::process::{Pid, Signal, getpgid, kill_process, kill_process_group, test_kill_process};

use crate::project::{PROGRAM, Project, Tested, layout_of, output_of};

pub(crate) fn no_revision() -> Tested {
    let project = Project::that_prints("one");
    let lists = "`git log --oneline` lists the revisions";
    assert_eq!(project.refused("nowhere"), format!("there is no revision `nowhere`: {lists}"));
    assert_eq!(project.refused(""), format!("there is no revision ``: {lists}"));
    assert_eq!(project.refused("a\nb"), format!("there is no revision `a\\nb`: {lists}"));
    assert_eq!(project.refused("../../x"), format!("there is no revision `../../x`: {lists}"));
    assert_eq!(project.refused("--all"), format!("`--all` is an option to git, no revision: {lists}"));
    // A file of that name in the tree is no commit either.
    assert_eq!(project.refused("HEAD:src"), format!("there is no revision `HEAD:src`: {lists}"));
    Ok(())
}

pub(crate) fn shallow() -> Tested {
    let project = Project::that_prints("one");
    project.print("two");
    project.commit();
    let temporary = tempfile::tempdir()?;
    let folder = fs::canonicalize(temporary.path())?.join("clone");
    let origin = format!("file://{}", project.folder.display());
    project.git(&["clone", "--quiet", "--depth", "1", &origin, &folder.to_string_lossy()]);
    let clone = Project { _temporary: temporary, folder };
    let error = clone.refused("HEAD~1");
    assert!(error.contains("`HEAD~1` in this shallow clone: `git fetch --unshallow`"), "{error}");
    Ok(())
}

pub(crate) fn no_repository() -> Tested {
    let folder = tempfile::tempdir()?;
    let layout = layout_of(folder.path());
    let error = build_this_tree(&layout, folder.path(), PROGRAM, 0, &mut |_| ())
        .expect_err("no repository")
        .to_string();
    assert!(error.contains("lies in no git repository: `git init`"), "{error}");
    assert!(Command::new("git").args(["init", "--quiet"]).arg(folder.path()).status()?.success());
    let error =
        build_this_tree(&layout, folder.path(), PROGRAM, 0, &mut |_| ()).expect_err("no commit").to_string();
    assert!(error.contains("has no commit yet: `git commit`"), "{error}");
    assert!(!layout.profiles.exists());
    Ok(())
}

pub(crate) fn does_not_build() -> Tested {
    let project = Project::that_prints("one");
    project.write("src/main.rs", "fn main() { let _: u32 = \"text\"; }\n");
    project.commit();
    let error = project.refused("HEAD");
    let log = project.builds().join("build.log");
    let short = project.git(&["rev-parse", "--short", "HEAD"]);
    let expected = format!("{short} does not build: error[E0308]: mismatched types (src/main.rs:1:");
    assert!(error.starts_with(&expected), "{error}");
    assert!(error.ends_with(&format!("; {} has it in full", log.display())), "{error}");
    assert!(fs::read_to_string(log)?.contains("expected `u32`, found `&str`"));
    // The next one is none the worse for it.
    assert_eq!(output_of(&project.build(Some("HEAD~1"), 0).0?.executables[0]), "one 6");
    Ok(())
}

pub(crate) fn without_perflab() -> Tested {
    let project = Project::that_prints("one");
    fs::remove_file(project.folder.join("src/main.rs"))?;
    project.commit();
    let error = project.refused("HEAD");
    assert!(error.contains("has no perflab binary: `git log"), "{error}");
    let manifest = fs::read_to_string(project.folder.join("Cargo.toml"))?;
    project.write("Cargo.toml", &manifest.replace("perflab", "other"));
    project.commit();
    let error = project.refused("HEAD");
    assert!(error.contains("has no package perflab, which this command is of: `git log"), "{error}");
    fs::remove_file(project.folder.join("Cargo.toml"))?;
    project.commit();
    let error = project.refused("HEAD");
    assert!(error.contains("has no package perflab"), "{error}");
    Ok(())
}

pub(crate) fn two_at_once() -> Tested {
    let project = Project::that_prints("one");
    let _lock = Lock::take_builds(&layout_of(&project.folder))?;
    let output = project.builder().output()?;
    let said = said_by(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains(&format!("process {}, lock", std::process::id())), "{said}");
    Ok(())
}

pub(crate) fn missing_programs() -> Tested {
    let project = Project::that_prints("one");
    let empty = tempfile::tempdir()?;
    let output = project.builder().env("PATH", empty.path()).output()?;
    assert!(said_by(&output).contains("error: git is not in PATH"), "{}", said_by(&output));
    let output = project.builder().env("CARGO", "no-such-cargo").output()?;
    assert!(said_by(&output).contains("error: no-such-cargo is not in PATH"), "{}", said_by(&output));
    let output = project.builder().env("RUSTC", "no-such-rustc").output()?;
    assert!(said_by(&output).contains("error: no-such-rustc is not in PATH"), "{}", said_by(&output));
    project.holds_nothing_unfinished();
    Ok(())
}

fn said_by(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Waits until the build script has named its process.
fn in_the_middle(builder: &mut Child, marker: &Path) -> Pid {
    loop {
        let named =
            fs::read_to_string(marker).ok().and_then(|text| text.parse().ok()).and_then(Pid::from_raw);
        if let Some(pid) = named {
            return pid;
        }
        let ended = builder.try_wait().expect("it can be asked");
        assert_eq!(ended, None, "the build ended before its build script began");
        std::thread::sleep(Duration::from_millis(10));
    }
}

pub(crate) fn ctrl_c() -> Tested {
    let project = Project::that_prints("one");
    let marker = project.stop_in_the_middle();
    let mut builder = project.builder().spawn()?;
    let script = in_the_middle(&mut builder, &marker);
    assert!(project.builds().join("tree").exists());
    kill_process(pid_of(&builder), Signal::INT)?;
    let output = builder.wait_with_output()?;
    assert_eq!(output.status.code(), Some(1), "{}", said_by(&output));
    assert!(said_by(&output).contains("error: interrupted"), "{}", said_by(&output));
    project.holds_nothing_unfinished();
    wait_until_gone(script);
    Ok(())
}

pub(crate) fn killed() -> Tested {
    let project = Project::that_prints("one");
    let marker = project.stop_in_the_middle();
    let mut builder = project.builder().spawn()?;
    let script = in_the_middle(&mut builder, &marker);
    builder.kill()?;
    builder.wait()?;
    // Nobody is left to end what it started.
    kill_process_group(getpgid(Some(script))?, Signal::KILL)?;
    wait_until_gone(script);
    let tree = project.builds().join("tree");
    assert!(tree.exists());
    let (build, told) = project.build(Some("HEAD~1"), 0);
    assert_eq!(output_of(&build?.executables[0]), "one 6");
    let removed = format!("removed the worktree that a killed run left: {}", tree.display());
    assert!(told.contains(&removed), "{told:?}");
    assert!(told.iter().any(|line| line.starts_with("removed what a killed run left: ")), "{told:?}");
    project.holds_nothing_unfinished();
    // The folder deleted by hand, or git's note of it: what is left of the two goes as well.
    for only_the_note in [true, false] {
        if only_the_note {
            project.git(&["worktree", "add", "--quiet", "--detach", &tree.to_string_lossy()]);
            project.git(&["worktree", "lock", &tree.to_string_lossy()]);
            fs::remove_dir_all(&tree)?;
        } else {
            fs::create_dir_all(tree.join("src"))?;
        }
        let (build, told) = project.build(Some("HEAD~1"), 0);
        build?;
        assert!(told.contains(&removed), "{told:?}");
        project.holds_nothing_unfinished();
    }
    Ok(())
}

fn pid_of(child: &Child) -> Pid {
    i32::try_from(child.id()).ok().and_then(Pid::from_raw).expect("a process has a number")
}

/// Returns once no such process is left; one that waits for its end to be noticed does not count.
fn wait_until_gone(pid: Pid) {
    let stat = format!("/proc/{}/stat", pid.as_raw_nonzero());
    let zombie = || fs::read_to_string(&stat).is_ok_and(|stat| stat.contains(") Z "));
    while test_kill_process(pid).is_ok() && !zombie() {
        std::thread::sleep(Duration::from_millis(10));
    }
}
