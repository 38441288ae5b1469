//! Both sides of a comparison, made ready: they are sized, and run in quads of blocks.

use std::path::PathBuf;
use std::time::{Duration, Instant};

#[cfg(target_os = "linux")]
use super::baton::Pipes;
use super::block::Block;
use super::extent::{Extent, TooLong};
use super::full_core::{self, Fastest, is_full};
use super::modes::Modes;
use super::quads::{Quad, Told, Which, orders, read};
use super::server::Server;
use super::start::{Budget, StartError, Taken};
use super::wire::{Ordered, Reply, Request};
use crate::instruments::interleaved::Shuffle;

/// What `which` runs in `order`, and when it waits for its turn and passes it on.
fn turns(order: &[Which], which: Which, ordered: Ordered) -> Vec<Ordered> {
    let at = |place: usize| order.get(place).copied();
    let own = (0..order.len()).filter(|place| order[*place] == which);
    own.map(|place| {
        let before = place.checked_sub(1).and_then(at);
        // After the last block the other side, which stayed, may answer.
        Ordered {
            waits: before.is_some_and(|side| side != which),
            passes: at(place + 1) != Some(which),
            ..ordered
        }
    })
    .collect()
}

fn ran(which: Which, asked: usize, reply: Reply) -> Result<Vec<Block>, StartError> {
    match reply {
        Reply::Ran(blocks) if blocks.len() == asked => Ok(blocks),
        other => Err(StartError::Side { which, reason: format!("it answered {other:?}") }),
    }
}

/// Both sides, ready.
pub(super) struct Bench {
    pub(super) servers: Vec<Server>,
    /// Which executable either side is.
    pub(super) executables: [PathBuf; 2],
    /// Whose canary either side sings.
    pub(super) builds: [PathBuf; 2],
    /// Each side's server, and its case there.
    pub(super) of_side: [(usize, usize); 2],
    pub(super) iterations: [u64; 2],
    pub(super) planted: [u64; 2],
    /// Which side finds heap blocks that cost next to nothing.
    pub(super) free_blocks: [bool; 2],
    /// Which side's threads all run on one CPU, and on which.
    pub(super) only_cpu: [Option<usize>; 2],
    /// What an iteration of either side handles, where that is what the two are compared by.
    pub(super) elements: Option<[usize; 2]>,
    pub(super) concurrent: bool,
    /// Whether two servers pass each other the turn; else they are told each of theirs.
    pub(super) met: bool,
}

