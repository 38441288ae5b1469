//! Spares building the dependencies again: what cargo has compiled of them for the project serves aside too.

use std::fs::{self, File, FileTimes};
use std::path::Path;

use super::BuildError;
use super::error::cannot;

/// The folders of a target folder's profile that cargo knows what is fresh by.
const PARTS: [&str; 3] = [".fingerprint", "build", "deps"];

/// The endings of what the compiler replaces as a whole, never in place: a second name for it is safe.
const REPLACED: [&str; 3] = ["rlib", "rmeta", "so"];

/// What of deps/ belongs to a dependency; the rest are programs.
const OF_DEPENDENCIES: [&str; 4] = ["rlib", "rmeta", "so", "d"];

/// Gives the target folder in `builds` what the project's own holds of its dependencies, if it is not there yet.
/// Cargo decides what of it is fresh, and builds the rest.
pub(super) fn seed(
    project: &Path,
    builds: &Path,
    package: &str,
    tell: &mut dyn FnMut(&str),
) -> Result<(), BuildError> {
    let target = target_folder(builds);
    let own = std::env::var_os("CARGO_TARGET_DIR").map_or("target".into(), std::path::PathBuf::from);
    let own = project.join(own).join("release");
    if target.exists() || !PARTS.iter().all(|part| own.join(part).is_dir()) {
        return Ok(());
    }
    let making = tempfile::Builder::new().prefix(super::cache::MAKING).tempdir_in(builds);
    let making = making.map_err(cannot("make a folder in", builds))?;
    for part in PARTS {
        take(&own.join(part), &making.path().join("release").join(part), package, part == "deps")
            .map_err(|error| error.with_remedy(builds))?;
    }
    fs::rename(making.path(), &target).map_err(cannot("make", &target))?;
    tell(&format!("took over what {} holds of the dependencies", own.display()));
    Ok(())
}

/// Cargo's target folder in `builds`.
pub(super) fn target_folder(builds: &Path) -> std::path::PathBuf {
    builds.join("target")
}

/// Takes what is in `from` over into `to`, with its times, which cargo goes by; the package's own aside.
fn take(from: &Path, to: &Path, package: &str, of_dependencies: bool) -> Result<(), BuildError> {
    fs::create_dir_all(to).map_err(cannot("create folder", to))?;
    for entry in fs::read_dir(from).map_err(cannot("read folder", from))? {
        let entry = entry.map_err(cannot("read folder", from))?;
        let (path, name) = (entry.path(), entry.file_name());
        let text = name.to_string_lossy();
        if is_own(&text, package) {
            continue;
        }
        let to = to.join(&name);
        let kind = entry.file_type().map_err(cannot("read", &path))?;
        let ending = path.extension().unwrap_or_default().to_string_lossy().into_owned();
        if kind.is_dir() {
            take(&path, &to, package, false)?;
        } else if kind.is_file() && (!of_dependencies || OF_DEPENDENCIES.contains(&ending.as_str())) {
            let linked = REPLACED.contains(&ending.as_str()) && fs::hard_link(&path, &to).is_ok();
            if !linked {
                copy(&path, &to)?;
            }
        }
    }
    Ok(())
}

/// Whether a file or folder of that name belongs to `package`: its name, which the compiler writes with underscores, and a hash.
pub(super) fn is_own(name: &str, package: &str) -> bool {
    let (name, package) = (name.replace('-', "_"), package.replace('-', "_"));
    let of = |name: &str| {
        let hash = name.strip_prefix(&package).and_then(|rest| rest.strip_prefix('_'));
        let hash = hash.and_then(|rest| rest.split('.').next());
        hash.is_some_and(|hash| !hash.is_empty() && hash.chars().all(|digit| digit.is_ascii_hexdigit()))
    };
    of(&name) || name.strip_prefix("lib").is_some_and(of)
}

fn copy(from: &Path, to: &Path) -> Result<(), BuildError> {
    fs::copy(from, to).map_err(cannot("write", to))?;
    let times = fs::metadata(from).and_then(|metadata| {
        let times = FileTimes::new().set_modified(metadata.modified()?);
        File::open(to)?.set_times(times)
    });
    times.map_err(cannot("set the time of", to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_package_itself_is_its_own() {
        for own in ["perflab-1f2e", "libperflab-1f2e.rlib", "perflab-1f2e.d"] {
            assert!(is_own(own, "perflab"), "{own}");
        }
        for other in
            ["perf-event2-1f2e", "perflabel-1f2e", "libserde-1f2e.rlib", "perflab-macros-1f2e", "perflab"]
        {
            assert!(!is_own(other, "perflab"), "{other}");
        }
        assert!(is_own("my-lab-1f2e", "my-lab") && is_own("libmy_lab-1f2e.rlib", "my-lab"));
    }
}
