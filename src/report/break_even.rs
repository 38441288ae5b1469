//! From how much work on handing over pays: a sentence and a table, on the page of a family that compares the two.

use maud::{Markup, html};

use super::page::{clip, proof, scrolled};
use super::{Source, format};
use crate::analysis::{BreakEven, Pays, break_even};
use crate::record::ListedFamily;

/// Renders the section; nothing where the family has no such comparison or no times yet.
pub(super) fn section(source: &Source<'_>, family: &ListedFamily) -> Markup {
    let cores = source.recorded.environment.as_ref().map_or(1, |environment| environment.cores);
    let rows = break_even(family, source.recorded, cores);
    html! {
        @if !rows.is_empty() {
            h2 { "Where handing over pays" }
            p.note { (sentence(family, &rows, cores)) " " (proof("#break-even")) }
            (scrolled("Where handing over pays", &table(family, &rows, cores)))
        }
    }
}

/// The largest size says it best: there the fixed part of a round trip weighs least.
fn sentence(family: &ListedFamily, rows: &[BreakEven<'_>], cores: usize) -> Markup {
    let largest = rows.iter().map(|row| row.size).max().unwrap_or(0);
    let told = |row: &&BreakEven<'_>| row.size == largest && matches!(row.pays, Pays::From { .. });
    let told: Vec<_> = rows.iter().filter(told).collect();
    html! {
        @if cores < 2 { "On one core a process never pays: there is nobody to work beside the caller." }
        @else if told.is_empty() { "No overhead was shown at " (size(family, largest)) ": by their intervals both ways may take as long." }
        @else {
            "Hand over what is isolated and high-leverage: little to copy, much to do with it. On "
            (format::counted(cores, "core", "cores")) " and at " (size(family, largest)) ", "
            @for (index, row) in told.iter().enumerate() {
                @if index > 0 { @if index + 1 == told.len() { " and " } @else { ", " } }
                b { (clip(&row.workload.name, 48)) }
                @if let Pays::From { work_ns, .. } = row.pays {
                    " pays from " b { (format::time(work_ns.per(row.size.max(1) as f64).value)) }
                    " of work per " (clip(&family.unit, 40))
                }
            }
            "; with less, a call is sooner done."
        }
    }
}

fn size(family: &ListedFamily, size: usize) -> String {
    format!("{} {}", format::size(size), format::clipped(&family.axis, 40))
}

fn table(family: &ListedFamily, rows: &[BreakEven<'_>], cores: usize) -> Markup {
    html! {
        table #break-even {
            caption {
                "Least work of an item from which handing it over pays: the overhead, which is the round trip less the call, divided by 1 − 1 / "
                (cores) "; 95 % intervals. The round trip is the call's time by the ratio of interleaved blocks; what is marked unpaired was timed apart, and a change of the machine is in it"
            }
            thead { tr {
                th.left scope="col" { "workload" }
                th scope="col" { (clip(&family.axis, 40)) }
                th scope="col" { "call" }
                th scope="col" { "round trip" }
                th scope="col" { "overhead" }
                th scope="col" { "least work" }
                th scope="col" { "per " (clip(&family.unit, 40)) }
            } }
            tbody { @for row in rows { (line(row)) } }
        }
    }
}

fn line(row: &BreakEven<'_>) -> Markup {
    html! {
        tr {
            th.left scope="row" { (clip(&row.workload.name, 48)) }
            td { (format::size(row.size)) }
            td { (format::time(row.direct_ns.value)) }
            td {
                (format::time(row.handed_over_ns.value))
                @if !row.paired { " " span.mark { "unpaired" } }
            }
            @match row.pays {
                Pays::From { overhead_ns, work_ns } => {
                    td { (format::time(overhead_ns.value)) }
                    td { (format::time(work_ns.value)) " " span.muted.small { (format::time_interval(&work_ns)) } }
                    td { (format::time(work_ns.per(row.size.max(1) as f64).value)) }
                }
                Pays::Never => td.absent colspan="3" { "never on one core" },
                Pays::Untold => td.absent colspan="3" { "no overhead shown: by their intervals both may take as long" },
            }
        }
    }
}
