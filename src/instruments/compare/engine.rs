//! One process start: both sides made ready somewhere else than before, then quads of blocks until there are enough.

use std::path::PathBuf;
use std::time::{Duration, Instant};

#[cfg(target_os = "linux")]
use super::baton::Pipes;
use super::block::Block;
use super::causes::Causes;
use super::pinning::{self, Cpus};
use super::quads::{Which, orders, ratios};
use super::server::Server;
use super::statistics::FEWEST_QUADS;
use super::wire::{Ordered, Reply, Request};
use crate::instruments::interleaved::Shuffle;
use crate::record::CaseId;

/// What one start may cost.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    /// Nanoseconds of a block: long against the clock's 28 ns, and short against the milliseconds for which a host may
    /// stay in one mode. Of 400 quads of noop, blocks of 50 µs gave a median with a standard error of 0.004 %, of 200 µs
    /// 0.5, of 800 µs 0.7.
    pub block_ns: u64,
    /// Nanoseconds of blocks in a start.
    pub start_ns: u64,
    /// Undisturbed quads that a start is to have, where they are short.
    pub quads: usize,
    /// Waiting for one answer ends after this.
    pub time_out: Duration,
}

impl Budget {
    /// Of the ordinary comparison.
    pub const fn ordinary(time_out: Duration) -> Self {
        Self { block_ns: 50_000, start_ns: 20_000_000, quads: 24, time_out }
    }
}

/// A start may take so many times its budget before it makes do with the quads that nobody disturbed.
const PATIENCE: u32 = 5;
/// Most bytes by which the environment moves the stack: a page, beyond which placements repeat.
const MOST_BYTES: u64 = 4_096;
/// In steps that the stack is aligned to.
const STEP_BYTES: u64 = 16;

/// One of the two that are compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// Builds of the same code, of which each start draws one: they differ in where its functions lie.
    pub executables: Vec<PathBuf>,
    /// The case.
    pub case: CaseId,
    /// Thousandths of its work that it does beside and does not own up to: a planted difference. 0 but in tests of the
    /// laboratory itself.
    pub planted: u64,
}

/// What one start measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken {
    /// Logarithms of the second side's time over the first's, a quad each.
    pub ratios: Vec<f64>,
    /// Quads kept and set aside.
    pub causes: Causes,
    /// Median nanoseconds an iteration of either side.
    pub iteration_ns: [f64; 2],
    /// Median nanoseconds of the canary.
    pub canary_ns: f64,
}

/// Why a start measured nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    /// One side does not serve, or its case failed.
    #[error("{reason}")]
    Side {
        /// 0 or 1.
        which: usize,
        /// One line.
        reason: String,
    },
    /// The two do not do the same work.
    #[error("the two sides give different answers: {} elements, digest {:016x}, and {} elements, digest {:016x}", .0[0].0, .0[0].1, .0[1].0, .0[1].1)]
    Answers([(u64, u64); 2]),
}

/// Two sides that are compared, start by start.
pub struct Pair {
    sides: [Side; 2],
    draw: Shuffle,
    cpus: Cpus,
    /// Whether cases with threads or processes were met: they are not pinned.
    concurrent: bool,
    together: bool,
}

impl Pair {
    /// Two cases of one build, in one process, which they share with everything but their own code and data. Starts are
    /// drawn from `seed`.
    pub fn together(executable: PathBuf, cases: [(CaseId, u64); 2], seed: u64) -> Self {
        let sides =
            cases.map(|(case, planted)| Side { executables: vec![executable.clone()], case, planted });
        Self { together: true, ..Self::apart(sides, seed) }
    }

    /// Two builds, in two processes that take turns on one CPU. Starts are drawn from `seed`.
    pub fn apart(sides: [Side; 2], seed: u64) -> Self {
        let cpus = Cpus::new(pinning::allowed());
        Self { sides, draw: Shuffle::new(seed), cpus, concurrent: false, together: false }
    }

    /// Bytes of environment.
    fn padding(&mut self) -> usize {
        let steps = self.draw.next() % (MOST_BYTES / STEP_BYTES);
        usize::try_from(steps * STEP_BYTES).unwrap_or(0)
    }

    /// One start.
    ///
    /// # Errors
    /// [`StartError`].
    pub fn start(&mut self, budget: &Budget) -> Result<Taken, StartError> {
        let cpu = self.cpus.choose(self.draw.next());
        // Whoever tells two processes their turns does it on their CPU, which then never falls idle between two blocks:
        // a virtual CPU that does is given away, and comes back in another mode.
        if let Some(cpu) = cpu.filter(|_| !self.together && !self.concurrent) {
            pinning::allow(&[cpu]);
        }
        let taken = self.taken(budget, cpu);
        pinning::allow(&self.cpus.all());
        let taken = taken?;
        if let Some(cpu) = cpu {
            self.cpus.tell(cpu, &taken.causes);
        }
        Ok(taken)
    }

    fn taken(&mut self, budget: &Budget, cpu: Option<usize>) -> Result<Taken, StartError> {
        let mut bench = self.make_ready(budget, cpu)?;
        self.concurrent |= bench.concurrent;
        bench.measure(budget, &mut self.draw)
    }

