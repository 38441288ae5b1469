//! The process that measures: makes cases ready and runs blocks of them, as it is told on stdin.

use std::io::{BufRead, BufReader, Write};
use std::process::ExitCode;
use std::time::Duration;

use super::baton::Baton;
use super::pinning;
use super::taking::Taking;
use super::wire::{Hello, Ordered, PROTOCOL, Reply, Request, VARIABLE};
use crate::catalogue::Catalogue;
use crate::instruments::ceilings::FreeBlocks;
use crate::instruments::interleaved::{Shuffle, block_size};
use crate::instruments::time::run_batches;
use crate::workload::Case;

/// Serves comparisons until stdin ends, if this process was started for it. To be called after
/// [`serve_workers`](crate::catalogue::serve_workers) and before anything else.
pub fn serve(catalogue: &Catalogue) -> Option<ExitCode> {
    std::env::var_os(VARIABLE)?;
    crate::instruments::process::die_with_parent();
    Some(match answer_all(catalogue) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: a comparison broke off: {error}");
            ExitCode::FAILURE
        }
    })
}

fn answer_all(catalogue: &Catalogue) -> std::io::Result<()> {
    let mut replies = std::io::stdout().lock();
    say(&mut replies, &Hello { perflab_compare: PROTOCOL })?;
    let mut ready = Ready::new(catalogue);
    for line in BufReader::new(std::io::stdin().lock()).lines() {
        let reply = match serde_json::from_str(&line?) {
            Ok(request) => ready.answer(request).unwrap_or_else(Reply::Failed),
            Err(error) => Reply::Failed(format!("a request is malformed: {error}")),
        };
        say(&mut replies, &reply)?;
    }
    Ok(())
}

fn say(replies: &mut impl Write, message: &impl serde::Serialize) -> std::io::Result<()> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    replies.write_all(&line)?;
    replies.flush()
}

/// What a case is run without.
#[derive(Debug, Clone, Copy)]
struct Without {
    /// Heap blocks cost next to nothing.
    free_blocks: bool,
    /// All threads run on this CPU.
    only_cpu: Option<usize>,
}

impl Without {
    /// Runs `measure` so, and says how many heap blocks found no room where they are to cost nothing. `cpus` are those
    /// that threads may run on otherwise.
    fn run<T>(self, cpus: &[usize], measure: impl FnOnce() -> T) -> Result<(T, u64), String> {
        if let Some(cpu) = self.only_cpu
            && !pinning::allow_all_threads(&[cpu])
        {
            return Err(format!("the system does not let all threads run on CPU {cpu} alone"));
        }
        let switched = if self.free_blocks {
            let free = FreeBlocks::begin()?;
            let measured = measure();
            (measured, free.end())
        } else {
            (measure(), 0)
        };
        if self.only_cpu.is_some() && !pinning::allow_all_threads(cpus) {
            return Err("the system does not let threads run on all CPUs again".to_owned());
        }
        Ok(switched)
    }
}

/// A case that is ready.
struct Prepared {
    case: Box<dyn Case>,
    /// What an iteration takes, as far as is known: nothing before it was sized.
    iteration: Duration,
}

/// What is ready to be run.
struct Ready<'a> {
    catalogue: &'a Catalogue,
    cases: Vec<Prepared>,
    /// Held so that the cases lie where the request wanted them.
    ballast: Vec<Vec<Vec<u8>>>,
    /// How turns with another server are taken.
    baton: Option<Baton>,
    /// The CPUs that this process was given.
    cpus: Vec<usize>,
}

/// Blocks that a heap is churned with.
const BLOCKS: usize = 64;
/// Bytes of the largest.
const LARGEST: u64 = 64 << 10;

/// Takes blocks of random sizes and gives back a random half: what an allocator does for a case hangs on which free
/// blocks it finds, and that of a build whose start-up changed is not the case's own. Sizes are as likely small as large.
fn churn(seed: u64) -> Vec<Vec<u8>> {
    let mut draw = Shuffle::new(seed);
    let taken: Vec<Vec<u8>> = (0..BLOCKS)
        .map(|_| {
            let most = LARGEST >> (draw.next() % 12);
            vec![1; (draw.next() % most) as usize + 1]
        })
        .collect();
    taken.into_iter().filter(|_| draw.next() >> 63 == 1).collect()
}

/// One in so many iterations of a block is run before those that are timed, and one at least, where the other side's block
/// cooled the caches.
const WARM_UP: u64 = 8;
/// Longer iterations warm themselves up: reading all of a second-level cache anew takes some 50 µs.
const LONGEST_TO_WARM_UP: Duration = Duration::from_micros(500);

/// Iterations before a block of so many, of which one takes so long.
fn warm_up(iterations: u64, iteration: Duration) -> u64 {
    if iteration > LONGEST_TO_WARM_UP { 0 } else { (iterations / WARM_UP).max(1) }
}

impl<'a> Ready<'a> {
    fn new(catalogue: &'a Catalogue) -> Self {
        Self { catalogue, cases: Vec::new(), ballast: Vec::new(), baton: None, cpus: pinning::allowed() }
    }

