//! The builds that two revisions are compared by: each made aside, kept, and linked several times so that its
//! functions lie at other addresses. Measures nothing.
//!
//! All are built in the same folder, one after the other: cargo makes a crate's hash, and so the names and the order
//! of its functions, from the path. Equal sources then give equal executables, byte by byte. Nor is anything of this
//! tree's own `target` overwritten: it holds the program that runs.

mod alignment;
mod cache;
mod compilation;
mod disk;
mod error;
mod git;
mod seed;
mod toolchain;
mod worktree;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

pub use error::BuildError;

use super::super::process::{interrupted, stop_on_ctrl_c};
use crate::record::{Layout, Lock};
use cache::{Cache, Entry, Executable};
use compilation::{Compilation, Relinked};
use error::cannot;
use git::{Repository, Sources};
use toolchain::Toolchain;
use worktree::Worktree;

/// A revision's executables, or those of the tree as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Build {
    /// The full hash of the commit; of a dirty tree, the one that it stands on.
    pub revision: String,
    /// Whether the tree holds work that is not in the commit.
    pub dirty: bool,
    /// The short hash, with `-dirty` where it is.
    pub described: String,
    /// First the plain link, then the *placements*: the same object code with its functions at other addresses.
    pub executables: Vec<PathBuf>,
    /// Why there are no placements although some were asked for.
    pub without_placements: Option<String>,
    /// Why its functions do not begin at cache lines.
    pub unaligned: Option<String>,
}

impl Build {
    /// Whether each executable is the other's, byte for byte.
    ///
    /// # Errors
    /// [`BuildError`] with the executable that cannot be read.
    pub fn is_same_as(&self, other: &Self) -> Result<bool, BuildError> {
        if self.executables.len() != other.executables.len() {
            return Ok(false);
        }
        let read = |path: &PathBuf| fs::read(path).map_err(cannot("read", path));
        for (mine, others) in self.executables.iter().zip(&other.executables) {
            if mine != others && read(mine)? != read(others)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// Builds `revision` of the repository around `project` aside, with that many `placements` beside the plain link.
/// `tell` hears what is done, a line each.
///
/// # Errors
/// [`BuildError`], in one line with the next command; nothing is then left half made.
pub fn build_revision(
    layout: &Layout,
    project: &Path,
    program: &str,
    revision: &str,
    placements: usize,
    tell: &mut dyn FnMut(&str),
) -> Result<Build, BuildError> {
    let repository = Repository::around(project)?;
    let sources = repository.revision(revision)?;
    build(layout, &repository, program, sources, placements, tell)
}

/// Builds the tree around `project` as it stands, uncommitted work included; else as [`build_revision`].
///
/// # Errors
/// [`BuildError`], in one line with the next command; nothing is then left half made.
pub fn build_this_tree(
    layout: &Layout,
    project: &Path,
    program: &str,
    placements: usize,
    tell: &mut dyn FnMut(&str),
) -> Result<Build, BuildError> {
    let repository = Repository::around(project)?;
    let sources = repository.this_tree(&[&layout.profiles, &layout.reports])?;
    if sources.dirty {
        tell(&format!("{}: this tree holds uncommitted work; it is taken as it stands", sources.described));
    }
    build(layout, &repository, program, sources, placements, tell)
}

fn build(
    layout: &Layout,
    repository: &Repository,
    program: &str,
    sources: Sources,
    placements: usize,
    tell: &mut dyn FnMut(&str),
) -> Result<Build, BuildError> {
    stop_on_ctrl_c();
    let toolchain = Toolchain::around(repository)?;
    let _lock = Lock::take_builds(layout)?;
    let folder = layout.builds();
    let folder = fs::canonicalize(&folder).map_err(cannot("find", &folder))?;
    let cache = Cache::in_folder(&folder);
    let sources_folder = folder.join("tree");
    cache.remove_left_over(tell)?;
    Worktree::remove_left_over(repository, &sources_folder, tell)?;

    let key = toolchain.key(program, &sources, repository, placements);
    let described = &sources.described;
    let entry = match cache.find(&key, tell)? {
        Some(entry) => {
            tell(&format!("{described}: cached"));
            entry
        }
        None => {
            let began = Instant::now();
            seed::seed(repository.project(), &folder, program, tell)?;
            let worktree = Worktree::check_out(repository, &sources_folder, &sources)?;
            let compilation = Compilation::of(&toolchain, &worktree, program, &sources, &folder)?;
            let entry = cache.enter(&key, |making| make(&compilation, making, &sources, placements, tell))?;
            drop(worktree);
            tell(&format!("{described}: ready after {:.1} s", began.elapsed().as_secs_f64()));
            entry
        }
    };
    cache.used(&key, tell)?;
    let executables = entry.executables.iter().map(|executable| folder.join(&key).join(&executable.name));
    Ok(Build {
        revision: sources.commit,
        dirty: sources.dirty,
        executables: executables.collect(),
        without_placements: entry.without_placements,
        unaligned: toolchain.alignment().reason().map(str::to_owned),
        described: sources.described,
    })
}

/// Compiles once, links once more for each placement, and puts the executables into the folder `making`.
fn make(
    compilation: &Compilation<'_>,
    making: &Path,
    sources: &Sources,
    placements: usize,
    tell: &mut dyn FnMut(&str),
) -> Result<Entry, BuildError> {
    let described = &sources.described;
    tell(&format!("{described}: building; {} has what cargo says", compilation.log().display()));
    let began = Instant::now();
    let plain = compilation.build()?;
    let mut executables = vec![Executable::keep(&plain, making, 0)?];
    tell(&format!("{described}: built in {:.1} s", began.elapsed().as_secs_f64()));
    let plain = making.join(&executables[0].name);
    let mut without_placements = None;
    for placement in 1..=placements {
        if interrupted() {
            return Err(BuildError::Interrupted);
        }
        let began = Instant::now();
        match compilation.relink(placement, &plain)? {
            Relinked::Moved(executable) => {
                executables.push(Executable::keep(&executable, making, placement)?);
                let seconds = began.elapsed().as_secs_f64();
                tell(&format!("{described}: placement {placement} of {placements} linked in {seconds:.1} s"));
            }
            Relinked::Unmoved(reason) => {
                tell(&format!("{described}: only the plain link: {reason}"));
                executables.truncate(1);
                without_placements = Some(reason);
                break;
            }
        }
    }
    Ok(Entry { tree: sources.tree.clone(), executables, without_placements })
}
