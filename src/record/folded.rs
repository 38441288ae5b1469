//! Folded stacks: how often, for how many bytes or for how many instructions each stack was seen. Knows neither who took
//! them nor how they are drawn.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use super::{RecordError, write_atomically};

/// Longest frame name, in characters: what a wide screen shows. Longer ones keep both their ends.
const LONGEST_NAME: usize = 400;

/// The frame below the function of an instruction that belongs to no line of source. The compiler made one instruction of
/// several, maybe of several functions inlined there, and cannot say of which (docs/method.md, costs by function).
pub const NO_LINE: &str = "[no source line]";

/// Weights of stacks. A stack's frames run from the root to the leaf; their names are clean, so that no
/// reader of the folded form drops or splits a line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folded {
    stacks: BTreeMap<String, u128>,
}

/// What [`Folded::parse`] made of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed {
    /// The stacks that could be read.
    pub folded: Folded,
    /// Lines that could not: no count, or one that is no number. inferno drops such lines in silence.
    pub dropped: u64,
}

impl Folded {
    /// Adds `weight` to the stack of `frames`, root first. A stack without frames counts as the unknown frame.
    pub fn add<'a>(&mut self, frames: impl IntoIterator<Item = &'a str>, weight: u128) {
        if weight == 0 {
            return;
        }
        let sum = self.stacks.entry(joined(frames)).or_default();
        *sum = sum.saturating_add(weight);
    }

    /// The stacks, `root;…;leaf`, with their weights, in the order of their names.
    pub fn stacks(&self) -> impl Iterator<Item = (&str, u128)> {
        self.stacks.iter().map(|(stack, weight)| (stack.as_str(), *weight))
    }

    /// The weight of all stacks.
    pub fn total(&self) -> u128 {
        self.stacks.values().fold(0, |sum, weight| sum.saturating_add(*weight))
    }

    /// The weight of the stacks that hold a frame for which `is_wanted`; each counts once, however deep it recurs.
    pub fn inclusive(&self, is_wanted: impl Fn(&str) -> bool) -> u128 {
        let holds = |stack: &str| stack.split(';').any(&is_wanted);
        self.stacks().filter(|(stack, _)| holds(stack)).map(|(_, weight)| weight).sum()
    }

    /// One line a stack: `root;…;leaf weight`.
    pub fn to_text(&self) -> String {
        use std::fmt::Write as _;
        // A count is seldom longer than the eight bytes given to it here.
        let bytes = self.stacks.keys().map(|stack| stack.len() + 8).sum();
        let mut text = String::with_capacity(bytes);
        for (stack, weight) in self.stacks() {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{stack} {weight}");
        }
        text
    }

    /// Reads what [`to_text`](Self::to_text) wrote, and counts what it could not read.
    pub fn parse(text: &str) -> Parsed {
        let mut read: Vec<(Cow<'_, str>, u128)> = Vec::new();
        let mut dropped = 0;
        // Stacks stand in the order of their names, so each begins with most of the frames of the one before.
        let mut clean = "";
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let parts = line.rsplit_once(' ').and_then(|(stack, count)| Some((stack, count.parse().ok()?)));
            match parts {
                Some((_, 0)) => {}
                // What perflab wrote is clean, and a million stacks need not be taken apart and put together again.
                Some((stack, weight)) if is_clean_stack(&stack[shared_frames(clean, stack)..]) => {
                    clean = stack;
                    read.push((stack.into(), weight));
                }
                Some((stack, weight)) => read.push((joined(stack.split(';')).into(), weight)),
                None => dropped += 1,
            }
        }
        // A map is built from sorted stacks in one go; one by one it took five times as long.
        read.sort_unstable();
        read.dedup_by(|(stack, weight), (kept, sum)| {
            let is_same = stack == kept;
            if is_same {
                *sum = sum.saturating_add(*weight);
            }
            is_same
        });
        let stacks = read.into_iter().map(|(stack, weight)| (stack.into_owned(), weight)).collect();
        Parsed { folded: Self { stacks }, dropped }
    }

    /// The stacks with weights that add up to exactly `total`, in proportion to their own and in the order of
    /// [`stacks`](Self::stacks): samples as nanoseconds, a profile as the cost of one iteration. Each end of a stack on
    /// the line of all weights is rounded, so no weight is off by one or more and none is lost. A total of no weight
    /// stays so.
    pub fn apportioned(&self, total: u64) -> impl Iterator<Item = (&str, u64)> {
        let whole = self.total().max(1);
        let (mut seen, mut given) = (0_u128, 0_u64);
        self.stacks().map(move |(stack, weight)| {
            seen = seen.saturating_add(weight).min(whole);
            let end = part(seen, whole, total).max(given);
            let own = end - given;
            given = end;
            (stack, own)
        })
    }

    /// Writes the text form, whole or not at all.
    ///
    /// # Errors
    /// [`RecordError`] with the path.
    pub fn write(&self, path: &Path) -> Result<(), RecordError> {
        write_atomically(path, self.to_text().as_bytes())
    }
}

