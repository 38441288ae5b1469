//! The study notes' table of collections, put right, beside ours. The figures are the notes' own.

use std::path::Path;

use maud::{Markup, html};

use super::page::{case_link, scrolled, words};
use super::{Source, cell, format};
use crate::analysis::{Estimate, NOTES_SIZE, Standing};
use crate::record::{CaseId, Metric};

/// A row of the notes. The figures are seconds for 10⁶ runs, so microseconds a run.
struct Row {
    id: &'static str,
    python: &'static str,
    least: f64,
    most: f64,
    remark: &'static str,
    /// The row whose function the notes really timed under this label.
    timed_instead: Option<&'static str>,
}

const ROWS: [Row; 8] = [
    Row::new("f1", "set(range(n))", 1.44, 1.68, ""),
    Row::new("f2", "list(range(n))", 0.76, 0.76, ""),
    Row::new("f3", "tuple(range(n))", 0.75, 0.77, "Like a tuple: a fixed size."),
    Row::new("f4", "str(range(n))", 0.41, 0.57, "Gives the text `range(0, 100)`, not the numbers."),
    Row::new("f5", "for i in range(n): s.add(i)", 5.69, 5.75, ""),
    Row::new("f6", "for i in range(n): l.append(i)", 4.90, 5.08, ""),
    Row {
        timed_instead: Some("f5"),
        ..Row::new(
            "f7",
            "{i for i in range(n)}",
            5.14,
            5.82,
            "Mislabelled: the notes timed f5 again under this label.",
        )
    },
    Row {
        timed_instead: Some("f6"),
        ..Row::new(
            "f8",
            "[i for i in range(n)]",
            4.59,
            5.06,
            "Mislabelled: the notes timed f6 again under this label.",
        )
    },
];

impl Row {
    const fn new(
        id: &'static str,
        python: &'static str,
        least: f64,
        most: f64,
        remark: &'static str,
    ) -> Self {
        Self { id, python, least, most, remark, timed_instead: None }
    }

    fn figure(&self) -> String {
        if self.least == self.most {
            format!("{:.2}", self.least)
        } else {
            format!("{:.2} – {:.2}", self.least, self.most)
        }
    }

    fn figure_ns(&self) -> Estimate {
        let middle = (self.least + self.most) / 2.0;
        Estimate { value: middle * 1e3, low: self.least * 1e3, high: self.most * 1e3 }
    }
}

/// The table, on the page at `path`.
pub(super) fn table(source: &Source<'_>, path: &Path) -> Markup {
    let body = html! {
        table.notes {
            caption { "Python's kernels at n = 100, and ours" }
            thead { tr {
                th.left scope="col" { "id" }
                th.left scope="col" { "Python" }
                th scope="col" { "notes, µs per run" }
                th.left scope="col" { "our case" }
                th scope="col" { "ours, µs per run" }
                th scope="col" { "notes ÷ ours" }
            } }
            @for row in &ROWS { tbody { (cells(source, path, row)) } }
        }
    };
    html! {
        p {
            "The notes printed these figures as [ms]. " b { "That unit was wrong:" }
            " they are seconds for 10⁶ runs, so microseconds for one. And " b { "two labels timed another function:" }
            " f7 holds f5 once more, f8 holds f6. Neither has a figure of its own, so neither has a ratio here."
        }
        p {
            "The last column is " b { "not like for like" }
            ": the notes were taken on another machine and in another language. It shows an order of magnitude."
        }
        (scrolled("Python's kernels and ours", &body))
    }
}

fn cells(source: &Source<'_>, path: &Path, row: &Row) -> Markup {
    let cases: Vec<CaseId> = source
        .listing
        .families
        .iter()
        .flat_map(|family| family.workloads.iter().map(move |workload| (family, workload)))
        .filter(|(_, workload)| {
            workload.mirrors.as_deref() == Some(row.id) && workload.sizes.contains(&NOTES_SIZE)
        })
        .map(|(family, workload)| CaseId {
            family: family.name.clone(),
            workload: workload.name.clone(),
            size: NOTES_SIZE,
        })
        .collect();
    let rows = cases.len().max(1);
    html! {
        tr {
            th.left scope="rowgroup" rowspan=(rows) { (row.id) }
            td.left rowspan=(rows) {
                code { (row.python) }
                @if !row.remark.is_empty() { span.about { (words(row.remark)) } }
            }
            td.num rowspan=(rows) {
                @match row.timed_instead {
                    Some(other) => { s { (row.figure()) } span.interval { "is " (other) "'s" } },
                    None => (row.figure()),
                }
            }
            @match cases.first() {
                Some(id) => (ours(source, path, row, id)),
                None => td.absent.not-run colspan="3" { "no workload repeats it at n = 100 yet" },
            }
        }
        @for id in cases.iter().skip(1) { tr { (ours(source, path, row, id)) } }
    }
}

fn ours(source: &Source<'_>, path: &Path, row: &Row, id: &CaseId) -> Markup {
    let standing = cell::look_up(source, id, Metric::TimeNs);
    let time = match &standing {
        Standing::Measured { measurement, .. } => {
            Estimate::of(measurement).filter(|time| time.value > 0.0).map(|time| (time, *measurement))
        }
        _ => None,
    };
    html! {
        td.left { (case_link(source, path, id)) }
        @match time {
            None => (cell::wide(&standing, 2)),
            Some((time, measurement)) => {
                td.num title=(cell::taken(measurement)) {
                    (format::rounded(time.value / 1e3))
                    span.interval { "[" (format::rounded(time.low / 1e3)) ", " (format::rounded(time.high / 1e3)) "]" }
                    (cell::marks(source, &standing))
                }
                @match (row.timed_instead, row.figure_ns().over(&time)) {
                    (Some(other), _) => td.absent.not-given { "none: the figure is " (other) "'s" },
                    (None, Some(ratio)) => td.num {
                        (format::ratio(&ratio)) span.interval { (format::ratio_interval(&ratio)) }
                    },
                    (None, None) => td.absent.not-given { "none: our time may be zero" },
                }
            },
        }
    }
}
