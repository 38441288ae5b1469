//! What was built, by its key: a folder is there whole or not at all, and the oldest go.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::BuildError;
use super::error::cannot;
use crate::record::write_atomically;

/// How many builds are kept: two for the comparison at hand, two for the one before.
const KEPT: usize = 4;

/// What the names of folders begin with that are not yet whole.
pub(super) const MAKING: &str = ".making-";

/// The folder of builds.
#[derive(Debug)]
pub(super) struct Cache {
    folder: PathBuf,
}

/// One build, as it is written beside its executables.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    /// The hash of the sources.
    pub(super) tree: String,
    /// The plain link first.
    pub(super) executables: Vec<Executable>,
    /// Why there are no placements although some were asked for.
    pub(super) without_placements: Option<String>,
}

/// An executable and its size, by which one that was cut short is told.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Executable {
    /// Its file's name. All are of one length: a program's own name lies on its stack and moves what lies there.
    pub(super) name: String,
    bytes: u64,
}

impl Executable {
    /// Keeps a copy of what cargo built in the folder `making`.
    pub(super) fn keep(built: &Path, making: &Path, placement: usize) -> Result<Self, BuildError> {
        let name = format!("perflab-{placement:02}");
        let copy = making.join(&name);
        let bytes = fs::copy(built, &copy).map_err(cannot("write", &copy))?;
        Ok(Self { name, bytes })
    }
}

