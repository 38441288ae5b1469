//! What every instrument's command line understands.

use std::path::PathBuf;
use std::time::Duration;

use super::Shard;
use crate::record::Layout;

/// How much time a case may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Effort {
    /// A few seconds a case over all instruments; sizes that tell nothing new are left out.
    Quick,
    /// For those who can wait: longer samples, every size.
    Thorough,
}

/// What to measure and where to put it; the same for every instrument.
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// Regular expression over case ids, `family/workload@size`
    pub filter: Option<String>,
    /// Take FILTER as one whole case id
    #[arg(long)]
    pub exact: bool,
    /// Seconds that one case may take in one instrument
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub timeout: u64,
    /// Longer samples, every size
    #[arg(long)]
    pub thorough: bool,
    /// Only the i-th of n parts, for n machines; `perflab merge` joins them
    #[arg(long, value_name = "I/N")]
    pub shard: Option<Shard>,
    /// Folder of raw output [default: profiles, beside the nearest Cargo.toml]
    #[arg(long, value_name = "DIR")]
    pub profiles: Option<PathBuf>,
    /// Folder of pages [default: reports, beside the nearest Cargo.toml]
    #[arg(long, value_name = "DIR")]
    pub reports: Option<PathBuf>,
}

impl Options {
    /// The two folders: as given, else beside the nearest Cargo.toml above the current folder, else here.
    pub fn layout(&self) -> Layout {
        layout(self.profiles.clone(), self.reports.clone())
    }

    /// How much time a case may take.
    pub fn effort(&self) -> Effort {
        if self.thorough { Effort::Thorough } else { Effort::Quick }
    }

    /// The time-out of one case in one instrument.
    pub fn time_out(&self) -> Duration {
        Duration::from_secs(self.timeout)
    }
}

/// The folder of the nearest Cargo.toml above the current folder, else the current folder.
pub(crate) fn root() -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    let found = here.ancestors().find(|folder| folder.join("Cargo.toml").is_file()).map(PathBuf::from);
    found.unwrap_or(here)
}

/// The layout over the given folders, or over the defaults.
pub(crate) fn layout(profiles: Option<PathBuf>, reports: Option<PathBuf>) -> Layout {
    let root = root();
    Layout::new(
        profiles.unwrap_or_else(|| root.join("profiles")),
        reports.unwrap_or_else(|| root.join("reports")),
    )
}
