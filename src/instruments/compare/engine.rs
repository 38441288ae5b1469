//! One process start: both sides made ready somewhere else than before, then quads of blocks until there are enough.

use std::path::PathBuf;
use std::time::Duration;

use super::addresses::{levelled, undrawn};
use super::bench::Bench;
use super::causes::Causes;
use super::modes::InOneMode;
use super::pinning::{self, Cpus};
use super::quads::{Quad, Which};
use super::server::Server;
use super::wire::{Reply, Request};
use crate::instruments::interleaved::Shuffle;
use crate::record::CaseId;

/// What one start may cost.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    /// Nanoseconds of a block: long against the clock's 28 ns, and short against the milliseconds for which a host may
    /// stay in one mode. Of 400 quads of noop, blocks of 50 µs gave a median with a standard error of 0.004 %, of 200 µs
    /// 0.5, of 800 µs 0.7; of 25 µs, a third more are left than of 50.
    pub block_ns: u64,
    /// Nanoseconds of blocks in a start.
    pub start_ns: u64,
    /// Quads that a start is to have, where they are short: undisturbed, and on the full core where canaries tell.
    pub quads: usize,
    /// Waiting for one answer ends after this.
    pub time_out: Duration,
}

impl Budget {
    /// Of the ordinary comparison.
    pub const fn ordinary(time_out: Duration) -> Self {
        Self { block_ns: 25_000, start_ns: 20_000_000, quads: 24, time_out }
    }
}

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
    /// Those that nothing disturbed: the second side's time over the first's.
    pub(super) quads: Vec<Quad>,
    /// Which build either side was.
    pub(super) executables: [PathBuf; 2],
    /// Those of them that ran on the full core, by what was heard up to then; all where canaries do not tell.
    pub(super) counting: usize,
    /// Quads kept and set aside.
    pub causes: Causes,
    /// Median nanoseconds an iteration of either side.
    pub iteration_ns: [f64; 2],
    /// Either side's blocks whose mode the canaries tell.
    pub(super) in_one_mode: [Vec<InOneMode>; 2],
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
    /// The blocks were run, and what they took is no answer to what was asked.
    #[error("{0}")]
    Refused(String),
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
    /// Whether canaries tell how much of its core the CPU had, once a start has found out.
    canaries_tell: Option<bool>,
    together: bool,
    /// Placements that the next starts are dealt, each once before any comes again.
    deck: Vec<usize>,
    /// Which of the two finds heap blocks that cost next to nothing.
    free_blocks: [bool; 2],
    /// Which of the two has one CPU for all its threads.
    one_cpu: [bool; 2],
    /// Whether an element is compared, and not an iteration: the two are of different sizes.
    per_element: bool,
}

impl Pair {
    /// Two cases of one build, in one process, which they share with everything but their own code and data. Starts are
    /// drawn from `seed`.
    pub fn together(executable: PathBuf, cases: [(CaseId, u64); 2], seed: u64) -> Self {
        let sides =
            cases.map(|(case, planted)| Side { executables: vec![executable.clone()], case, planted });
        Self { together: true, ..Self::apart(sides, seed) }
    }

    /// One case with itself, in one process whose allocator is
    /// [`SwitchedAllocator`](crate::instruments::ceilings::SwitchedAllocator): the first side with heap blocks that cost
    /// next to nothing, the second with the system's. Starts are drawn from `seed`.
    pub fn without_allocation(executable: PathBuf, case: CaseId, seed: u64) -> Self {
        let cases = [(case.clone(), 0), (case, 0)];
        Self { free_blocks: [true, false], ..Self::together(executable, cases, seed) }
    }

    /// One case at two sizes, in one process: blocks of both handle as many elements, and the ratio is that of an
    /// element's time. Starts are drawn from `seed`.
    pub fn of_sizes(executable: PathBuf, sizes: [CaseId; 2], seed: u64) -> Self {
        let cases = sizes.map(|case| (case, 0));
        Self { per_element: true, ..Self::together(executable, cases, seed) }
    }

