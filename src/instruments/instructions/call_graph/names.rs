//! Names, written out or compressed: `(12) name` gives a name its number, `(12)` refers to it.

use std::collections::HashMap;

use super::numbers::decimal;

/// The names of one kind, objects or functions, each once.
#[derive(Debug, Default)]
pub(super) struct Names<'a> {
    texts: Vec<&'a [u8]>,
    by_text: HashMap<&'a [u8], usize>,
    by_number: HashMap<u64, usize>,
}

impl<'a> Names<'a> {
    /// The index of the name that `text`, what stands behind `fn=` and the like, gives or refers to. `None` for a number
    /// that has no name yet.
    pub(super) fn index(&mut self, text: &'a [u8]) -> Option<usize> {
        let Some((number, name)) = numbered(text) else { return Some(self.intern(text)) };
        if name.is_empty() {
            return self.by_number.get(&number).copied();
        }
        let index = self.intern(name);
        self.by_number.insert(number, index);
        Some(index)
    }

    fn intern(&mut self, name: &'a [u8]) -> usize {
        *self.by_text.entry(name).or_insert_with(|| {
            self.texts.push(name);
            self.texts.len() - 1
        })
    }

    /// The name at `index`; what is no UTF-8 in it is replaced.
    pub(super) fn text(&self, index: usize) -> String {
        self.texts.get(index).map_or_else(String::new, |text| String::from_utf8_lossy(text).into_owned())
    }

    /// All names, by index.
    pub(super) fn into_texts(self) -> Vec<String> {
        (0..self.texts.len()).map(|index| self.text(index)).collect()
    }
}

/// `(12) name` taken apart. A name may itself begin with a bracket: `(below main)`.
fn numbered(text: &[u8]) -> Option<(u64, &[u8])> {
    let inside = text.strip_prefix(b"(")?;
    let end = inside.iter().position(|byte| *byte == b')')?;
    Some((decimal(&inside[..end])?, inside[end + 1..].trim_ascii()))
}
