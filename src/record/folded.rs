//! Folded stacks: how often, for how many bytes or for how many instructions each stack was seen. Knows neither who took
//! them nor how they are drawn.

use std::collections::BTreeMap;
use std::path::Path;

use super::{RecordError, write_atomically};

/// Longest frame name, in characters: what a wide screen shows. Longer ones keep both their ends.
const LONGEST_NAME: usize = 400;

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
        let names: Vec<String> = frames.into_iter().map(clean).collect();
        let stack = if names.is_empty() { UNKNOWN.to_owned() } else { names.join(";") };
        let sum = self.stacks.entry(stack).or_default();
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
        let mut text = String::new();
        for (stack, weight) in self.stacks() {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{stack} {weight}");
        }
        text
    }

    /// Reads what [`to_text`](Self::to_text) wrote, and counts what it could not read.
    pub fn parse(text: &str) -> Parsed {
        let mut folded = Self::default();
        let mut dropped = 0;
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let read = line.rsplit_once(' ').and_then(|(stack, count)| Some((stack, count.parse().ok()?)));
            match read {
                Some((stack, weight)) => folded.add(stack.split(';'), weight),
                None => dropped += 1,
            }
        }
        Parsed { folded, dropped }
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

/// A frame name that survives the folded form and XML: no separators, no control characters, nothing that
/// inferno would take for a comment or for a second count, and of bounded length.
pub(crate) fn clean(name: &str) -> String {
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
    if name.is_empty() { UNKNOWN.to_owned() } else { name }
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
