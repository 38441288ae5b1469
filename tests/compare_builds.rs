//! Revisions built aside, on real repositories of a package that builds in a second: what comes out, what is kept,
//! and every bad day. Told a project, this executable builds it instead, so that a build can be killed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use libtest_mimic::{Arguments, Trial};
use perflab::instruments::compare::builds::{Build, BuildError, build_revision, build_this_tree};
use perflab::record::{Layout, Lock};
use rustix::process::{Pid, Signal, getpgid, kill_process, kill_process_group, test_kill_process};
use tempfile::TempDir;

/// Has this executable build the project it names; without it, this executable is a test.
const PROJECT: &str = "PERFLAB_TEST_PROJECT";
/// The revision to build; without it, the tree as it stands.
const REVISION: &str = "PERFLAB_TEST_REVISION";
/// How many placements; without it, none.
const PLACEMENTS: &str = "PERFLAB_TEST_PLACEMENTS";

fn main() {
    if let Some(project) = std::env::var_os(PROJECT) {
        build_as_told(Path::new(&project));
    }
    let trials = vec![
        Trial::test("a_revision_and_the_tree_as_it_stands_are_built_aside", built_aside),
        Trial::test("placements_do_the_same_at_other_addresses", placements),
        Trial::test("what_was_built_is_built_once", built_once),
        Trial::test("equal_sources_give_equal_executables", equal_sources),
        Trial::test("an_entry_cut_short_is_built_anew", cut_short),
        Trial::test("a_project_below_its_repository_has_its_own_settings_once", below),
        Trial::test("a_linker_without_the_option_gives_the_plain_link_and_says_so", other_linker),
        Trial::test("a_revision_that_is_none_is_told", no_revision),
        Trial::test("a_shallow_clone_is_told", shallow),
        Trial::test("no_repository_and_no_commit_are_told", no_repository),
        Trial::test("a_revision_that_does_not_build_names_the_first_error", does_not_build),
        Trial::test("a_revision_without_perflab_is_told", without_perflab),
        Trial::test("two_at_once_are_told_apart_by_their_process", two_at_once),
        Trial::test("a_missing_git_or_cargo_is_named", missing_programs),
        Trial::test("ctrl_c_leaves_no_worktree_and_no_process", ctrl_c),
        Trial::test("what_a_killed_run_left_is_removed_and_said", killed),
    ]
    .into_iter()
    .map(|trial| trial.with_kind("build"))
    .collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn build_as_told(project: &Path) -> ! {
    let layout = layout_of(project);
    let placements = std::env::var(PLACEMENTS).map_or(0, |text| text.parse().expect("a number"));
    let mut tell = |line: &str| eprintln!("{line}");
    let built = match std::env::var(REVISION) {
        Ok(revision) => build_revision(&layout, project, &revision, placements, &mut tell),
        Err(_) => build_this_tree(&layout, project, placements, &mut tell),
    };
    match built {
        Ok(build) => println!("{build:#?}"),
        Err(error) => {
            eprintln!("error: {error}");
            std::process::exit(1);
        }
    }
    std::process::exit(0);
}

fn layout_of(project: &Path) -> Layout {
    Layout::new(project.join("profiles"), project.join("reports"))
}

/// A repository with one commit, of a package that prints a word.
struct Project {
    _temporary: TempDir,
    folder: PathBuf,
}

type Tested = Result<(), libtest_mimic::Failed>;

impl Project {
    fn that_prints(word: &str) -> Self {
        let temporary = tempfile::tempdir().expect("a temporary folder");
        let folder = fs::canonicalize(temporary.path()).expect("it is there");
        let project = Self { _temporary: temporary, folder };
        project.git(&["init", "--quiet"]);
        project.git(&["config", "user.name", "a test"]);
        project.git(&["config", "user.email", "test@example.org"]);
        project.write(".gitignore", "/target\n/profiles\n");
        project
            .write("Cargo.toml", "[package]\nname = \"perflab\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
        project.write(
            "src/lib.rs",
            "#[inline(never)] pub fn one() -> u32 { std::hint::black_box(1) }\n\
             #[inline(never)] pub fn two() -> u32 { std::hint::black_box(2) }\n\
             #[inline(never)] pub fn three() -> u32 { std::hint::black_box(3) }\n",
        );
        project.print(word);
        project.commit();
        project
    }

    fn print(&self, word: &str) {
        let sum = "perflab::one() + perflab::two() + perflab::three()";
        self.write("src/main.rs", &format!("fn main() {{ println!(\"{word} {{}}\", {sum}); }}\n"));
    }

    fn write(&self, file: &str, text: &str) {
        let file = self.folder.join(file);
        fs::create_dir_all(file.parent().expect("it has one")).expect("a folder");
        fs::write(file, text).expect("it can be written");
    }

    fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", "a change"]);
    }

    fn git(&self, arguments: &[&str]) -> String {
        let output = Command::new("git").arg("-C").arg(&self.folder).args(arguments).output().expect("git");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    fn build(&self, revision: Option<&str>, placements: usize) -> (Result<Build, BuildError>, Vec<String>) {
        let layout = layout_of(&self.folder);
        let mut told = Vec::new();
        let mut tell = |line: &str| told.push(line.to_owned());
        let built = match revision {
            Some(revision) => build_revision(&layout, &self.folder, revision, placements, &mut tell),
            None => build_this_tree(&layout, &self.folder, placements, &mut tell),
        };
        (built, told)
    }

    /// The line by which a build is refused; it must be one, and leave nothing behind.
    #[track_caller]
    fn refused(&self, revision: &str) -> String {
        let (built, told) = self.build(Some(revision), 1);
        let error = built.expect_err(&format!("it should be refused: {told:?}")).to_string();
        assert_eq!(error.lines().count(), 1, "{error}");
        self.holds_nothing_unfinished();
        error
    }

    #[track_caller]
    fn holds_nothing_unfinished(&self) {
        assert_eq!(self.git(&["worktree", "list"]).lines().count(), 1);
        let entries = fs::read_dir(self.builds()).into_iter().flatten();
        let names: Vec<String> = entries
            .map(|entry| entry.expect("it can be read").file_name().to_string_lossy().into())
            .collect();
        assert!(names.iter().all(|name| name != "tree" && !name.starts_with('.')), "{names:?}");
    }

    fn builds(&self) -> PathBuf {
        layout_of(&self.folder).builds()
    }

    /// This executable, told to build this project.
    fn builder(&self) -> Command {
        let mut command = Command::new(std::env::current_exe().expect("this executable"));
        command.env(PROJECT, &self.folder).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Has the next build stop in the middle: its build script names its process in a file, and sleeps.
    fn stop_in_the_middle(&self) -> PathBuf {
        let marker = self.folder.join("target/marker");
        fs::create_dir_all(self.folder.join("target")).expect("a folder");
        let write =
            format!("std::fs::write({:?}, std::process::id().to_string()).unwrap()", marker.display());
        let sleep = "std::thread::sleep(std::time::Duration::from_secs(600))";
        self.write("build.rs", &format!("fn main() {{ {write}; {sleep}; }}\n"));
        self.commit();
        marker
    }
}

fn output_of(executable: &Path) -> String {
    let output = Command::new(executable).output().expect("it starts");
    assert!(output.status.success());
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn built_aside() -> Tested {
    let project = Project::that_prints("one");
    project.print("two");
    project.commit();
    project.print("three");
    project.write("src/new.rs", "");
    let before = project.git(&["status", "--porcelain"]);
    let (old, told) = project.build(Some("HEAD~1"), 0);
    let old = old?;
    assert_eq!(output_of(&old.executables[0]), "one 6");
    assert_eq!((old.revision, old.dirty), (project.git(&["rev-parse", "HEAD~1"]), false));
    assert_eq!(old.described, project.git(&["rev-parse", "--short", "HEAD~1"]));
    assert!(told.iter().any(|line| line.contains("built in")), "{told:?}");
    let (new, told) = project.build(None, 0);
    let new = new?;
    assert_eq!(output_of(&new.executables[0]), "three 6");
    assert_eq!((new.revision, new.dirty), (project.git(&["rev-parse", "HEAD"]), true));
    assert_eq!(new.described, format!("{}-dirty", project.git(&["rev-parse", "--short", "HEAD"])));
    assert!(told.iter().any(|line| line.contains("uncommitted work")), "{told:?}");
    assert_eq!(output_of(&old.executables[0]), "one 6");
    assert_eq!(project.git(&["status", "--porcelain"]), before);
    assert!(!project.folder.join("target").exists());
    project.holds_nothing_unfinished();
    Ok(())
}

fn placements() -> Tested {
    let project = Project::that_prints("one");
    let build = project.build(Some("HEAD"), 2).0?;
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        // lld is Rust's own linker there alone.
        assert_eq!(build.executables.len() == 3, build.without_placements.is_none());
        return Ok(());
    }
    assert_eq!((build.executables.len(), &build.without_placements), (3, &None));
    let read = |index: usize| fs::read(&build.executables[index]).expect("it can be read");
    assert!(read(0) != read(1) && read(1) != read(2) && read(0) != read(2));
    for executable in &build.executables {
        assert_eq!(output_of(executable), "one 6");
    }
    // One library is linked to all three programs.
    let entries = fs::read_dir(project.builds().join("target/release/deps"))?;
    let names: Vec<PathBuf> = entries.map(|entry| entry.expect("it can be read").path()).collect();
    let ending_in = |ending: Option<&str>| {
        names.iter().filter(|name| name.extension().and_then(|found| found.to_str()) == ending).count()
    };
    assert_eq!((ending_in(Some("rlib")), ending_in(None)), (1, 3), "{names:?}");
    Ok(())
}

fn built_once() -> Tested {
    let project = Project::that_prints("one");
    let first = project.build(Some("HEAD"), 1).0?;
    fs::remove_file(project.builds().join("build.log"))?;
    let (second, told) = project.build(Some("HEAD"), 1);
    assert_eq!(second?, first);
    assert_eq!(told, [format!("{}: cached", first.described)]);
    assert!(!project.builds().join("build.log").exists(), "cargo was called");
    // The tree as it stands is that of HEAD.
    let (third, told) = project.build(None, 1);
    assert_eq!(third?, first);
    assert_eq!(told, [format!("{}: cached", first.described)]);
    let fewer = project.build(Some("HEAD"), 0).0?;
    assert_eq!(fewer.executables.len(), 1);
    assert_ne!(fewer.executables[0], first.executables[0]);
    Ok(())
}

fn equal_sources() -> Tested {
    let project = Project::that_prints("one");
    let first = project.build(Some("HEAD"), 0).0?;
    let bytes = fs::read(&first.executables[0])?;
    project.print("two");
    project.commit();
    let other = project.build(Some("HEAD"), 0).0?;
    assert_ne!(fs::read(&other.executables[0])?, bytes);
    fs::remove_dir_all(first.executables[0].parent().expect("it has one"))?;
    let again = project.build(Some("HEAD~1"), 0).0?;
    assert!(fs::read(&again.executables[0])? == bytes, "the same sources gave another executable");
    assert!(!again.is_same_as(&other)?);
    project.write("NOTES.md", "Nothing that is compiled.\n");
    project.commit();
    let noted = project.build(Some("HEAD"), 0).0?;
    assert_ne!(noted.executables, other.executables);
    assert!(noted.is_same_as(&other)?, "they differ in a text alone");
    Ok(())
}

fn cut_short() -> Tested {
    let project = Project::that_prints("one");
    let build = project.build(Some("HEAD"), 1).0?;
    let last = build.executables.last().expect("there is one");
    fs::write(last, b"\x7fELF")?;
    let (again, told) = project.build(Some("HEAD"), 1);
    assert_eq!(again?, build);
    assert!(told[0].contains("was cut short and is built anew"), "{told:?}");
    assert_eq!(output_of(last), "one 6");
    Ok(())
}

fn below() -> Tested {
    let outer = Project::that_prints("one");
    for file in ["Cargo.toml", "src/lib.rs"] {
        outer.write(&format!("inner/{file}"), &fs::read_to_string(outer.folder.join(file))?);
    }
    outer.write("inner/.cargo/config.toml", "[build]\nrustflags = [\"--cfg\", \"inner\"]\n");
    outer.write(".cargo/config.toml", "[build]\nrustflags = [\"--cfg\", \"outer\"]\n");
    outer.write(
        "inner/build.rs",
        "fn main() { let flags = std::env::var(\"CARGO_ENCODED_RUSTFLAGS\").unwrap();\n\
         println!(\"cargo::rustc-env=FLAGS={}\", flags.replace('\\u{1f}', \" \")); }\n",
    );
    outer.write("inner/src/main.rs", "fn main() { println!(\"{}\", env!(\"FLAGS\")); }\n");
    outer.write(".gitignore", "/target\n/inner/profiles\n");
    outer.commit();
    let project = outer.folder.join("inner");
    let build = build_this_tree(&layout_of(&project), &project, 0, &mut |_| ())?;
    let said = output_of(&build.executables[0]);
    assert_eq!((said.matches("inner").count(), said.matches("outer").count()), (1, 1), "{said}");
    Ok(())
}

fn other_linker() -> Tested {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return Ok(());
    }
    let project = Project::that_prints("one");
    project.write(".cargo/config.toml", "[build]\nrustflags = [\"-Clinker-features=-lld\"]\n");
    project.commit();
    let (build, told) = project.build(Some("HEAD"), 2);
    let build = build?;
    assert_eq!(build.executables.len(), 1);
    let reason = build.without_placements.clone().expect("there is a reason");
    assert!(reason.starts_with("the linker has no --shuffle-sections, lld has: "), "{reason}");
    assert!(told.iter().any(|line| line.contains(&reason)), "{told:?}");
    // Kept with the build.
    assert_eq!(project.build(Some("HEAD"), 2).0?.without_placements, Some(reason));
    Ok(())
}

fn no_revision() -> Tested {
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

fn shallow() -> Tested {
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

fn no_repository() -> Tested {
    let folder = tempfile::tempdir()?;
    let layout = layout_of(folder.path());
    let error =
        build_this_tree(&layout, folder.path(), 0, &mut |_| ()).expect_err("no repository").to_string();
    assert!(error.contains("lies in no git repository: `git init`"), "{error}");
    assert!(Command::new("git").args(["init", "--quiet"]).arg(folder.path()).status()?.success());
    let error = build_this_tree(&layout, folder.path(), 0, &mut |_| ()).expect_err("no commit").to_string();
    assert!(error.contains("has no commit yet: `git commit`"), "{error}");
    assert!(!layout.profiles.exists());
    Ok(())
}

fn does_not_build() -> Tested {
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

fn without_perflab() -> Tested {
    let project = Project::that_prints("one");
    fs::remove_file(project.folder.join("src/main.rs"))?;
    project.commit();
    let error = project.refused("HEAD");
    assert!(error.contains("has no perflab binary: `git log"), "{error}");
    let manifest = fs::read_to_string(project.folder.join("Cargo.toml"))?;
    project.write("Cargo.toml", &manifest.replace("perflab", "other"));
    project.commit();
    let error = project.refused("HEAD");
    assert!(error.contains("has no package perflab: `git log"), "{error}");
    fs::remove_file(project.folder.join("Cargo.toml"))?;
    project.commit();
    let error = project.refused("HEAD");
    assert!(error.contains("has no package perflab"), "{error}");
    Ok(())
}

fn two_at_once() -> Tested {
    let project = Project::that_prints("one");
    let _lock = Lock::take_builds(&layout_of(&project.folder))?;
    let output = project.builder().output()?;
    let said = said_by(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains(&format!("process {}, lock", std::process::id())), "{said}");
    Ok(())
}

fn missing_programs() -> Tested {
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

fn ctrl_c() -> Tested {
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

fn killed() -> Tested {
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
