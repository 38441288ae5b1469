//! One process start: both sides made ready somewhere else than before, then quads of blocks until there are enough.

use std::path::PathBuf;

use super::addresses::{levelled, undrawn};
use super::bench::Bench;
use super::dealing::Dealer;
use super::pinning::{self, Cpus};
use super::quads::Which;
use super::server::Server;
use super::start::{Budget, StartError, Taken};
use super::wire::{Reply, Request};
use crate::instruments::interleaved::Shuffle;
use crate::record::CaseId;

/// Most bytes by which the environment moves the stack: a page, beyond which placements repeat.
const MOST_BYTES: u64 = 4_096;
/// In steps that the stack is aligned to.
const STEP_BYTES: u64 = 16;

/// One of the two that are compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// Links of one build, of which each start is dealt one: they differ in where its functions lie. The first stands for
    /// the build.
    pub executables: Vec<PathBuf>,
    /// The case.
    pub case: CaseId,
    /// Thousandths of its work that it does beside and does not own up to: a planted difference. 0 but in tests of the
    /// laboratory itself.
    pub planted: u64,
}

/// Two sides that are compared, start by start.
pub struct Pair {
    sides: [Side; 2],
    draw: Shuffle,
    cpus: Cpus,
    /// Whether cases with threads or processes were met: they are not pinned.
    concurrent: bool,
    /// Whether the system refused to pin one of the two: neither is then.
    unpinnable: bool,
    /// Whether canaries tell how much of its core the CPU had, once a start has found out.
    canaries_tell: Option<bool>,
    together: bool,
    dealer: Dealer,
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
            unpinnable: false,
            canaries_tell: None,
            together: false,
            dealer: Dealer::alike(),
            free_blocks: [false; 2],
            one_cpu: [false; 2],
            per_element: false,
        }
    }

    /// The same code at other addresses: as [`Self::apart`], and each start deals either side a placement of its own.
    pub fn apart_at_other_addresses(sides: [Side; 2], seed: u64) -> Self {
        Self { dealer: Dealer::apart(), ..Self::apart(sides, seed) }
    }

    /// Of how many placements the starts can make observations, at least.
    pub(super) fn placements(&self) -> usize {
        self.sides.iter().map(|side| side.executables.len()).max().unwrap_or(1)
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
        if let Some(cpu) = cpu.filter(|_| !self.together && self.is_pinned()) {
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

    /// Whether both sides run on one CPU.
    fn is_pinned(&self) -> bool {
        !self.concurrent && !self.unpinnable
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
    /// drawn of the stack, the heap and, unless each is dealt its own, the placement of functions is the same for both: it
    /// moves from start to start, and what it does to code that both sides share is no difference between them.
    fn make_ready(&mut self, budget: &Budget, cpu: Option<usize>) -> Result<Bench, StartError> {
        let choices = [0, 1].map(|which: Which| self.sides[which].executables.len());
        let placements = self.dealer.deal(choices, &mut self.draw);
        let (padding, ballast) = (self.padding(), self.draw.next());
        let executables = [0, 1].map(|which: Which| self.sides[which].executables[placements[which]].clone());
        let shared = self.together;
        let mut bench = Bench {
            servers: Vec::new(),
            executables: executables.clone(),
            builds: [0, 1].map(|which: Which| self.sides[which].executables[0].clone()),
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
                if let Some(cpu) = cpu.filter(|_| self.is_pinned())
                    && server.ask(&Request::Pin { cpu }).map_err(failed)? != Reply::Pinned(true)
                {
                    // The other side is to run like this one.
                    self.unpinnable = true;
                    return self.make_ready_anew(budget, cpu);
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
        if let Some(cpu) = cpu.filter(|_| bench.concurrent && self.is_pinned()) {
            self.concurrent = true;
            return self.make_ready_anew(budget, cpu);
        }
        bench.met = bench.servers.len() == 2 && bench.meet();
        Ok(bench)
    }

    /// Starts what is not pinned after all: it inherits what this thread may run on.
    fn make_ready_anew(&mut self, budget: &Budget, cpu: usize) -> Result<Bench, StartError> {
        pinning::allow(&self.cpus.all());
        self.make_ready(budget, Some(cpu))
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;
    use std::time::Duration;

    use super::super::wire::PROTOCOL;
    use super::*;

    /// A program that is made ready, writes down what it is asked, and says whether it could be pinned.
    fn side(folder: &Path, name: &str, pinned: bool) -> Side {
        let path = folder.join(name);
        let text = format!(
            r#"#!/bin/sh
echo started >>"$0.asked"
echo '{{"perflab_compare":{PROTOCOL}}}'
while read -r line; do
  case "$line" in
    *'"pin"'*) echo pin >>"$0.asked"; echo '{{"pinned":{pinned}}}' ;;
    *'"prepare"'*) echo prepare >>"$0.asked"; echo '{{"prepared":{{"answer":[1,2],"concurrent":false}}}}' ;;
    *) echo '{{"failed":"it cannot"}}' ;;
  esac
done
"#
        );
        std::fs::write(&path, text).expect("it can be written");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("it is ours");
        Side { executables: vec![path], case: "family/loop@1".parse().expect("a case id"), planted: 0 }
    }

    /// What two sides, of which these can be pinned, were asked in their last lives.
    fn asked(pinned: [bool; 2]) -> [String; 2] {
        let folder = tempfile::tempdir().expect("a folder");
        let names = ["one", "other"];
        let sides = [0, 1].map(|which: Which| side(folder.path(), names[which], pinned[which]));
        let mut pair = Pair::apart(sides, 1);
        let budget = Budget::ordinary(Duration::from_secs(60));
        pair.make_ready(&budget, Some(0)).map(|_| ()).expect("both are made ready");
        names.map(|name| {
            let path = folder.path().join(format!("{name}.asked"));
            let lives = std::fs::read_to_string(path).expect("it wrote it down");
            lives.rsplit("started\n").next().expect("it was started").to_owned()
        })
    }

    #[test]
    fn where_one_side_cannot_be_pinned_neither_is() {
        assert_eq!(asked([true, true]), ["pin\nprepare\n", "pin\nprepare\n"]);
        for pinned in [[true, false], [false, true], [false, false]] {
            assert_eq!(asked(pinned), ["prepare\n", "prepare\n"], "{pinned:?}");
        }
    }
}
