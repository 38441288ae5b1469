//! Stacks as far as a picture shows them: of a million stacks most are narrower than a pixel.

use std::fmt::Write as _;

use crate::record::Folded;

/// A frame is drawn from this part of the whole on: inferno's default, a hundredth of a percent.
const PARTS: u128 = 10_000;

/// A frame of the stack that was read last.
struct Open {
    /// Where its name ends in that stack.
    end: usize,
    /// Weight of all stacks through it.
    total: u128,
    /// Weight of the stacks that end in it, or in a frame above it that is too narrow to be drawn.
    own: u128,
}

/// The lines of `folded` without the frames that inferno would leave out: their weight stays with the frame below them,
/// so every frame that is drawn has the width that it would have had.
pub(super) fn visible(folded: &Folded) -> String {
    let least = folded.total() / PARTS;
    let mut text = String::new();
    let (mut open, mut last): (Vec<Open>, &str) = (Vec::new(), "");
    for (stack, weight) in folded.stacks() {
        let mut start = 0;
        let shared = open.iter().take_while(|frame| {
            let is_shared = last.get(start..frame.end) == stack.get(start..frame.end)
                && stack.as_bytes().get(frame.end).is_some_and(|next| *next == b';');
            start = frame.end;
            is_shared
        });
        let shared = shared.count();
        close(&mut open, shared, last, least, &mut text);
        let from = open.last().map_or(0, |frame| frame.end + 1);
        let ends = stack[from..].match_indices(';').map(|(at, _)| from + at).chain([stack.len()]);
        open.extend(ends.map(|end| Open { end, total: 0, own: 0 }));
        if let Some(leaf) = open.last_mut() {
            (leaf.total, leaf.own) = (weight, weight);
        }
        last = stack;
    }
    close(&mut open, 0, last, least, &mut text);
    text
}

/// Closes the frames of `stack` above the lowest `kept`.
fn close(open: &mut Vec<Open>, kept: usize, stack: &str, least: u128, text: &mut String) {
    while open.len() > kept {
        let Some(frame) = open.pop() else { return };
        // The lowest frame stays, however narrow: the whole is the sum of these.
        if let Some(below) = open.last_mut() {
            below.total = below.total.saturating_add(frame.total);
            if frame.total < least {
                below.own = below.own.saturating_add(frame.total);
                continue;
            }
        }
        if frame.own > 0 {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{} {}", &stack[..frame.end], frame.own);
        }
    }
}
