//! Which of a family's sizes a page shows first.

use super::format;
use crate::analysis::Ranking;
use crate::record::{ListedCounts, ListedFamily};

/// The size that pages prefer: large enough to show a loop, small enough for a cache.
const PREFERRED: usize = 1_000;

/// The place of the ranking nearest to the preferred size on a logarithmic axis, among those with a time if any has
/// one; the smaller of two that are equally near. Preferred are 1,000, or as many workers as there are cores.
pub(super) fn first_shown(family: &ListedFamily, rankings: &[Ranking<'_>], cores: usize) -> usize {
    let preferred = match family.counts {
        ListedCounts::Work => PREFERRED,
        ListedCounts::Workers => cores,
    };
    let distance = |ranking: &Ranking<'_>| (ranking.size.max(1) as f64 / preferred.max(1) as f64).ln().abs();
    rankings
        .iter()
        .enumerate()
        .min_by(|(_, a), (_, b)| {
            (a.ranked.is_empty(), distance(a))
                .partial_cmp(&(b.ranked.is_empty(), distance(b)))
                .unwrap_or(std::cmp::Ordering::Equal)
        })
        .map_or(0, |(index, _)| index)
}

/// A size as words: `n = 1,000`, `2 threads`.
pub(super) fn named(family: &ListedFamily, size: usize) -> String {
    match family.counts {
        ListedCounts::Work => format!("n = {}", format::size(size)),
        ListedCounts::Workers => format::counted(size, &family.unit, &family.axis),
    }
}

/// How much of what the axis counts one iteration does, and `Some` only where time per unit is a figure.
pub(super) fn units(family: &ListedFamily, size: usize) -> Option<f64> {
    (family.counts == ListedCounts::Work).then(|| size.max(1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::RankedBy;

    #[test]
    fn the_size_nearest_a_thousand_is_shown_first() {
        let rankings: Vec<_> = [10, 100, 10_000, 1_000_000]
            .into_iter()
            .map(|size| Ranking {
                size,
                by: RankedBy::Time,
                ranked: Vec::new(),
                unranked: Vec::new(),
                elsewhere: Vec::new(),
            })
            .collect();
        let family = ListedFamily::default();
        assert_eq!(first_shown(&family, &rankings, 2), 1);
        assert_eq!(first_shown(&family, &[], 2), 0);
        let threads = ListedFamily { counts: ListedCounts::Workers, ..family };
        assert_eq!(first_shown(&threads, &rankings, 16), 0);
    }
}
