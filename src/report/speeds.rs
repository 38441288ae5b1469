//! How fast the machine was, as a table.

use maud::{Markup, html};

use super::page::{clip, scrolled};
use super::{anchors, format};
use crate::analysis::Estimate;
use crate::record::Speed;

/// The table; nothing where no speed was taken.
pub(super) fn table(speeds: Option<&[Speed]>) -> Markup {
    let speeds = speeds.unwrap_or_default();
    let body = html! {
        table {
            caption { "How fast this machine was when the run began: the middle of nine takes, and its 95 % interval" }
            thead { tr {
                th.left scope="col" { "what" } th scope="col" { "speed" } th scope="col" { "interval" } th scope="col" { "holds" }
            } }
            tbody { @for speed in speeds { (row(speed)) } }
        }
    };
    html! {
        @if !speeds.is_empty() {
            details #speeds {
                summary { "The machine's own speeds" }
                (scrolled("The machine's own speeds", &body))
            }
        }
    }
}

fn row(speed: &Speed) -> Markup {
    let range = Estimate { value: speed.value, low: speed.low, high: speed.high };
    html! {
        tr id=(anchors::speed(&speed.name)) {
            th.left scope="row" { (clip(&speed.name, 48)) }
            td.num { (format::value(speed.value, speed.unit)) }
            td.num { (format::interval(&range, speed.unit)) }
            td.num {
                @match speed.holds_bytes {
                    Some(bytes) => (format::memory(bytes as f64)),
                    None => span.muted { "–" },
                }
            }
        }
    }
}
