//! `perflab report`: pages, JSON or Markdown, from what is recorded.

use anyhow::bail;

use super::{diff, list, print, print_json};
use crate::analysis::findings::{derive, without_work};
use crate::catalogue::Catalogue;
use crate::instruments::Selection;
use crate::record::{CaseId, Layout, Listing, Recorded, load};

/// The catalogue, everything recorded with what it tells, and the files that could not be read: told on stderr.
fn recorded(catalogue: &Catalogue, layout: &Layout) -> anyhow::Result<(Listing, Recorded, Vec<String>)> {
    let loaded = load(layout)?;
    let mut problems: Vec<String> = loaded.problems.iter().map(ToString::to_string).collect();
    let listing = list::listing(catalogue);
    let mut recorded = Recorded::merge(&loaded.runs);
    problems.extend(derive(&listing, &mut recorded, layout));
    for problem in &problems {
        eprintln!("warning: {problem}");
    }
    for (id, finding) in without_work(&recorded) {
        eprintln!("warning: {id}: {}; {}", finding.claim, finding.advice);
    }
    Ok((listing, recorded, problems))
}

/// Everything recorded, as JSON.
pub(super) fn json(catalogue: &Catalogue, layout: &Layout) -> anyhow::Result<()> {
    let (_, recorded, _) = recorded(catalogue, layout)?;
    print_json(&recorded)
}

/// The summary for a pull request, of the cases that `filter` matches.
pub(super) fn markdown(catalogue: &Catalogue, filter: Option<&str>, layout: &Layout) -> anyhow::Result<()> {
    let selection = Selection::new(catalogue, filter, false)?;
    let (listing, recorded, problems) = recorded(catalogue, layout)?;
    print(&crate::report::markdown(&chosen(listing, &selection), &recorded, &problems))
}

/// The listing with the matching cases alone.
fn chosen(mut listing: Listing, selection: &Selection) -> Listing {
    let ids: std::collections::BTreeSet<String> = selection.cases().iter().map(ToString::to_string).collect();
    for family in &mut listing.families {
        for workload in &mut family.workloads {
            let id = |size| CaseId { family: family.name.clone(), workload: workload.name.clone(), size };
            workload.sizes.retain(|size| ids.contains(&id(*size).to_string()));
        }
        family.workloads.retain(|workload| !workload.sizes.is_empty());
        family.sizes.retain(|size| family.workloads.iter().any(|workload| workload.sizes.contains(size)));
    }
    listing.families.retain(|family| !family.workloads.is_empty());
    listing
}

/// The pages. Returns the cases whose work is not there.
pub(super) fn pages(catalogue: &Catalogue, layout: &Layout) -> anyhow::Result<Vec<CaseId>> {
    let (listing, recorded, problems) = recorded(catalogue, layout)?;
    for problem in diff::against_baselines(&listing, &recorded, layout) {
        eprintln!("warning: {problem}");
    }
    let rendered = crate::report::render(&listing, &recorded, &problems, layout)?;
    for problem in &rendered.problems {
        eprintln!("warning: {problem}");
    }
    eprintln!("{} pages, from {} recorded cases", rendered.pages, recorded.cases.len());
    print(&format!("{}\n", rendered.index.display()))?;
    Ok(without_work(&recorded).map(|(id, _)| id.clone()).collect())
}

/// Opens the pages with the desktop's own opener.
pub(super) fn open(layout: &Layout) -> anyhow::Result<()> {
    let index = layout.index_page();
    if !index.is_file() {
        bail!("{} is not there yet: `just bench` measures and writes it", index.display());
    }
    let openers: &[&str] =
        if cfg!(target_os = "macos") { &["open"] } else { &["xdg-open", "wslview", "sensible-browser"] };
    for opener in openers {
        let opened = std::process::Command::new(opener).arg(&index).status();
        if opened.is_ok_and(|status| status.success()) {
            return Ok(());
        }
    }
    bail!("found no program to open {} with: open it in a browser", index.display())
}
