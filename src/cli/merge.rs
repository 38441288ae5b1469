//! `perflab merge`: joins what other machines or shards recorded into this tree's profiles.

use std::path::PathBuf;

use super::{Folders, print};
use crate::instruments::stop_on_ctrl_c;
use crate::record::{Lock, merge as join};

/// What `perflab merge` is asked.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Profiles folders of other trees or shards
    #[arg(required = true, value_name = "FOLDER")]
    from: Vec<PathBuf>,
    /// Join times of unlike machines too; the pages and the JSON then carry a warning
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    folders: Folders,
}

pub(super) fn merge(arguments: Arguments) -> anyhow::Result<()> {
    let layout = arguments.folders.layout();
    let _lock = Lock::take(&layout)?;
    // An interrupt waits until the files are in their places.
    stop_on_ctrl_c();
    let merged = join(&layout, &arguments.from, arguments.force)?;
    for note in &merged.notes {
        eprintln!("{note}");
    }
    let known = match merged.known {
        0 => String::new(),
        known => format!("; {known} were here already"),
    };
    print(&format!(
        "{} runs of {} cases joined into {}{known}; `just report` writes the pages\n",
        merged.runs,
        merged.cases,
        layout.profiles.display()
    ))
}
