//! Where the file of this program is, which is started again to measure and to work. The system tells it, on Linux by
//! /proc; where that is missing, the name by which the program was started does.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The file of this program. Found at the first call, which a program makes before it changes its folder.
///
/// # Errors
/// One line, with what would help.
pub(crate) fn this_program() -> io::Result<PathBuf> {
    static FOUND: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    FOUND.get_or_init(find).clone().map_err(io::Error::other)
}

fn find() -> Result<PathBuf, String> {
    std::env::current_exe().or_else(|error| {
        let name = std::env::args_os().next().unwrap_or_default();
        let folder = std::env::current_dir().unwrap_or_default();
        let path = std::env::var_os("PATH").unwrap_or_default();
        named(&name, &folder, &path).ok_or_else(|| {
            format!(
                "{error}; and it was started as `{}`, which names no file: start it by its whole path",
                name.display()
            )
        })
    })
}

/// The file that is started as `name` in `folder`, as a shell finds it: a name with a slash is a path, any other stands
/// in a folder of `path`.
fn named(name: &OsStr, folder: &Path, path: &OsStr) -> Option<PathBuf> {
    let is_path = Path::new(name).components().nth(1).is_some();
    let candidates: Vec<PathBuf> = if is_path {
        vec![folder.join(name)]
    } else {
        std::env::split_paths(path).map(|place| folder.join(place).join(name)).collect()
    };
    candidates.into_iter().find(|candidate| !name.is_empty() && candidate.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_program_is_found_by_the_name_that_started_it_as_a_shell_finds_it() {
        let root = tempfile::tempdir().expect("a temporary folder");
        for place in ["bin", "other"] {
            fs::create_dir(root.path().join(place)).expect("it can be made");
        }
        let program = root.path().join("bin/program");
        fs::write(&program, "").expect("it can be written");
        let found = |name: &str, path: &str| named(name.as_ref(), root.path(), path.as_ref());
        let absolute = program.to_str().expect("a temporary folder has a plain name");
        for (name, path) in
            [("bin/program", ""), ("./bin/program", ""), (absolute, ""), ("program", "other:bin")]
        {
            assert_eq!(
                found(name, path).map(|found| fs::canonicalize(found).expect("it is there")),
                Some(fs::canonicalize(&program).expect("it is there")),
                "{name} with PATH {path}"
            );
        }
        for (name, path) in
            [("program", "other"), ("other/program", "bin"), ("bin", ""), ("", "bin"), ("", "")]
        {
            assert_eq!(found(name, path), None, "{name} with PATH {path}");
        }
    }

    #[test]
    fn this_test_finds_itself() {
        assert_eq!(this_program().ok(), std::env::current_exe().ok());
    }
}