    fn answer(&mut self, request: Request) -> Result<Reply, String> {
        match request {
            Request::Pin { cpu } => Ok(Reply::Pinned(pinning::allow(&[cpu]))),
            Request::Prepare { case: id, ballast } => {
                let case = self
                    .catalogue
                    .case(&id.family, &id.workload, id.size)
                    .ok_or_else(|| format!("`{id}` is not in this build's catalogue"))?;
                if let Some(reason) = case.unavailable() {
                    return Err(format!("`{id}` cannot run here: {reason}"));
                }
                self.ballast.push(churn(ballast));
                let prepared = case.prepare();
                let answer = prepared.verify().map_err(|error| error.to_string())?;
                self.cases.push(Prepared { case: prepared, iteration: Duration::ZERO });
                let concurrent = case.entry.concurrency.is_any();
                Ok(Reply::Prepared { answer: (answer.count, answer.digest), concurrent })
            }
            Request::Size { prepared, block_ns, free_blocks, only_cpu } => {
                let case = &*self.case(prepared)?.case;
                let without = Without { free_blocks, only_cpu };
                if free_blocks {
                    // What a case makes once and keeps is made before the allocator is switched.
                    case.in_batches(1, |case, batch| case.run(batch));
                }
                let mut took = Duration::ZERO;
                let mut member: crate::instruments::interleaved::Member<'_, String> =
                    Box::new(|iterations| {
                        (took, _) = without.run(&self.cpus, || run_batches(case, iterations))?;
                        Ok(took)
                    });
                let sized = block_size(&mut member, block_ns);
                drop(member);
                let iterations = match sized {
                    // What the system does not allow is no failure of the case.
                    Err(reason) if only_cpu.is_some() => return Ok(Reply::Refused(reason)),
                    sized => sized?,
                };
                self.cases[prepared].iteration = took.div_f64(iterations as f64);
                Ok(Reply::Sized(iterations, took.as_nanos() as u64))
            }
            Request::Meet(paths) => {
                let baton = Baton::open(&paths);
                self.baton = Some(baton.map_err(|error| format!("{}: {error}", paths.listens))?);
                Ok(Reply::Met)
            }
            Request::Run { blocks, stays } => {
                let (mut taking, mut overflowed) = (Taking::with_capacity(blocks.len()), 0);
                let mut before = None;
                for ordered in blocks {
                    if ordered.waits {
                        self.turn(Baton::wait)?;
                        taking.interrupt();
                    }
                    let Prepared { case, iteration } = self.case(ordered.prepared)?;
                    let is_warm =
                        before.replace(ordered.prepared) == Some(ordered.prepared) && !ordered.waits;
                    let warm_up = if is_warm { 0 } else { warm_up(ordered.iterations, *iteration) };
                    let Ordered { iterations, extra, free_blocks, only_cpu, .. } = ordered;
                    let without = Without { free_blocks, only_cpu };
                    if only_cpu.is_some() {
                        taking.interrupt();
                    }
                    let ((), no_room) =
                        without.run(&self.cpus, || taking.take(&**case, warm_up, iterations, extra))?;
                    if only_cpu.is_some() {
                        taking.interrupt();
                    }
                    overflowed += no_room;
                    if ordered.passes {
                        self.turn(Baton::pass)?;
                    }
                }
                if stays {
                    self.turn(Baton::wait)?;
                }
                Ok(match overflowed {
                    0 => Reply::Ran(taking.finish()),
                    _ => Reply::Refused(FreeBlocks::told(overflowed)),
                })
            }
        }
    }

    fn turn(&mut self, take: impl Fn(&mut Baton) -> std::io::Result<()>) -> Result<(), String> {
        let baton = self.baton.as_mut().ok_or("there is no other side to take turns with")?;
        take(baton).map_err(|error| format!("the other side ended: {error}"))
    }

    fn case(&self, prepared: usize) -> Result<&Prepared, String> {
        self.cases.get(prepared).ok_or_else(|| format!("case {prepared} was not prepared"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::CATALOGUE;

    fn ready() -> Ready<'static> {
        Ready::new(&CATALOGUE)
    }

    fn prepare(case: &str) -> Request {
        Request::Prepare { case: case.parse().expect("a case id"), ballast: 48 }
    }

    #[test]
    fn a_case_is_prepared_sized_and_run() {
        let mut ready = ready();
        let Ok(Reply::Prepared { answer, concurrent }) = ready.answer(prepare("build-vec/push@100")) else {
            panic!("it is in the catalogue")
        };
        assert_eq!((answer.0, concurrent), (100, false));
        let Ok(Reply::Sized(iterations, _)) =
            ready.answer(Request::Size { prepared: 0, block_ns: 10_000, free_blocks: false, only_cpu: None })
        else {
            panic!("it was prepared")
        };
        let ordered = |iterations| Ordered { iterations, ..Ordered::default() };
        let blocks = vec![ordered(iterations), ordered(1)];
        let run = Request::Run { blocks, stays: false };
        let Ok(Reply::Ran(blocks)) = ready.answer(run) else { panic!("it can be run") };
        assert_eq!(blocks.iter().map(|block| block.iterations).collect::<Vec<_>>(), [iterations, 1]);
    }

    #[test]
    fn short_iterations_are_warmed_up_by_one_at_least_and_long_ones_by_none() {
        let of = |iterations, micros| warm_up(iterations, Duration::from_micros(micros));
        assert_eq!((of(800, 0), of(7, 4), of(1, 400), of(1, 501)), (100, 1, 1, 0));
    }

    #[test]
    fn what_cannot_be_done_is_said() {
        let mut ready = ready();
        let Err(unknown) = ready.answer(prepare("build-vec/nothing@100")) else { panic!("nobody has it") };
        assert!(unknown.contains("build-vec/nothing@100"), "{unknown}");
        let blocks = vec![Ordered { iterations: 1, ..Ordered::default() }];
        let Err(unprepared) = ready.answer(Request::Run { blocks, stays: false }) else {
            panic!("nothing was prepared")
        };
        assert!(unprepared.contains("not prepared"), "{unprepared}");
        let Err(alone) = ready.answer(Request::Run { blocks: Vec::new(), stays: true }) else {
            panic!("there is nobody to wait for")
        };
        assert!(alone.contains("no other side"), "{alone}");
    }
}
