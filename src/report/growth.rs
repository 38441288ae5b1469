//! How the costs of a family's members grow with the size: exponents with their intervals, and the counts that they are
//! fitted to. Time over sizes has a table of its own.

use maud::{Markup, html};

use super::page::{clip, scrolled, swatch};
use super::ranking_table::place;
use super::{Source, anchors, cell, format};
use crate::analysis::growth::{Law, laws, points};
use crate::record::{ListedCounts, ListedFamily, ListedWorkload, Metric};

/// The columns: what laws are fitted to, under short names.
const COLUMNS: [(Metric, &str); 5] = [
    (Metric::Instructions, "instructions"),
    (Metric::HeapBlocks, "heap blocks"),
    (Metric::HeapBytes, "heap bytes"),
    (Metric::HeapPeakBytes, "peak heap bytes"),
    (Metric::TimeNs, "time"),
];

/// Whether the table has a row of `workload`.
pub(super) fn is_told(source: &Source<'_>, family: &ListedFamily, workload: &ListedWorkload) -> bool {
    family.counts == ListedCounts::Work && !laws(family, workload, source.recorded).is_empty()
}

/// The section; nothing where sizes count workers, or no member was measured at three sizes.
pub(super) fn section(source: &Source<'_>, family: &ListedFamily) -> Markup {
    if family.counts != ListedCounts::Work {
        return html! {};
    }
    let rows: Vec<(&ListedWorkload, Vec<Law>)> = family
        .workloads
        .iter()
        .map(|workload| (workload, laws(family, workload, source.recorded)))
        .filter(|(_, laws)| !laws.is_empty())
        .collect();
    html! {
        @if !rows.is_empty() {
            h2 #growth { "How costs grow" }
            p.small {
                "A cost that grows as a power of n: 0 stays, 1 grows in step with the size, 2 with its square. The same member's time may "
                "grow faster than its instructions where it begins to wait for memory."
            }
            (scrolled("How costs grow", &table(family, &rows)))
            details {
                summary { "The counts by size" }
                (scrolled("The counts by size", &counts(source, family, &rows)))
            }
        }
    }
}

fn table(family: &ListedFamily, rows: &[(&ListedWorkload, Vec<Law>)]) -> Markup {
    html! {
        table.growth {
            caption { "Exponents of n, fitted to all sizes that were measured, three or more, with 95 % intervals" }
            thead { tr {
                th.left scope="col" { "workload" }
                @for (_, name) in COLUMNS { th scope="col" { (name) } }
            } }
            tbody {
                @for (workload, laws) in rows {
                    @let index = place(family, workload);
                    tr id=(anchors::growth(family, &workload.name)) data-s=(index % super::theme::SERIES) {
                        th.left scope="row" { (swatch(index)) " " (clip(&workload.name, 48)) }
                        @for (metric, _) in COLUMNS { (exponent(laws.iter().find(|law| law.metric == metric))) }
                    }
                }
            }
        }
    }
}

fn exponent(law: Option<&Law>) -> Markup {
    html! {
        @match law {
            Some(law) => td.num title=(format!("fitted to {}", format::counted(law.points, "size", "sizes"))) {
                (decimals(law.exponent)) span.interval { "[" (decimals(law.low)) ", " (decimals(law.high)) "]" }
            },
            None => td.num title="fewer than three sizes were measured, or it is nothing at one of them" { span.muted { "–" } },
        }
    }
}

/// Two decimals, and no sign before zero.
fn decimals(exponent: f64) -> String {
    let text = format!("{exponent:.2}");
    if text == "-0.00" { "0.00".to_owned() } else { text.replace('-', "−") }
}

fn counts(source: &Source<'_>, family: &ListedFamily, rows: &[(&ListedWorkload, Vec<Law>)]) -> Markup {
    html! {
        table {
            caption { "For one iteration; times are in the table above" }
            thead { tr {
                th.left scope="col" { "workload" } th.left scope="col" { "count" }
                @for size in &family.sizes { th scope="col" { "n = " (format::size(*size)) } }
            } }
            @for (workload, laws) in rows {
                tbody {
                    @for law in laws.iter().filter(|law| law.metric != Metric::TimeNs) {
                        @let points = points(family, workload, source.recorded, law.metric);
                        tr {
                            th.left scope="row" { (clip(&workload.name, 48)) }
                            td.left { (cell::label(law.metric)) }
                            @for size in &family.sizes {
                                td.num {
                                    @match points.iter().find(|(measured, _)| measured == size) {
                                        Some((_, count)) => (format::count(*count)),
                                        None => span.muted { "–" },
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exponent_has_two_decimals_and_zero_no_sign() {
        assert_eq!(decimals(-0.001), "0.00");
        assert_eq!(decimals(-0.25), "−0.25");
        assert_eq!(decimals(1.999), "2.00");
    }
}
