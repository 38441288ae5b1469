//! What compiles, and everything that decides which code comes out: the key of a build.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sha2::{Digest, Sha256};

use super::BuildError;
use super::alignment::Alignment;
use super::error::last_line;
use super::git::{Repository, Sources};
use super::seed::target_folder;
use super::worktree::Worktree;
use crate::instruments::process::in_own_group;

/// Changed when the same key would no longer stand for the same executables.
const FORMAT: &str = "3";

/// The variables by which cargo and the compiler can be told to make other code.
const DECIDING: [&str; 6] = [
    "RUSTFLAGS",
    "CARGO_ENCODED_RUSTFLAGS",
    "RUSTC",
    "RUSTC_WRAPPER",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTC_BOOTSTRAP",
];
const DECIDING_PREFIXES: [&str; 3] = ["CARGO_PROFILE_", "CARGO_BUILD_", "CARGO_TARGET_"];

/// The compiler and cargo's settings that the project is built with.
#[derive(Debug)]
pub(super) struct Toolchain {
    /// What `rustc -vV` says.
    version: String,
    /// The toolchain's folder, which rustup can be told.
    sysroot: PathBuf,
    /// Cargo's settings in the folders around the repository, the outermost first.
    around: Vec<PathBuf>,
    /// Where functions begin.
    alignment: Alignment,
}

impl Toolchain {
    pub(super) fn around(repository: &Repository) -> Result<Self, BuildError> {
        let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let ask = |arguments: &[&str]| {
            let mut command = Command::new(&rustc);
            command.current_dir(repository.project()).args(arguments).stdin(Stdio::null());
            in_own_group(&mut command);
            let output = command.output().map_err(missing(&rustc))?;
            if output.status.success() {
                return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
            }
            let program = rustc.to_string_lossy().into_owned();
            Err(BuildError::Refused { program, said: last_line(&output.stderr) })
        };
        let mut around = Vec::new();
        let home = cargo_home();
        let outer = repository.top().ancestors().skip(1).filter(|folder| folder.parent().is_some());
        for folder in outer {
            // Cargo reads the one at home by itself.
            around.extend(settings_in(folder).filter(|file| file.parent() != home.as_deref()));
        }
        around.reverse();
        let (version, sysroot) = (ask(&["-vV"])?, ask(&["--print", "sysroot"])?.into());
        let own = repository.project().ancestors().take_while(|folder| folder.starts_with(repository.top()));
        let at_home = home.iter().flat_map(|home| settings_of(home));
        let settings: Vec<PathBuf> =
            around.iter().cloned().chain(own.flat_map(settings_in)).chain(at_home).collect();
        let alignment = Alignment::of(&rustc, repository.project(), &settings);
        Ok(Self { version, sysroot, around, alignment })
    }

    /// Where functions begin.
    pub(super) fn alignment(&self) -> &Alignment {
        &self.alignment
    }

    /// The name of the build of `program` from `sources`: a hash of what decides its code, and so fit for a folder.
    pub(super) fn key(
        &self,
        program: &str,
        sources: &Sources,
        repository: &Repository,
        placements: usize,
    ) -> String {
        let mut hash = Sha256::new();
        let mut add = |part: &[u8]| {
            // Its length stands before it: no two lists of parts are the same bytes.
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        };
        add(FORMAT.as_bytes());
        add(program.as_bytes());
        // Cargo.lock, the profile and the repository's own settings are among its files.
        add(sources.tree.as_bytes());
        add(repository.prefix().as_os_str().as_encoded_bytes());
        add(self.version.as_bytes());
        add(placements.to_string().as_bytes());
        add(&[u8::from(self.alignment == Alignment::Lines)]);
        let mut variables: Vec<(OsString, OsString)> =
            std::env::vars_os().filter(|(name, _)| decides(name)).collect();
        variables.sort();
        for (name, value) in variables {
            add(name.as_encoded_bytes());
            add(value.as_encoded_bytes());
        }
        let at_home = cargo_home().into_iter().flat_map(|home| settings_of(&home));
        for file in self.around.iter().cloned().chain(at_home) {
            add(&fs::read(&file).unwrap_or_default());
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Cargo, for the sources in `worktree`, with its target folder in `builds`. It is called in the root folder and
    /// told its settings: by itself it would add those of the project, which the worktree lies below.
    pub(super) fn cargo(&self, worktree: &Worktree<'_>, builds: &Path) -> Command {
        let mut cargo = Command::new(cargo());
        cargo.current_dir("/");
        let own = worktree.project();
        let mut inner: Vec<PathBuf> = own
            .ancestors()
            .take_while(|folder| folder.starts_with(worktree.top()))
            .flat_map(settings_in)
            .collect();
        inner.reverse();
        for file in self.around.iter().chain(&inner) {
            cargo.arg("--config").arg(file);
        }
        if std::env::var_os("RUSTUP_TOOLCHAIN").is_none() {
            cargo.env("RUSTUP_TOOLCHAIN", &self.sysroot);
        }
        let target = target_folder(builds);
        cargo.env("CARGO_TARGET_DIR", &target).env("CARGO_BUILD_BUILD_DIR", &target);
        cargo.env("CARGO_TERM_COLOR", "never").env("CARGO_TERM_PROGRESS_WHEN", "never").stdin(Stdio::null());
        self.alignment.tell(&mut cargo, builds);
        in_own_group(&mut cargo);
        cargo
    }
}

/// Cargo, as whoever started us found it.
fn cargo() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// What it means that `program` cannot be started.
pub(super) fn missing(program: &OsStr) -> impl FnOnce(io::Error) -> BuildError {
    let program = program.to_string_lossy().into_owned();
    move |error| match error.kind() {
        io::ErrorKind::NotFound => BuildError::Missing { program, remedy: "https://rustup.rs installs it" },
        _ => BuildError::Refused { program, said: error.to_string() },
    }
}

fn decides(variable: &OsStr) -> bool {
    let name = variable.to_string_lossy();
    // Where the output goes is told anew, and how many compile at once changes nothing.
    let beside = ["CARGO_TARGET_DIR", "CARGO_BUILD_BUILD_DIR", "CARGO_BUILD_TARGET_DIR", "CARGO_BUILD_JOBS"];
    !beside.contains(&&*name)
        && (DECIDING.contains(&&*name) || DECIDING_PREFIXES.iter().any(|prefix| name.starts_with(prefix)))
}

fn cargo_home() -> Option<PathBuf> {
    let set = std::env::var_os("CARGO_HOME").filter(|home| !home.is_empty()).map(PathBuf::from);
    set.or_else(|| std::env::home_dir().map(|home| home.join(".cargo")))
}

fn settings_in(folder: &Path) -> impl Iterator<Item = PathBuf> {
    settings_of(&folder.join(".cargo"))
}

/// Cargo's settings in a folder `.cargo`, by their old name where they have it: cargo prefers that one.
fn settings_of(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    ["config", "config.toml"].map(|name| folder.join(name)).into_iter().filter(|file| file.is_file()).take(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_decides_the_code_is_in_the_key_and_the_rest_is_not() {
        for name in ["RUSTFLAGS", "CARGO_PROFILE_RELEASE_LTO", "CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER"]
        {
            assert!(decides(OsStr::new(name)), "{name}");
        }
        for name in ["PATH", "CARGO_TARGET_DIR", "CARGO_PKG_NAME", "CARGO_BUILD_JOBS"] {
            assert!(!decides(OsStr::new(name)), "{name}");
        }
    }
}