    /// One case with itself, in one process: the first side with all its threads on one CPU, those that wait in its
    /// input too, the second with all CPUs. Starts are drawn from `seed`.
    pub fn on_one_cpu(executable: PathBuf, case: CaseId, seed: u64) -> Self {
        let cases = [(case.clone(), 0), (case, 0)];
        Self { one_cpu: [true, false], ..Self::together(executable, cases, seed) }
    }

    /// Two builds, in two processes that take turns on one CPU. Starts are drawn from `seed`.
    pub fn apart(sides: [Side; 2], seed: u64) -> Self {
        let cpus = Cpus::new(pinning::allowed());
        Self {
            sides,
            draw: Shuffle::new(seed),
            cpus,
            concurrent: false,
            canaries_tell: None,
            together: false,
            deck: Vec::new(),
            free_blocks: [false; 2],
            one_cpu: [false; 2],
            per_element: false,
        }
    }

    /// Bytes of environment.
    fn padding(&mut self) -> usize {
        let steps = self.draw.next() % (MOST_BYTES / STEP_BYTES);
        usize::try_from(steps * STEP_BYTES).unwrap_or(0)
    }

    /// How many placements there are to deal.
    pub(super) fn placements(&self) -> usize {
        self.sides.iter().map(|side| side.executables.len()).max().unwrap_or(1)
    }

    /// The placement of the next start: few starts see as many as they can, and none more often than another.
    fn placement(&mut self) -> usize {
        if self.deck.is_empty() {
            self.deck = (0..self.placements()).collect();
            self.draw.shuffle(&mut self.deck);
        }
        self.deck.pop().unwrap_or(0)
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
            self.cpus.tell(cpu, taken.counting, taken.causes.taken());
        }
        Ok(taken)
    }

    fn taken(&mut self, budget: &Budget, cpu: Option<usize>) -> Result<Taken, StartError> {
        if cpu.is_none() && self.one_cpu.contains(&true) {
            return Err(StartError::Refused("the system does not tell which CPUs there are".to_owned()));
        }
        let mut bench = self.make_ready(budget, cpu)?;
        self.concurrent |= bench.concurrent;
        bench.measure(budget, &mut self.draw, &mut self.canaries_tell)
    }

    /// Starts one process, or one for each side where their builds differ, and prepares the cases in random order. What is
    /// drawn of the stack, the heap and the placement of functions is the same for both: it moves from start to start,
    /// and what it does to code that both sides share is no difference between them.
    fn make_ready(&mut self, budget: &Budget, cpu: Option<usize>) -> Result<Bench, StartError> {
        let (placement, padding, ballast) = (self.placement(), self.padding(), self.draw.next());
        let executables = [0, 1].map(|which: Which| {
            let choices = &self.sides[which].executables;
            choices[placement % choices.len()].clone()
        });
        let shared = self.together;
        let mut bench = Bench {
            servers: Vec::new(),
            executables: executables.clone(),
            of_side: [(0, 0); 2],
            iterations: [1; 2],
            planted: [self.sides[0].planted, self.sides[1].planted],
            free_blocks: self.free_blocks,
            only_cpu: self.one_cpu.map(|one| cpu.filter(|_| one)),
            elements: self.per_element.then(|| [0, 1].map(|which: Which| self.sides[which].case.size)),
            concurrent: false,
            met: false,
        };
        let mut answers = [(0, 0); 2];
        let first = (self.draw.next() >> 63) as usize;
        for which in [first, 1 - first] {
            let failed = |reason| StartError::Side { which, reason };
            if bench.servers.is_empty() || !shared {
                let executable = if shared { &executables[0] } else { &executables[which] };
                let padding = levelled(padding, executable, &executables);
                let start = || Server::start(executable, padding, budget.time_out);
                // Within one process what the system draws is the same for both.
                let mut server = if shared { start() } else { undrawn(start) }.map_err(failed)?;
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
        // Of another size the answer is another one; each has been held against its own check.
        if !self.per_element && answers[0] != answers[1] {
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
