//! Has each function of the project begin at a cache line, in the builds that are compared: where a loop lies within one
//! then hangs on its own function, and not on what changed in front of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::BuildError;
use super::error::{cannot, last_line};
use crate::instruments::process::in_own_group;

/// LLVM begins each function at a multiple of 2⁶ bytes.
const OPTION: &str = "-Cllvm-args=-align-all-functions=6";
/// By which cargo is told who compiles the project's own packages; dependencies stay as they are compiled for everybody.
const WRAPPER: &str = "RUSTC_WORKSPACE_WRAPPER";
/// The same in cargo's settings, and as a variable of these.
const SETTING: &str = "rustc-workspace-wrapper";
const SETTING_VARIABLE: &str = "CARGO_BUILD_RUSTC_WORKSPACE_WRAPPER";
/// The wrapper's name in the folder of builds.
const NAME: &str = "rustc-aligned";

/// Whether functions are aligned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Alignment {
    /// They are.
    Lines,
    /// They lie where the compiler puts them, and why.
    Compilers(String),
}

impl Alignment {
    /// What `rustc`, called in `folder`, can do. Whoever compiles through a wrapper of his own, by a variable or by cargo's
    /// `settings`, keeps it.
    pub(super) fn of(rustc: &std::ffi::OsStr, folder: &Path, settings: &[PathBuf]) -> Self {
        if !cfg!(unix) {
            return Self::Compilers("that needs a shell".to_owned());
        }
        let is_set = |name: &&str| std::env::var_os(name).is_some_and(|wrapper| !wrapper.is_empty());
        if let Some(name) = [WRAPPER, SETTING_VARIABLE].iter().find(|name| is_set(name)) {
            return Self::Compilers(format!("{name} is set"));
        }
        let sets = |file: &&PathBuf| fs::read_to_string(file).is_ok_and(|text| text.contains(SETTING));
        if let Some(file) = settings.iter().find(sets) {
            return Self::Compilers(format!("{} sets {SETTING}", file.display()));
        }
        match refusal(rustc, folder) {
            Ok(None) => Self::Lines,
            Ok(Some(said)) => Self::Compilers(said),
            Err(error) => Self::Compilers(error.to_string()),
        }
    }

    /// Why functions are not aligned.
    pub(super) fn reason(&self) -> Option<&str> {
        match self {
            Self::Lines => None,
            Self::Compilers(reason) => Some(reason),
        }
    }

    /// Has `cargo`, whose builds lie in `builds`, compile so.
    pub(super) fn tell(&self, cargo: &mut Command, builds: &Path) {
        if *self == Self::Lines {
            cargo.env(WRAPPER, builds.join(NAME));
        }
    }

    /// Writes what cargo is to call into the folder `builds`.
    pub(super) fn prepare(&self, builds: &Path) -> Result<(), BuildError> {
        if *self == Self::Lines {
            let wrapper = builds.join(NAME);
            fs::write(&wrapper, format!("#!/bin/sh\nexec \"$@\" {OPTION}\n"))
                .and_then(|()| make_executable(&wrapper))
                .map_err(cannot("write", &wrapper))?;
        }
        Ok(())
    }
}

#[cfg(unix)]
fn make_executable(file: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(file, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn make_executable(_file: &Path) -> std::io::Result<()> {
    Ok(())
}

/// What the compiler says against the option: another code generator than LLVM does not have it, and LLVM may lose it.
fn refusal(rustc: &std::ffi::OsStr, folder: &Path) -> std::io::Result<Option<String>> {
    let object = tempfile::NamedTempFile::new()?;
    let mut command = Command::new(rustc);
    command.current_dir(folder).args([OPTION, "--crate-name=probe", "--crate-type=lib", "--emit=obj", "-o"]);
    command.arg(object.path()).arg("-").stdin(Stdio::null());
    in_own_group(&mut command);
    let output = command.output()?;
    Ok((!output.status.success()).then(|| last_line(&output.stderr)))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_compiler_that_refuses_is_quoted_and_nothing_is_wrapped() {
        let folder = tempfile::tempdir().expect("a folder");
        let none = refusal("false".as_ref(), folder.path()).expect("it starts");
        assert!(none.is_some());
        let alignment = Alignment::Compilers("it says no".to_owned());
        alignment.prepare(folder.path()).expect("there is nothing to write");
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0);
        let mut cargo = Command::new("cargo");
        alignment.tell(&mut cargo, folder.path());
        assert_eq!((cargo.get_envs().count(), alignment.reason()), (0, Some("it says no")));
    }

    #[test]
    fn a_wrapper_in_cargo_s_settings_is_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("config.toml");
        fs::write(&file, "[build]\nrustc-workspace-wrapper = \"mine\"\n").expect("it can be written");
        let alignment = Alignment::of("false".as_ref(), folder.path(), std::slice::from_ref(&file));
        let reason = alignment.reason().expect("it is not aligned");
        assert!(
            reason.contains("RUSTC_WORKSPACE_WRAPPER") || reason.contains("config.toml sets"),
            "{reason}"
        );
    }

    #[test]
    fn the_wrapper_calls_what_it_is_told_with_the_option_behind() {
        let folder = tempfile::tempdir().expect("a folder");
        Alignment::Lines.prepare(folder.path()).expect("it can be written");
        let wrapper = folder.path().join(NAME);
        let output = Command::new(wrapper).args(["echo", "a b", "--crate-name"]).output().expect("it starts");
        assert_eq!(String::from_utf8_lossy(&output.stdout), format!("a b --crate-name {OPTION}\n"));
    }
}
