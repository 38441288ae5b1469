//! Frames by number: formats name each frame once.

use std::collections::HashMap;

use crate::record::Folded;

/// The names of all frames, each once, in the order in which they were met.
#[derive(Debug, Default)]
pub(super) struct Frames<'a> {
    pub(super) names: Vec<&'a str>,
    index: HashMap<&'a str, usize>,
}

impl<'a> Frames<'a> {
    /// The frames of `folded`, and its stacks as their numbers, root first.
    pub(super) fn of(folded: &'a Folded) -> (Self, Vec<Vec<usize>>) {
        let mut frames = Self::default();
        let stacks =
            folded.stacks().map(|(stack, _)| stack.split(';').map(|name| frames.number(name)).collect());
        let stacks = stacks.collect();
        (frames, stacks)
    }

    fn number(&mut self, name: &'a str) -> usize {
        *self.index.entry(name).or_insert_with(|| {
            self.names.push(name);
            self.names.len() - 1
        })
    }
}
