//! CPython beside it: our cases and CPython's kernels, from rounds in which both ran.

use std::path::Path;

use maud::{Markup, html};

use super::page::{case_link, clip, scrolled, words};
use super::{Source, cell, format};
use crate::analysis::{Beside, Estimate, Help, Numbers, Speedups, beside};
use crate::record::{InstrumentName, Metric, State};

/// The section, on the page at `path`.
pub(super) fn section(source: &Source<'_>, path: &Path) -> Markup {
    let rows = beside(source.listing, source.recorded);
    let any = rows.iter().any(|row| row.numbers.is_some());
    html! {
        h2 #cpython { "CPython beside it" }
        (which(source))
        @if rows.is_empty() { p.muted { "No workload repeats a kernel of the study notes." } }
        @else if !any { p.muted { "CPython has not run beside any case yet: type " code { "just python" } "." } }
        @else {
            p {
                "Each ratio is like for like: both languages ran the kernel in turn, round by round, on this machine, each by its own clock, and gave the same answer."
            }
            (scrolled("Our cases and CPython", &times(source, path, &rows)))
            (gains(&rows))
        }
    }
}

/// Which Python it is, or why there is none.
fn which(source: &Source<'_>) -> Markup {
    let state = source.recorded.instruments.iter().find(|state| state.name == InstrumentName::Python);
    html! {
        @if let Some(state) = state {
            @if !state.detail.is_empty() { p { (words(&state.detail)) } }
            @if state.state != State::Ready {
                p {
                    span.mark.(if state.state == State::Degraded { "stale" } else { "failed" }) {
                        (if state.state == State::Degraded { "Degraded" } else { "Unavailable" })
                    }
                    @if let Some(reason) = &state.reason { " " (words(reason)) "." }
                    @if let Some(remedy) = &state.remedy { " Remedy: " (words(remedy)) "." }
                }
            }
        }
    }
}

fn times(source: &Source<'_>, path: &Path, rows: &[Beside<'_>]) -> Markup {
    html! {
        table {
            caption { "Time of one iteration, with its 95 % interval" }
            thead { tr {
                th.left scope="col" { "kernel" } th scope="col" { "ours ÷ CPython" } th scope="col" { "ours" }
                th scope="col" { "CPython" } th.left scope="col" { "our case" }
            } }
            tbody {
                @for row in rows {
                    tr {
                        th.left scope="row" { (clip(row.kernel, 40)) }
                        @let standing = cell::look_up(source, &row.id, Metric::PythonNs);
                        @match &row.numbers {
                            Some(Numbers { ours_ns, python_ns, ratio, .. }) => {
                                td.num { b { (format::ratio(ratio)) } span.interval { (format::ratio_interval(ratio)) } }
                                td.num { (format::time(ours_ns.value)) span.interval { (format::time_interval(ours_ns)) } }
                                td.num {
                                    (format::time(python_ns.value)) span.interval { (format::time_interval(python_ns)) }
                                    (cell::marks(source, &standing))
                                }
                            },
                            None => (cell::wide(&standing, 3)),
                        }
                        td.left { (case_link(source, path, &row.id)) }
                    }
                }
            }
        }
    }
}

/// A form of a kernel and what it gained: `gcd`, `threads`.
struct Gain<'a> {
    kernel: &'a str,
    form: &'a str,
    speedups: Speedups,
}

fn gains(rows: &[Beside<'_>]) -> Markup {
    let gains: Vec<Gain<'_>> = rows
        .iter()
        .filter_map(|row| {
            let (kernel, form) = row.kernel.split_once('/')?;
            Some(Gain { kernel, form, speedups: row.numbers?.speedups? })
        })
        .collect();
    let mut forms: Vec<&str> = gains.iter().map(|gain| gain.form).collect();
    forms.sort_unstable();
    forms.dedup();
    // Threads first: the question that a global lock raises.
    forms.reverse();
    html! {
        @if !gains.is_empty() {
            h3 { "Did threads and processes help?" }
            @for form in forms {
                p {
                    strong { (capitalised(form)) } ": "
                    (sentence("in Rust", &gains, form, |speedups| speedups.ours)) " "
                    (sentence("In CPython", &gains, form, |speedups| speedups.python))
                }
            }
            (scrolled("Speed-ups over the serial form", &speedups(&gains)))
        }
    }
}

fn capitalised(form: &str) -> String {
    let mut letters = form.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// `In CPython they helped wait, and did not help gcd and is-prime.`
fn sentence(language: &str, gains: &[Gain<'_>], form: &str, of: fn(&Speedups) -> Estimate) -> Markup {
    let clauses: Vec<(&str, Vec<&str>)> = [
        (Help::Helped, "they helped "),
        (Help::DidNot, "they did not help "),
        (Help::CannotTell, "it cannot be told whether they helped "),
    ]
    .into_iter()
    .map(|(help, clause)| {
        let of_form = gains.iter().filter(|gain| gain.form == form);
        let kernels = of_form.filter(|gain| Help::of(&of(&gain.speedups)) == help);
        (clause, kernels.map(|gain| gain.kernel).collect::<Vec<_>>())
    })
    .filter(|(_, kernels)| !kernels.is_empty())
    .collect();
    html! {
        (language) " "
        @for (index, (clause, kernels)) in clauses.iter().enumerate() {
            @if index > 0 { "; " }
            (clause) (listed(kernels))
        }
        "."
    }
}

/// `a`, `a and b`, `a, b and c`.
fn listed(names: &[&str]) -> Markup {
    html! {
        @for (index, name) in names.iter().enumerate() {
            @if index > 0 { @if index + 1 == names.len() { " and " } @else { ", " } }
            b { (clip(name, 40)) }
        }
    }
}

fn speedups(gains: &[Gain<'_>]) -> Markup {
    let cell = |speedup: &Estimate| {
        let (class, verdict) = match Help::of(speedup) {
            Help::Helped => ("ready", "helped"),
            Help::DidNot => ("stale", "did not help"),
            Help::CannotTell => ("open", "cannot tell"),
        };
        html! {
            td.num { (format::ratio(speedup)) span.interval { (format::ratio_interval(speedup)) } }
            td.left { span.mark.(class) { (verdict) } }
        }
    };
    html! {
        table {
            caption { "Times as fast as the same language's serial form, in the same rounds; less than 5 % is no help" }
            thead { tr {
                th.left scope="col" { "kernel" } th.left scope="col" { "form" }
                th scope="col" { "Rust" } th.left scope="col" { "so it" }
                th scope="col" { "CPython" } th.left scope="col" { "so it" }
            } }
            tbody {
                @for Gain { kernel, form, speedups } in gains {
                    tr {
                        th.left scope="row" { (clip(kernel, 40)) }
                        td.left { (clip(form, 40)) }
                        (cell(&speedups.ours)) (cell(&speedups.python))
                    }
                }
            }
        }
    }
}
