//! What findings predicted, beside what siblings without that cost realised: the rules are held to account on the pages
//! that rest on them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use maud::{Markup, html};

use super::page::{case_link, clip, scrolled};
use super::{Source, format, link};
use crate::analysis::predictions::{Prediction, median_error};

/// On the first page: how far all predictions are off, and by which cost.
pub(super) fn summary(source: &Source<'_>, path: &Path) -> Markup {
    let Some(error) = median_error(source.predictions.iter()) else { return html! {} };
    let mut by_cost: BTreeMap<&str, Vec<&Prediction>> = BTreeMap::new();
    for prediction in &source.predictions {
        by_cost.entry(&prediction.cost).or_default().push(prediction);
    }
    html! {
        h2 #predictions { "Predictions, scored" }
        p {
            "Findings say what a case would gain without a cost. Where a sibling is the same without it, or the case itself was run \
             without it, the gain is known: over "
            (format::counted(source.predictions.len(), "such pair", "such pairs"))
            " the predicted share of the time is off by " b.figure { (points(error)) } " in the median."
        }
        ul.reading {
            @for (cost, pairs) in &by_cost {
                @if let Some(error) = median_error(pairs.iter().copied()) {
                    li.note {
                        (clip(cost, 40)) ": " (points(error)) " over " (format::counted(pairs.len(), "pair", "pairs")) ", in "
                        (families(source, path, pairs))
                    }
                }
            }
        }
    }
}

/// The families of `pairs`, each linked to where its page has them.
fn families(source: &Source<'_>, path: &Path, pairs: &[&Prediction]) -> Markup {
    let names: BTreeSet<&str> = pairs.iter().map(|pair| pair.case.family.as_str()).collect();
    html! {
        @for (index, name) in names.iter().enumerate() {
            @if index > 0 { ", " }
            a href=(link::to_part(path, &source.layout.family_page(name), "predicted")) { (clip(name, 48)) }
        }
    }
}

/// On a family's page: every pair of it.
pub(super) fn of_family(source: &Source<'_>, path: &Path, family: &str) -> Markup {
    let pairs: Vec<_> = source.predictions.iter().filter(|pair| pair.case.family == family).collect();
    let Some(error) = median_error(pairs.iter().copied()) else { return html! {} };
    let body = html! {
        table {
            caption { "What the finding on a case promised without a cost, and what a sibling or the case itself shows without it" }
            thead { tr {
                th.left scope="col" { "case" } th.left scope="col" { "without" } th.left scope="col" { "shown by" }
                th scope="col" { "predicted at most" } th scope="col" { "realised" } th scope="col" { "off, points of the time" }
            } }
            tbody { @for pair in &pairs { (row(source, path, pair)) } }
        }
    };
    html! {
        h2 #predicted { "Predicted and realised" }
        details {
            summary { (format::counted(pairs.len(), "pair", "pairs")) ", off by " (points(error)) " in the median" }
            (scrolled("Predicted and realised", &body))
        }
    }
}

fn row(source: &Source<'_>, path: &Path, pair: &Prediction) -> Markup {
    html! {
        tr {
            th.left scope="row" { (case_link(source, path, &pair.case)) }
            td.left { (clip(&pair.cost, 40)) }
            td.left { @match &pair.sibling { Some(sibling) => (clip(sibling, 48)), None => "the case itself" } }
            td.num { (format!("{:.2} ×", pair.predicted)) }
            td.num { (format!("{:.2} ×", pair.realised.value)) span.interval { (format::ratio_interval(&pair.realised)) } }
            td.num { (format!("{:+.0}", pair.error() * 100.0)) }
        }
    }
}

fn points(error: f64) -> String {
    format!("{error:.0} points")
}
