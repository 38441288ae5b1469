//! The stacks that were recorded of a case, and the case that a user names.

use std::path::PathBuf;

use anyhow::{Context, bail};

use super::WrongUsage;
use crate::catalogue::Catalogue;
use crate::instruments::nearest;
use crate::record::{CaseId, CaseIdError, Folded, InstrumentName, Layout};

/// Whose stacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub(super) enum From {
    /// CPU samples.
    Samples,
    /// Instructions, counted exactly.
    Instructions,
    /// Bytes from the heap.
    Heap,
    /// Wall time by thread and wait.
    Waits,
}

impl From {
    pub(super) const ALL: [Self; 4] = [Self::Samples, Self::Instructions, Self::Heap, Self::Waits];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Samples => "samples",
            Self::Instructions => "instructions",
            Self::Heap => "heap",
            Self::Waits => "waits",
        }
    }

    /// The instrument that takes them: its recipe has the same name.
    pub(super) fn instrument(self) -> InstrumentName {
        match self {
            Self::Samples => InstrumentName::Flamegraph,
            Self::Instructions => InstrumentName::Instructions,
            Self::Heap => InstrumentName::Heap,
            Self::Waits => InstrumentName::Waits,
        }
    }

    /// Where they lie.
    pub(super) fn file(self, layout: &Layout, id: &CaseId) -> PathBuf {
        match self {
            Self::Samples => layout.folded(id),
            Self::Instructions => layout.instructions_folded(id),
            Self::Heap => layout.heap_folded(id),
            Self::Waits => layout.waits_folded(id),
        }
    }
}

/// The id that `text` spells.
///
/// # Errors
/// [`WrongUsage`] with the nearest ids.
pub(super) fn case_id(catalogue: &Catalogue, text: &str) -> Result<CaseId, WrongUsage> {
    text.parse().map_err(|error: CaseIdError| {
        WrongUsage(format!("{error}; nearest: {}", nearest(catalogue, text).join(", ")))
    })
}

/// What to say where `what` of a case was asked for and is not there: that there is no such case, or what takes it.
pub(super) fn absent(
    catalogue: &Catalogue,
    layout: &Layout,
    id: &CaseId,
    what: &str,
    instrument: InstrumentName,
) -> anyhow::Error {
    if catalogue.case(&id.family, &id.workload, id.size).is_none() {
        let nearest = nearest(catalogue, &id.to_string()).join(", ");
        let unknown = format!("no case `{id}`; nearest: {nearest}; `perflab list` prints them all");
        return WrongUsage(unknown).into();
    }
    let there: Vec<&str> =
        From::ALL.into_iter().filter(|from| from.file(layout, id).is_file()).map(From::as_str).collect();
    let there = match there.as_slice() {
        [] => String::new(),
        names => format!("; there are stacks --from {}", names.join(", ")),
    };
    let folder = layout.profiles.display();
    anyhow::anyhow!("no {what} of `{id}` in {folder}: `just {instrument} '^{id}$'` takes them{there}")
}

/// The stacks of a case; lines that cannot be read are told on stderr.
pub(super) fn read(
    catalogue: &Catalogue,
    layout: &Layout,
    id: &CaseId,
    from: From,
) -> anyhow::Result<Folded> {
    let path = from.file(layout, id);
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let what = format!("stacks of {}", from.as_str());
            return Err(absent(catalogue, layout, id, &what, from.instrument()));
        }
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    };
    let parsed = Folded::parse(&String::from_utf8_lossy(&bytes));
    let again = format!("`just {} '^{id}$'` takes it anew", from.instrument());
    if parsed.folded.total() == 0 {
        bail!("{} holds no stacks: {again}", path.display());
    }
    if parsed.dropped > 0 {
        let lines = if parsed.dropped == 1 { "line" } else { "lines" };
        eprintln!("warning: {} {lines} of {} cannot be read: {again}", parsed.dropped, path.display());
    }
    Ok(parsed.folded)
}
