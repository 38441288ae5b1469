//! The table of a case's heap call sites, read from the file that the heap instrument left.

use maud::{Markup, html};

use super::kept::Kept;
use super::page::{clip, scrolled};
use super::proof::Cited;
use super::{anchors, format};
use crate::record::{CallSite, CaseId, HeapSites};

/// Sites shown, beside those that findings lead to; the rest are summed.
const SHOWN: usize = 20;
/// Frames of a site shown.
const FRAMES: usize = 12;

/// The table; `None` when there is no such file, a sentence when it cannot be read.
pub(super) fn table(id: &CaseId, kept: &Kept, cited: &Cited<'_>) -> Option<Markup> {
    Some(match kept.heap.as_ref()? {
        Ok(sites) => rows(id, sites, cited),
        Err(error) => html! {
            p.problem {
                "The call sites cannot be read (" (clip(error, 300)) "): type "
                code { "just heap " (clip(&id.to_string(), 120)) } "."
            }
        },
    })
}

fn rows(id: &CaseId, heap: &HeapSites, cited: &Cited<'_>) -> Markup {
    let sites = heap.sites.iter().enumerate();
    let (shown, rest): (Vec<_>, Vec<_>) =
        sites.partition(|(place, _)| *place < SHOWN || cited.sites.contains(place));
    let rest: Vec<&CallSite> = rest.into_iter().map(|(_, site)| site).collect();
    let sum =
        |count: fn(&CallSite) -> u64| rest.iter().fold(0_u64, |sum, site| sum.saturating_add(count(site)));
    let body = html! {
        table.heap {
            caption { "Call sites that allocate, most bytes first, for one iteration of " code { (clip(&id.to_string(), 120)) } }
            thead { tr {
                th scope="col" { "bytes" } th scope="col" { "blocks" } th scope="col" { "alive at peak, bytes" }
                th.left scope="col" { "stack, the allocating frame first" }
            } }
            tbody {
                @for (place, site) in shown {
                    tr id=(anchors::heap_site(place)) {
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
