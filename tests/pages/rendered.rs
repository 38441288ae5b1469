//! Pages rendered into a folder of a test's own, and how they are read.

use std::fs;
use std::path::{Path, PathBuf};

use perflab::analysis::findings::derive;
use perflab::record::{Layout, Listing, Recorded, Spare, load};
use perflab::report::render;

use crate::fabricated;

/// Pages rendered into a folder of the test's own.
pub(crate) struct Pages {
    _folder: tempfile::TempDir,
    pub(crate) layout: Layout,
}

impl Pages {
    pub(crate) fn of(listing: &Listing, recorded: &Recorded, with_files: bool, problems: &[String]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let layout = Layout::new(folder.path().join("profiles"), folder.path().join("reports"));
        if with_files {
            fabricated::files(listing, &layout, &[1_000]);
        }
        let rendered = render(listing, recorded, problems, &layout).expect("pages render");
        assert_eq!(rendered.index, layout.index_page());
        Self { _folder: folder, layout }
    }

    pub(crate) fn with_holes() -> Self {
        let (listing, recorded) = fabricated::with_holes();
        Self::of(&listing, &recorded, true, &[])
    }

    /// Of a run on disk, its findings derived by the rules.
    pub(crate) fn derived() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let layout = Layout::new(folder.path().join("profiles"), folder.path().join("reports"));
        let (mut listing, _) = fabricated::whole(1);
        let spare = Spare { cost: "growth".into(), of: "push".into() };
        listing.families[0].workloads[1].spares.push(spare);
        fabricated::profiles(&listing, &layout);
        let mut recorded = Recorded::merge(&load(&layout).expect("a run").runs);
        let problems = derive(&listing, &mut recorded, &layout);
        assert_eq!(problems, [""; 0], "every file can be read");
        render(&listing, &recorded, &[], &layout).expect("pages render");
        Self { _folder: folder, layout }
    }

    pub(crate) fn index(&self) -> String {
        read(&self.layout.index_page())
    }

    pub(crate) fn family(&self, name: &str) -> String {
        read(&self.layout.family_page(name))
    }

    pub(crate) fn case(&self, id: &str) -> String {
        read(&self.layout.case_page(&id.parse().expect("a case id")))
    }

    /// Every page of ours: criterion's are its own.
    pub(crate) fn all(&self) -> Vec<PathBuf> {
        let mut pages = Vec::new();
        walk(&self.layout.reports, &mut pages);
        pages.retain(|page| page.extension().is_some_and(|extension| extension == "html"));
        pages.retain(|page| !page.starts_with(self.layout.reports.join("criterion")));
        pages
    }
}

pub(crate) fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() { walk(&path, files) } else { files.push(path) }
    }
}

/// The values of `attribute` in `page`.
pub(crate) fn values<'a>(page: &'a str, attribute: &str) -> Vec<&'a str> {
    let opening = format!(" {attribute}=\"");
    page.split(&opening).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

/// The inline charts of `page`.
pub(crate) fn charts(page: &str) -> Vec<String> {
    page.split("<svg ")
        .skip(1)
        .filter_map(|rest| rest.split_once("</svg>"))
        .map(|(svg, _)| format!("<svg {svg}</svg>"))
        .collect()
}

pub(crate) fn assert_xml(text: &str) {
    let mut reader = quick_xml::Reader::from_str(text);
    loop {
        match reader.read_event() {
            Ok(quick_xml::events::Event::Eof) => break,
            Ok(_) => {}
            Err(error) => panic!("{error} in {text}"),
        }
    }
}
