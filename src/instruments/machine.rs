//! What machine this is: the environment that a record names beside its numbers.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::record::Environment;

const UNKNOWN: &str = "unknown";

/// Reads the environment; a field that cannot be read says `unknown`. Git is asked in `tree`.
pub fn environment(tree: &Path) -> Environment {
    let (revision, dirty) = revision(tree);
    Environment {
        cpu: cpu(),
        cores: std::thread::available_parallelism().map_or(1, usize::from),
        memory_bytes: memory_bytes(),
        kernel: kernel(),
        timer_hz: timer_hz(),
        perf_event_paranoid: read("/proc/sys/kernel/perf_event_paranoid")
            .and_then(|text| text.trim().parse().ok()),
        rustc: env!("PERFLAB_RUSTC").to_owned(),
        target: env!("PERFLAB_TARGET").to_owned(),
        profile_flags: profile_flags(),
        libc: libc(),
        allocator: "system (std's default); with glibc, freed memory stays with the process".to_owned(),
        load: read("/proc/loadavg")
            .and_then(|text| text.split_whitespace().next().and_then(|load| load.parse().ok())),
        revision,
        dirty,
        tells_apart: None,
        tells_nothing_apart: false,
        speeds: None,
    }
}

/// Whether this program was built without optimisation: its times would say nothing of a release.
pub(crate) fn is_debug_build() -> bool {
    cfg!(debug_assertions)
}

/// The flags that symbols and stacks depend on and that a `RUSTFLAGS` variable took away.
pub(crate) fn missing_flags() -> Vec<&'static str> {
    let flags = env!("PERFLAB_RUSTFLAGS");
    ["symbol-mangling-version=v0", "force-frame-pointers=yes"]
        .into_iter()
        .filter(|flag| !flags.contains(flag))
        .collect()
}

fn read(path: &str) -> Option<String> {
    fs::read_to_string(path).ok()
}

fn profile_flags() -> String {
    let debug_assertions = if is_debug_build() { ", debug assertions" } else { "" };
    format!(
        "opt-level {}, debug {}{debug_assertions}, {}",
        env!("PERFLAB_OPT_LEVEL"),
        env!("PERFLAB_DEBUG_INFO"),
        env!("PERFLAB_RUSTFLAGS"),
    )
}

/// The value of the first `key: value` line of a /proc file.
fn field(text: &str, key: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        (name.trim() == key).then(|| value.trim().to_owned())
    })
}

fn cpu() -> String {
    let text = read("/proc/cpuinfo").unwrap_or_default();
    cpu_of(&text).unwrap_or_else(|| format!("{UNKNOWN} ({})", std::env::consts::ARCH))
}

/// The CPU that /proc/cpuinfo describes. Hosts of virtual machines call every generation of a make by one name; its family and
/// model tell them apart.
fn cpu_of(text: &str) -> Option<String> {
    let name = ["model name", "Model", "Hardware"].into_iter().find_map(|key| field(text, key))?;
    match (field(text, "cpu family"), field(text, "model")) {
        (Some(family), Some(model)) => Some(format!("{name}, family {family} model {model}")),
        _ => Some(name),
    }
}

fn memory_bytes() -> u64 {
    let kib = read("/proc/meminfo").and_then(|text| field(&text, "MemTotal"));
    let kib = kib.and_then(|value| value.split_whitespace().next().and_then(|kib| kib.parse::<u64>().ok()));
    kib.unwrap_or(0) * 1024
}

#[cfg(unix)]
fn kernel() -> String {
    let name = rustix::system::uname();
    format!("{} {}", name.sysname().to_string_lossy(), name.release().to_string_lossy())
}

#[cfg(not(unix))]
fn kernel() -> String {
    std::env::consts::OS.to_owned()
}

/// The kernel's coarse clock advances once a tick, so its resolution is the tick: 4 ms at 250 Hz.
#[cfg(target_os = "linux")]
fn timer_hz() -> Option<u32> {
    let tick = rustix::time::clock_getres(rustix::time::ClockId::MonotonicCoarse);
    let tick_ns = u32::try_from(tick.tv_nsec).ok().filter(|ns| tick.tv_sec == 0 && *ns > 0)?;
    Some((1_000_000_000 + tick_ns / 2) / tick_ns)
}

#[cfg(not(target_os = "linux"))]
fn timer_hz() -> Option<u32> {
    None
}

fn libc() -> String {
    let asked = Command::new("getconf").arg("GNU_LIBC_VERSION").output().ok();
    asked
        .filter(|output| output.status.success())
        .map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
        .filter(|version| !version.is_empty())
        .unwrap_or_else(|| if cfg!(target_env = "musl") { "musl".to_owned() } else { UNKNOWN.to_owned() })
}

fn git(tree: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").arg("-C").arg(tree).args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn revision(tree: &Path) -> (String, bool) {
    let revision = git(tree, &["rev-parse", "--short=12", "HEAD"]).unwrap_or_else(|| UNKNOWN.to_owned());
    let dirty = git(tree, &["status", "--porcelain"]).is_some_and(|changes| !changes.is_empty());
    (revision, dirty)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_of_proc_is_found_by_its_whole_name() {
        let text = "MemTotal:       100 kB\nMemFree: 7 kB\n";
        assert_eq!(field(text, "MemTotal").as_deref(), Some("100 kB"));
        assert_eq!(field(text, "Mem"), None);
    }

    #[test]
    fn a_cpu_is_its_name_and_what_tells_generations_of_that_name_apart() {
        let x86 = "processor\t: 0\nvendor_id\t: AuthenticAMD\ncpu family\t: 25\nmodel\t\t: 17\nmodel name\t: AMD EPYC\n";
        assert_eq!(cpu_of(x86).as_deref(), Some("AMD EPYC, family 25 model 17"));
        assert_eq!(cpu_of("Model\t: A board\n").as_deref(), Some("A board"));
        assert_eq!(cpu_of(""), None);
    }

    #[test]
    fn a_folder_that_is_no_git_tree_has_an_unknown_revision() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        assert_eq!(environment(folder.path()).revision, UNKNOWN);
    }
}
