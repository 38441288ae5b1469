//! The allocator that can be switched, as the global allocator of this program: answers stay right, blocks are counted
//! exactly, and the instrument measures what its cases allocate. Its executable is also what the comparison starts, so
//! it has a main function of its own.

use std::process::ExitCode;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use libtest_mimic::{Arguments, Failed, Trial};
use perflab::catalogue::{Axis, CATALOGUE, CaseRef, Catalogue, Family, cores};
use perflab::instruments::ceilings::{
    FreeBlocks, InCache, OnOneCpu, SwitchedAllocator, Weight, WithoutAllocation, is_switched, weigh,
};
use perflab::instruments::compare::{self, Budget, Pair, StartError};
use perflab::instruments::{Effort, Instrument, Job, NoNumber, PreparedCase, Reading, new_run};
use perflab::record::{CaseId, CaseRecord, InstrumentName, Layout, Measurement, Metric, Run, State, Unit};
use perflab::workload::{Answer, Concurrency, Entry, Workload};

#[global_allocator]
static ALLOC: SwitchedAllocator = SwitchedAllocator;

/// Takes one small block after the other and gives them back: most of its instructions are the allocator's.
struct Allocates;

/// One block for all: the same bytes and the same sum.
struct Computes;

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
planted!(Computes, "computes", size => {
    let numbers: Vec<u64> = (0..*size as u64).collect();
    numbers.iter().sum()
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
        (0..100).map(|_| Vec::with_capacity(1 << 20)).collect()
    }

    fn check((): &(), blocks: &Vec<Vec<u8>>) -> bool {
        blocks.len() == 100
    }

    fn answer(blocks: &Vec<Vec<u8>>) -> Answer {
        Answer::of_sequence([blocks.len() as u64])
    }
}

/// Sums a slice that its input holds: 8 MiB at its size, more than most cores have to themselves; it takes no heap block.
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
const SUMMED: usize = 1 << 20;
/// The size at which sums are called wrong.
const WRONG: usize = 1_001;

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

/// Keeps what was seen in the file that the test named, each once.
fn note(seen: &str) {
    let Some(folder) = std::env::var_os(SEEN) else { return };
    std::fs::write(std::path::Path::new(&folder).join(seen), "").expect("the folder is there");
}

/// Names the folder in which processes of a comparison note what they see.
const SEEN: &str = "PERFLAB_TEST_SEEN";

static PLANTED: Catalogue = Catalogue::new(&[
    Family {
        name: "beyond",
        question: "How far is memory?",
        axis: Axis::ELEMENTS,
        sizes: &[SUMMED],
        entries: &[Entry::of::<Sums>()],
    },
    Family {
        name: "looks",
        question: "Where may threads run?",
        axis: Axis::ELEMENTS,
        sizes: &[1],
        entries: &[Entry::of::<Looks>()],
    },
    Family {
        name: "planted",
        question: "Who allocates?",
        axis: Axis::ELEMENTS,
        sizes: &[1_000],
        entries: &[Entry::of::<Allocates>(), Entry::of::<Computes>()],
    },
    Family {
        name: "hoard",
        question: "Is there room?",
        axis: Axis::ELEMENTS,
        sizes: &[1],
        entries: &[Entry::of::<Hoards>()],
    },
]);

/// A process of a comparison serves both catalogues.
fn case(id: &str) -> (CaseId, CaseRef) {
    let id: CaseId = id.parse().expect("a case id");
    let of = |catalogue: &Catalogue| catalogue.case(&id.family, &id.workload, id.size);
    let case = of(&CATALOGUE).or_else(|| of(&PLANTED)).expect("it is in a catalogue");
    (id, case)
}

fn measure(step: &dyn Instrument, id: &str) -> Result<Vec<Reading>, NoNumber> {
    measure_by(step, Effort::Quick, id)
}

