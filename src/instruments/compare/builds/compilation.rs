//! Cargo's part: the program is compiled once, and its last link alone is repeated for a placement.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

use super::BuildError;
use super::disk::was_full;
use super::error::cannot;
use super::git::Sources;
use super::seed::{is_own, target_folder};
use super::toolchain::{Toolchain, missing};
use super::worktree::Worktree;
use crate::instruments::process::wait_or_interrupt;

/// Has lld put the sections, and so the functions, in an order that the seed decides. Cargo hands it to the program's
/// own link and to nothing else: the library is linked as it was compiled.
const SHUFFLE: &str = "-Clink-arg=-Wl,--shuffle-sections=*=";
/// Nobody asks a placement which line an address is of; without it one is a fifth as large.
const STRIP: &str = "-Cstrip=debuginfo";

/// What linkers say of an option that they do not have.
const REFUSALS: [&str; 5] = [
    "unrecognized option",
    "unrecognized argument",
    "unknown option",
    "unknown argument",
    "unknown command line",
];

/// One build under way.
#[derive(Debug)]
pub(super) struct Compilation<'a> {
    toolchain: &'a Toolchain,
    worktree: &'a Worktree<'a>,
    /// The package that is built, and its program.
    program: &'a str,
    described: String,
    builds: PathBuf,
    log: PathBuf,
}

/// What became of a repeated link.
#[derive(Debug)]
pub(super) enum Relinked {
    /// Here is another executable.
    Moved(PathBuf),
    /// The linker cannot, and why.
    Unmoved(String),
}

/// How cargo ended.
struct Ended {
    success: bool,
    stdout: String,
    said: String,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

#[derive(Deserialize)]
struct Message {
    target: Option<Target>,
    executable: Option<PathBuf>,
}

impl Target {
    fn is_program(&self, name: &str) -> bool {
        self.name == name && self.kind.iter().any(|kind| kind == "bin")
    }
}

impl<'a> Compilation<'a> {
    /// Of the sources in `worktree`, in the folder `builds`.
    ///
    /// # Errors
    /// [`BuildError::NoPackage`] and [`BuildError::NoBinary`] before anything is compiled.
    pub(super) fn of(
        toolchain: &'a Toolchain,
        worktree: &'a Worktree<'a>,
        program: &'a str,
        sources: &Sources,
        builds: &Path,
    ) -> Result<Self, BuildError> {
        let described = sources.described.clone();
        let (builds, log) = (builds.to_owned(), builds.join("build.log"));
        let compilation = Self { toolchain, worktree, program, described, builds, log };
        compilation.begin_log()?;
        toolchain.alignment().prepare(&compilation.builds)?;
        compilation.find_program()?;
        compilation.forget_own()?;
        Ok(compilation)
    }

    /// Where everything lies that cargo said.
    pub(super) fn log(&self) -> &Path {
        &self.log
    }

    /// Builds the program; returns where cargo put it.
    pub(super) fn build(&self) -> Result<PathBuf, BuildError> {
        let ended = self.rustc(None)?;
        if ended.success { self.executable(&ended) } else { Err(self.failure(&ended.said)) }
    }

    /// Links it again with its functions in the order of `placement`; it must then differ from `plain`.
    pub(super) fn relink(&self, placement: usize, plain: &Path) -> Result<Relinked, BuildError> {
        let ended = self.rustc(Some(placement))?;
        if ended.success {
            let executable = self.executable(&ended)?;
            let read = |path: &Path| fs::read(path).map_err(cannot("read", path));
            if read(&executable)? == read(plain)? {
                let reason = "the linker takes --shuffle-sections and moves nothing";
                return Ok(Relinked::Unmoved(reason.to_owned()));
            }
            return Ok(Relinked::Moved(executable));
        }
        match refusal(&ended.said) {
            Some(line) => {
                Ok(Relinked::Unmoved(format!("the linker has no --shuffle-sections, lld has: {line}")))
            }
            None => Err(self.failure(&ended.said)),
        }
    }

    fn rustc(&self, placement: Option<usize>) -> Result<Ended, BuildError> {
        let mut cargo = self.cargo();
        cargo.args(["rustc", "--release", "--package", self.program, "--bin", self.program]);
        cargo.args(["--message-format=json-render-diagnostics", "--manifest-path"]).arg(self.manifest());
        if let Some(placement) = placement {
            cargo.args(["--", STRIP]).arg(format!("{SHUFFLE}{placement}"));
        }
        self.run(cargo)
    }

    fn cargo(&self) -> Command {
        self.toolchain.cargo(self.worktree, &self.builds)
    }

    fn manifest(&self) -> PathBuf {
        self.worktree.project().join("Cargo.toml")
    }

    fn begin_log(&self) -> Result<(), BuildError> {
        File::create(&self.log).map_err(cannot("write", &self.log)).map(drop)
    }

    fn find_program(&self) -> Result<(), BuildError> {
        if !self.manifest().is_file() {
            return Err(self.no_package());
        }
        let mut cargo = self.cargo();
        cargo
            .args(["metadata", "--no-deps", "--format-version", "1", "--manifest-path"])
            .arg(self.manifest());
        let ended = self.run(cargo)?;
        let Some(metadata) =
            ended.success.then(|| serde_json::from_str::<Metadata>(&ended.stdout).ok()).flatten()
        else {
            return Err(self.failure(&ended.said));
        };
        let Some(package) = metadata.packages.iter().find(|package| package.name == self.program) else {
            return Err(self.no_package());
        };
        match package.targets.iter().any(|target| target.is_program(self.program)) {
            true => Ok(()),
            false => Err(self.no_binary()),
        }
    }