impl Cache {
    pub(super) fn in_folder(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// The build named `key`, if it is there; one that is cut short is removed, so that it is made anew.
    pub(super) fn find(&self, key: &str, tell: &mut dyn FnMut(&str)) -> Result<Option<Entry>, BuildError> {
        let folder = self.folder.join(key);
        if !folder.exists() {
            return Ok(None);
        }
        let entry =
            fs::read(note_in(&folder)).ok().and_then(|note| serde_json::from_slice::<Entry>(&note).ok());
        let whole = entry.filter(|entry| {
            !entry.executables.is_empty()
                && entry.executables.iter().all(|executable| {
                    let file = fs::metadata(folder.join(&executable.name));
                    file.is_ok_and(|file| file.is_file() && file.len() == executable.bytes)
                })
        });
        if whole.is_none() {
            fs::remove_dir_all(&folder).map_err(cannot("remove", &folder))?;
            tell(&format!("{} was cut short and is built anew", folder.display()));
        }
        Ok(whole)
    }

    /// Has `make` fill a folder of another name; only a whole one is given the name `key`.
    pub(super) fn enter(
        &self,
        key: &str,
        make: impl FnOnce(&Path) -> Result<Entry, BuildError>,
    ) -> Result<Entry, BuildError> {
        let in_full = || {
            let making = tempfile::Builder::new().prefix(MAKING).tempdir_in(&self.folder);
            let making = making.map_err(cannot("make a folder in", &self.folder))?;
            let entry = make(making.path())?;
            let note = serde_json::to_vec(&entry).expect("an entry holds nothing that JSON cannot");
            let file = note_in(making.path());
            fs::write(&file, note).map_err(cannot("write", &file))?;
            let folder = self.folder.join(key);
            fs::rename(making.path(), &folder).map_err(cannot("make", &folder))?;
            Ok(entry)
        };
        in_full().map_err(|error: BuildError| error.with_remedy(&self.folder))
    }

    /// Removes the unfinished folders of runs that were killed.
    pub(super) fn remove_left_over(&self, tell: &mut dyn FnMut(&str)) -> Result<(), BuildError> {
        for name in self.names()?.iter().filter(|name| name.starts_with(MAKING)) {
            let folder = self.folder.join(name);
            fs::remove_dir_all(&folder).map_err(cannot("remove", &folder))?;
            tell(&format!("removed what a killed run left: {}", folder.display()));
        }
        Ok(())
    }

    /// Notes that `key` was used just now, and removes the builds that were not for the longest time. The order is
    /// kept in a file: no clock is asked.
    pub(super) fn used(&self, key: &str, tell: &mut dyn FnMut(&str)) -> Result<(), BuildError> {
        let file = self.folder.join("used");
        let before = fs::read_to_string(&file).unwrap_or_default();
        let names = self.names()?;
        let mut builds: Vec<&str> = names.iter().map(String::as_str).filter(|name| is_key(name)).collect();
        // One that the file does not name was used before all that it names.
        builds.sort_by_key(|name| (*name == key, before.lines().position(|line| line == *name)));
        let old = builds.len().saturating_sub(KEPT);
        for name in builds.drain(..old) {
            let folder = self.folder.join(name);
            fs::remove_dir_all(&folder).map_err(cannot("remove", &folder))?;
            tell(&format!("removed an old build: {}", folder.display()));
        }
        write_atomically(&file, builds.join("\n").as_bytes())
            .map_err(|error| BuildError::from(error).with_remedy(&self.folder))
    }

    fn names(&self) -> Result<Vec<String>, BuildError> {
        let entries = fs::read_dir(&self.folder).map_err(cannot("read folder", &self.folder))?;
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry.map_err(cannot("read folder", &self.folder))?;
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
        names.sort();
        Ok(names)
    }
}

fn note_in(folder: &Path) -> PathBuf {
    folder.join("build.json")
}

/// Whether it is the name of a build: a hash, 64 digits.
fn is_key(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(digit: char) -> String {
        digit.to_string().repeat(64)
    }

    fn fill(cache: &Cache, key: &str) -> Result<Entry, BuildError> {
        cache.enter(key, |making| {
            let built = making.with_extension("built");
            fs::write(&built, b"program").map_err(cannot("write", &built))?;
            let executables = vec![Executable::keep(&built, making, 0)?];
            fs::remove_file(&built).map_err(cannot("remove", &built))?;
            Ok(Entry { tree: "tree".into(), executables, without_placements: None })
        })
    }

    #[test]
    fn the_four_used_last_are_kept_and_the_rest_is_named() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let cache = Cache::in_folder(folder.path());
        let mut told = Vec::new();
        for digit in ['1', '2', '3', '4'] {
            fill(&cache, &key(digit)).expect("it is written");
            cache.used(&key(digit), &mut |line| told.push(line.to_owned())).expect("it is noted");
        }
        cache.used(&key('1'), &mut |line| told.push(line.to_owned())).expect("it is noted");
        assert_eq!(told, [""; 0]);
        fill(&cache, &key('5')).expect("it is written");
        cache.used(&key('5'), &mut |line| told.push(line.to_owned())).expect("it is noted");
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].ends_with(&key('2')), "{told:?}");
        assert!(cache.find(&key('1'), &mut |_| ()).expect("it can be read").is_some());
        assert!(cache.find(&key('2'), &mut |_| ()).expect("it can be read").is_none());
    }

    #[test]
    fn an_entry_cut_short_is_removed_and_said() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let cache = Cache::in_folder(folder.path());
        let mut told = Vec::new();
        for cut in ["perflab-00", "build.json"] {
            let made = fill(&cache, &key('1')).expect("it is written");
            assert_eq!(cache.find(&key('1'), &mut |_| ()).expect("it can be read"), Some(made));
            fs::write(folder.path().join(key('1')).join(cut), b"pro").expect("it can be cut");
            let found = cache.find(&key('1'), &mut |line| told.push(line.to_owned()));
            assert_eq!(found.expect("it can be read"), None);
            assert!(told.pop().is_some_and(|line| line.contains("cut short")));
            assert!(!folder.path().join(key('1')).exists());
        }
    }

    #[test]
    fn one_that_could_not_be_made_leaves_nothing() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let cache = Cache::in_folder(folder.path());
        let failed = cache.enter(&key('1'), |_| Err(BuildError::Interrupted));
        assert!(matches!(failed, Err(BuildError::Interrupted)));
        assert_eq!(cache.names().expect("it can be read"), [""; 0]);
    }
}
