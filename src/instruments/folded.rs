//! Draws folded stacks as flamegraphs. Shared by all instruments that have stacks; knows no sampler and no allocator.

mod differential;
mod visible;

use std::path::Path;

use inferno::flamegraph::color::{BackgroundColor, Color, MultiPalette, Palette};

pub use differential::{Cost, Side, draw_differential};
use visible::visible;

use crate::record::{Folded, clean_frame as clean, write_atomically};

/// What a flamegraph says beside its frames.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caption {
    /// The case's id.
    pub title: String,
    /// How it was taken.
    pub subtitle: String,
    /// What a weight counts, plural: `samples`, `bytes`.
    pub count_name: &'static str,
}

/// Why there is no flamegraph.
#[derive(Debug, thiserror::Error)]
pub enum FoldedError {
    /// No stack has any weight; a picture of nothing would look like a result.
    #[error("no {0} to draw")]
    Empty(&'static str),
    /// The total does not fit what the drawing counts in.
    #[error("{total} {count_name} are more than a flamegraph can count")]
    TooMany {
        /// The total.
        total: u128,
        /// What is counted.
        count_name: &'static str,
    },
    /// inferno refused.
    #[error("cannot draw: {0}")]
    Drawing(#[from] std::io::Error),
    /// A file refused.
    #[error(transparent)]
    Record(#[from] crate::record::RecordError),
}

/// The flamegraph, as SVG that needs nothing from elsewhere. The same stacks give the same bytes.
///
/// # Errors
/// [`FoldedError::Empty`] rather than a picture of nothing.
pub fn draw(folded: &Folded, caption: &Caption) -> Result<Vec<u8>, FoldedError> {
    let (total, count_name) = (folded.total(), caption.count_name);
    if total == 0 {
        return Err(FoldedError::Empty(count_name));
    }
    if total > u128::from(u64::MAX) {
        return Err(FoldedError::TooMany { total, count_name });
    }
    let mut options = inferno::flamegraph::Options::default();
    options.title = clean(&caption.title);
    options.subtitle = Some(clean(&caption.subtitle));
    options.count_name = count_name.to_owned();
    options.colors = Palette::Multi(MultiPalette::Rust);
    options.bgcolors = Some(BackgroundColor::Flat(PAPER));
    options.deterministic = true;
    let text = visible(folded);
    let mut svg = Vec::new();
    inferno::flamegraph::from_lines(&mut options, text.lines(), &mut svg)?;
    Ok(svg)
}

/// Draws into a file, whole or not at all.
///
/// # Errors
/// As [`draw`], and [`FoldedError::Record`] with the path.
pub fn draw_to(folded: &Folded, path: &Path, caption: &Caption) -> Result<(), FoldedError> {
    let svg = draw(folded, caption)?;
    Ok(write_atomically(path, &svg)?)
}

const PAPER: Color = Color { r: 0xf8, g: 0xf8, b: 0xf8 };

#[cfg(test)]
mod tests;