impl Bench {
    /// The ratios of one start: each side sized, then quads until there are enough. Says whether canaries tell how much of its
    /// core the CPU had, of short blocks on one thread, unless an earlier start has: it holds for all, so that no block's own
    /// time decides it.
    ///
    /// # Errors
    /// [`StartError`].
    pub(super) fn measure(
        &mut self,
        budget: &Budget,
        draw: &mut Shuffle,
        canaries_tell: &mut Option<bool>,
    ) -> Result<Taken, StartError> {
        let mut sized = [(1, 0); 2];
        for which in [0, 1] {
            let (server, prepared) = self.of_side[which];
            let (free_blocks, only_cpu) = (self.free_blocks[which], self.only_cpu[which]);
            let request = Request::Size { prepared, block_ns: budget.block_ns, free_blocks, only_cpu };
            match self.ask(which, server, &request)? {
                Reply::Sized(iterations, took_ns) => sized[which] = (iterations, took_ns),
                other => return Err(StartError::Side { which, reason: format!("it answered {other:?}") }),
            }
        }
        self.iterations = self.block_of(sized.map(|(iterations, _)| iterations));
        let of_blocks = [0, 1].map(|which: Which| {
            let (iterations, took_ns) = sized[which];
            took_ns.saturating_mul(self.iterations[which]) / iterations
        });
        let are_short = of_blocks.iter().all(|ns| *ns <= Modes::LONGEST_BLOCK_NS);
        let canaries_tell = *canaries_tell.get_or_insert(are_short && !self.concurrent);
        let too_long = |blocks| {
            let iteration = sized.map(|(iterations, took_ns)| Duration::from_nanos(took_ns / iterations));
            StartError::TooLong(TooLong { iteration, blocks, allowed: budget.time_out })
        };
        let Extent { quads, at_once, patience } =
            Extent::of(of_blocks, budget, canaries_tell).map_err(too_long)?;
        let began = Instant::now();
        let (mut told, mut all_blocks) = (Told::default(), Vec::new());
        let mut counting = 0;
        while counting < quads && (told.causes.taken() < quads as u64 || began.elapsed() < patience) {
            let orders = orders((quads - counting).min(at_once), draw);
            let blocks = self.run(&orders)?;
            for (build, which) in self.builds.iter().zip([0, 1]) {
                let of_side = orders.iter().flatten().zip(&blocks).filter(|(side, _)| **side == which);
                // The song before a block may be the one after another.
                full_core::hear(build, of_side.map(|(_, block)| block.canary_after_ns));
            }
            told.add(read(&orders, &blocks, self.concurrent, canaries_tell));
            all_blocks.extend(orders.into_iter().flatten().zip(blocks));
            let fastest = Fastest::heard();
            let counts = |quad: &&Quad| quad.slowness(&fastest, &self.builds).is_none_or(is_full);
            counting = told.quads.iter().filter(counts).count();
        }
        let per_element = self.per_element();
        let per_element = |quad: Quad| Quad { log_ratio: quad.log_ratio + per_element, ..quad };
        let times_of = |which: Which| {
            let of_side = all_blocks.iter().filter(|(side, _)| *side == which);
            super::median(of_side.map(|(_, block)| block.iteration_ns()).collect())
        };
        Ok(Taken {
            quads: told.quads.into_iter().map(per_element).collect(),
            executables: self.executables.clone(),
            builds: self.builds.clone(),
            counting,
            causes: told.causes,
            iteration_ns: [times_of(0), times_of(1)],
            in_one_mode: told.in_one_mode,
        })
    }

    /// Iterations of a block of either side, of which so many each fill one: where elements are compared, as many of
    /// them on both sides, in one iteration of the larger size or more.
    fn block_of(&self, sized: [u64; 2]) -> [u64; 2] {
        let Some(elements) = self.elements else {
            return sized.map(|iterations| iterations.next_multiple_of(self.planting()));
        };
        let large = usize::from(elements[1] > elements[0]);
        let mut iterations = [sized[large]; 2];
        let times = elements[large] as f64 / elements[1 - large].max(1) as f64;
        iterations[1 - large] = (sized[large] as f64 * times).round() as u64;
        iterations
    }

    /// What turns the logarithm of a ratio of iterations into that of elements.
    fn per_element(&self) -> f64 {
        self.elements.map_or(0.0, |[first, second]| (first as f64 / second as f64).ln())
    }

    /// The least number of iterations of which the planted thousandths are whole ones.
    fn planting(&self) -> u64 {
        [200, 100, 50, 20, 1].into_iter().fold(1_000, |least, fewer| {
            let whole = self.planted.iter().all(|planted| (fewer * planted).is_multiple_of(1_000));
            if whole { fewer } else { least }
        })
    }

    /// The blocks of `orders`, in their order.
    fn run(&mut self, orders: &[[Which; 4]]) -> Result<Vec<Block>, StartError> {
        let blocks: Vec<Which> = orders.iter().flatten().copied().collect();
        let ordered = |bench: &Self, which: Which| {
            let iterations = bench.iterations[which];
            let extra = iterations * bench.planted[which] / 1_000;
            let (free_blocks, only_cpu) = (bench.free_blocks[which], bench.only_cpu[which]);
            let prepared = bench.of_side[which].1;
            Ordered { prepared, iterations, extra, free_blocks, only_cpu, ..Ordered::default() }
        };
        if self.servers.len() == 1 {
            let blocks = blocks.into_iter().map(|which| ordered(self, which)).collect();
            return self.blocks(0, 0, blocks);
        }
        if self.met {
            let ordered = [0, 1].map(|which| ordered(self, which));
            return self.in_turns(&blocks, ordered);
        }
        let mut taken = Vec::new();
        for which in blocks {
            taken.extend(self.blocks(which, self.of_side[which].0, vec![ordered(self, which)])?);
        }
        Ok(taken)
    }