    /// Starts one process, or one for each side where their builds differ, and prepares the cases in random order. What is
    /// drawn of the stack, the heap and the placement of functions is the same for both: it moves from start to start,
    /// and what it does to code that both sides share is no difference between them.
    fn make_ready(&mut self, budget: &Budget, cpu: Option<usize>) -> Result<Bench, StartError> {
        let (placement, padding, ballast) = (self.draw.next(), self.padding(), self.draw.next());
        let executables = [0, 1].map(|which: Which| {
            let choices = &self.sides[which].executables;
            choices[(placement % choices.len() as u64) as usize].clone()
        });
        let shared = self.together;
        let mut bench = Bench {
            servers: Vec::new(),
            of_side: [(0, 0); 2],
            iterations: [1; 2],
            planted: [self.sides[0].planted, self.sides[1].planted],
            concurrent: false,
            met: false,
        };
        let mut answers = [(0, 0); 2];
        let first = (self.draw.next() >> 63) as usize;
        for which in [first, 1 - first] {
            let failed = |reason| StartError::Side { which, reason };
            if bench.servers.is_empty() || !shared {
                let executable = if shared { &executables[0] } else { &executables[which] };
                let mut server = Server::start(executable, padding, budget.time_out).map_err(failed)?;
                if let Some(cpu) = cpu.filter(|_| !self.concurrent) {
                    server.ask(&Request::Pin { cpu }).map_err(failed)?;
                }
                bench.servers.push(server);
            }
            let server = bench.servers.len() - 1;
            let prepared = if shared && which != first { 1 } else { 0 };
            let request = Request::Prepare { case: self.sides[which].case.clone(), ballast };
            match bench.servers[server].ask(&request).map_err(failed)? {
                Reply::Prepared { answer, concurrent } => {
                    answers[which] = answer;
                    bench.concurrent |= concurrent;
                }
                other => return Err(failed(format!("it answered {other:?}"))),
            }
            bench.of_side[which] = (server, prepared);
        }
        if answers[0] != answers[1] {
            return Err(StartError::Answers(answers));
        }
        // Threads that a pinned process starts would all run on its one CPU.
        if bench.concurrent && !self.concurrent && cpu.is_some() {
            self.concurrent = true;
            pinning::allow(&self.cpus.all());
            return self.make_ready(budget, cpu);
        }
        bench.met = bench.servers.len() == 2 && bench.meet();
        Ok(bench)
    }
}

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
struct Bench {
    servers: Vec<Server>,
    /// Each side's server, and its case there.
    of_side: [(usize, usize); 2],
    iterations: [u64; 2],
    planted: [u64; 2],
    concurrent: bool,
    /// Whether two servers pass each other the turn; else they are told each of theirs.
    met: bool,
}

impl Bench {
    fn measure(&mut self, budget: &Budget, draw: &mut Shuffle) -> Result<Taken, StartError> {
        let mut quad_ns = 0;
        for which in [0, 1] {
            let (server, prepared) = self.of_side[which];
            let request = Request::Size { prepared, block_ns: budget.block_ns };
            match self.ask(which, server, &request)? {
                Reply::Sized(iterations, took_ns) => {
                    self.iterations[which] = iterations.next_multiple_of(self.planting());
                    let took_ns = took_ns.saturating_mul(self.iterations[which]) / iterations;
                    quad_ns += 2 * took_ns.max(1);
                }
                other => return Err(StartError::Side { which, reason: format!("it answered {other:?}") }),
            }
        }
        let affordable = usize::try_from(budget.start_ns / quad_ns).unwrap_or(usize::MAX);
        let wanted = affordable.clamp(FEWEST_QUADS, budget.quads);
        let began = Instant::now();
        let patience = Duration::from_nanos(quad_ns.saturating_mul(wanted as u64)) * PATIENCE;
        let (mut all_ratios, mut causes, mut all_blocks) = (Vec::new(), Causes::default(), Vec::new());
        while all_ratios.len() < wanted && (causes.taken() == 0 || began.elapsed() < patience) {
            let orders = orders(wanted - all_ratios.len(), draw);
            let blocks = self.run(&orders)?;
            let (ratios, met) = ratios(&orders, &blocks, self.concurrent);
            all_ratios.extend(ratios);
            causes.add(&met);
            all_blocks.extend(orders.into_iter().flatten().zip(blocks));
        }
        let times_of = |which: Which| {
            let of_side = all_blocks.iter().filter(|(side, _)| *side == which);
            super::median(of_side.map(|(_, block)| block.iteration_ns()).collect())
        };
        Ok(Taken {
            ratios: all_ratios,
            causes,
            iteration_ns: [times_of(0), times_of(1)],
            canary_ns: super::median(all_blocks.iter().map(|(_, block)| block.canary_ns as f64).collect()),
        })
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
            Ordered { prepared: bench.of_side[which].1, iterations, extra, ..Ordered::default() }
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
    fn meet(&mut self) -> bool {
        let Ok(pipes) = Pipes::new() else { return false };
        let met = pipes.paths().into_iter().zip(&mut self.servers);
        // A server that is half met would wait for itself alone, and is not asked to.
        met.map(|(paths, server)| server.ask(&Request::Meet(paths))).all(|reply| reply == Ok(Reply::Met))
    }

    #[cfg(not(target_os = "linux"))]
    fn meet(&mut self) -> bool {
        false
    }

    fn ask(&mut self, which: Which, server: usize, request: &Request) -> Result<Reply, StartError> {
        self.servers[server].ask(request).map_err(|reason| StartError::Side { which, reason })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
