//! How fast memory is written and copied, level by level, and what pages cost that nobody has touched.

use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Instant;

use super::levels::Level;
use super::{TAKES, speed};
use crate::record::{Speed, Unit};

/// Bytes of one take in a cache: at 50 GB/s a third of a millisecond, long against the clock.
const TAKE: usize = 16 << 20;

/// Writing to and copying within each level, and writing to fresh pages.
pub(super) fn speeds(levels: &[Level]) -> Vec<Speed> {
    let most = levels.iter().map(|level| level.working_set).max().unwrap_or(0);
    // So large a block comes straight from the kernel, untouched.
    let mut memory = vec![0_u8; most];
    let part = most.div_ceil(TAKES).max(1);
    let fresh = memory.chunks_mut(part).map(|part| rate(part.len(), || fill(part, 1))).collect::<Vec<_>>();
    let mut speeds = Vec::new();
    for level in levels {
        let memory = &mut memory[..level.working_set];
        let named = |speed: Option<Speed>| {
            speed.map(|speed| Speed { holds_bytes: level.holds.map(|bytes| bytes as u64), ..speed })
        };
        let passes = (TAKE / level.working_set).max(1);
        let name = format!("{}{}", Speed::WRITE, level.name);
        let ways = [fill, count_up].map(|write| {
            let takes = (0..TAKES).map(|_| {
                rate(passes * memory.len(), || {
                    for pass in 0..passes {
                        write(memory, pass as u8);
                        saw(memory, pass);
                    }
                })
            });
            speed(name.as_str(), Unit::BytesPerSecond, takes)
        });
        speeds.extend(named(ways.into_iter().flatten().max_by(|a, b| a.value.total_cmp(&b.value))));
        let (from, to) = memory.split_at_mut(level.working_set / 2);
        let to = &mut to[..from.len()];
        let copies = (0..TAKES).map(|_| {
            rate(passes * to.len(), || {
                for pass in 0..passes {
                    from[pass % from.len()] = pass as u8;
                    copy(from, to);
                    saw(to, pass);
                }
            })
        });
        speeds.extend(named(speed(format!("{}{}", Speed::COPY, level.name), Unit::BytesPerSecond, copies)));
    }
    speeds.extend(speed(Speed::FRESH, Unit::BytesPerSecond, fresh));
    speeds
}

/// Bytes a second of what moves so many.
fn rate(bytes: usize, act: impl FnOnce()) -> f64 {
    let start = Instant::now();
    act();
    bytes as f64 / start.elapsed().as_secs_f64()
}

/// Bytes that were written end in here.
static SEEN: AtomicU8 = AtomicU8::new(0);

/// Somebody reads a byte after each pass, another one each time: passes that nobody saw would be left out by the compiler,
/// all but the last (L1 was so "written" at 49 TB/s).
fn saw(memory: &[u8], pass: usize) {
    SEEN.store(memory[pass.wrapping_mul(67) % memory.len()], Ordering::Relaxed);
}

/// The C library's way, which takes the widest registers of this CPU and, for much, its own way around the caches. Never
/// inlined: a compiler that sees who reads the bytes could leave the writing out.
#[inline(never)]
fn fill(memory: &mut [u8], value: u8) {
    memory.fill(value);
}

/// The way of a loop that writes a number after the other, which no compiler turns into a call of the above. Which of the
/// two is faster differs from CPU to CPU and, in a guest, from level to level: the faster one is what can be reached.
#[inline(never)]
fn count_up(memory: &mut [u8], first: u8) {
    let (words, _) = memory.as_chunks_mut();
    for (word, value) in words.iter_mut().zip(u64::from(first)..) {
        *word = value.to_ne_bytes();
    }
}

/// The C library's way, as above.
#[inline(never)]
fn copy(from: &[u8], to: &mut [u8]) {
    to.copy_from_slice(from);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_level_is_written_and_copied() {
        let level = |name: &str, holds| Level { name: name.into(), holds, working_set: 8_192 };
        let speeds = speeds(&[level("l1", Some(16_384)), level("memory", None)]);
        let told: Vec<(&str, Option<u64>)> =
            speeds.iter().map(|speed| (speed.name.as_str(), speed.holds_bytes)).collect();
        assert_eq!(
            told,
            [
                ("write-l1", Some(16_384)),
                ("copy-l1", Some(16_384)),
                ("write-memory", None),
                ("copy-memory", None),
                (Speed::FRESH, None)
            ]
        );
    }

    #[test]
    fn what_is_timed_is_done() {
        let mut memory = [1_u8; 64];
        fill(&mut memory, 7);
        let mut copied = [0; 64];
        copy(&memory, &mut copied);
        assert_eq!(copied, [7; 64]);
        count_up(&mut memory, 250);
        let words: Vec<u64> = memory.as_chunks().0.iter().copied().map(u64::from_ne_bytes).collect();
        assert_eq!(words, (250..258).collect::<Vec<u64>>());
    }
}
