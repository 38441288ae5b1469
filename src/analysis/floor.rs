//! The least time in which a family's answer can be given on this machine, and how far each member is from it.
//!
//! # The rule
//! Each part of the floor takes its count times what the machine takes for one: bytes at the speed of writing in the
//! fastest level of memory that holds them, blocks, divisions, processes, waits. A processor does several of these at
//! once, so the least time is that of the longest part and not their sum: no member can be faster for what it overlaps.
//! What every loop pays beside (the call, the counter, reading the input) is not in it: members at 1 are rare.

use super::{Estimate, Ranking};
use crate::record::{ListedFamily, ListedFloor, Speed, Unit};

/// A member this near a floor that rests on speeds has nothing to gain that could be told: the host runs a CPU in modes that are
/// 1.2 to 1.9 times apart (docs/method.md, "How two are compared"), and the speeds are of another moment than the times.
const NEAR: f64 = 1.5;
/// The same of waiting as long as was asked, which hangs on no speed: less than a tenth of the time is no bottleneck.
const NEAR_WAITING: f64 = 1.1;

/// Which part of the floor takes longest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Writing so many bytes, at the speed of this level of memory.
    Writing(u64, String),
    /// Taking and giving back so many blocks.
    Allocating(u64),
    /// So many divisions.
    Dividing(u64),
    /// Starting so many processes.
    Starting(u64),
    /// Waiting as long as was asked.
    Waiting,
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let many = |count: &u64, one: &str, several: &str| {
            if *count == 1 { format!("one {one}") } else { format!("{count} {several}") }
        };
        match self {
            Self::Writing(bytes, level) => {
                write!(f, "writing {} at the speed of {level}", many(bytes, "byte", "bytes"))
            }
            Self::Allocating(blocks) => {
                write!(f, "taking and giving back {}", many(blocks, "heap block", "heap blocks"))
            }
            Self::Dividing(divisions) => write!(f, "{}", many(divisions, "division", "divisions")),
            Self::Starting(processes) => write!(f, "starting {}", many(processes, "process", "processes")),
            Self::Waiting => f.write_str("waiting as long as was asked"),
        }
    }
}

/// The least time of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct LeastTime {
    /// Nanoseconds, from the middles of the speeds and their intervals.
    pub ns: Estimate,
    /// What takes so long.
    pub part: Part,
}

impl LeastTime {
    /// Up to how many times the least time nothing is to be gained that could be told.
    pub fn near(&self) -> f64 {
        match self.part {
            Part::Waiting => NEAR_WAITING,
            _ => NEAR,
        }
    }
}

/// A member's time over the least time.
#[derive(Debug, Clone, PartialEq)]
pub struct Distance<'a> {
    /// The member.
    pub workload: &'a str,
    /// How many times the least time it takes.
    pub times: Estimate,
    /// Up to how many times nothing is to be gained that could be told.
    near: f64,
}

impl Distance<'_> {
    /// Whether nothing is to be gained that could be told: shown to be near enough ([`LeastTime::near`]).
    pub fn is_near(&self) -> bool {
        self.times.high <= self.near
    }

    /// Whether it is shown to take less than the least time: its answer needs less than the floor counts, or the
    /// machine was faster than when its speeds were taken.
    pub fn is_below(&self) -> bool {
        self.times.high < 1.0
    }
}

/// The least time of `floor` on a machine of these `speeds`; `None` where a speed that it needs was not taken, or it
/// counts nothing.
pub fn least_time(floor: &ListedFloor, speeds: &[Speed]) -> Option<LeastTime> {
    let each = |count: u64, name: &str, part: Part| -> Option<Option<LeastTime>> {
        if count == 0 {
            return Some(None);
        }
        let speed = Speed::time_of(name, speeds)?;
        let count = count as f64;
        let ns = Estimate { value: count * speed.value, low: count * speed.low, high: count * speed.high };
        Some(Some(LeastTime { ns, part }))
    };
    let waiting = (floor.waited_ns > 0)
        .then(|| LeastTime { ns: Estimate::exact(floor.waited_ns as f64), part: Part::Waiting });
    let writing = match floor.bytes_written {
        0 => None,
        bytes => Some(writing(bytes, speeds)?),
    };
    let parts = [
        writing,
        each(floor.allocations, Speed::ALLOCATION, Part::Allocating(floor.allocations))?,
        each(floor.divisions, Speed::DIVISION, Part::Dividing(floor.divisions))?,
        each(floor.processes, Speed::PROCESS_START, Part::Starting(floor.processes))?,
        waiting,
    ];
    parts.into_iter().flatten().max_by(|a, b| a.ns.value.total_cmp(&b.ns.value))
}

