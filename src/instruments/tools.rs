//! Programs that are not ours: where they are, and how to get them. Knows no instrument.

mod setup;

use std::path::{Path, PathBuf};
use std::process::Command;

pub(crate) use setup::runner_of_our_version;
pub use setup::{RUNNER_VERSION, SetupError, Step, StepState, setup};

/// The folder of tools that `perflab setup` installs: `target/tools`, beside the nearest Cargo.toml.
pub fn folder() -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    let root = here.ancestors().find(|folder| folder.join("Cargo.toml").is_file()).unwrap_or(&here);
    root.join("target").join("tools")
}

/// The executable called `name`: in [`folder`] first, then in PATH.
pub fn find(name: &str) -> Option<PathBuf> {
    find_in(&folder(), name)
}

fn find_in(tools: &Path, name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    std::iter::once(tools.join("bin"))
        .chain(std::env::split_paths(&path))
        .map(|folder| folder.join(&file))
        .find(|candidate| is_executable(candidate))
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    path.is_file()
}

/// The version that `executable --version` prints: its last word, without a program's name before it.
pub fn version(executable: &Path) -> Option<String> {
    let output = Command::new(executable).arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let word = text.lines().next()?.split_whitespace().next_back()?;
    let version = word.trim_start_matches(|letter: char| !letter.is_ascii_digit());
    (output.status.success() && !version.is_empty()).then(|| version.to_owned())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_tool_is_looked_for_in_our_folder_before_path() {
        use std::os::unix::fs::PermissionsExt;
        let tools = tempfile::tempdir().expect("a temporary folder");
        assert_ne!(find_in(tools.path(), "sh"), None);
        let ours = tools.path().join("bin").join("sh");
        std::fs::create_dir_all(tools.path().join("bin")).expect("a folder");
        std::fs::write(&ours, "#!/bin/sh\necho tool-1.2.3\n").expect("a file");
        assert_ne!(find_in(tools.path(), "sh"), Some(ours.clone()), "a file that cannot be run is no tool");
        std::fs::set_permissions(&ours, std::fs::Permissions::from_mode(0o755)).expect("its mode is ours");
        assert_eq!(find_in(tools.path(), "sh"), Some(ours.clone()));
    }

    #[test]
    fn a_tool_that_nobody_has_is_not_found() {
        assert_eq!(find("no-such-tool-of-perflab"), None);
    }
}
