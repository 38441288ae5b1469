//! `perflab report`: pages, or JSON, from what is recorded.

use anyhow::bail;

use super::{list, print, print_json};
use crate::analysis::findings::derive;
use crate::catalogue::Catalogue;
use crate::record::{Layout, Recorded, load};

pub(super) fn report(catalogue: &Catalogue, json: bool, layout: &Layout) -> anyhow::Result<()> {
    let loaded = load(layout)?;
    let mut problems: Vec<String> = loaded.problems.iter().map(ToString::to_string).collect();
    let listing = list::listing(catalogue);
    let mut recorded = Recorded::merge(&loaded.runs);
    problems.extend(derive(&listing, &mut recorded, layout));
    for problem in &problems {
        eprintln!("warning: {problem}");
    }
    if json {
        return print_json(&recorded);
    }
    let rendered = crate::report::render(&listing, &recorded, &problems, layout)?;
    for problem in &rendered.problems {
        eprintln!("warning: {problem}");
    }
    eprintln!("{} pages, from {} recorded cases", rendered.pages, recorded.cases.len());
    print(&format!("{}\n", rendered.index.display()))
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
