//! The two builds that criterion and tango-bench compare, and how a process of theirs is told what to call.
//!
//! Both are copies of this executable: the same code in two files, as two builds of a change that changes nothing. The one
//! called `after` does the planted work.

use std::fs::File;
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::Context;
use perflab::instruments::{ALLOCATOR_VARIABLE, Death, KEEPS_MEMORY, run_to_end};

use super::functions::WHOLE;

/// Tells a process whose benchmark it is, of which function, and with how much work `after` calls it.
const VARIABLE: &str = "SIDE_BY_SIDE";
/// File names of the two builds.
const BEFORE: &str = "before";
const AFTER: &str = "after";
/// No comparison of the ten functions takes a tenth of this: what does hangs.
pub(crate) const TIME_OUT: Duration = Duration::from_secs(300);

/// Whose benchmark a process is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Criterion,
    Tango,
}

/// What a process of criterion's or tango-bench's is to call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Side {
    pub(crate) role: Role,
    pub(crate) function: String,
    /// Thousandths of the function's work.
    pub(crate) share: usize,
}

impl Side {
    /// What this process was started for; `None` where a user started it.
    pub(crate) fn from_environment() -> Option<Self> {
        let told = std::env::var(VARIABLE).ok()?;
        let mut words = told.split(' ');
        let role = match words.next()? {
            "criterion" => Role::Criterion,
            _ => Role::Tango,
        };
        let function = words.next()?.to_owned();
        let share = words.next()?.parse().ok()?;
        let is_after = std::env::current_exe().ok()?.file_name()? == AFTER;
        Some(Self { role, function, share: if is_after { share } else { WHOLE } })
    }
}

/// The two builds, in a folder of their own that goes with them.
pub(crate) struct Builds {
    pub(crate) before: PathBuf,
    pub(crate) after: PathBuf,
    folder: tempfile::TempDir,
}

impl Builds {
    pub(crate) fn new() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir().context("no temporary folder can be made")?;
        let this = std::env::current_exe()?;
        let [before, after] = [BEFORE, AFTER].map(|name| folder.path().join(name));
        for copy in [&before, &after] {
            std::fs::copy(&this, copy).with_context(|| format!("cannot write {}", copy.display()))?;
        }
        Ok(Self { before, after, folder })
    }

    /// The folder that they lie in.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// How a build that prints its verdict ended.
pub(crate) struct Printed {
    pub(crate) text: String,
    pub(crate) death: Option<Death>,
}

/// Runs `build` as the benchmark of `role` over `function`, in the order of the allocator that perflab's own processes have:
/// all tools are to meet the same memory.
pub(crate) fn printed_by(
    build: &Path,
    role: Role,
    function: &str,
    share: usize,
    arrange: impl FnOnce(&mut Command) -> &mut Command,
) -> Result<Printed, String> {
    let name = match role {
        Role::Criterion => "criterion",
        Role::Tango => "tango-bench",
    };
    let cannot = |error: std::io::Error| format!("{name} cannot be started: {error}");
    let mut printed: File = tempfile::tempfile().map_err(cannot)?;
    let mut command = Command::new(build);
    command
        .env(VARIABLE, format!("{name} {function} {share}"))
        .env(ALLOCATOR_VARIABLE, KEEPS_MEMORY)
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .stdout(printed.try_clone().map_err(cannot)?);
    let death = run_to_end(arrange(&mut command), TIME_OUT, true).err();
    let mut text = String::new();
    printed.rewind().and_then(|()| printed.read_to_string(&mut text)).map_err(cannot)?;
    Ok(Printed { text, death })
}
