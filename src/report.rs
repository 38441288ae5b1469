//! Records into pages: `reports/index.html`, a page a family, a page a case. Imports `record` and `analysis`; runs
//! nothing, and knows the catalogue only as a [`Listing`]. Every page works from the file system, without a network
//! and without JavaScript; everything it links to lies in the same folder.

mod anchors;
mod beside;
mod break_even;
mod case;
mod cell;
mod charts;
mod costs;
mod differential;
pub mod export;
mod family;
mod files;
mod findings;
mod floor;
mod format;
mod growth;
mod heap;
mod history;
mod index;
mod kept;
mod link;
mod markdown;
mod notes;
mod page;
mod predictions;
mod proof;
mod ranking_table;
mod scaling;
mod seen;
mod sentence;
mod sizes;
mod speeds;
mod theme;
mod waits;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::analysis::predictions::{Prediction, predictions};
use crate::analysis::{current_revision, rank};
use crate::record::{
    CaseId, History, Layout, Listing, RecordError, Recorded, RecordedCase, write_atomically,
};
use files::Files;
pub use markdown::markdown;

/// What was rendered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The page to open first.
    pub index: PathBuf,
    /// Pages rendered, the first included; criterion's own are not counted.
    pub pages: usize,
    /// Files of the history that could not be read; each is to be told to the user.
    pub problems: Vec<String>,
}

/// Why pages could not be rendered.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The folder of pages cannot be made.
    #[error("cannot make the folder {} for pages: {source}; free that path or allow writing there, then `just report`", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system answered.
        source: io::Error,
    },
    /// A page cannot be written, or the history cannot be read.
    #[error("{0}; allow reading and writing there, then `just report`")]
    Page(#[from] RecordError),
    /// An instrument's file cannot be copied next to the pages.
    #[error("cannot copy {} to {}: {source}; allow reading and writing there, then `just report`", from.display(), to.display())]
    Copy {
        /// The instrument's file.
        from: PathBuf,
        /// Where pages expect it.
        to: PathBuf,
        /// What the system answered.
        source: io::Error,
    },
    /// A chart cannot be drawn.
    #[error("cannot draw the chart `{chart}`: {reason}")]
    Chart {
        /// Its title.
        chart: String,
        /// What the drawing library answered.
        reason: String,
    },
}

/// What every page is made from.
struct Source<'a> {
    listing: &'a Listing,
    recorded: &'a Recorded,
    layout: &'a Layout,
    files: Files,
    history: History,
    /// Of the newest run, as measurements write it.
    revision: Option<String>,
    /// What findings predicted, and what came of it.
    predictions: Vec<Prediction>,
}

impl<'a> Source<'a> {
    /// Cores of the machine of the newest run; 1 where nothing was recorded.
    fn cores(&self) -> usize {
        self.recorded.environment.as_ref().map_or(1, |environment| environment.cores.max(1))
    }

    fn case(&self, id: &CaseId) -> Option<&'a RecordedCase> {
        self.recorded.case(id)
    }
}

/// The members that family pages show first, each with its family's baseline at the same size: whoever draws differential
/// flamegraphs draws these.
pub fn shown_against_baselines(listing: &Listing, recorded: &Recorded) -> Vec<(CaseId, CaseId)> {
    let cores = recorded.environment.as_ref().map_or(1, |environment| environment.cores.max(1));
    let mut pairs = Vec::new();
    for family in &listing.families {
        let rankings: Vec<_> = family.sizes.iter().map(|size| rank(family, recorded, *size)).collect();
        let Some(size) =
            rankings.get(sizes::first_shown(family, &rankings, cores)).map(|ranking| ranking.size)
        else {
            continue;
        };
        let id = |workload: &str| CaseId { family: family.name.clone(), workload: workload.to_owned(), size };
        let members = family.workloads.iter().filter(|workload| workload.sizes.contains(&size));
        let others = members.filter(|workload| workload.name != family.baseline);
        pairs.extend(others.map(|workload| (id(&workload.name), id(&family.baseline))));
    }
    pairs
}

/// Renders every page of `listing` and `recorded` into `layout.reports`, each whole or not at all, and brings the
/// instruments' files next to them. `problems` are told on the first page: files that could not be read.
///
/// # Errors
/// [`ReportError`] with the file that refused; pages written before it stay.
pub fn render(
    listing: &Listing,
    recorded: &Recorded,
    problems: &[String],
    layout: &Layout,
) -> Result<Rendered, ReportError> {
    fs::create_dir_all(&layout.reports)
        .map_err(|source| ReportError::Folder { path: layout.reports.clone(), source })?;
    let files = Files::bring(listing, layout)?;
    let revision = recorded.environment.as_ref().map(current_revision);
    let history = History::load(layout)?;
    let unread: Vec<String> = history.problems.iter().map(ToString::to_string).collect();
    let predictions = predictions(listing, recorded);
    let source = Source { listing, recorded, layout, files, history, revision, predictions };
    let write = |path: &Path, page: maud::Markup| -> Result<(), ReportError> {
        let page = page.into_string();
        // A page that says the same is left as it is: reading is cheaper than replacing a file.
        if fs::read(path).is_ok_and(|old| old == page.as_bytes()) {
            return Ok(());
        }
        Ok(write_atomically(path, page.as_bytes())?)
    };
    // Pages know nothing of each other, so the cores share them.
    let cases: Vec<_> = listing.cases().collect();
    cases.par_iter().try_for_each(|(family, workload, id)| {
        write(&layout.case_page(id), case::page(&source, family, workload, id)?)
    })?;
    listing
        .families
        .par_iter()
        .try_for_each(|family| write(&layout.family_page(&family.name), family::page(&source, family)?))?;
    let index = layout.index_page();
    let all: Vec<String> = problems.iter().chain(&unread).cloned().collect();
    write(&index, index::page(&source, &all))?;
    let pages = cases.len() + listing.families.len() + 1;
    Ok(Rendered { index, pages, problems: unread })
}