fn measure_by(step: &dyn Instrument, effort: Effort, id: &str) -> Result<Vec<Reading>, NoNumber> {
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

fn main() -> ExitCode {
    perflab::catalogue::serve_workers();
    // The case to be compared says whose process this is.
    let catalogue = if std::env::var_os(PLANTS).is_some() { &PLANTED } else { &CATALOGUE };
    if let Some(code) = compare::serve(catalogue) {
        return code;
    }
    let test = |name: &str, run: fn()| {
        Trial::test(name, move || {
            std::panic::catch_unwind(run).map_err(|_| Failed::from("it panicked; what it said stands above"))
        })
    };
    let tests = vec![
        test("this_program_has_the_allocator_that_can_be_switched", switched),
        test("blocks_are_counted_exactly_and_given_back", exact_counts),
        test("blocks_of_either_kind_go_back_to_where_they_came_from", either_way),
        test("memory_that_was_zeroed_is_zero_though_others_wrote_there", zeroed),
        test("the_last_block_grows_in_place_and_no_other_does", grows),
        test("blocks_do_not_overlap_and_threads_take_their_own", threads),
        test("every_answer_is_right_when_blocks_are_free", answers),
        test("what_stays_alive_is_never_handed_out_again", survivors),
        test("planted_allocation_and_its_control_have_ceilings", ceilings),
        test("a_case_that_the_arena_cannot_hold_is_refused", refused),
        test("cases_without_blocks_that_wait_or_take_long_are_left_out", left_out),
        test("what_an_act_takes_of_the_heap_is_weighed_exactly", weighed),
        test("the_way_to_memory_is_taken_away_by_a_smaller_size", in_cache),
        test("two_sizes_are_compared_though_their_answers_differ_and_wrong_ones_are_not", two_sizes),
        test("threads_that_wait_and_those_that_start_run_on_one_cpu_and_then_on_all", one_cpu),
        test("each_step_leaves_out_what_it_cannot_tell", steps_leave_out),
    ];
    // There is one switch.
    let arguments = Arguments { test_threads: Some(1), ..Arguments::from_args() };
    libtest_mimic::run(&arguments, tests).exit_code()
}

/// Set for the processes of a comparison of planted cases.
const PLANTS: &str = "PERFLAB_TEST_PLANTS";

fn switched() {
    assert!(is_switched());
    for step in [&WithoutAllocation as &dyn Instrument, &InCache, &OnOneCpu] {
        assert_eq!(step.survey().state, State::Ready);
        assert_eq!(step.name(), InstrumentName::Ceilings);
        assert_eq!(step.takes().map(Metric::principal), step.takes());
    }
}

fn exact_counts() {
    let free = FreeBlocks::begin().expect("addresses");
    let before = free.alive();
    let blocks: Vec<Box<[u8; 96]>> = (0..1_000).map(|_| Box::new([7; 96])).collect();
    let during = free.alive();
    assert!(blocks.iter().all(|block| **block == [7; 96]));
    drop(blocks);
    let after = free.alive();
    assert_eq!(free.end(), 0);
    assert_eq!((during - before, after - before), (1_001, 0), "1,000 blocks and their spine");
}

fn either_way() {
    let mut systems: Vec<u64> = (0..1_000).collect();
    let free = FreeBlocks::begin().expect("addresses");
    let before = free.alive();
    // Grows where it is: with the system.
    systems.extend(1_000..5_000);
    assert_eq!(free.alive(), before);
    let mut arenas: Vec<u64> = (0..1_000).collect();
    assert_eq!(free.alive(), before + 1);
    let given_back_elsewhere: Vec<u64> = (0..10).collect();
    drop(free);
    // Grows beyond its place: the chunk's holder makes room for it.
    arenas.extend(1_000..100_000);
    assert!(arenas.iter().copied().eq(0..100_000) && systems.iter().copied().eq(0..5_000));
    drop(given_back_elsewhere);
    drop(arenas);
    drop(systems);
}

fn zeroed() {
    let free = FreeBlocks::begin().expect("addresses");
    for _ in 0..3 {
        let dirty = vec![0xff_u8; 10_000];
        assert!(dirty.iter().all(|byte| *byte == 0xff));
        drop(dirty);
        let clean = vec![0_u8; 10_000];
        assert!(clean.iter().all(|byte| *byte == 0));
    }
    assert_eq!(free.end(), 0);
}

fn grows() {
    let free = FreeBlocks::begin().expect("addresses");
    let mut first: Vec<u64> = Vec::with_capacity(4);
    let address = first.as_ptr();
    first.extend(0..1_000);
    let in_place = first.as_ptr() == address;
    let behind: Vec<u64> = Vec::with_capacity(4);
    first.extend(1_000..5_000);
    let moved = first.as_ptr() != address;
    drop(behind);
    assert_eq!(free.end(), 0);
    assert!(in_place && moved);
    assert!(first.iter().copied().eq(0..5_000));
}

fn threads() {
    for round in 0..50_u64 {
        let free = FreeBlocks::begin().expect("addresses");
        // Taken here and given back there, and the other way round.
        let handed: Vec<Vec<u64>> = (0..100).map(|i| vec![i + round; 50]).collect();
        let returned: Vec<Vec<u64>> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4_u64)
                .map(|thread| {
                    let mine = handed[thread as usize * 25].clone();
                    scope.spawn(move || {
                        let kept: Vec<Vec<u64>> = (0..200).map(|i| vec![thread * 1_000 + i; 30]).collect();
                        let right = kept.iter().zip(0..).all(|(block, i)| *block == [thread * 1_000 + i; 30]);
                        assert!(right && mine == [thread * 25 + round; 50]);
                        kept.into_iter().next().expect("there are 200")
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().expect("it does not panic")).collect()
        });
        assert!(handed.iter().zip(0..).all(|(block, i)| *block == [i + round; 50]));
        assert!(returned.iter().zip(0..).all(|(block, thread)| *block == [thread * 1_000; 30]));
        drop(free);
        drop((handed, returned));
    }
}

fn answers() {
    let sample = [
        "build-vec/push@1000",
        "build-vec/repeat@100",
        "build-vec/boxed-slice@1000",
        "build-set/insert@1000",
        "build-set/btree-insert@1000",
        "build-set/roaring@10000",
        "distinct/sort-dedup@1000",
        "build-text/push-str@1000",
        "build-text/collect-join@1000",
        "build-text/format-into-itself@100",
        "build-map/hash-entry@1000",
        "build-map/btree-collect@1000",
        "build-and-drop/linked-list@1000",
        "build-fixed/arc-slice@100",
        "dispatch/thread-each@10",
        "dispatch/pool-ready@100",
        "channels/std@2",
        "map-reduce/two-threads@1000",
        "gcd-algorithm/euclid@10",
    ];
    for id in sample {
        let (id, case) = case(id);
        let prepared = case.prepare();
        let expected = prepared.verify().expect("it is right with the system's allocator");
        let free = FreeBlocks::begin().expect("addresses");
        for _ in 0..3 {
            assert_eq!(prepared.verify(), Ok(expected), "{id}");
            prepared.in_batches(2, |case, batch| case.run(batch));
        }
        drop(free);
        assert_eq!(prepared.verify(), Ok(expected), "{id}");
    }
}

fn survivors() {
    let mut kept: Vec<Vec<u64>> = Vec::new();
    for round in 0..40_u64 {
        let free = FreeBlocks::begin().expect("addresses");
        let survivor = vec![round; 1_000];
        for _ in 0..100 {
            let passing = vec![u64::MAX; 2_000];
            assert!(passing.iter().all(|number| *number == u64::MAX));
        }
        drop(free);
        // Every third is given back, so that some chunks are empty again and some are not.
        if round % 3 != 0 || kept.len() > 8 {
            drop(survivor);
        } else {
            kept.push(survivor);
        }
        let right = kept.iter().all(|block| block.len() == 1_000 && block.iter().all(|n| *n == block[0]));
        assert!(right, "{round}");
    }
    assert!(kept.iter().zip((0..).step_by(3)).all(|(block, round)| block[0] == round));
}

/// Readings are judged by their form alone: what they say hangs on the machine, and is printed.
fn ceilings() {
    let told = |id: &str, reading: Result<Vec<Reading>, NoNumber>| match reading {
        Ok(readings) => {
            assert_eq!(readings.len(), 1, "{id}");
            let Reading { case, metric, value, low, high } = &readings[0];
            assert_eq!((case.to_string().as_str(), *metric), (id, Metric::CeilingAllocation));
            assert!(0.0 < *low && low <= value && value <= high, "{id}: {readings:?}");
            assert_eq!(metric.unit(), Unit::Ratio);
            println!("{id}: {value:.3} times as fast without allocation [{low:.3}, {high:.3}]");
        }
        // On a machine that is never left alone there is no reading.
        Err(NoNumber::LeftOut(reason)) => {
            let known = ["disturbed", "too busy", "no ceiling"];
            assert!(known.iter().any(|words| reason.contains(words)), "{id}: {reason}");
            println!("{id}: {reason}");
        }
        Err(failed) => panic!("{id}: {failed}"),
    };
    for id in ["build-vec/push@100", "gcd-algorithm/euclid@10"] {
        told(id, measure(&WithoutAllocation, id));
    }
    with_plants(|| {
        for id in ["planted/allocates@1000", "planted/computes@1000"] {
            told(id, measure(&WithoutAllocation, id));
        }
    });
}

/// The processes that a comparison starts serve the planted cases meanwhile.
fn with_plants(act: impl FnOnce()) {
    // SAFETY: tests run one at a time, and no other thread of this program reads or writes the environment meanwhile.
    unsafe { std::env::set_var(PLANTS, "1") };
    act();
    // SAFETY: as above.
    unsafe { std::env::remove_var(PLANTS) };
}

fn refused() {
    with_plants(|| {
        let Err(NoNumber::LeftOut(reason)) = measure(&WithoutAllocation, "hoard/hoards@1") else {
            panic!("100 MiB have no room")
        };
        assert!(reason.contains("no room") && reason.contains("64 MiB"), "{reason}");
    });
}

/// A run that has recorded these numbers of a case.
fn recorded(id: &CaseId, numbers: &[(Metric, f64)]) -> Run {
    let measurements = numbers
        .iter()
        .map(|(metric, value)| Measurement {
            metric: *metric,
            value: *value,
            low: *value,
            high: *value,
            unit: metric.unit(),
            instrument: InstrumentName::Time,
            taken_at: String::new(),
            revision: String::new(),
        })
        .collect();
    let record = CaseRecord { id: id.clone(), measurements, failures: Vec::new(), left_out: Vec::new() };
    Run { cases: vec![record], ..new_run() }
}

fn says(reason: Option<String>, word: &str) {
    let reason = reason.expect("it is left out");
    assert!(reason.contains(word), "{reason}");
}

fn left_out() {
    let reason = |case_id: &str, effort, numbers: &[(Metric, f64)]| {
        let (id, case) = case(case_id);
        WithoutAllocation.leaves_out(&case, effort, &recorded(&id, numbers))
    };
    let vector = "build-vec/push@100";
    assert_eq!(reason(vector, Effort::Quick, &[]), None);
    assert_eq!(reason(vector, Effort::Quick, &[(Metric::HeapBlocks, 6.0), (Metric::TimeNs, 200.0)]), None);
    says(reason(vector, Effort::Thorough, &[(Metric::HeapBlocks, 0.0)]), "no heap block");
    let blocked = [(Metric::BlockedNs, 70.0), (Metric::WallNs, 100.0)];
    says(reason("wait/serial@2", Effort::Quick, &blocked), "blocked for 70 %");
    says(reason(vector, Effort::Quick, &[(Metric::TimeNs, 5e7)]), "50.0 ms");
    assert_eq!(reason(vector, Effort::Thorough, &[(Metric::TimeNs, 5e7)]), None);
    says(reason("dispatch/process-ready@10", Effort::Thorough, &[]), "processes");
}

fn weighed() {
    let (kept, weight) = weigh(|| {
        let gone = vec![1_u8; 5_000];
        let kept: Vec<Box<[u8; 96]>> = (0..10).map(|_| Box::new([7; 96])).collect();
        drop(gone);
        kept
    });
    // Ten blocks and their spine of ten pointers.
    assert_eq!(weight, Weight { kept: 1_040, most: 6_040, largest: 5_000 });
    let ((), given_back) = weigh(|| drop(kept));
    assert_eq!(given_back, Weight { kept: 0, most: 0, largest: 0 });
    let (grown, growing) = weigh(|| {
        (0..1_000_u64).fold(Vec::new(), |mut all, n| {
            all.push(n);
            all
        })
    });
    // 4, 8 … 1,024 numbers: each growth is one block of another size.
    assert_eq!((grown.capacity(), growing), (1_024, Weight { kept: 8_192, most: 8_192, largest: 8_192 }));
    let ((), elsewhere) = weigh(|| {
        std::thread::scope(|scope| {
            let handle = scope.spawn(|| vec![0_u64; 1_000]);
            assert_eq!(handle.join().expect("it does not panic").len(), 1_000);
        });
    });
    assert!(elsewhere.most >= 8_000 && elsewhere.largest == 8_000, "{elsewhere:?}");
}

/// What is alive and which size it is compared with is exact; how much faster that is hangs on the machine, and is printed.
fn in_cache() {
    with_plants(|| {
        let id = format!("beyond/sums@{SUMMED}");
        let bytes = (SUMMED * size_of::<u64>()) as f64;
        match measure_by(&InCache, Effort::Thorough, &id) {
            Ok(readings) => {
                let of = |metric| readings.iter().find(|reading| reading.metric == metric);
                assert!(holds(of(Metric::WorkingSetBytes), bytes), "{readings:?}");
                let (times, size) = (of(Metric::CeilingMemory), of(Metric::CeilingMemorySize));
                let Some((times, size)) = times.zip(size) else {
                    println!("{id}: a core of this machine has 8 MiB to itself");
                    return;
                };
                let halvings = (SUMMED as f64 / size.value).log2();
                assert!(halvings >= 1.0 && halvings.fract() == 0.0, "{halvings}");
                assert!(
                    0.0 < times.low && times.low <= times.value && times.value <= times.high,
                    "{times:?}"
                );
                println!("{id}: {times}, at {}", size.value);
            }
            Err(NoNumber::LeftOut(reason)) => {
                let known = ["disturbed", "too busy", "no ceiling", "does not tell"];
                assert!(known.iter().any(|words| reason.contains(words)), "{reason}");
                println!("{id}: {reason}");
            }
            Err(failed) => panic!("{id}: {failed}"),
        }
    });
    // What fits has no ceiling, and none is made up.
    if let Ok(readings) = measure(&InCache, "build-vec/push@1000") {
        assert!(readings.len() == 1 && holds(readings.first(), 8_192.0), "{readings:?}");
    }
}

/// Whether a working set is of so many bytes, and the few in which the case itself lies.
fn holds(working_set: Option<&Reading>, bytes: f64) -> bool {
    working_set.is_some_and(|set| {
        set.metric == Metric::WorkingSetBytes && (bytes..bytes + 128.0).contains(&set.value)
    })
}

fn two_sizes() {
    let id = |size: usize| format!("beyond/sums@{size}").parse::<CaseId>().expect("a case id");
    let executable = || std::env::current_exe().expect("this program");
    let budget = Budget::ordinary(Duration::from_secs(60));
    with_plants(|| {
        let mut pair = Pair::of_sizes(executable(), [id(1_000), id(8_000)], 1);
        let taken = pair.start(&budget).expect("each answer is right by its own check");
        assert!(taken.causes.taken() > 0 && taken.iteration_ns.iter().all(|ns| *ns > 0.0), "{taken:?}");
        let sides = [(id(1_000), 0), (id(8_000), 0)];
        let together = Pair::together(executable(), sides, 1).start(&budget);
        assert!(matches!(together, Err(StartError::Answers(_))), "{together:?}");
        let wrong = Pair::of_sizes(executable(), [id(WRONG), id(8_000)], 1).start(&budget);
        let Err(StartError::Side { which: 0, reason }) = wrong else { panic!("{wrong:?}") };
        assert!(reason.contains("wrong answer"), "{reason}");
    });
}

fn one_cpu() {
    let seen = tempfile::tempdir().expect("a temporary folder");
    // SAFETY: tests run one at a time, and no other thread of this program reads or writes the environment meanwhile.
    unsafe { std::env::set_var(SEEN, seen.path()) };
    let mut reading = None;
    with_plants(|| reading = Some(measure(&OnOneCpu, "looks/looks@1")));
    // SAFETY: as above.
    unsafe { std::env::remove_var(SEEN) };
    match reading.expect("it was measured") {
        Ok(readings) => {
            let [Reading { metric: Metric::CeilingOneCpu, value, low, high, .. }] = readings[..] else {
                panic!("{readings:?}")
            };
            assert!(0.0 < low && low <= value && value <= high, "{readings:?}");
            println!("looks/looks@1: {}", readings[0]);
        }
        Err(NoNumber::LeftOut(reason)) => println!("looks/looks@1: {reason}"),
        Err(failed) => panic!("{failed}"),
    }
    let mut told: Vec<String> = std::fs::read_dir(seen.path())
        .expect("the folder is there")
        .map(|file| file.expect("it can be read").file_name().into_string().expect("plain text"))
        .collect();
    told.sort();
    told.dedup();
    let all = cores();
    let mut expected = vec!["1 1".to_owned(), format!("{all} {all}")];
    expected.dedup();
    assert_eq!(told, expected, "the waiting thread's CPUs, and the started one's");
}

fn steps_leave_out() {
    let one = |case_id: &str, numbers: &[(Metric, f64)]| {
        let (id, case) = case(case_id);
        OnOneCpu.leaves_out(&case, Effort::Quick, &recorded(&id, numbers))
    };
    let time = (Metric::TimeNs, 1e6);
    assert_eq!(
        one("shared-counter/mutex@2", &[time, (Metric::CpuUserNs, 9e5), (Metric::CpuKernelNs, 1e5)]),
        None
    );
    let waits = [time, (Metric::CpuUserNs, 1e5), (Metric::CpuKernelNs, 5e4)];
    says(one("wait/threads@2", &waits), "on a CPU for 15 % of its time");
    says(one("map-reduce/two-processes-ready@1000", &[time]), "other processes");
    says(one("gcd/two-threads@10", &[(Metric::TimeNs, 4e7)]), "40.0 ms");
    let asked = |case_id: &str| !OnOneCpu.groups(&[case(case_id).1], &new_run()).is_empty();
    assert!(!asked("shared-counter/mutex@1"), "one thread has nobody to wait for");
    assert!(!asked("gcd/serial@10"), "it has one thread");
    assert_eq!(asked("shared-counter/mutex@2"), cores() > 1);
    let (id, large) = case("build-set/insert@1000000");
    says(InCache.leaves_out(&large, Effort::Quick, &recorded(&id, &[(Metric::TimeNs, 6e7)])), "60.0 ms");
}
