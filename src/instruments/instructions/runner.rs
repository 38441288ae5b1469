//! Counts through iai-callgrind's runner and reads its summary.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::callgrind::{NO_MARKER, Profile, why};
use super::counted;
use super::counts::{Counts, Events};
use super::harness::{PLAN_VARIABLE, Plan};
use crate::instruments::process::myself;
use crate::instruments::wire::JOB_VARIABLE;

/// The executable that iai-callgrind needs beside the library.
pub(super) const RUNNER: &str = "gungraun-runner";

/// Where the two executables are.
pub(super) struct Executables<'a> {
    pub(super) runner: &'a Path,
    pub(super) valgrind: &'a Path,
}

/// One profile a run of the plan; everything is written below `folder`.
///
/// # Errors
/// One line that says what the runner, Valgrind or the case said.
pub(super) fn run(executables: &Executables, plan: &Plan, folder: &Path) -> Result<Vec<Profile>, String> {
    let json = serde_json::to_string(plan).map_err(|error| error.to_string())?;
    let myself = myself()?;
    let mut command = Command::new(myself);
    // Variables of the user's own harness would choose other tools, filters and folders than these counts need.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("GUNGRAUN_") || text.starts_with("IAI_CALLGRIND_") || text == "RUST_LOG" {
            command.env_remove(name);
        }
    }
    command
        .env_remove(JOB_VARIABLE)
        .env(PLAN_VARIABLE, json)
        .env("PATH", path_with(executables.runner)?)
        .env("GUNGRAUN_VALGRIND_BIN", executables.valgrind)
        .env("GUNGRAUN_HOME", folder)
        // Spares a call of cargo.
        .env("GUNGRAUN_WORKSPACE_ROOT", folder)
        .env("GUNGRAUN_SAVE_SUMMARY", "json")
        .env("GUNGRAUN_COLOR", "never")
        // The runner would print its own trace after the case's last words.
        .env("RUST_BACKTRACE", "0")
        .env("GUNGRAUN_ALLOW_ASLR", if aslr_can_be_switched_off() { "no" } else { "yes" });
    // Without it the runner takes itself for a test: it runs the case outside Valgrind and counts nothing.
    command.arg("--bench");
    let output = command.output().map_err(|error| format!("cannot start myself: {error}"))?;
    if !output.status.success() {
        let said = [output.stdout, output.stderr].concat();
        return Err(why(&String::from_utf8_lossy(&said), &output.status.to_string()));
    }
    let mut summaries = Vec::new();
    find(folder, "summary.json", &mut summaries);
    summaries.sort();
    if summaries.len() != plan.runs {
        return Err(format!("{RUNNER} wrote {} summaries of {}", summaries.len(), plan.runs));
    }
    summaries.iter().map(|path| profile(path)).collect()
}

/// `PATH` with the runner's folder first: iai-callgrind looks for it there and nowhere else at run time.
fn path_with(runner: &Path) -> Result<std::ffi::OsString, String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let first = runner.parent().map(Path::to_owned);
    std::env::join_paths(first.into_iter().chain(std::env::split_paths(&path)))
        .map_err(|error| format!("PATH cannot be extended: {error}"))
}

/// Containers may forbid personality(2), and with it every run of the harness that asks for fixed addresses.
fn aslr_can_be_switched_off() -> bool {
    let tried = Command::new("setarch").args([std::env::consts::ARCH, "-R", "true"]).output();
    tried.is_ok_and(|output| output.status.success())
}

fn find(folder: &Path, name: &str, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            find(&path, name, found);
        } else if path.file_name().is_some_and(|file| file == name) {
            found.push(path);
        }
    }
}

/// The version of the summary's schema that is read here.
const SUMMARY_VERSION: &str = "7";

fn profile(summary: &Path) -> Result<Profile, String> {
    let bytes = std::fs::read(summary).map_err(|error| format!("{}: {error}", summary.display()))?;
    let json: Value =
        serde_json::from_slice(&bytes).map_err(|error| format!("{RUNNER}'s summary is no JSON: {error}"))?;
    let version = json["version"].as_str().unwrap_or("none");
    if version != SUMMARY_VERSION {
        return Err(format!("{RUNNER}'s summary has version {version}, not {SUMMARY_VERSION}"));
    }
    let folder = summary.parent().unwrap_or(Path::new("."));
    let file = last_part(folder).ok_or_else(|| NO_MARKER.to_owned())?;
    Ok(Profile { parts: parts(&json)?, file })
}

/// The counts of the measured parts: not the warm-up, and not what follows the last marker.
fn parts(json: &Value) -> Result<Vec<Counts>, String> {
    let profiles = json["profiles"].as_array().map(Vec::as_slice).unwrap_or_default();
    let profile = profiles.iter().find(|profile| profile["tool"] == "Callgrind");
    let parts = profile.and_then(|profile| profile["data"]["parts"].as_array());
    let parts = parts.ok_or_else(|| format!("{RUNNER}'s summary holds no profile of Callgrind"))?;
    if parts.len() <= counted::PARTS.len() {
        return Err(NO_MARKER.to_owned());
    }
    parts[1..counted::PARTS.len()].iter().map(|part| Counts::of(&events(part)?)).collect()
}

fn events(part: &Value) -> Result<Events, String> {
    let metrics = part["metrics"].as_object();
    let metrics = metrics.ok_or_else(|| format!("{RUNNER}'s summary holds a part without metrics"))?;
    Ok(metrics
        .iter()
        .filter_map(|(name, metric)| Some((name.clone(), metric["values"]["new"].as_u64()?)))
        .collect())
}

/// The runner calls the file of part 4 of 5 `callgrind.….p4.out`.
fn last_part(folder: &Path) -> Option<PathBuf> {
    let ending = format!(".p{}.out", counted::PARTS.len());
    let entries = std::fs::read_dir(folder).ok()?.flatten();
    entries.map(|entry| entry.path()).find(|path| path.to_string_lossy().ends_with(&ending))
}
