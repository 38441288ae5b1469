//! The table of a case's heap call sites, read from the file that the heap instrument left.

use std::fs;

use maud::{Markup, html};

use super::page::{clip, scrolled};
use super::{Source, format};
use crate::record::{CaseId, HeapSites, SCHEMA};

/// Sites shown; the rest are summed.
const SHOWN: usize = 20;
/// Frames of a site shown.
const FRAMES: usize = 12;

/// The table; `None` when there is no such file, a sentence when it cannot be read.
pub(super) fn table(source: &Source<'_>, id: &CaseId) -> Option<Markup> {
    source.files.of(id).heap_sites.as_ref()?;
    let path = source.layout.heap_sites(id);
    let read = fs::read(&path).map_err(|error| error.to_string()).and_then(|bytes| {
        let sites: HeapSites = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
        if sites.schema > SCHEMA {
            return Err(format!("schema {} is newer than {SCHEMA}", sites.schema));
        }
        Ok(sites)
    });
    Some(match read {
        Ok(sites) => rows(id, &sites),
        Err(error) => html! {
            p.problem {
                "The call sites cannot be read (" (clip(&error, 300)) "): type "
                code { "just heap " (clip(&id.to_string(), 120)) } "."
            }
        },
    })
}

fn rows(id: &CaseId, heap: &HeapSites) -> Markup {
    let rest = heap.sites.get(SHOWN..).unwrap_or(&[]);
    let sum = |count: fn(&crate::record::CallSite) -> u64| {
        rest.iter().fold(0_u64, |sum, site| sum.saturating_add(count(site)))
    };
    let body = html! {
        table.heap {
            caption { "Call sites that allocate, most bytes first, for one iteration of " code { (clip(&id.to_string(), 120)) } }
            thead { tr {
                th scope="col" { "bytes" } th scope="col" { "blocks" } th scope="col" { "alive at peak, bytes" }
                th.left scope="col" { "stack, the allocating frame first" }
            } }
            tbody {
                @for site in heap.sites.iter().take(SHOWN) {
                    tr {
                        td.num { (format::count(site.bytes as f64)) }
                        td.num { (format::count(site.blocks as f64)) }
                        td.num { (format::count(site.peak_bytes as f64)) }
                        td.left {
                            ol.frames {
                                @for frame in site.frames.iter().take(FRAMES) { li { code { (clip(frame, 200)) } } }
                                @if site.frames.len() > FRAMES { li.muted { "and " (format::counted(site.frames.len() - FRAMES, "frame", "frames")) " more" } }
                            }
                        }
                    }
                }
                @if heap.sites.is_empty() { tr { td.absent colspan="4" { "No call site allocates." } } }
                @if !rest.is_empty() {
                    tr.muted {
                        td.num { (format::count(sum(|site| site.bytes) as f64)) }
                        td.num { (format::count(sum(|site| site.blocks) as f64)) }
                        td.num { (format::count(sum(|site| site.peak_bytes) as f64)) }
                        td.left { "in " (format::counted(rest.len(), "other call site", "other call sites")) ", in the file below" }
                    }
                }
            }
        }
    };
    scrolled("Heap call sites", &body)
}
