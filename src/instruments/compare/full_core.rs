//! How long the canary sings while the host gives this CPU its whole core: the fastest that this process has heard, of each
//! build, named by its first executable. All placements of a build are held against the same: its functions begin at cache
//! lines, so its canary takes as long in each, and one that was heard beside a neighbour alone is not taken for the full core.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::record::FULL_CORE;

/// So many songs have to agree that one is the fastest: a single one may be a clock's slip.
const AGREEING: usize = 3;

/// The fastest songs of each build, ascending.
type Heard = BTreeMap<PathBuf, Vec<u64>>;

static HEARD: Mutex<Heard> = Mutex::new(BTreeMap::new());

/// Remembers songs of `build`.
pub(super) fn hear(build: &Path, songs: impl Iterator<Item = u64>) {
    let mut heard = HEARD.lock().unwrap_or_else(PoisonError::into_inner);
    add(heard.entry(build.to_owned()).or_default(), songs);
}

/// Remembers that the canary of `build` was heard to take so long at its fastest, by another process.
pub(in crate::instruments) fn hear_of(build: &Path, fastest_ns: f64) {
    hear(build, [fastest_ns as u64; AGREEING].into_iter());
}

/// What the canary of `build` took at its fastest, nanoseconds, if it was heard.
pub(in crate::instruments) fn fastest_ns(build: &Path) -> Option<f64> {
    Fastest::heard().0.get(build).map(|ns| *ns as f64)
}

fn add(fastest: &mut Vec<u64>, songs: impl Iterator<Item = u64>) {
    fastest.extend(songs);
    fastest.sort_unstable();
    fastest.truncate(AGREEING);
}

/// The fastest song of each build up to a moment: the slowest of its [`AGREEING`] fastest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Fastest(BTreeMap<PathBuf, u64>);

impl Fastest {
    /// Up to now.
    pub(super) fn heard() -> Self {
        let heard = HEARD.lock().unwrap_or_else(PoisonError::into_inner);
        let agreed = |(build, songs): (&PathBuf, &Vec<u64>)| Some((build.clone(), *songs.last()?));
        Self(heard.iter().filter_map(agreed).collect())
    }

    /// So many nanoseconds, of this build alone.
    #[cfg(test)]
    pub(super) fn of(build: &str, ns: u64) -> Self {
        Self(BTreeMap::from([(build.into(), ns)]))
    }

    /// How many times the fastest a song of `build` took; infinite where none was heard, for nothing then tells that it was
    /// sung on the full core.
    pub(super) fn slowness(&self, build: &Path, ns: f64) -> f64 {
        self.0.get(build).map_or(f64::INFINITY, |fastest| ns / *fastest as f64)
    }
}

/// Whether so slow a song was sung on the full core. One that is as much faster was sung on a larger share of it than what it
/// is held against, which then was none.
pub(super) fn is_full(slowness: f64) -> bool {
    (1.0 / FULL_CORE..=FULL_CORE).contains(&slowness)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_song_that_is_faster_than_all_others_is_no_standard() {
        let mut fastest = Vec::new();
        add(&mut fastest, [7_330, 6_975, 12_400, 6_970].into_iter());
        assert_eq!(fastest, [6_970, 6_975, 7_330]);
        add(&mut fastest, [10, 6_972].into_iter());
        assert_eq!(fastest.last(), Some(&6_972));
    }

    #[test]
    fn each_build_has_its_own_and_of_one_that_was_never_heard_nothing_is_full() {
        let fastest = Fastest::of("here", 7_000);
        let slowness = |build: &str| fastest.slowness(Path::new(build), 7_350.0);
        assert!((slowness("here") - 1.05).abs() < 1e-12 && !is_full(slowness("here")));
        assert!(!is_full(slowness("elsewhere")) && is_full(7_070.0 / 7_000.0));
        assert!(!is_full(7_000.0 / 7_350.0), "what was held against was a neighbour's");
        hear(Path::new("heard"), [500, 400, 450, 600].into_iter());
        assert_eq!(Fastest::heard().slowness(Path::new("heard"), 500.0), 1.0);
        hear_of(Path::new("heard of"), 400.0);
        assert_eq!((fastest_ns(Path::new("heard of")), fastest_ns(Path::new("never"))), (Some(400.0), None));
    }
}
