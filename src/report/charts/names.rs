//! Names of lines in a column right of a plot, pushed apart where they would overlap, each led to its line's end.

use super::canvas::{Anchor, Canvas, Drawn};
use crate::report::format;
use crate::report::theme::Ink;

/// Least distance between two names.
const APART: i32 = 15;

/// The end of a line, and what stands there.
pub(super) struct NamedEnd<'a> {
    /// The workload's place in its family.
    pub(super) index: usize,
    /// Its name.
    pub(super) name: &'a str,
    /// Where its line ends.
    pub(super) at: (i32, i32),
}

/// Writes the names right of `right`, between two heights.
pub(super) fn names(
    canvas: &Canvas<'_>,
    mut ends: Vec<NamedEnd<'_>>,
    right: i32,
    (top, bottom): (i32, i32),
) -> Drawn {
    ends.sort_by_key(|end| end.at.1);
    let wanted: Vec<i32> = ends.iter().map(|end| end.at.1).collect();
    for (NamedEnd { index, name, at }, place) in ends.iter().zip(spread(&wanted, top, bottom)) {
        let leader = vec![(at.0 + 6, at.1), (right + 2, at.1), (right + 16, place)];
        canvas.line(leader, Ink::Grid, 1)?;
        canvas.text(&format::clipped(name, 20), (right + 20, place), Anchor::Left, Ink::Series(*index))?;
    }
    Ok(())
}

/// Moves ascending positions apart, as little as it can, downwards first and then back up from the bottom.
fn spread(wanted: &[i32], top: i32, bottom: i32) -> Vec<i32> {
    let apart = APART.min((bottom - top) / (wanted.len().max(2) as i32 - 1));
    let mut places = wanted.to_vec();
    for index in 1..places.len() {
        places[index] = places[index].max(places[index - 1] + apart);
    }
    let mut limit = bottom;
    for place in places.iter_mut().rev() {
        *place = (*place).min(limit);
        limit = *place - apart;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_pushed_apart_and_stay_within() {
        let places = spread(&[10, 11, 12, 395], 0, 400);
        assert_eq!(places, [10, 25, 40, 395]);
        let low = spread(&[399, 400, 400], 0, 400);
        assert_eq!(low, [370, 385, 400]);
    }
}
