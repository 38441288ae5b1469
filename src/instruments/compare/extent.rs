//! How much of a start is run: so many quads, for so long, so many in one answer; and whether there is room for one at all.

use std::fmt;
use std::time::Duration;

use super::start::Budget;
use super::statistics::FEWEST_QUADS;

/// A start may take so many times its budget before it makes do with the quads that nobody disturbed.
const PATIENCE: u32 = 5;
/// And so many times where canaries tell which of them ran on the full core: these are waited for.
const PATIENCE_FOR_THE_CORE: u32 = 10;
/// One answer is asked for so small a part of what it may take, because a neighbour can hold it up. A case whose fewest quads
/// have room has room for one of them then.
const OF_AN_ANSWER: u64 = FEWEST_QUADS as u64;

/// What one start runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Extent {
    /// Quads that it is to have.
    pub(super) quads: usize,
    /// Quads that are asked for at once.
    pub(super) at_once: usize,
    /// After this it makes do with what it has.
    pub(super) patience: Duration,
}

/// The fewest blocks of one start take longer than one answer may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLong {
    /// An iteration of either side.
    pub iteration: [Duration; 2],
    /// What these blocks take.
    pub blocks: Duration,
    /// What they may take.
    pub allowed: Duration,
}

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { iteration: [one, other], blocks, allowed } = self;
        write!(
            f,
            "an iteration takes {:.1} s, and the {} blocks of the shortest start {:.0} s, longer than the {} s that one \
             side has; --timeout allows more",
            (*one).max(*other).as_secs_f64(),
            4 * FEWEST_QUADS,
            blocks.as_secs_f64(),
            allowed.as_secs(),
        )
    }
}

impl Extent {
    /// Of a start whose blocks take so long, a block of either side.
    ///
    /// # Errors
    /// What the fewest blocks take, where that is longer than an answer may take.
    pub(super) fn of(block_ns: [u64; 2], budget: &Budget, canaries_tell: bool) -> Result<Self, Duration> {
        let quad_ns =
            block_ns.iter().fold(0_u64, |sum, ns| sum.saturating_add((*ns).max(1).saturating_mul(2)));
        let allowed_ns = u64::try_from(budget.time_out.as_nanos()).unwrap_or(u64::MAX);
        let fewest_ns = quad_ns.saturating_mul(FEWEST_QUADS as u64);
        if fewest_ns > allowed_ns {
            return Err(Duration::from_nanos(fewest_ns));
        }
        let of = |ns: u64| usize::try_from(ns / quad_ns).unwrap_or(usize::MAX);
        let quads = of(budget.start_ns).clamp(FEWEST_QUADS, budget.quads);
        let times = if canaries_tell { PATIENCE_FOR_THE_CORE } else { PATIENCE };
        let patience = Duration::from_nanos(quad_ns.saturating_mul(quads as u64)).saturating_mul(times);
        Ok(Self {
            quads,
            at_once: of(allowed_ns / OF_AN_ANSWER).max(1),
            patience: patience.min(budget.time_out),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUDGET: Budget = Budget::ordinary(Duration::from_secs(60));

    fn of(block_ns: u64) -> Result<Extent, Duration> {
        Extent::of([block_ns; 2], &BUDGET, true)
    }

    #[test]
    fn short_blocks_fill_a_start_and_are_asked_for_at_once() {
        let extent = of(25_000).expect("there is room");
        assert_eq!((extent.quads, extent.patience), (24, Duration::from_millis(24)));
        assert!(extent.at_once > 24, "{extent:?}");
        // Five milliseconds a quad: four fill a start, and six are needed.
        let longer = Extent::of([1_500_000, 1_000_000], &BUDGET, false).expect("there is room");
        assert_eq!((longer.quads, longer.patience), (6, Duration::from_millis(150)));
    }

    #[test]
    fn long_blocks_are_asked_for_a_few_at_a_time_and_waited_for_no_longer_than_an_answer() {
        let extent = of(500_000_000).expect("there is room");
        // A quad takes 2 s, an answer may take 10.
        assert_eq!((extent.quads, extent.at_once, extent.patience), (6, 5, Duration::from_secs(60)));
        let longest = of(2_500_000_000).expect("there is just room");
        assert_eq!((longest.quads, longest.at_once), (6, 1));
    }

    #[test]
    fn blocks_of_which_not_six_quads_have_room_are_too_long() {
        assert_eq!(of(2_500_000_001), Err(Duration::from_nanos(60_000_000_024)));
        assert_eq!(of(u64::MAX), Err(Duration::from_nanos(u64::MAX)));
        let patient = Budget::ordinary(Duration::from_secs(600));
        assert!(Extent::of([2_500_000_001; 2], &patient, false).is_ok(), "--timeout allows more");
    }

    #[test]
    fn what_is_too_long_says_what_it_takes_and_what_would_allow_it() {
        let too_long = TooLong {
            iteration: [Duration::from_millis(2_900), Duration::from_millis(3_100)],
            blocks: Duration::from_secs(72),
            allowed: Duration::from_secs(60),
        };
        assert_eq!(
            too_long.to_string(),
            "an iteration takes 3.1 s, and the 24 blocks of the shortest start 72 s, longer than the 60 s that one side \
             has; --timeout allows more"
        );
    }
}
