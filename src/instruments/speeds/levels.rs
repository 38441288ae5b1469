//! The levels of memory: what the kernel tells of the caches, and main memory behind them.

use std::path::Path;

/// A level of memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Level {
    /// `l1`, `l2`, `l3`, or `memory`.
    pub(super) name: String,
    /// Bytes that it holds; none for main memory.
    pub(super) holds: Option<usize>,
    /// Bytes that are written to measure it: a quarter of a cache, so that what else is in it stays, neighbours' data in a
    /// cache that is shared among it; of memory, four times what the last cache holds.
    pub(super) working_set: usize,
}

/// The part of a cache that is written.
const PART: usize = 4;
/// The largest buffer: more would take longer than the rest of the calibration.
const MOST: usize = 256 << 20;
/// The smallest for main memory.
const LEAST_MEMORY: usize = 64 << 20;
/// A level that is taken where the kernel does not tell of caches: its name, and the bytes of it that are written.
const UNTOLD: [(&str, usize); 4] =
    [("16-kib", 16 << 10), ("128-kib", 128 << 10), ("1-mib", 1 << 20), ("8-mib", 8 << 20)];

/// The folder in which the kernel tells of the first CPU's caches.
const CACHES: &str = "/sys/devices/system/cpu/cpu0/cache";

/// Bytes of the cache that a core shares with few others or none: the largest up to the second level. Nothing where the
/// kernel does not tell.
pub(in crate::instruments) fn core_cache() -> Option<usize> {
    largest_of_a_core(&caches(Path::new(CACHES)))
}

fn largest_of_a_core(caches: &[(u32, usize)]) -> Option<usize> {
    caches.iter().filter(|(level, _)| *level <= 2).map(|(_, bytes)| *bytes).max()
}

/// The levels, the smallest first. Where nobody tells of caches, a few sizes stand for them, each named by its bytes.
pub(super) fn levels() -> Vec<Level> {
    with_memory(caches(Path::new(CACHES)))
}

fn with_memory(caches: Vec<(u32, usize)>) -> Vec<Level> {
    let mut levels: Vec<Level> = if caches.is_empty() {
        let named = |(name, bytes): &(&str, usize)| Level {
            name: (*name).to_owned(),
            holds: Some(*bytes),
            working_set: *bytes,
        };
        UNTOLD.iter().map(named).collect()
    } else {
        // A cache of which a quarter is more than that cannot be measured apart from memory in the time there is.
        let measurable = caches.iter().filter(|(_, bytes)| bytes / PART <= MOST / 4);
        measurable
            .map(|(level, bytes)| Level {
                name: format!("l{level}"),
                holds: Some(*bytes),
                working_set: (bytes / PART).max(1),
            })
            .collect()
    };
    let last = caches.iter().map(|(_, bytes)| *bytes).max().unwrap_or(0);
    let working_set = (4 * last).clamp(LEAST_MEMORY, MOST);
    levels.push(Level { name: "memory".to_owned(), holds: None, working_set });
    levels
}

/// Level and bytes of each cache that holds data, ascending.
fn caches(folder: &Path) -> Vec<(u32, usize)> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let read = |entry: &Path, file: &str| {
        std::fs::read_to_string(entry.join(file)).ok().map(|text| text.trim().to_owned())
    };
    let mut caches: Vec<(u32, usize)> = entries
        .filter_map(|entry| {
            let entry = entry.ok()?.path();
            (read(&entry, "type")? != "Instruction").then_some(())?;
            Some((read(&entry, "level")?.parse().ok()?, bytes(&read(&entry, "size")?)?))
        })
        .filter(|(_, bytes)| *bytes > 0)
        .collect();
    caches.sort_unstable();
    caches.dedup_by_key(|(level, _)| *level);
    caches
}

/// `32K` and `1M`, as the kernel writes them.
fn bytes(size: &str) -> Option<usize> {
    let (number, unit) = match size.strip_suffix('K') {
        Some(number) => (number, 1 << 10),
        None => size.strip_suffix('M').map_or((size, 1), |number| (number, 1 << 20)),
    };
    number.parse::<usize>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn caches_are_read_as_the_kernel_writes_them() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (index, level, kind, size) in [
            (0, 1, "Data", "32K"),
            (1, 1, "Instruction", "64K"),
            (2, 2, "Unified", "1M"),
            (3, 3, "Unified", "x"),
        ] {
            let entry = folder.path().join(format!("index{index}"));
            std::fs::create_dir(&entry).expect("it can be made");
            for (file, text) in [("level", level.to_string()), ("type", kind.into()), ("size", size.into())] {
                std::fs::write(entry.join(file), format!("{text}\n")).expect("it can be written");
            }
        }
        assert_eq!(caches(folder.path()), [(1, 32 << 10), (2, 1 << 20)]);
        assert_eq!(caches(&folder.path().join("nowhere")), []);
    }

    #[test]
    fn a_core_s_own_cache_is_the_largest_up_to_the_second_level() {
        assert_eq!(largest_of_a_core(&[(1, 32 << 10), (2, 512 << 10), (3, 32 << 20)]), Some(512 << 10));
        assert_eq!(largest_of_a_core(&[(1, 64 << 10), (3, 8 << 20)]), Some(64 << 10));
        assert_eq!(largest_of_a_core(&[]), None);
    }

    #[test]
    fn memory_is_measured_beyond_the_last_cache() {
        let levels = with_memory(vec![(1, 32 << 10), (2, 512 << 10), (3, 32 << 20)]);
        let told: Vec<(&str, usize)> =
            levels.iter().map(|level| (level.name.as_str(), level.working_set)).collect();
        assert_eq!(told, [("l1", 8 << 10), ("l2", 128 << 10), ("l3", 8 << 20), ("memory", 128 << 20)]);
        assert_eq!(levels[3].holds, None);
    }

    #[test]
    fn sizes_stand_for_caches_of_which_nobody_tells() {
        let levels = with_memory(Vec::new());
        assert_eq!(levels.len(), UNTOLD.len() + 1);
        assert!(levels.iter().all(|level| level.working_set > 0));
        assert_eq!(levels[4].working_set, LEAST_MEMORY);
    }

    #[test]
    fn a_cache_too_large_to_be_told_from_memory_is_passed_over() {
        let levels = with_memory(vec![(1, 32 << 10), (3, 512 << 20)]);
        assert_eq!(levels.iter().map(|level| level.name.as_str()).collect::<Vec<_>>(), ["l1", "memory"]);
        assert_eq!(levels[1].working_set, MOST);
    }
}
