//! What instruments keep of a case beside its numbers, read back: stacks, call sites, books. Reads files, judges
//! nothing.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{Costs, Folded, HeapSites, Layout, Metric, RecordedCase, SCHEMA, WaitsLedger};

/// A file's content, and the file in which a reader sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept<T> {
    /// The content.
    pub data: T,
    /// Relative to profiles/: its drawing where there is one, else the file itself.
    pub file: PathBuf,
}

/// The files of a case, as far as they are there and of the instruments whose numbers are shown.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CaseFiles {
    /// Stacks of CPU samples.
    pub samples: Option<Kept<Folded>>,
    /// Stacks of instructions.
    pub instructions: Option<Kept<Folded>>,
    /// Costs by function.
    pub costs: Option<Kept<Costs>>,
    /// Call sites of heap blocks.
    pub heap: Option<Kept<HeapSites>>,
    /// Where threads wait.
    pub waits: Option<Kept<WaitsLedger>>,
    /// Files that are there and cannot be read, a line each.
    pub problems: Vec<String>,
}

impl CaseFiles {
    /// Reads the files of `case`. Those of an instrument that has no number of it are older than the record: they
    /// are left alone.
    pub fn load(layout: &Layout, case: &RecordedCase) -> Self {
        let mut files = Self::default();
        let id = &case.id;
        let has = |metric| case.measurement(metric).is_some();
        if has(Metric::Samples) {
            files.samples = files.folded(layout, &layout.folded(id), layout.flamegraph(id));
        }
        if has(Metric::Instructions) {
            let drawn = layout.instructions_flamegraph(id);
            files.instructions = files.folded(layout, &layout.instructions_folded(id), drawn);
            files.costs = files.json(layout, &layout.costs(id));
        }
        if has(Metric::HeapBlocks) {
            files.heap = files.json(layout, &layout.heap_sites(id));
        }
        if has(Metric::WallNs) {
            files.waits = files.json(layout, &layout.waits_ledger(id));
        }
        files
    }

    fn folded(&mut self, layout: &Layout, path: &Path, drawn: PathBuf) -> Option<Kept<Folded>> {
        let bytes = self.bytes(path)?;
        // Of what is UTF-8, which nearly all is, to be told so takes a fraction of what looking for the exception does.
        let text = String::from_utf8(bytes);
        let text = text.unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
        let parsed = Folded::parse(&text);
        if parsed.dropped > 0 {
            let lines = parsed.dropped;
            self.problems.push(format!("{}: {lines} lines are no stack with a weight", path.display()));
        }
        let shown = if drawn.is_file() { drawn } else { path.to_owned() };
        Some(Kept { data: parsed.folded, file: relative(layout, &shown) })
    }

    fn json<T: DeserializeOwned>(&mut self, layout: &Layout, path: &Path) -> Option<Kept<T>> {
        let bytes = self.bytes(path)?;
        match read_kept(&bytes) {
            Ok(data) => Some(Kept { data, file: relative(layout, path) }),
            Err(reason) => {
                self.problems.push(format!("{} cannot be read: {reason}", path.display()));
                None
            }
        }
    }

    fn bytes(&mut self, path: &Path) -> Option<Vec<u8>> {
        match fs::read(path) {
            Ok(bytes) => Some(bytes),
            // Records may come from another machine without their files.
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => {
                self.problems.push(format!("{} cannot be read: {error}", path.display()));
                None
            }
        }
    }
}

#[derive(Deserialize)]
struct SchemaOnly {
    schema: u32,
}

/// What an instrument kept, unless it is of a newer schema.
///
/// # Errors
/// One line: it is no such file, or what would read it.
pub(crate) fn read_kept<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    let SchemaOnly { schema } = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    if schema > SCHEMA {
        return Err(format!("schema {schema} is newer than {SCHEMA}: update perflab"));
    }
    serde_json::from_slice(bytes).map_err(|error| error.to_string())
}

fn relative(layout: &Layout, path: &Path) -> PathBuf {
    path.strip_prefix(&layout.profiles).unwrap_or(path).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{InstrumentName, Measurement};

    fn case(metrics: &[Metric]) -> RecordedCase {
        let number = |metric: &Metric| Measurement::undated(*metric, 1.0, InstrumentName::Time);
        RecordedCase::new("family/a@1".parse().expect("a case id"), metrics.iter().map(number).collect())
    }

    #[test]
    fn files_are_read_where_the_record_has_their_instruments_number() {
        let folder = tempfile::tempdir().expect("a folder");
        let layout = Layout::new(folder.path(), folder.path());
        let with = case(&[Metric::Samples, Metric::HeapBlocks, Metric::WallNs]);
        let mut stacks = Folded::default();
        stacks.add(["run", "f"], 3);
        stacks.write(&layout.folded(&with.id)).expect("it can be written");
        let none = CaseFiles::load(&layout, &case(&[]));
        assert_eq!(none, CaseFiles::default());
        let files = CaseFiles::load(&layout, &with);
        let samples = files.samples.expect("stacks");
        assert_eq!(samples.data, stacks);
        assert_eq!(samples.file, Path::new("flamegraph/family/a@1.folded"));
        assert_eq!(files.problems, [""; 0], "files that are not there are no problem");
    }

    #[test]
    fn a_broken_file_is_a_problem_and_not_the_end() {
        let folder = tempfile::tempdir().expect("a folder");
        let layout = Layout::new(folder.path(), folder.path());
        let case = case(&[Metric::Samples, Metric::HeapBlocks, Metric::WallNs]);
        for (path, text) in [
            (layout.folded(&case.id), &b"run;f 3\nrun;\xff\xfe 2\nrun;g"[..]),
            (layout.heap_sites(&case.id), b"{\"schema\": 1, \"sites\": [{"),
            (layout.waits_ledger(&case.id), b"{\"schema\": 99}"),
        ] {
            crate::record::write_atomically(&path, text).expect("it can be written");
        }
        let files = CaseFiles::load(&layout, &case);
        assert_eq!(files.samples.map(|kept| kept.data.total()), Some(5));
        assert_eq!((files.heap, files.waits), (None, None));
        assert_eq!(files.problems.len(), 3, "{:?}", files.problems);
        assert!(files.problems[2].contains("schema 99 is newer"), "{:?}", files.problems);
    }
}