/// At the speed of the fastest level that holds `bytes`: the smallest one, unless writing around the caches is faster
/// than into a cache that neighbours share.
fn writing(bytes: u64, speeds: &[Speed]) -> Option<LeastTime> {
    let level = speeds
        .iter()
        .filter(|speed| speed.unit == Unit::BytesPerSecond && speed.name != Speed::FRESH)
        .filter(|speed| speed.name.starts_with(Speed::WRITE))
        .filter(|speed| speed.holds_bytes.is_none_or(|holds| holds >= bytes))
        .max_by(|a, b| a.value.total_cmp(&b.value))?;
    let ns = |rate: f64| bytes as f64 / rate * 1e9;
    let sound = level.low > 0.0 && level.low <= level.value && level.value <= level.high;
    sound.then(|| LeastTime {
        ns: Estimate { value: ns(level.value), low: ns(level.high), high: ns(level.low) },
        part: Part::Writing(bytes, level.name.trim_start_matches(Speed::WRITE).to_owned()),
    })
}

/// The least time of `family`'s answer at the size of `ranking`, and how far each member that has a time is from it,
/// the nearest first. `None` where nobody can say how much work is needed, or how fast this machine does it.
pub fn distances<'a>(
    family: &ListedFamily,
    speeds: &[Speed],
    ranking: &Ranking<'a>,
) -> Option<(LeastTime, Vec<Distance<'a>>)> {
    let least = least_time(family.floor(ranking.size)?, speeds)?;
    let mut distances: Vec<Distance<'a>> = ranking
        .ranked
        .iter()
        .filter_map(|member| {
            let workload = member.workload.name.as_str();
            Some(Distance { workload, times: member.time_ns.over(&least.ns)?, near: least.near() })
        })
        .collect();
    distances.sort_by(|a, b| a.times.value.total_cmp(&b.times.value));
    Some((least, distances))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{Ranked, RankedBy};
    use crate::record::ListedWorkload;

    fn speed(name: &str, value: f64, unit: Unit, holds_bytes: Option<u64>) -> Speed {
        Speed { name: name.into(), value, low: value / 2.0, high: value * 2.0, unit, holds_bytes }
    }

    /// Level by level 100, 50 and 10 bytes a nanosecond; 20 ns a block, 5 ns a division, 1 ms a process.
    fn speeds() -> Vec<Speed> {
        let rate = |name, giga, holds| speed(name, giga * 1e9, Unit::BytesPerSecond, holds);
        vec![
            rate("write-l1", 100.0, Some(32_768)),
            rate("copy-l1", 200.0, Some(32_768)),
            rate("write-l2", 50.0, Some(1 << 20)),
            rate("write-memory", 10.0, None),
            rate(Speed::FRESH, 2.0, None),
            speed(Speed::ALLOCATION, 20.0, Unit::Ns, None),
            speed(Speed::DIVISION, 5.0, Unit::Ns, None),
            speed(Speed::PROCESS_START, 1e6, Unit::Ns, None),
        ]
    }

    fn least(floor: ListedFloor) -> Option<LeastTime> {
        least_time(&floor, &speeds())
    }

    #[test]
    fn a_cache_slower_than_memory_is_written_around() {
        let rate = |name, giga, holds| speed(name, giga * 1e9, Unit::BytesPerSecond, holds);
        let speeds = [rate("write-l3", 8.0, Some(32 << 20)), rate("write-memory", 20.0, None)];
        let floor = ListedFloor { bytes_written: 8_000_000, ..ListedFloor::default() };
        let least = least_time(&floor, &speeds).expect("both levels hold it");
        assert_eq!((least.ns.value, least.part), (400_000.0, Part::Writing(8_000_000, "memory".into())));
    }

    #[test]
    fn bytes_are_written_at_the_speed_of_the_fastest_level_that_holds_them() {
        let writes = |bytes_written| least(ListedFloor { bytes_written, ..ListedFloor::default() });
        for (bytes, ns, level) in [
            (32_768, 327.68, "l1"),
            (32_769, 655.38, "l2"),
            (1 << 20, 20_971.52, "l2"),
            (8_000_000, 800_000.0, "memory"),
        ] {
            let least = writes(bytes).expect("every level has a speed");
            assert!((least.ns.value / ns - 1.0).abs() < 1e-9, "{bytes}: {least:?}");
            assert_eq!(least.part, Part::Writing(bytes, level.into()));
            // Half the rate takes twice the time.
            assert!((least.ns.high / ns - 2.0).abs() < 1e-9 && (least.ns.low / ns - 0.5).abs() < 1e-9);
        }
    }

    #[test]
    fn the_longest_part_is_the_least_time() {
        let short = ListedFloor { bytes_written: 800, allocations: 1, ..ListedFloor::default() };
        assert_eq!(least(short).map(|least| (least.ns.value, least.part)), Some((20.0, Part::Allocating(1))));
        let divides = ListedFloor { divisions: 5, ..short };
        assert_eq!(least(divides).map(|least| least.ns.value), Some(25.0));
        let waits = ListedFloor { waited_ns: 2_000_000, processes: 1, ..short };
        let least_of_waits = least(waits).expect("waiting is known");
        assert_eq!(least_of_waits.near(), NEAR_WAITING, "waiting hangs on no speed of the machine");
        assert_eq!((least_of_waits.part, least_of_waits.ns.is_exact()), (Part::Waiting, true));
    }

    #[test]
    fn what_cannot_be_known_is_not_guessed() {
        assert_eq!(least(ListedFloor::default()), None);
        let floor = ListedFloor { bytes_written: 8, allocations: 1, ..ListedFloor::default() };
        let without = |name: &str| -> Vec<Speed> {
            speeds().into_iter().filter(|speed| !speed.name.starts_with(name)).collect()
        };
        assert_eq!(least_time(&floor, &without(Speed::ALLOCATION)), None);
        assert_eq!(least_time(&floor, &without(Speed::WRITE)), None);
        let nonsense = [speed("write-l1", 0.0, Unit::BytesPerSecond, None)];
        assert_eq!(least_time(&ListedFloor { allocations: 0, ..floor }, &nonsense), None);
    }

    #[test]
    fn members_are_shown_to_be_near_or_below_or_neither() {
        let workloads = ["far", "near", "below"].map(|name| ListedWorkload {
            name: name.into(),
            sizes: vec![100],
            ..ListedWorkload::default()
        });
        let ranked = |workload, value: f64| Ranked {
            workload,
            rank: 1,
            shared: false,
            time_ns: Estimate { value, low: value * 0.9, high: value * 1.1 },
            ratio: None,
            apart: None,
        };
        let ranking = Ranking {
            size: 100,
            by: RankedBy::Time,
            ranked: vec![
                ranked(&workloads[0], 28.0),
                ranked(&workloads[1], 13.0),
                ranked(&workloads[2], 5.0),
            ],
            unranked: Vec::new(),
            elsewhere: Vec::new(),
        };
        let floor = ListedFloor { size: 100, bytes_written: 800, allocations: 1, ..ListedFloor::default() };
        let family = ListedFamily { floors: vec![floor], ..ListedFamily::default() };
        let (least, distances) = distances(&family, &speeds(), &ranking).expect("a floor and its speeds");
        assert_eq!(least.part.to_string(), "taking and giving back one heap block");
        let told: Vec<_> =
            distances.iter().map(|d| (d.workload, d.times.value, d.is_near(), d.is_below())).collect();
        assert_eq!(
            told,
            // 1.4 times the least time may be 3: its interval, and the speeds', allow as much.
            [("below", 0.25, true, true), ("near", 0.65, true, false), ("far", 1.4, false, false)]
        );
        assert!(super::distances(&ListedFamily::default(), &speeds(), &ranking).is_none());
    }
}
