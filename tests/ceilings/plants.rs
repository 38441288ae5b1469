//! What is planted: cases that allocate, or do not; that fill more than the arena, or a core's cache; that look where their
//! threads may run, or where their blocks lie. And how the instrument is asked for them.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};

use perflab::catalogue::{Axis, CATALOGUE, CaseRef, Catalogue, Family, Members, cores};
use perflab::instruments::ceilings::came_free;
use perflab::instruments::{Effort, Instrument, Job, NoNumber, PreparedCase, Reading};
use perflab::record::{CaseId, Layout};
use perflab::workload::{Answer, Concurrency, Entry, Workload};

/// Takes one small block after the other and gives them back: most of its instructions are the allocator's.
struct Allocates;

/// No block, and the same sum.
struct Adds;

/// As many blocks as it has numbers, all alive at once; notes how many of them cost next to nothing.
struct Tells;

macro_rules! planted {
    ($workload:ident, $name:literal, $size:ident => $run:expr) => {
        impl Workload for $workload {
            const NAME: &'static str = $name;
            const ABOUT: &'static str = "planted";
            type Input = usize;
            type Output = u64;

            fn input(size: usize) -> usize {
                size
            }

            fn run($size: &usize) -> u64 {
                $run
            }

            fn check(size: &usize, sum: &u64) -> bool {
                *sum == (*size as u64) * (*size as u64).saturating_sub(1) / 2
            }

            fn answer(sum: &u64) -> Answer {
                Answer::of_sequence([*sum])
            }
        }
    };
}

planted!(Allocates, "allocates", size => (0..*size as u64).map(|i| held(i).iter().sum::<u64>()).sum());
planted!(Adds, "adds", size => (0..*size as u64).map(std::hint::black_box).sum());
planted!(Tells, "tells", size => {
    let blocks: Vec<Vec<u64>> = (0..*size as u64).map(held).collect();
    let free = blocks.iter().filter(|block| came_free(block.as_ptr().cast())).count();
    // All or none is told once, for telling takes blocks too, and time; anything between is told each time.
    static TOLD: [AtomicBool; 2] = [const { AtomicBool::new(false) }; 2];
    let is_between = free != 0 && free != *size;
    if is_between || !TOLD[usize::from(free != 0)].swap(true, Ordering::Relaxed) {
        note(&free.to_string());
    }
    blocks.iter().flatten().sum()
});

/// Never inlined: a compiler that sees both ends of a block does not take it.
#[inline(never)]
fn held(number: u64) -> Vec<u64> {
    let mut block = Vec::with_capacity(4);
    block.push(number);
    block
}

/// More bytes in one iteration than a thread's part of the arena has, none of them given back before its end.
struct Hoards;

impl Workload for Hoards {
    const NAME: &'static str = "hoards";
    const ABOUT: &'static str = "planted";
    type Input = ();
    type Output = Vec<Vec<u8>>;

    fn input(_size: usize) {}

    fn run((): &()) -> Vec<Vec<u8>> {
        // Two blocks, which no kernel takes milliseconds to map.
        (0..2).map(|_| Vec::with_capacity(50 << 20)).collect()
    }

    fn check((): &(), blocks: &Vec<Vec<u8>>) -> bool {
        blocks.len() == 2
    }

    fn answer(blocks: &Vec<Vec<u8>>) -> Answer {
        Answer::of_sequence([blocks.len() as u64])
    }
}

/// Sums a slice that its input holds: 8 MiB at its size, more than most cores have to themselves; it takes no heap block.
/// Notes each size that it sums after another one.
struct Sums;

impl Workload for Sums {
    const NAME: &'static str = "sums";
    const ABOUT: &'static str = "planted";
    type Input = Vec<u64>;
    type Output = u64;

    fn input(size: usize) -> Vec<u64> {
        (0..size as u64).collect()
    }

    fn run(numbers: &Vec<u64>) -> u64 {
        static LAST: AtomicUsize = AtomicUsize::new(0);
        if LAST.swap(numbers.len(), Ordering::Relaxed) != numbers.len() {
            note(&numbers.len().to_string());
        }
        numbers.iter().sum()
    }

    fn check(numbers: &Vec<u64>, sum: &u64) -> bool {
        // At one size the check is wrong, so that a comparison meets a wrong answer.
        let n = numbers.len() as u64;
        n != WRONG as u64 && *sum == n * n.saturating_sub(1) / 2
    }

    fn answer(sum: &u64) -> Answer {
        Answer::of_sequence([*sum])
    }
}

/// Elements of the largest slice that is summed.
pub(crate) const SUMMED: usize = 1 << 20;
/// The size at which sums are called wrong.
pub(crate) const WRONG: usize = 1_001;

/// A thread that waits in the input says how many CPUs it may run on, and so does one that is started.
struct Looks;

/// Asks the waiting thread, and hears it.
struct Waiting {
    ask: Sender<()>,
    said: Receiver<usize>,
}

