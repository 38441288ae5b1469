//! The table of what a case's functions cost, read from the file that the instructions instrument left.

use maud::{Markup, html};

use super::kept::Kept;
use super::page::{clip, scrolled};
use super::proof::Cited;
use super::{anchors, format};
use crate::record::{Branches, CaseId, Costs, FunctionCost};

/// Functions shown, beside those that findings lead to; the rest are summed.
const SHOWN: usize = 20;

/// The table; `None` when there is no such file, a sentence when it cannot be read.
pub(super) fn table(id: &CaseId, kept: &Kept, cited: &Cited<'_>) -> Option<Markup> {
    Some(match kept.costs.as_ref()? {
        Ok(costs) => rows(id, costs, cited),
        Err(error) => html! {
            p.problem {
                "The costs cannot be read (" (clip(error, 300)) "): type "
                code { "just instructions " (clip(&id.to_string(), 120)) } "."
            }
        },
    })
}

fn rows(id: &CaseId, costs: &Costs, cited: &Cited<'_>) -> Markup {
    let functions = costs.functions.iter().enumerate();
    let (shown, rest): (Vec<_>, Vec<_>) = functions
        .partition(|(place, function)| *place < SHOWN || cited.functions.contains(function.name.as_str()));
    let rest: Vec<&FunctionCost> = rest.into_iter().map(|(_, function)| function).collect();
    let rest_own = rest.iter().fold(0_u64, |sum, function| sum.saturating_add(function.own));
    let iterations = costs.iterations.max(1) as f64;
    let body = html! {
        table.costs {
            caption { "Functions by their own instructions, for one iteration of " code { (clip(&id.to_string(), 120)) } "; all counted, none sampled" }
            thead { tr {
                th scope="col" { "own" } th scope="col" { "with what it calls" } th scope="col" { "own instructions" }
                th scope="col" { "calls" }
                @if costs.branches.is_some() { th scope="col" { "branches guessed wrong, simulated" } }
                th.left scope="col" { "function" }
            } }
            tbody {
                @for (place, function) in shown {
                    tr id=(anchors::function(place)) {
                        td.num { (share(function.own, costs.instructions)) }
                        td.num { (share(function.inclusive, costs.instructions)) }
                        td.num { (format::rounded(function.own as f64 / iterations)) }
                        td.num { (calls(function, iterations)) }
                        @if costs.branches.is_some() { td.num { (wrong(function.branches)) } }
                        td.left { code { (clip(&function.name, 200)) } }
                    }
                }
                @if costs.functions.is_empty() { tr { td.absent colspan="6" { "No function costs anything." } } }
                @if !rest.is_empty() {
                    tr.muted {
                        td.num { (share(rest_own, costs.instructions)) } td.num { "–" }
                        td.num { (format::rounded(rest_own as f64 / iterations)) } td.num { "–" }
                        @if costs.branches.is_some() { td.num { "–" } }
                        td.left { "in " (format::counted(rest.len(), "other function", "other functions")) ", in the file below" }
                    }
                }
            }
        }
    };
    scrolled("Costs by function", &body)
}

fn share(part: u64, whole: u64) -> String {
    format!("{:.1} %", part as f64 / whole.max(1) as f64 * 100.0)
}

fn calls(function: &FunctionCost, iterations: f64) -> Markup {
    html! {
        @match function.calls.filter(|_| !function.inlined) {
            Some(calls) => (format::rounded(calls as f64 / iterations)),
            None => span.muted { "inlined" },
        }
    }
}

/// The share of branches guessed wrong, and of how many.
fn wrong(branches: Option<Branches>) -> Markup {
    html! {
        @match branches.filter(|branches| branches.executed > 0) {
            Some(branches) => (share(branches.mispredicted, branches.executed)),
            None => span.muted { "–" },
        }
    }
}
