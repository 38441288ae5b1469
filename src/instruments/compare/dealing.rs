//! Which placement of its build each side of a start is: dealt from a shuffled deck, so that few starts see as many as they
//! can, and none more often than another.

use super::quads::Which;
use crate::instruments::interleaved::Shuffle;

/// Placements that the next starts are dealt, each once before any comes again.
#[derive(Debug, Clone, Default)]
pub(super) struct Dealer {
    decks: [Vec<usize>; 2],
    /// Whether each side is dealt from a deck of its own.
    apart: bool,
}

impl Dealer {
    /// Both sides are dealt the same: what a placement does to code that both share is no difference between them.
    pub(super) fn alike() -> Self {
        Self::default()
    }

    /// Each side is dealt its own: of the same code at other addresses, fixed pairs would be few.
    pub(super) fn apart() -> Self {
        Self { apart: true, ..Self::default() }
    }

    /// One of so many `choices` of either side.
    pub(super) fn deal(&mut self, choices: [usize; 2], draw: &mut Shuffle) -> [usize; 2] {
        if self.apart {
            return [0, 1].map(|which: Which| self.next(which, choices[which], draw));
        }
        let placement = self.next(0, choices[0].max(choices[1]), draw);
        choices.map(|choices| placement % choices.max(1))
    }

    fn next(&mut self, which: Which, choices: usize, draw: &mut Shuffle) -> usize {
        let deck = &mut self.decks[which];
        if deck.is_empty() {
            deck.extend(0..choices);
            draw.shuffle(deck);
        }
        deck.pop().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn dealt(mut dealer: Dealer, choices: [usize; 2], starts: usize) -> Vec<[usize; 2]> {
        let mut draw = Shuffle::new(5);
        (0..starts).map(|_| dealer.deal(choices, &mut draw)).collect()
    }

    #[test]
    fn no_placement_comes_again_before_all_were_dealt() {
        for (dealer, side) in [(Dealer::alike(), 0), (Dealer::apart(), 0), (Dealer::apart(), 1)] {
            let dealt = dealt(dealer, [4, 4], 20);
            for round in dealt.chunks(4) {
                let seen: BTreeSet<usize> = round.iter().map(|placements| placements[side]).collect();
                assert_eq!(seen.len(), 4, "{round:?}");
            }
        }
    }

    #[test]
    fn both_sides_are_the_same_placement_unless_they_are_dealt_apart() {
        let pairs = |dealer| dealt(dealer, [4, 4], 80).into_iter().collect::<BTreeSet<_>>();
        assert_eq!(pairs(Dealer::alike()), (0..4).map(|placement| [placement; 2]).collect());
        assert_eq!(pairs(Dealer::apart()).len(), 16, "every placement meets every other");
    }

    #[test]
    fn the_side_with_fewer_placements_repeats_them_and_one_without_choice_has_the_first() {
        let alike = dealt(Dealer::alike(), [4, 2], 40);
        assert!(alike.iter().all(|[one, other]| *other == one % 2), "{alike:?}");
        let apart = dealt(Dealer::apart(), [3, 1], 40);
        assert!(apart.iter().all(|[one, other]| *one < 3 && *other == 0), "{apart:?}");
    }
}
