//! Copies the instruments' files next to the pages, so that all that pages link to lies in reports/. A file is copied
//! only when it is newer than its copy or of another size.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::ReportError;
use crate::record::{CaseId, Layout, Listing};

/// The copies of one case's files, each where there is one.
#[derive(Debug, Default, Clone)]
pub(super) struct CaseFiles {
    pub(super) flamegraph: Option<PathBuf>,
    pub(super) folded: Option<PathBuf>,
    pub(super) heap_flamegraph: Option<PathBuf>,
    pub(super) heap_folded: Option<PathBuf>,
    pub(super) heap_sites: Option<PathBuf>,
    pub(super) dhat: Option<PathBuf>,
    pub(super) callgrind: Option<PathBuf>,
    pub(super) costs: Option<PathBuf>,
    pub(super) instructions_folded: Option<PathBuf>,
    pub(super) instructions_flamegraph: Option<PathBuf>,
    pub(super) waits_ledger: Option<PathBuf>,
    pub(super) waits_folded: Option<PathBuf>,
    pub(super) waits_flamegraph: Option<PathBuf>,
    pub(super) criterion: Option<PathBuf>,
}

/// All copies.
#[derive(Debug, Default)]
pub(super) struct Files {
    cases: BTreeMap<CaseId, CaseFiles>,
    families: BTreeMap<String, PathBuf>,
}

const NONE: &CaseFiles = &CaseFiles {
    flamegraph: None,
    folded: None,
    heap_flamegraph: None,
    heap_folded: None,
    heap_sites: None,
    dhat: None,
    callgrind: None,
    costs: None,
    instructions_folded: None,
    instructions_flamegraph: None,
    waits_ledger: None,
    waits_folded: None,
    waits_flamegraph: None,
    criterion: None,
};

impl Files {
    /// Copies what there is for the cases of `listing`.
    pub(super) fn copy(listing: &Listing, layout: &Layout) -> Result<Self, ReportError> {
        copy_pages(&layout.criterion(), layout)?;
        let mut files = Self::default();
        for family in &listing.families {
            let page = layout.criterion_family_page(&family.name);
            if let Some(copy) = existing_copy(&page, layout) {
                files.families.insert(family.name.clone(), copy);
            }
            for workload in &family.workloads {
                for &size in &workload.sizes {
                    let id = CaseId { family: family.name.clone(), workload: workload.name.clone(), size };
                    // A name that is none of ours could point anywhere; no instrument writes files under it.
                    if id.to_string().parse::<CaseId>().is_ok() {
                        let copies = case_files(&id, layout)?;
                        files.cases.insert(id, copies);
                    }
                }
            }
        }
        Ok(files)
    }

    /// The files of a case.
    pub(super) fn of(&self, id: &CaseId) -> &CaseFiles {
        self.cases.get(id).unwrap_or(NONE)
    }

    /// criterion's page of a family.
    pub(super) fn criterion_of(&self, family: &str) -> Option<&Path> {
        self.families.get(family).map(PathBuf::as_path)
    }
}

fn case_files(id: &CaseId, layout: &Layout) -> Result<CaseFiles, ReportError> {
    Ok(CaseFiles {
        flamegraph: copied(&layout.flamegraph(id), layout)?,
        folded: copied(&layout.folded(id), layout)?,
        heap_flamegraph: copied(&layout.heap_flamegraph(id), layout)?,
        heap_folded: copied(&layout.heap_folded(id), layout)?,
        heap_sites: copied(&layout.heap_sites(id), layout)?,
        dhat: copied(&layout.dhat(id), layout)?,
        callgrind: copied(&layout.callgrind(id), layout)?,
        costs: copied(&layout.costs(id), layout)?,
        instructions_folded: copied(&layout.instructions_folded(id), layout)?,
        instructions_flamegraph: copied(&layout.instructions_flamegraph(id), layout)?,
        waits_ledger: copied(&layout.waits_ledger(id), layout)?,
        waits_folded: copied(&layout.waits_folded(id), layout)?,
        waits_flamegraph: copied(&layout.waits_flamegraph(id), layout)?,
        criterion: existing_copy(&layout.criterion_page(id), layout),
    })
}

/// The copy of a page that stands on both sides.
fn existing_copy(page: &Path, layout: &Layout) -> Option<PathBuf> {
    layout.page_copy(page).filter(|copy| page.is_file() && copy.is_file())
}

/// Copies one file when it is newer or of another size; `None` when there is none, or it is empty.
fn copied(source: &Path, layout: &Layout) -> Result<Option<PathBuf>, ReportError> {
    let Ok(from) = fs::metadata(source) else { return Ok(None) };
    let Some(target) = layout.page_copy(source) else { return Ok(None) };
    if !from.is_file() || from.len() == 0 {
        return Ok(None);
    }
    let is_current = fs::metadata(&target).is_ok_and(|to| {
        let is_older = match (from.modified(), to.modified()) {
            (Ok(from), Ok(to)) => from <= to,
            _ => false,
        };
        to.len() == from.len() && is_older
    });
    if !is_current {
        let failed = |error| ReportError::Copy { from: source.to_owned(), to: target.clone(), source: error };
        // The folder is there but for the first file in it, and asking each time costs as much as copying.
        if let Err(error) = fs::copy(source, &target) {
            if error.kind() != ErrorKind::NotFound {
                return Err(failed(error));
            }
            fs::create_dir_all(target.parent().unwrap_or(&layout.reports)).map_err(failed)?;
            fs::copy(source, &target).map_err(failed)?;
        }
    }
    Ok(Some(target))
}

/// Copies the HTML and SVG files of every `report` folder below `folder`. Links are not followed.
fn copy_pages(folder: &Path, layout: &Layout) -> Result<(), ReportError> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    let is_report = folder.file_name().is_some_and(|name| name == "report");
    for entry in entries.flatten() {
        let path = entry.path();
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() {
            copy_pages(&path, layout)?;
        } else if is_report && kind.is_file() && path.extension().is_some_and(|e| e == "html" || e == "svg") {
            copied(&path, layout)?;
        }
    }
    Ok(())
}