    fn blocks(
        &mut self,
        which: Which,
        server: usize,
        blocks: Vec<Ordered>,
    ) -> Result<Vec<Block>, StartError> {
        let asked = blocks.len();
        let reply = self.ask(which, server, &Request::Run { blocks, stays: false })?;
        ran(which, asked, reply)
    }

    /// The blocks of two servers that pass each other the turn.
    fn in_turns(&mut self, order: &[Which], ordered: [Ordered; 2]) -> Result<Vec<Block>, StartError> {
        let (Some(&first), Some(&last)) = (order.first(), order.last()) else { return Ok(Vec::new()) };
        let failed = |which| move |reason| StartError::Side { which, reason };
        // Who begins is told last: the other then waits already.
        for which in [1 - first, first] {
            let blocks = turns(order, which, ordered[which]);
            let request = Request::Run { blocks, stays: which != last };
            let server = self.of_side[which].0;
            self.servers[server].tell(&request).map_err(failed(which))?;
        }
        let mut taken = [Vec::new(), Vec::new()];
        for (which, taken) in taken.iter_mut().enumerate() {
            let reply = self.servers[self.of_side[which].0].hear().map_err(failed(which))?;
            *taken = ran(which, order.iter().filter(|side| **side == which).count(), reply)?;
        }
        let mut taken = taken.map(Vec::into_iter);
        Ok(order.iter().filter_map(|which| taken[*which].next()).collect())
    }

    /// Lets two servers pass each other the turn. A build that cannot, or a system that will not, is told each of them.
    #[cfg(target_os = "linux")]
    pub(super) fn meet(&mut self) -> bool {
        let Ok(pipes) = Pipes::new() else { return false };
        let met = pipes.paths().into_iter().zip(&mut self.servers);
        // A server that is half met would wait for itself alone, and is not asked to.
        met.map(|(paths, server)| server.ask(&Request::Meet(paths))).all(|reply| reply == Ok(Reply::Met))
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn meet(&mut self) -> bool {
        false
    }

    fn ask(&mut self, which: Which, server: usize, request: &Request) -> Result<Reply, StartError> {
        match self.servers[server].ask(request) {
            Ok(Reply::Refused(reason)) => Err(StartError::Refused(reason)),
            answer => answer.map_err(|reason| StartError::Side { which, reason }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bench(elements: Option<[usize; 2]>) -> Bench {
        Bench {
            servers: Vec::new(),
            executables: [PathBuf::new(), PathBuf::new()],
            builds: [PathBuf::new(), PathBuf::new()],
            of_side: [(0, 0), (0, 1)],
            iterations: [1; 2],
            planted: [0; 2],
            free_blocks: [false; 2],
            only_cpu: [None; 2],
            elements,
            concurrent: false,
            met: false,
        }
    }

    #[test]
    fn a_small_size_runs_as_often_as_it_takes_to_handle_what_the_large_one_does() {
        let of = |elements, sized| bench(Some(elements)).block_of(sized);
        assert_eq!(of([15_625, 1_000_000], [40, 1]), [64, 1]);
        assert_eq!(of([1_000_000, 15_625], [3, 999]), [3, 192]);
        assert_eq!(bench(None).block_of([40, 1]), [40, 1]);
        // 64 iterations of the small size take as long as one of the large: a ratio of one.
        let ratio = (64.0_f64.ln() + bench(Some([15_625, 1_000_000])).per_element()).exp();
        assert!((ratio - 1.0).abs() < 1e-12, "{ratio}");
        assert_eq!(bench(None).per_element(), 0.0);
    }

    #[test]
    fn turns_pass_where_the_side_changes_and_come_back_at_the_end() {
        let order = [0, 1, 1, 0, 1, 0, 0, 1];
        let plain = |which| {
            let turns = turns(&order, which, Ordered::default());
            turns.iter().map(|turn| (turn.waits, turn.passes)).collect::<Vec<_>>()
        };
        assert_eq!(plain(0), [(false, true), (true, true), (true, false), (false, true)]);
        assert_eq!(plain(1), [(true, false), (false, true), (true, true), (true, true)]);
    }
}
