//! The machine's own speeds, taken once a run: what writing, copying, allocating, dividing, waking and starting take
//! here. From them and from the least work that a family's answer needs follows how far a member is from the floor.
//! docs/method.md, "The machine's speeds".

mod arithmetic;
mod levels;
mod memory;
mod threads;

pub(super) use levels::core_cache;

use super::interleaved::median_interval;
use crate::record::{Speed, Unit};

/// Takes of each speed; odd, so that the middle is one of them, and enough for an interval that leaves the wildest out.
const TAKES: usize = 9;

/// Takes every speed, which takes half a second.
pub fn calibrate() -> Vec<Speed> {
    let mut speeds = memory::speeds(&levels::levels());
    speeds.extend(arithmetic::speeds());
    speeds.extend(threads::speeds());
    speeds
}

/// The middle of `takes` with its 95 % interval, which of nine runs from the second to the last but one; nothing of none.
fn speed(name: impl Into<String>, unit: Unit, takes: impl IntoIterator<Item = f64>) -> Option<Speed> {
    let takes: Vec<f64> = takes.into_iter().filter(|take| take.is_finite() && *take > 0.0).collect();
    let told = (!takes.is_empty()).then(|| median_interval(&takes))?;
    Some(Speed {
        name: name.into(),
        value: told.median,
        low: told.low,
        high: told.high,
        unit,
        holds_bytes: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_speed_is_the_middle_of_its_takes_with_its_interval() {
        let taken = speed("x", Unit::Ns, [9.0, 1.0, 2.0, f64::INFINITY, 0.0]).expect("three takes count");
        assert_eq!((taken.low, taken.value, taken.high), (1.0, 2.0, 9.0));
        let nine = [7.0, 1.0, 900.0, 3.0, 4.0, 5.0, 6.0, 2.0, 8.0];
        let taken = speed("x", Unit::Ns, nine).expect("nine takes");
        assert_eq!((taken.low, taken.value, taken.high), (2.0, 5.0, 8.0), "one wild take is no part of it");
        assert_eq!(speed("x", Unit::Ns, []), None);
    }

    #[test]
    fn every_speed_is_taken_once_and_has_a_range() {
        let speeds = calibrate();
        let names: std::collections::BTreeSet<&str> =
            speeds.iter().map(|speed| speed.name.as_str()).collect();
        assert_eq!(names.len(), speeds.len(), "{names:?}");
        for name in [Speed::FRESH, Speed::ALLOCATION, Speed::DIVISION, Speed::DIVISION_CHAINED] {
            assert!(names.contains(name), "{name} is missing in {names:?}");
        }
        for name in ["write-memory", "copy-memory", Speed::THREAD_WAKE, Speed::THREAD_START] {
            assert!(names.contains(name), "{name} is missing in {names:?}");
        }
        for speed in &speeds {
            assert!(0.0 < speed.low && speed.low <= speed.value && speed.value <= speed.high, "{speed:?}");
            // What is faster than any machine by far was not done: the compiler has left it out.
            let possible = if speed.unit == Unit::Ns { speed.low > 0.01 } else { speed.high < 1e13 };
            assert!(possible, "{speed:?}");
        }
    }
}