const UNKNOWN: &str = "[unknown]";

/// `seen` of `whole` parts of `total`, rounded to the nearest; at most `total`.
fn part(seen: u128, whole: u128, total: u64) -> u64 {
    let product = seen.checked_mul(u128::from(total)).and_then(|product| product.checked_add(whole / 2));
    // Weights beyond 2^64 lose what is finer than any total.
    let part =
        product.map_or_else(|| (seen >> 64) * u128::from(total) / (whole >> 64), |product| product / whole);
    u64::try_from(part).unwrap_or(total).min(total)
}

fn joined<'a>(frames: impl IntoIterator<Item = &'a str>) -> String {
    let mut stack = String::new();
    for frame in frames {
        if !stack.is_empty() {
            stack.push(';');
        }
        stack.push_str(&cleaned(frame));
    }
    if stack.is_empty() { UNKNOWN.to_owned() } else { stack }
}

/// How many bytes of two stacks are frames that both begin with, each with the separator behind it.
pub(crate) fn shared_frames(one: &str, other: &str) -> usize {
    let alike = one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count();
    one.as_bytes()[..alike].iter().rposition(|byte| *byte == b';').map_or(0, |separator| separator + 1)
}

/// Whether [`cleaned`] would leave every frame of `stack` as it is. Says no where it would have to look closely.
fn is_clean_stack(stack: &str) -> bool {
    stack
        .split(';')
        .all(|name| has_clean_ends(name) && (is_plain(name) || name.chars().all(|c| c == plain(c))))
}

/// Whether all of `name` is printable ASCII. Without a branch in it, this loop is made of vector instructions.
fn is_plain(name: &str) -> bool {
    name.bytes().fold(true, |plain, byte| plain & (0x20..0x7f).contains(&byte))
}

/// Whether a name of plain characters is of good length, does not end in what reads as a count, and begins and ends in what no
/// reader takes off.
fn has_clean_ends(name: &str) -> bool {
    let bytes = name.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return false };
    // A name that was shortened has as many characters as are allowed, and more bytes.
    (bytes.len() <= LONGEST_NAME || name.chars().count() <= LONGEST_NAME)
        && !matches!(first, b' ' | b'#')
        && *last != b' '
        && !((last.is_ascii_digit() || *last == b'.') && name.contains(' '))
}

/// A frame's name as folded stacks have it.
pub(crate) fn clean(name: &str) -> String {
    cleaned(name).into_owned()
}

/// A frame name that survives the folded form and XML: no separators, no control characters, nothing that
/// inferno would take for a comment or for a second count, and of bounded length.
fn cleaned(name: &str) -> Cow<'_, str> {
    if !name.contains(';') && is_clean_stack(name) {
        return Cow::Borrowed(name);
    }
    let mut name: String = name.chars().map(plain).collect::<String>().trim().to_owned();
    if name.starts_with('#') {
        // inferno takes "# …" for a comment.
        name.replace_range(..1, "\u{ff03}");
    }
    let length = name.chars().count();
    if length > LONGEST_NAME {
        let half = (LONGEST_NAME - 1) / 2;
        let head: String = name.chars().take(half).collect();
        let tail: String = name.chars().skip(length - half).collect();
        name = format!("{}…{}", head.trim_end(), tail);
    }
    if let Some((_, last)) = name.rsplit_once(' ')
        && last.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
    {
        // A leaf "f 12" with count 3 would read as a difference of two counts.
        let space = name.len() - last.len() - 1;
        name.replace_range(space..=space, "\u{a0}");
    }
    if name.is_empty() { Cow::Borrowed(UNKNOWN) } else { Cow::Owned(name) }
}

fn plain(character: char) -> char {
    match character {
        // `[u8, 8]` stays readable.
        ';' => ',',
        // A no-break space survives trimming inside a name, but not at its ends: one form is enough.
        _ if character.is_whitespace() => ' ',
        // No character of XML 1.0: <https://www.w3.org/TR/xml/#charsets>.
        '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
        _ if character.is_control() => '\u{fffd}',
        _ => character,
    }
}
