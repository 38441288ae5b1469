//! Brings the instruments' files next to the pages, so that all that pages link to lies in reports/: as a second name of the
//! file, where the file system can, else as a copy. The catalogue's files are 600 MB, which would take longer to copy than all
//! pages to write, and would stand on the disk twice. A file is brought only where it is newer than the one beside the
//! pages, or of another size.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::ReportError;
use crate::record::{CaseId, Layout, ListedFamily, Listing};

/// The files of one case beside the pages, each where there is one.
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

/// Of all cases.
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
    /// Brings what there is for the cases of `listing`.
    pub(super) fn bring(listing: &Listing, layout: &Layout) -> Result<Self, ReportError> {
        let criterions = criterions_pages(&layout.criterion());
        criterions.par_iter().try_for_each(|page| brought(page, layout).map(drop))?;
        let family_page = |family: &ListedFamily| {
            let page = layout.criterion_family_page(&family.name);
            existing(&page, layout).map(|beside| (family.name.clone(), beside))
        };
        let families = listing.families.iter().filter_map(family_page).collect();
        // A name that is none of ours could point anywhere; no instrument writes files under it.
        let ids = listing.cases().map(|(_, _, id)| id);
        let ours: Vec<CaseId> = ids.filter(|id| id.to_string().parse::<CaseId>().is_ok()).collect();
        let cases = ours.into_par_iter().map(|id| case_files(&id, layout).map(|files| (id, files)));
        Ok(Self { cases: cases.collect::<Result<_, _>>()?, families })
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
    let brought = |file: PathBuf| brought(&file, layout);
    Ok(CaseFiles {
        flamegraph: brought(layout.flamegraph(id))?,
        folded: brought(layout.folded(id))?,
        heap_flamegraph: brought(layout.heap_flamegraph(id))?,
        heap_folded: brought(layout.heap_folded(id))?,
        heap_sites: brought(layout.heap_sites(id))?,
        dhat: brought(layout.dhat(id))?,
        callgrind: brought(layout.callgrind(id))?,
        costs: brought(layout.costs(id))?,
        instructions_folded: brought(layout.instructions_folded(id))?,
        instructions_flamegraph: brought(layout.instructions_flamegraph(id))?,
        waits_ledger: brought(layout.waits_ledger(id))?,
        waits_folded: brought(layout.waits_folded(id))?,
        waits_flamegraph: brought(layout.waits_flamegraph(id))?,
        criterion: existing(&layout.criterion_page(id), layout),
    })
}

/// A page as it stands beside ours, where it is there and here.
fn existing(page: &Path, layout: &Layout) -> Option<PathBuf> {
    layout.beside_pages(page).filter(|beside| page.is_file() && beside.is_file())
}

/// Gives `source` a second name, or a copy where it cannot have one. What stood there is replaced, never written into: it may
/// be another file's second name.
fn bring(source: &Path, target: &Path) -> io::Result<()> {
    let linked = match fs::hard_link(source, target) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            fs::remove_file(target)?;
            fs::hard_link(source, target)
        }
        linked => linked,
    };
    linked.or_else(|_| match fs::remove_file(target) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => fs::copy(source, target).map(drop),
    })
}

/// Brings one file when it is newer or of another size; `None` when there is none, or it is empty.
fn brought(source: &Path, layout: &Layout) -> Result<Option<PathBuf>, ReportError> {
    let Ok(from) = fs::metadata(source) else { return Ok(None) };
    let Some(target) = layout.beside_pages(source) else { return Ok(None) };
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
        // The folder is there but for the first file in it, and asking each time costs as much as bringing one.
        if let Err(error) = bring(source, &target) {
            if error.kind() != ErrorKind::NotFound {
                return Err(failed(error));
            }
            fs::create_dir_all(target.parent().unwrap_or(&layout.reports)).map_err(failed)?;
            bring(source, &target).map_err(failed)?;
        }
    }
    Ok(Some(target))
}

/// The HTML and SVG files of every `report` folder below `folder`. Links are not followed.
fn criterions_pages(folder: &Path) -> Vec<PathBuf> {
    let is_report = folder.file_name().is_some_and(|name| name == "report");
    let mut pages = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() {
            pages.extend(criterions_pages(&path));
        } else if is_report && kind.is_file() && path.extension().is_some_and(|e| e == "html" || e == "svg") {
            pages.push(path);
        }
    }
    pages
}