impl Workload for Looks {
    const NAME: &'static str = "looks";
    const ABOUT: &'static str = "planted";
    const CONCURRENCY: Concurrency = Concurrency::THREADS;
    type Input = Waiting;
    type Output = u64;

    fn input(_size: usize) -> Waiting {
        let (ask, asked) = channel();
        let (say, said) = channel();
        std::thread::spawn(move || asked.into_iter().try_for_each(|()| say.send(cores())));
        Waiting { ask, said }
    }

    fn run(waiting: &Waiting) -> u64 {
        waiting.ask.send(()).expect("the thread waits");
        let waits = waiting.said.recv().expect("the thread answers");
        let started = std::thread::spawn(cores).join().expect("it only looks");
        note(&format!("{waits} {started}"));
        0
    }

    fn check(_: &Waiting, output: &u64) -> bool {
        *output == 0
    }

    fn answer(output: &u64) -> Answer {
        Answer::of_sequence([*output])
    }
}

/// Keeps what this process saw in a file of the folder that the test named, each once.
fn note(seen: &str) {
    let Some(folder) = std::env::var_os(SEEN) else { return };
    let name = format!("{} {seen}", std::process::id());
    std::fs::write(std::path::Path::new(&folder).join(name), "").expect("the folder is there");
}

/// Names the folder in which processes of a comparison note what they see.
const SEEN: &str = "PERFLAB_TEST_SEEN";

/// What each process of a comparison saw, sorted; this one's left out. Planted cases are served meanwhile.
pub(crate) fn seen(act: impl FnOnce()) -> Vec<Vec<String>> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    // SAFETY: tests run one at a time, and no other thread of this program reads or writes the environment meanwhile.
    unsafe { std::env::set_var(SEEN, folder.path()) };
    with_plants(act);
    // SAFETY: as above.
    unsafe { std::env::remove_var(SEEN) };
    let mut by_process: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in std::fs::read_dir(folder.path()).expect("the folder is there") {
        let name = file.expect("it can be read").file_name().into_string().expect("plain text");
        let (process, told) = name.split_once(' ').expect("a process and what it saw");
        by_process.entry(process.to_owned()).or_default().push(told.to_owned());
    }
    by_process.remove(&std::process::id().to_string());
    by_process.values_mut().for_each(|told| told.sort());
    by_process.into_values().collect()
}

pub(crate) static PLANTED: Catalogue = Catalogue::new(&[
    Family {
        name: "beyond",
        question: "How far is memory?",
        members: Members::Parts,
        axis: Axis::ELEMENTS,
        sizes: &[SUMMED],
        entries: &[Entry::of::<Sums>()],
    },
    Family {
        name: "looks",
        question: "Where may threads run?",
        members: Members::Parts,
        axis: Axis::ELEMENTS,
        sizes: &[1],
        entries: &[Entry::of::<Looks>()],
    },
    Family {
        name: "planted",
        question: "Who allocates?",
        members: Members::Parts,
        axis: Axis::ELEMENTS,
        sizes: &[1_000],
        entries: &[Entry::of::<Allocates>(), Entry::of::<Adds>(), Entry::of::<Tells>()],
    },
    Family {
        name: "hoard",
        question: "Is there room?",
        members: Members::Parts,
        axis: Axis::ELEMENTS,
        sizes: &[1],
        entries: &[Entry::of::<Hoards>()],
    },
]);

/// A process of a comparison serves both catalogues.
pub(crate) fn case(id: &str) -> (CaseId, CaseRef) {
    let id: CaseId = id.parse().expect("a case id");
    let of = |catalogue: &Catalogue| catalogue.case(&id.family, &id.workload, id.size);
    let case = of(&CATALOGUE).or_else(|| of(&PLANTED)).expect("it is in a catalogue");
    (id, case)
}

pub(crate) fn measure(step: &dyn Instrument, id: &str) -> Result<Vec<Reading>, NoNumber> {
    measure_by(step, Effort::Quick, id)
}

pub(crate) fn measure_by(step: &dyn Instrument, effort: Effort, id: &str) -> Result<Vec<Reading>, NoNumber> {
    let (id, case) = case(id);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let job = Job {
        cases: vec![PreparedCase { id, case, prepared: case.prepare() }],
        layout: Layout::new(folder.path().join("profiles"), folder.path().join("reports")),
        effort,
        last_of_family: true,
        harness_args: Vec::new(),
        canary_ns: None,
    };
    step.measure(&job)
}

/// Set for the processes of a comparison of planted cases.
pub(crate) const PLANTS: &str = "PERFLAB_TEST_PLANTS";

/// The processes that a comparison starts serve the planted cases meanwhile.
pub(crate) fn with_plants(act: impl FnOnce()) {
    // SAFETY: tests run one at a time, and no other thread of this program reads or writes the environment meanwhile.
    unsafe { std::env::set_var(PLANTS, "1") };
    act();
    // SAFETY: as above.
    unsafe { std::env::remove_var(PLANTS) };
}
