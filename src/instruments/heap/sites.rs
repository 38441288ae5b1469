//! From dhat's JSON to call sites that are the same in every run of one binary.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::instruments::measured_loop::{OTHER_THREADS, Place, place, readable};
use crate::record::Folded;
use crate::record::{CallSite, HeapSites, SCHEMA};

/// The fields we read of dhat's format, version 2.
#[derive(Deserialize)]
struct Profile {
    #[serde(rename = "dhatFileVersion")]
    version: u32,
    #[serde(rename = "pps")]
    points: Vec<Point>,
    #[serde(rename = "ftbl")]
    frames: Vec<String>,
}

/// An allocating stack.
#[derive(Deserialize)]
struct Point {
    #[serde(rename = "tb")]
    bytes: u64,
    #[serde(rename = "tbk")]
    blocks: u64,
    /// Alive at the global peak.
    #[serde(rename = "gb")]
    peak_bytes: u64,
    /// Indices into the frame table, the allocating frame first.
    #[serde(rename = "fs")]
    frames: Vec<usize>,
}

/// Allocator plumbing, between the caller that wants memory and dhat.
const PLUMBING: &[&str] = &[
    "dhat::",
    "<dhat::",
    "backtrace::",
    "<backtrace::",
    "alloc::alloc::",
    "<alloc::alloc::",
    "std::alloc::",
    "<std::alloc::",
    "core::alloc::",
    "__rust_",
    "__rg_",
    "__rustc",
];

/// The call sites in dhat's profile `file`: frames cleaned and cut at the measured loop, equal sites merged,
/// most bytes first.
///
/// # Errors
/// One line naming the file, when it cannot be read or is no dhat profile of a version known here.
pub fn call_sites(file: &Path) -> Result<HeapSites, String> {
    let at = file.display();
    let bytes = std::fs::read(file).map_err(|error| format!("cannot read {at}: {error}"))?;
    parse_call_sites(&bytes).map_err(|reason| format!("{at} {reason}"))
}

/// The same of a profile's bytes.
///
/// # Errors
/// What ails it, as the end of a line that begins with its name.
pub fn parse_call_sites(bytes: &[u8]) -> Result<HeapSites, String> {
    let profile: Profile =
        serde_json::from_slice(bytes).map_err(|error| format!("is no dhat profile: {error}"))?;
    if profile.version != 2 {
        return Err(format!("is a dhat profile of version {}; perflab reads 2", profile.version));
    }
    let table: Vec<Frame> = profile.frames.iter().map(|text| Frame::parse(text)).collect();
    let mut merged: BTreeMap<Vec<String>, CallSite> = BTreeMap::new();
    for point in &profile.points {
        let frames: Option<Vec<&Frame>> = point.frames.iter().map(|index| table.get(*index)).collect();
        let frames = cut(&frames
            .ok_or_else(|| "is a dhat profile that names a frame which it does not hold".to_owned())?);
        let site =
            merged.entry(frames.clone()).or_insert(CallSite { frames, blocks: 0, bytes: 0, peak_bytes: 0 });
        site.blocks = site.blocks.saturating_add(point.blocks);
        site.bytes = site.bytes.saturating_add(point.bytes);
        site.peak_bytes = site.peak_bytes.saturating_add(point.peak_bytes);
    }
    let mut sites: Vec<CallSite> = merged.into_values().collect();
    sites.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.frames.cmp(&b.frames)));
    Ok(HeapSites { schema: SCHEMA, sites })
}

/// The sites as folded stacks of bytes.
pub fn fold(table: &HeapSites) -> Folded {
    let mut folded = Folded::default();
    for site in &table.sites {
        folded.add(site.frames.iter().rev().map(String::as_str), u128::from(site.bytes));
    }
    folded
}

/// A frame as dhat prints it, `0x5581: name (path:line:column)`, taken apart.
struct Frame {
    name: String,
    place: String,
}

impl Frame {
    fn parse(text: &str) -> Self {
        // The address changes from run to run.
        let rest = match text.split_once(": ") {
            Some((address, rest)) if address.starts_with("0x") => rest,
            _ => text,
        };
        match rest.rsplit_once(" (") {
            Some((name, position)) => Self { name: name.to_owned(), place: file_and_line(position) },
            None => Self { name: rest.to_owned(), place: String::new() },
        }
    }

    fn is_plumbing(&self) -> bool {
        PLUMBING.iter().any(|prefix| self.name.starts_with(prefix))
    }

    fn show(&self) -> String {
        let name = readable(&self.name);
        if self.place.is_empty() { name } else { format!("{name} ({})", self.place) }
    }
}

/// `path:line` of `path:line:column)`; nothing where dhat knew nothing.
fn file_and_line(position: &str) -> String {
    let position = position.strip_suffix(')').unwrap_or(position);
    let place = position.rsplit_once(':').map_or(position, |(place, _column)| place);
    if place.starts_with("???") { String::new() } else { place.to_owned() }
}

/// The frames between the allocator's plumbing and the measured loop, the allocating one first, the loop last.
fn cut(frames: &[&Frame]) -> Vec<String> {
    let plumbing = frames.iter().take_while(|frame| frame.is_plumbing()).count();
    // Where a stack is plumbing and nothing else, it says more than nothing.
    let inner = if plumbing == frames.len() { frames } else { &frames[plumbing..] };
    let names = inner.iter().rev().map(|frame| frame.name.as_str());
    let (keep, root) = match place(names) {
        Place::Loop(index) => (inner.len() - index, None),
        Place::Thread(index) => (inner.len() - index - 1, Some(OTHER_THREADS)),
        Place::Elsewhere => (inner.len(), None),
    };
    let shown = inner[..keep].iter().map(|frame| frame.show());
    shown.chain(root.map(str::to_owned)).collect()
}
