//! `perflab list`: the catalogue, for eyes or for scripts.

use std::fmt::Write;

use super::{print, print_json};
use crate::catalogue::{Catalogue, Family};
use crate::record::{ListedFamily, ListedWorkload, Listing, SCHEMA};

pub(super) fn list(catalogue: &Catalogue, json: bool) -> anyhow::Result<()> {
    let listing = listing(catalogue);
    if json { print_json(&listing) } else { print(&as_text(&listing)) }
}

/// The catalogue as data.
pub(super) fn listing(catalogue: &Catalogue) -> Listing {
    Listing { schema: SCHEMA, families: catalogue.families().iter().map(listed_family).collect() }
}

fn listed_family(family: &'static Family) -> ListedFamily {
    let workloads = family.workloads().map(|entry| ListedWorkload {
        name: entry.name.to_owned(),
        about: entry.about.to_owned(),
        mirrors: entry.mirrors.map(str::to_owned),
        sizes: family
            .sizes
            .iter()
            .copied()
            .filter(|size| family.entry(entry.name, *size).is_some())
            .collect(),
    });
    ListedFamily {
        name: family.name.to_owned(),
        question: family.question.to_owned(),
        baseline: family.baseline().to_owned(),
        axis: family.axis.name.to_owned(),
        unit: family.axis.unit.to_owned(),
        sizes: family.sizes.to_vec(),
        workloads: workloads.collect(),
    }
}

fn as_text(listing: &Listing) -> String {
    let mut text = String::new();
    for family in &listing.families {
        let sizes: Vec<String> = family.sizes.iter().map(ToString::to_string).collect();
        let _ = writeln!(text, "{}: {} ({} {})", family.name, family.question, sizes.join(", "), family.axis);
        for workload in &family.workloads {
            let mirrors = workload.mirrors.as_ref().map(|kernel| format!(" [{kernel}]")).unwrap_or_default();
            let _ = writeln!(text, "  {:<24} {}{mirrors}", workload.name, workload.about);
        }
    }
    text
}
