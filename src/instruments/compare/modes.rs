//! What an iteration takes, told apart from how much of its core the host gave the CPU meanwhile.

use super::block::Block;
use super::full_core::is_full;
use super::median;

/// Fewer blocks of a start, whose median is one value of several, say nothing.
const FEWEST_BLOCKS_OF_A_START: usize = 3;
/// Nor do fewer of all starts.
const FEWEST_BLOCKS: usize = 12;

/// A block that ran in one mode of the host's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct InOneMode {
    /// What the canaries around it took on average.
    canary_ns: f64,
    /// What the slower of them took.
    slower_ns: f64,
    /// An iteration.
    iteration_ns: f64,
}

impl InOneMode {
    /// `block`, of a quad that is kept; nothing of one that took no time.
    pub(super) fn of(block: &Block) -> Option<Self> {
        let songs = [block.canary_ns, block.canary_after_ns].map(|ns| ns as f64);
        let iteration_ns = block.iteration_ns();
        let canary_ns = (songs[0] + songs[1]) / 2.0;
        let is_told = canary_ns > 0.0 && iteration_ns > 0.0;
        is_told.then_some(Self { canary_ns, slower_ns: songs[0].max(songs[1]), iteration_ns })
    }
}

/// A block, and whether it ran on the full core.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Placed {
    block: InOneMode,
    is_full: bool,
}

/// One side's blocks, start by start.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Modes(Vec<Vec<Placed>>);

impl Modes {
    /// Of longer blocks the canaries around them do not tell the mode: one lasts from some 50 µs on, and already blocks of
    /// 200 µs are disturbed between two canaries that agree (docs/method.md, the table of standard errors).
    pub const LONGEST_BLOCK_NS: u64 = 200_000;

    /// One start more, of whose canaries `slowness` says how many times the fastest they took.
    pub(super) fn add(&mut self, start: &[InOneMode], slowness: impl Fn(f64) -> f64) {
        let placed =
            |block: &InOneMode| Placed { block: *block, is_full: is_full(slowness(block.slower_ns)) };
        self.0.push(start.iter().map(placed).collect());
    }

    fn blocks(&self) -> impl Iterator<Item = &Placed> {
        self.0.iter().flatten()
    }

    /// Nanoseconds an iteration while the host gave this CPU as much of its core as this process ever saw: the median of these
    /// blocks, a value a start that has enough of them.
    pub fn on_full_core_ns(&self) -> Vec<f64> {
        let of_start = |start: &Vec<Placed>| -> Vec<f64> {
            start.iter().filter(|placed| placed.is_full).map(|placed| placed.block.iteration_ns).collect()
        };
        let starts = self.0.iter().map(of_start);
        starts.filter(|values| values.len() >= FEWEST_BLOCKS_OF_A_START).map(median).collect()
    }

    /// An iteration in multiples of the canary, the median of all blocks: the same in every mode, for code that is bound by
    /// throughput as the canary is. What is not loses less in a slow mode than the canary: where enough blocks ran on the
    /// full core, they alone count. Nothing where no block tells it.
    pub fn in_canaries(&self) -> Option<f64> {
        let counted = |placed: &Placed| placed.block.iteration_ns / placed.block.canary_ns;
        let full: Vec<f64> = self.blocks().filter(|placed| placed.is_full).map(counted).collect();
        if full.len() >= FEWEST_BLOCKS {
            return middle(full);
        }
        middle(self.blocks().map(counted).collect())
    }

    /// Nanoseconds an iteration of all these blocks, in whatever mode they ran.
    pub fn as_timed_ns(&self) -> Option<f64> {
        middle(self.blocks().map(|placed| placed.block.iteration_ns).collect())
    }

    /// Whether half of the blocks or more ran while the host gave the CPU less than its core; nothing of none.
    pub fn is_slowed(&self) -> Option<bool> {
        let (slowed, all) = (self.blocks().filter(|placed| !placed.is_full).count(), self.blocks().count());
        (all > 0).then_some(2 * slowed >= all)
    }
}

fn middle(values: Vec<f64>) -> Option<f64> {
    (!values.is_empty()).then(|| median(values))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many blocks of a mode in which everything that is bound by throughput takes `times` as long.
    fn blocks(count: usize, times: f64, iteration_ns: f64) -> Vec<InOneMode> {
        let canary_ns = 8_000.0 * times;
        vec![InOneMode { canary_ns, slower_ns: canary_ns, iteration_ns }; count]
    }

    fn modes(starts: &[Vec<InOneMode>]) -> Modes {
        let mut modes = Modes::default();
        starts.iter().for_each(|start| modes.add(start, |ns| ns / 8_000.0));
        modes
    }

    #[test]
    fn bound_by_throughput_a_multiple_of_the_canary_is_the_same_in_every_mode() {
        let starts = [blocks(8, 1.0, 40.0), blocks(8, 1.6, 64.0), blocks(8, 1.6, 64.0)];
        let modes = modes(&starts);
        assert_eq!(modes.in_canaries(), Some(0.005));
        assert_eq!((modes.as_timed_ns(), modes.is_slowed()), (Some(64.0), Some(true)));
        assert_eq!(modes.on_full_core_ns(), [40.0]);
    }

    #[test]
    fn a_neighbour_that_takes_little_from_the_canary_is_one_too() {
        let modes = modes(&[blocks(8, 1.05, 56.0), blocks(8, 1.05, 56.0)]);
        assert_eq!((modes.is_slowed(), modes.on_full_core_ns()), (Some(true), Vec::new()));
    }

    #[test]
    fn waiting_for_memory_the_full_core_alone_tells() {
        // As long in every mode; a start wholly in a slow mode, and one with too few blocks in the fast one, have no value.
        let mixed = |fast: usize| [blocks(fast, 1.0, 40.0), blocks(30, 1.6, 41.0)].concat();
        let told = modes(&[mixed(10), blocks(9, 1.6, 41.0), mixed(2)]);
        assert_eq!(told.on_full_core_ns(), [40.0]);
        assert_eq!((told.in_canaries(), told.as_timed_ns()), (Some(0.005), Some(41.0)));
        // Of fewer blocks in the fast mode nothing is to be had but what all modes have in common.
        assert_eq!(modes(&[mixed(5)]).in_canaries(), Some(41.0 / 12_800.0));
        assert_eq!((Modes::default().in_canaries(), Modes::default().is_slowed()), (None, None));
    }

    #[test]
    fn the_slower_of_two_canaries_tells_whether_the_core_was_whole() {
        let block = |canary_after_ns| {
            InOneMode::of(&Block {
                iterations: 10,
                wall_ns: 50_000,
                canary_ns: 8_000,
                canary_after_ns,
                ..Block::default()
            })
            .expect("it took time")
        };
        assert_eq!(block(8_200), InOneMode { canary_ns: 8_100.0, slower_ns: 8_200.0, iteration_ns: 5_000.0 });
        assert_eq!(modes(&[vec![block(8_100); 3], vec![block(8_200); 3]]).on_full_core_ns().len(), 1);
        assert_eq!(InOneMode::of(&Block::default()), None);
    }
}
