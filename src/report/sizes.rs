//! Which of a family's sizes a page shows first.

use crate::analysis::Ranking;

/// The size that pages prefer: large enough to show a loop, small enough for a cache.
const PREFERRED: f64 = 1_000.0;

/// The place of the ranking nearest to 1,000 on a logarithmic axis, among those with a time if any has one; the
/// smaller of two that are equally near.
pub(super) fn first_shown(rankings: &[Ranking<'_>]) -> usize {
    let distance = |ranking: &Ranking<'_>| (ranking.size.max(1) as f64 / PREFERRED).ln().abs();
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
        assert_eq!(first_shown(&rankings), 1);
        assert_eq!(first_shown(&[]), 0);
    }
}