    fn no_package(&self) -> BuildError {
        BuildError::NoPackage { described: self.described.clone(), name: self.program.to_owned() }
    }

    fn no_binary(&self) -> BuildError {
        BuildError::NoBinary { described: self.described.clone(), name: self.program.to_owned() }
    }

    /// Has cargo compile the package anew. It would tell by the times of the files whether it must, and all revisions
    /// lie in one folder: a clock that was set back between two of them would pass the one's code for the other's.
    fn forget_own(&self) -> Result<(), BuildError> {
        let known = target_folder(&self.builds).join("release").join(".fingerprint");
        let Ok(entries) = fs::read_dir(&known) else { return Ok(()) };
        for entry in entries.filter_map(Result::ok) {
            if is_own(&entry.file_name().to_string_lossy(), self.program) {
                fs::remove_dir_all(entry.path()).map_err(cannot("remove", &entry.path()))?;
            }
        }
        Ok(())
    }

    /// Runs cargo to its end, or until Ctrl-C; what it says goes to the log.
    fn run(&self, mut cargo: Command) -> Result<Ended, BuildError> {
        let failed = || cannot("write", &self.log);
        let mut log = File::options().append(true).read(true).open(&self.log).map_err(failed())?;
        let start = log.seek(SeekFrom::End(0)).map_err(failed())?;
        let temporary = std::env::temp_dir();
        let mut stdout = tempfile::tempfile().map_err(cannot("write to", &temporary))?;
        cargo.stdout(stdout.try_clone().map_err(cannot("write to", &temporary))?);
        cargo.stderr(Stdio::from(log.try_clone().map_err(failed())?));
        let mut child = cargo.spawn().map_err(missing(cargo.get_program()))?;
        let status =
            wait_or_interrupt(&mut child).map_err(cannot("wait for", Path::new(cargo.get_program())))?;
        let status = status.ok_or(BuildError::Interrupted)?;
        let (mut out, mut said) = (Vec::new(), Vec::new());
        stdout.rewind().and_then(|()| stdout.read_to_end(&mut out)).map_err(cannot("read in", &temporary))?;
        log.seek(SeekFrom::Start(start))
            .and_then(|_| log.read_to_end(&mut said))
            .map_err(cannot("read", &self.log))?;
        Ok(Ended {
            success: status.success(),
            stdout: String::from_utf8_lossy(&out).into_owned(),
            said: String::from_utf8_lossy(&said).into_owned(),
        })
    }

    fn executable(&self, ended: &Ended) -> Result<PathBuf, BuildError> {
        executable(&ended.stdout, self.program).ok_or_else(|| self.no_binary())
    }

    fn failure(&self, said: &str) -> BuildError {
        if was_full(&self.builds, said) {
            return BuildError::DiskFull { path: target_folder(&self.builds), builds: self.builds.clone() };
        }
        let (described, log) = (self.described.clone(), self.log.clone());
        BuildError::DoesNotBuild { described, error: first_error(said), log }
    }
}

/// Where cargo's messages say that the program lies.
fn executable(messages: &str, program: &str) -> Option<PathBuf> {
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Message>(line).ok());
    messages
        .filter(|message| message.target.as_ref().is_some_and(|target| target.is_program(program)))
        .find_map(|it| it.executable)
}

/// The first error and where it is, in one line; what cargo said last if it names none.
fn first_error(said: &str) -> String {
    let lines: Vec<&str> = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let Some(first) = lines.iter().position(|line| line.starts_with("error")) else {
        return lines.last().map_or("cargo said nothing".to_owned(), |line| (*line).to_owned());
    };
    let place = lines[first..].iter().take(3).find_map(|line| line.strip_prefix("--> "));
    let error = lines[first];
    place.map_or(error.to_owned(), |place| format!("{error} ({place})"))
}

/// The line by which a linker says that it has no such option. The compiler, and a linker that dies, quote the whole
/// call, which names the option too: the line must also refuse it.
fn refusal(said: &str) -> Option<&str> {
    said.lines().map(str::trim).find(|line| {
        let lower = line.to_lowercase();
        lower.contains("shuffle-sections") && REFUSALS.iter().any(|words| lower.contains(words))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_told_with_its_place() {
        let said = "   Compiling x\nerror[E0308]: mismatched types\n --> src/main.rs:1:22\n  |\nerror: could not compile";
        assert_eq!(first_error(said), "error[E0308]: mismatched types (src/main.rs:1:22)");
        assert_eq!(first_error("error: no matching package\n"), "error: no matching package");
        assert_eq!(first_error("strange\n"), "strange");
    }

    #[test]
    fn only_a_linker_that_refuses_the_option_lacks_it() {
        let note = "  = note:  \"cc\" \"-Wl,--shuffle-sections=*=1\" \"-lunknown\"\n";
        assert_eq!(refusal(&format!("{note}/usr/bin/ld: cannot find -lunknown")), None);
        let line = "/usr/bin/ld: unrecognized option '--shuffle-sections=*=1'";
        assert_eq!(refusal(&format!("{note}          {line}\n")), Some(line));
        let died = "Program arguments: x86_64-unknown-linux-gnu/bin/rust-lld --shuffle-sections=*=1";
        assert_eq!(refusal(died), None);
    }

    #[test]
    fn the_program_is_found_among_cargo_s_messages() {
        let messages = r#"{"reason":"compiler-artifact","target":{"name":"perflab","kind":["lib"]},"executable":null}
{"reason":"compiler-artifact","target":{"name":"perflab","kind":["bin"]},"executable":"/t/perflab"}
{"reason":"build-finished","success":true}"#;
        assert_eq!(executable(messages, "perflab"), Some(PathBuf::from("/t/perflab")));
        assert_eq!(executable("", "perflab"), None);
    }
}
