//! What git is asked: which commit a revision is, and which tree stands here. Nothing that the user typed reaches it
//! as an option or as the name of a folder.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::error::last_line;
use super::{BuildError, cannot};
use crate::instruments::process::in_own_group;

/// Git's own variables, set while one of its hooks runs: they would lead it elsewhere.
const LEADING_ELSEWHERE: [&str; 5] =
    ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_PREFIX"];

/// What is to be built.
#[derive(Debug)]
pub(super) struct Sources {
    /// The full hash of the commit.
    pub(super) commit: String,
    /// The hash of the files: equal for equal files, committed or not.
    pub(super) tree: String,
    /// Whether the files are not those of the commit.
    pub(super) dirty: bool,
    /// The short hash, with `-dirty` where they are not.
    pub(super) described: String,
}

/// The repository that a project lies in.
#[derive(Debug)]
pub(super) struct Repository {
    project: PathBuf,
    top: PathBuf,
    /// Where in it the project lies.
    prefix: PathBuf,
}

impl Repository {
    pub(super) fn around(project: &Path) -> Result<Self, BuildError> {
        let project = std::path::absolute(project).map_err(cannot("find", project))?;
        let mut git = command(&project);
        let output = start(git.args(["rev-parse", "--show-toplevel", "--show-prefix"]))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err(match said.contains("not a git repository") {
                true => BuildError::NotARepository(project),
                false => {
                    BuildError::Git { command: "rev-parse".to_owned(), said: last_line(said.as_bytes()) }
                }
            });
        }
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let mut lines = text.lines();
        let top = PathBuf::from(lines.next().unwrap_or_default());
        let prefix = PathBuf::from(lines.next().unwrap_or_default());
        Ok(Self { project, top, prefix })
    }

    pub(super) fn project(&self) -> &Path {
        &self.project
    }

    pub(super) fn top(&self) -> &Path {
        &self.top
    }

    pub(super) fn prefix(&self) -> &Path {
        &self.prefix
    }

    /// The commit that `revision` names.
    pub(super) fn revision(&self, revision: &str) -> Result<Sources, BuildError> {
        if revision.starts_with('-') {
            return Err(BuildError::Option(revision.to_owned()));
        }
        let Some(commit) = self.commit(revision)? else {
            let shallow = self.ask(&["rev-parse", "--is-shallow-repository"])? == "true";
            let revision = revision.to_owned();
            return Err(if shallow {
                BuildError::Shallow(revision)
            } else {
                BuildError::UnknownRevision(revision)
            });
        };
        let tree = self.ask(&["rev-parse", "--verify", &format!("{commit}^{{tree}}")])?;
        let described = self.ask(&["rev-parse", "--short", &commit])?;
        Ok(Sources { commit, tree, dirty: false, described })
    }

    /// The files as they stand, without those that git ignores and what has changed in the folders `leaving_out`.
    pub(super) fn this_tree(&self, leaving_out: &[&Path]) -> Result<Sources, BuildError> {
        if self.commit("HEAD")?.is_none() {
            return Err(BuildError::NoCommit(self.top.clone()));
        }
        let head = self.revision("HEAD")?;
        let tree = self.written_tree(leaving_out)?;
        let dirty = tree != head.tree;
        let described = if dirty { format!("{}-dirty", head.described) } else { head.described };
        Ok(Sources { tree, dirty, described, ..head })
    }

    /// Has git hash the files by an index of its own, so that what the user has staged stays as it is.
    fn written_tree(&self, leaving_out: &[&Path]) -> Result<String, BuildError> {
        let temporary = std::env::temp_dir();
        let folder = tempfile::tempdir().map_err(cannot("make a folder in", &temporary))?;
        let with_index = |arguments: &[&str]| {
            let mut git = command(&self.top);
            git.env("GIT_INDEX_FILE", folder.path().join("index")).args(arguments);
            git
        };
        self.outcome(&mut with_index(&["read-tree", "HEAD"]))?;
        // Told by name: `git add` fails over folders to leave out that git ignores anyway.
        let all = ["--modified", "--deleted", "--others", "--exclude-standard"];
        let changed = self.outcome(with_index(&["ls-files", "-z"]).args(all))?;
        let left_out: Vec<PathBuf> = leaving_out
            .iter()
            .filter_map(|folder| std::path::absolute(self.project.join(folder)).ok())
            .collect();
        let is_in = |name: &&str| {
            // A name that ends in a slash is a repository of its own, which git takes no files of.
            let file = self.top.join(name);
            !name.is_empty()
                && !name.ends_with('/')
                && !left_out.iter().any(|folder| file.starts_with(folder))
        };
        let names: String = changed.split('\0').filter(is_in).map(|name| format!("{name}\0")).collect();
        let list = folder.path().join("names");
        let file =
            fs::write(&list, names).and_then(|()| File::open(&list)).map_err(cannot("write", &list))?;
        let mut update = with_index(&["update-index", "--add", "--remove", "--replace", "-z", "--stdin"]);
        self.outcome(update.stdin(file))?;
        self.outcome(&mut with_index(&["write-tree"]))
    }

    /// The full hash of the commit that `revision` names, if it names one.
    fn commit(&self, revision: &str) -> Result<Option<String>, BuildError> {
        // No program can be given an argument with a zero byte.
        if revision.is_empty() || revision.contains('\0') {
            return Ok(None);
        }
        let mut git = command(&self.top);
        git.args(["rev-parse", "--verify", "--quiet", "--end-of-options"])
            .arg(format!("{revision}^{{commit}}"));
        let output = start(&mut git)?;
        let hash = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        Ok((output.status.success() && !hash.is_empty()).then_some(hash))
    }

    /// What git answers, in one line.
    pub(super) fn ask(&self, arguments: &[&str]) -> Result<String, BuildError> {
        self.outcome(command(&self.top).args(arguments))
    }

    fn outcome(&self, git: &mut Command) -> Result<String, BuildError> {
        let output = start(git)?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned());
        }
        // Before what git was asked stand `-C FOLDER` and two settings, six words.
        let words = git.get_args().skip(6).map(|word| word.to_string_lossy());
        let asked = words.collect::<Vec<_>>().join(" ");
        Err(BuildError::Git { command: asked, said: last_line(&output.stderr) })
    }
}

/// Git, called in `folder`: without the user's hooks, and with all files even where the user's own tree is sparse.
fn command(folder: &Path) -> Command {
    let mut git = Command::new("git");
    git.arg("-C").arg(folder);
    git.args(["-c", "core.hooksPath=/dev/null", "-c", "core.sparseCheckout=false"]);
    for variable in LEADING_ELSEWHERE {
        git.env_remove(variable);
    }
    git.env("LC_ALL", "C").stdin(Stdio::null());
    git
}

/// Runs it to its end, which is soon: the terminal's Ctrl-C does not reach it, so that it leaves nothing half done.
fn start(git: &mut Command) -> Result<Output, BuildError> {
    in_own_group(git);
    git.output().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => BuildError::Missing {
            program: "git".to_owned(),
            remedy: "install it with this system's package manager",
        },
        _ => BuildError::Git { command: "--version".to_owned(), said: error.to_string() },
    })
}
