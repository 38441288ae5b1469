//! Installs what is missing and needs no root, and says how to get the rest.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The one version of gungraun-runner that matches the library: Cargo.toml pins the same.
pub const RUNNER_VERSION: &str = "0.20.0";

/// Names that a browser for the page tests goes by.
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/// What became of one tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepState {
    /// It was there already.
    Present(PathBuf),
    /// It is there now.
    Installed,
    /// It is not there; the command would get it.
    Missing {
        /// Why it could not be installed.
        reason: String,
        /// What to type.
        remedy: String,
    },
}

/// One tool that setup looked after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The tool's name.
    pub tool: &'static str,
    /// What needs it.
    pub wanted_by: &'static str,
    /// What became of it.
    pub state: StepState,
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { tool, wanted_by, state } = self;
        match state {
            StepState::Present(path) => write!(f, "{tool}: {}", path.display()),
            StepState::Installed => write!(f, "{tool}: installed"),
            StepState::Missing { reason, remedy } => {
                write!(f, "{tool}: missing, {wanted_by} needs it: {reason}; {remedy}")
            }
        }
    }
}

/// Why setup could not even look.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The folder of tools cannot be made.
    #[error("cannot create folder {}: {reason}", folder.display())]
    Folder {
        /// Which folder.
        folder: PathBuf,
        /// What the system said.
        reason: std::io::Error,
    },
}

/// Installs what the instruments lack, and with `for_tests` what the tests lack; tells each tool to `tell` as
/// it is dealt with. What cannot be installed is a [`StepState::Missing`], not an error: the rest works without.
///
/// # Errors
/// [`SetupError`].
pub fn setup(for_tests: bool, mut tell: impl FnMut(&str)) -> Result<Vec<Step>, SetupError> {
    let tools = super::folder();
    std::fs::create_dir_all(&tools).map_err(|reason| SetupError::Folder { folder: tools.clone(), reason })?;
    let mut steps = Vec::new();
    let mut done = |step: Step, tell: &mut dyn FnMut(&str)| {
        tell(&step.to_string());
        steps.push(step);
    };
    let valgrind = system("valgrind", &["valgrind"], &mut tell);
    let is_without_valgrind = matches!(valgrind, StepState::Missing { .. });
    done(Step { tool: "valgrind", wanted_by: "instructions", state: valgrind }, &mut tell);
    // The runner starts Valgrind and nothing else: without it, nobody should wait for its build.
    let runner = match runner_of_our_version() {
        Some(path) => StepState::Present(path),
        None if is_without_valgrind => StepState::Missing {
            reason: "it is of no use without Valgrind".to_owned(),
            remedy: "once Valgrind is there, `just setup`".to_owned(),
        },
        None => build_runner(&tools, &mut tell),
    };
    done(Step { tool: "gungraun-runner", wanted_by: "instructions", state: runner }, &mut tell);
    if for_tests {
        let state = system("chromium", &BROWSERS, &mut tell);
        done(Step { tool: "chromium", wanted_by: "the test of the pages", state }, &mut tell);
        let state = system("golang-go", &["go"], &mut tell);
        done(Step { tool: "go", wanted_by: "the test of exports to pprof", state }, &mut tell);
    }
    Ok(steps)
}

/// The runner at [`RUNNER_VERSION`], if it is there.
pub(crate) fn runner_of_our_version() -> Option<PathBuf> {
    super::find("gungraun-runner").filter(|path| super::version(path).as_deref() == Some(RUNNER_VERSION))
}

/// Unoptimised: built once and run for a few milliseconds a case, it would never earn back the optimiser's time.
/// Without checks and unwinding there is less to compile.
fn build_runner(tools: &Path, tell: &mut impl FnMut(&str)) -> StepState {
    tell(&format!("gungraun-runner {RUNNER_VERSION}: building, one to three minutes"));
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .args(["install", "--quiet", "--debug", "--locked", "--force", "--root"])
        .arg(tools)
        .args(["gungraun-runner", "--version", &format!("={RUNNER_VERSION}")])
        // Not this crate's flags and folders: nobody looks into the runner.
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("CARGO_TARGET_DIR")
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .env("CARGO_PROFILE_DEV_PANIC", "abort")
        .env("CARGO_PROFILE_DEV_DEBUG_ASSERTIONS", "false")
        .env("CARGO_PROFILE_DEV_OVERFLOW_CHECKS", "false")
        .env("CARGO_PROFILE_DEV_CODEGEN_UNITS", "1")
        .env("CARGO_PROFILE_DEV_BUILD_OVERRIDE_CODEGEN_UNITS", "1");
    let by_hand = format!(
        "cargo install --debug --locked --root {} gungraun-runner --version ={RUNNER_VERSION}",
        tools.display()
    );
    match said(&mut command) {
        Ok(()) => StepState::Installed,
        Err(reason) => StepState::Missing { reason, remedy: format!("when online: {by_hand}") },
    }
}

