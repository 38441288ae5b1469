//! A project that builds in a second, in a repository of its own, and who builds it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use perflab::instruments::compare::builds::{Build, BuildError, build_revision, build_this_tree};
use perflab::record::Layout;
use tempfile::TempDir;

/// The package of the planted project, and its program.
pub(crate) const PROGRAM: &str = "perflab";

/// Has this executable build the project it names; without it, this executable is a test.
pub(crate) const PROJECT: &str = "PERFLAB_TEST_PROJECT";
/// The revision to build; without it, the tree as it stands.
const REVISION: &str = "PERFLAB_TEST_REVISION";
/// How many placements; without it, none.
const PLACEMENTS: &str = "PERFLAB_TEST_PLACEMENTS";

pub(crate) fn build_as_told(project: &Path) -> ! {
    let layout = layout_of(project);
    let placements = std::env::var(PLACEMENTS).map_or(0, |text| text.parse().expect("a number"));
    let mut tell = |line: &str| eprintln!("{line}");
    let built = match std::env::var(REVISION) {
        Ok(revision) => build_revision(&layout, project, PROGRAM, &revision, placements, &mut tell),
        Err(_) => build_this_tree(&layout, project, PROGRAM, placements, &mut tell),
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

pub(crate) fn layout_of(project: &Path) -> Layout {
    Layout::new(project.join("profiles"), project.join("reports"))
}

/// A repository with one commit, of a package that prints a word.
pub(crate) struct Project {
    pub(crate) _temporary: TempDir,
    pub(crate) folder: PathBuf,
}

pub(crate) type Tested = Result<(), libtest_mimic::Failed>;

impl Project {
    pub(crate) fn that_prints(word: &str) -> Self {
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

    pub(crate) fn print(&self, word: &str) {
        let sum = "perflab::one() + perflab::two() + perflab::three()";
        self.write("src/main.rs", &format!("fn main() {{ println!(\"{word} {{}}\", {sum}); }}\n"));
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        let file = self.folder.join(file);
        fs::create_dir_all(file.parent().expect("it has one")).expect("a folder");
        fs::write(file, text).expect("it can be written");
    }

    pub(crate) fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", "a change"]);
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let output = Command::new("git").arg("-C").arg(&self.folder).args(arguments).output().expect("git");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    pub(crate) fn build(
        &self,
        revision: Option<&str>,
        placements: usize,
    ) -> (Result<Build, BuildError>, Vec<String>) {
        let layout = layout_of(&self.folder);
        let mut told = Vec::new();
        let mut tell = |line: &str| told.push(line.to_owned());
        let built = match revision {
            Some(revision) => build_revision(&layout, &self.folder, PROGRAM, revision, placements, &mut tell),
            None => build_this_tree(&layout, &self.folder, PROGRAM, placements, &mut tell),
        };
        (built, told)
    }

    /// The line by which a build is refused; it must be one, and leave nothing behind.
    #[track_caller]
    pub(crate) fn refused(&self, revision: &str) -> String {
        let (built, told) = self.build(Some(revision), 1);
        let error = built.expect_err(&format!("it should be refused: {told:?}")).to_string();
        assert_eq!(error.lines().count(), 1, "{error}");
        self.holds_nothing_unfinished();
        error
    }

    #[track_caller]
    pub(crate) fn holds_nothing_unfinished(&self) {
        assert_eq!(self.git(&["worktree", "list"]).lines().count(), 1);
        let entries = fs::read_dir(self.builds()).into_iter().flatten();
        let names: Vec<String> = entries
            .map(|entry| entry.expect("it can be read").file_name().to_string_lossy().into())
            .collect();
        assert!(names.iter().all(|name| name != "tree" && !name.starts_with('.')), "{names:?}");
    }

    pub(crate) fn builds(&self) -> PathBuf {
        layout_of(&self.folder).builds()
    }

    /// This executable, told to build this project.
    pub(crate) fn builder(&self) -> Command {
        let mut command = Command::new(std::env::current_exe().expect("this executable"));
        command.env(PROJECT, &self.folder).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Has the next build stop in the middle: its build script names its process in a file, and sleeps.
    pub(crate) fn stop_in_the_middle(&self) -> PathBuf {
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

pub(crate) fn output_of(executable: &Path) -> String {
    let output = Command::new(executable).output().expect("it starts");
    assert!(output.status.success());
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
