//! Processes as /proc shows them: who is there, whose child it is, whether it lives.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use libtest_mimic::Failed;

use crate::perflab;

/// Marks a process and all that it starts.
const MARK: &str = "PERFLAB_TEST_MARK";

/// Live processes, by id, whose environment holds `mark`.
pub(crate) fn marked(mark: &str) -> Vec<u32> {
    let needle = format!("{MARK}={mark}\0");
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").expect("Linux has /proc").flatten() {
        let Some(id) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        let environment = fs::read(entry.path().join("environ")).unwrap_or_default();
        let holds = environment.windows(needle.len()).any(|window| window == needle.as_bytes());
        let state = fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        if holds && !state.contains(") Z ") {
            found.push(id);
        }
    }
    found
}

/// Waits until `condition` holds, for so long that a busy machine is no excuse.
pub(crate) fn wait_until(what: &str, mut condition: impl FnMut() -> bool) -> Result<(), Failed> {
    let began = Instant::now();
    while !condition() {
        if began.elapsed() > Duration::from_secs(120) {
            return Err(format!("not within two minutes: {what}").into());
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

pub(crate) fn signal(name: &str, ids: &[u32]) -> Result<(), Failed> {
    if ids.is_empty() {
        return Ok(());
    }
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    // Some may have ended meanwhile.
    Command::new("kill").arg(name).args(ids).stderr(Stdio::null()).status()?;
    Ok(())
}

/// Starts `perflab run CASE` and returns once `children` processes of its own are seen.
pub(crate) fn start_and_see(case: &str, children: usize) -> Result<(Child, String), Failed> {
    static STARTED: AtomicUsize = AtomicUsize::new(0);
    let mark = format!("{}-{}", std::process::id(), STARTED.fetch_add(1, Ordering::Relaxed));
    let mut parent = perflab(&["run", case, "--iterations", "1000000"]);
    let parent = parent.env(MARK, &mark).spawn()?;
    wait_until(&format!("{children} children of {case}"), || marked(&mark).len() > children)?;
    Ok((parent, mark))
}

/// The `stat` lines of processes whose parent is `parent`, zombies among them.
pub(crate) fn children_of(parent: u32) -> Vec<String> {
    let is_child = |stat: &String| {
        // pid (name) state parent …: the name may hold anything, so from its last bracket on.
        let parent_of = stat.rsplit(") ").next().and_then(|rest| rest.split(' ').nth(1));
        parent_of == Some(parent.to_string().as_str())
    };
    let entries = fs::read_dir("/proc").expect("Linux has /proc").flatten();
    entries.filter_map(|entry| fs::read_to_string(entry.path().join("stat")).ok()).filter(is_child).collect()
}