/// A program of the system's packages, under any of `names`; installed if we may.
fn system(package: &str, names: &[&str], tell: &mut impl FnMut(&str)) -> StepState {
    if let Some(path) = names.iter().find_map(|name| super::find(name)) {
        return StepState::Present(path);
    }
    let os_release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    let remedy = install_command(&os_release, package);
    if !may_use_apt() {
        return StepState::Missing { reason: "this needs root and apt-get".to_owned(), remedy };
    }
    tell(&format!("{package}: installing with apt-get"));
    let apt = |arguments: &[&str]| {
        said(Command::new("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive"))
    };
    // A stale list may still serve; the installation decides.
    let updated = apt(&["update", "-q"]);
    match apt(&["install", "-y", "-q", "--no-install-recommends", package]) {
        Ok(()) if names.iter().any(|name| super::find(name).is_some()) => StepState::Installed,
        Ok(()) => {
            StepState::Missing { reason: "apt-get installed it, but it is not in PATH".to_owned(), remedy }
        }
        Err(reason) => StepState::Missing { reason: updated.err().unwrap_or(reason), remedy },
    }
}

fn may_use_apt() -> bool {
    #[cfg(unix)]
    let root = rustix::process::geteuid().is_root();
    #[cfg(not(unix))]
    let root = false;
    root && super::find("apt-get").is_some()
}

/// The command that installs `package` on the distribution that `os_release` describes.
fn install_command(os_release: &str, package: &str) -> String {
    let field = |key: &str| {
        let value = os_release.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
        value.unwrap_or_default().trim_matches('"').to_owned()
    };
    let family = format!("{} {}", field("ID"), field("ID_LIKE"));
    let command = family.split_whitespace().find_map(|name| {
        Some(match name {
            "debian" | "ubuntu" => "sudo apt-get install",
            "fedora" | "rhel" | "centos" => "sudo dnf install",
            "arch" => "sudo pacman -S",
            "alpine" => "sudo apk add",
            "suse" | "opensuse" => "sudo zypper install",
            "gentoo" => "sudo emerge",
            _ => return None,
        })
    });
    match command {
        Some(command) => format!("{command} {package}"),
        None => format!("install {package} with this system's package manager"),
    }
}

/// Runs `command`; what it said is heard only when it fails, in one line.
fn said(command: &mut Command) -> Result<(), String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stdin(std::process::Stdio::null())
        .output()
        .map_err(|error| format!("cannot run {name}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let telling =
        text.lines().map(str::trim).find(|line| line.starts_with("error") || line.starts_with("E:"));
    let last = telling.or(text.lines().map(str::trim).rfind(|line| !line.is_empty()));
    Err(format!("{name} failed ({}): {}", output.status, last.unwrap_or("it said nothing")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runner_s_version_is_the_library_s() {
        let manifest = include_str!("../../../Cargo.toml");
        let line = manifest.lines().find(|line| line.starts_with("iai-callgrind")).unwrap_or_default();
        assert!(line.contains(&format!("version = \"={RUNNER_VERSION}\"")), "{line}");
    }

    #[test]
    fn the_command_is_that_of_the_distribution() {
        let command = |os_release| install_command(os_release, "valgrind");
        assert_eq!(command("NAME=x\nID=debian\n"), "sudo apt-get install valgrind");
        assert_eq!(command("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n"), "sudo apt-get install valgrind");
        assert_eq!(command("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n"), "sudo dnf install valgrind");
        assert_eq!(command("ID=opensuse-leap\nID_LIKE=\"suse opensuse\"\n"), "sudo zypper install valgrind");
        assert_eq!(command(""), "install valgrind with this system's package manager");
    }

    #[test]
    fn a_failed_command_is_told_in_one_line() {
        let told = said(Command::new("cargo").arg("no-such-subcommand-of-cargo"));
        let Err(reason) = told else { panic!("cargo knows it") };
        assert_eq!(reason.lines().count(), 1, "{reason}");
        assert!(reason.contains("no such command"), "{reason}");
    }

    #[test]
    fn what_is_missing_says_how_to_get_it() {
        let state = StepState::Missing { reason: "this needs root".into(), remedy: "sudo it".into() };
        let step = Step { tool: "valgrind", wanted_by: "instructions", state };
        assert_eq!(step.to_string(), "valgrind: missing, instructions needs it: this needs root; sudo it");
    }
}
