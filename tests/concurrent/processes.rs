//! Processes as /proc shows them, whoever their parent is by now.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use libtest_mimic::Failed;

/// Processes that still run and whose environment, variable by variable, is wanted.
pub(crate) fn running(is_wanted: impl Fn(&[&[u8]]) -> bool) -> BTreeSet<u32> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        let read = |file: &str| std::fs::read(entry.path().join(file)).unwrap_or_default();
        let environment = read("environ");
        let variables: Vec<&[u8]> = environment.split(|byte| *byte == 0).collect();
        if is_wanted(&variables) && !String::from_utf8_lossy(&read("stat")).contains(") Z ") {
            found.insert(pid);
        }
    }
    found
}

/// Those that were started as workers of process `parent`.
pub(crate) fn workers_of(parent: u32) -> BTreeSet<u32> {
    let mark = format!("PERFLAB_PARENT={parent}");
    running(|variables| variables.contains(&mark.as_bytes()))
}

/// Looks until `holds`, however long that takes on a busy machine.
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) -> Result<(), Failed> {
    let began = Instant::now();
    while !holds() {
        if began.elapsed() > Duration::from_secs(120) {
            return Err(format!("two minutes passed before {what}").into());
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    Ok(())
}

pub(crate) fn signal(pid: u32, signal: &str) -> Result<(), Failed> {
    let status = Command::new("kill").args([signal, &pid.to_string()]).stderr(Stdio::null()).status()?;
    // One that was made for a single run may have ended by itself meanwhile.
    status.success().then_some(()).ok_or_else(|| format!("{pid} has gone before {signal}").into())
}
