//! `perflab list`: the catalogue, for eyes or for scripts.

use std::fmt::Write;

use super::{print, print_json};
use crate::catalogue::{Catalogue, Counts, Family, Members, cores};
use crate::record::{
    ListedConcurrency, ListedCounts, ListedFamily, ListedFloor, ListedRole, ListedWorkload, Listing, SCHEMA,
    Spare, SpeedupBound,
};
use crate::workload::{Entry, Floor, Role};

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
        python: crate::instruments::python::has_twin(entry),
        sizes: sizes_of(family, entry).map(|(size, _)| size).collect(),
        concurrency: ListedConcurrency {
            threads: entry.concurrency.threads,
            processes: entry.concurrency.processes,
            spins: entry.concurrency.spins,
        },
        speedup_bounds: sizes_of(family, entry)
            .filter_map(|(size, entry)| {
                let at_worst = entry.speedup_at_worst(size, cores());
                Some(SpeedupBound { size, speedup: entry.speedup_bound(size, cores())?, at_worst })
            })
            .collect(),
        role: entry.role.map(|role| match role {
            Role::Direct => ListedRole::Direct,
            Role::HandedOver => ListedRole::HandedOver,
        }),
        abbreviates: entry.abbreviates,
        spares: entry
            .spares
            .iter()
            .map(|spare| Spare { cost: spare.cost.to_owned(), of: spare.of.to_owned() })
            .collect(),
        unavailable: sizes_of(family, entry).find_map(|(size, entry)| entry.unavailable(size)),
    });
    ListedFamily {
        name: family.name.to_owned(),
        question: family.question.to_owned(),
        parts: family.members == Members::Parts,
        baseline: family.baseline().to_owned(),
        axis: family.axis.name.to_owned(),
        unit: family.axis.unit.to_owned(),
        counts: match family.axis.counts {
            Counts::Work => ListedCounts::Work,
            Counts::Workers => ListedCounts::Workers,
        },
        sizes: family.sizes().collect(),
        workloads: workloads.collect(),
        floors: family
            .sizes()
            .filter_map(|size| {
                let Floor { bytes_written, allocations, divisions, processes, waited_ns } =
                    family.floor(size)?;
                Some(ListedFloor { size, bytes_written, allocations, divisions, processes, waited_ns })
            })
            .collect(),
    }
}

/// The sizes at which a workload runs, each with the line that runs there.
fn sizes_of(family: &'static Family, entry: &'static Entry) -> impl Iterator<Item = (usize, &'static Entry)> {
    family.sizes().filter_map(|size| Some((size, family.entry(entry.name, size)?)))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::CATALOGUE;
    use crate::record::FindingKind;

    #[test]
    fn what_a_member_spares_is_a_cost_that_findings_name() {
        let listing = listing(&CATALOGUE);
        let spares = listing.families.iter().flat_map(|family| &family.workloads).flat_map(|one| &one.spares);
        let costs: std::collections::BTreeSet<&str> = spares.map(|spare| spare.cost.as_str()).collect();
        assert!(costs.contains("growth") && costs.contains("hashing"), "{costs:?}");
        for cost in costs {
            assert!(FindingKind::ALL.iter().any(|kind| kind.as_str() == cost), "{cost}");
        }
    }

    #[test]
    fn floors_are_listed_by_size_and_only_where_they_are_stated() {
        let listing = listing(&CATALOGUE);
        let floors = |family: &str| &listing.family(family).expect("it is there").floors;
        let sizes: Vec<usize> = floors("build-vec").iter().map(|floor| floor.size).collect();
        assert_eq!(sizes, listing.family("build-vec").expect("it is there").sizes);
        assert_eq!(floors("build-vec")[1].bytes_written, 800);
        assert!(floors("noop").is_empty());
    }
}
