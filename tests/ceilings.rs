//! The allocator that can be switched, as the global allocator of this program: answers stay right, blocks are counted
//! exactly, and the instrument measures what its cases allocate. Its executable is also what the comparison starts, so
//! it has a main function of its own.

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use perflab::catalogue::{Axis, CATALOGUE, CaseRef, Catalogue, Family};
use perflab::instruments::ceilings::{Ceilings, FreeBlocks, SwitchedAllocator, is_switched};
use perflab::instruments::{Effort, Instrument, Job, NoNumber, PreparedCase, Reading, compare, new_run};
use perflab::record::{CaseId, CaseRecord, InstrumentName, Layout, Measurement, Metric, Run, State, Unit};
use perflab::workload::{Answer, Entry, Workload};

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

static PLANTED: Catalogue = Catalogue::new(&[
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

fn measure(id: &str) -> Result<Vec<Reading>, NoNumber> {
    let (id, case) = case(id);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let job = Job {
        cases: vec![PreparedCase { id, case, prepared: case.prepare() }],
        layout: Layout::new(folder.path().join("profiles"), folder.path().join("reports")),
        effort: Effort::Quick,
        last_of_family: true,
        harness_args: Vec::new(),
    };
    Ceilings.measure(&job)
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
    ];
    // There is one switch.
    let arguments = Arguments { test_threads: Some(1), ..Arguments::from_args() };
    libtest_mimic::run(&arguments, tests).exit_code()
}

/// Set for the processes of a comparison of planted cases.
const PLANTS: &str = "PERFLAB_TEST_PLANTS";

fn switched() {
    assert!(is_switched());
    assert_eq!(Ceilings.survey().state, State::Ready);
    assert_eq!(Ceilings.name(), InstrumentName::Ceilings);
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
            assert!(reason.contains("disturbed") || reason.contains("no ceiling"), "{id}: {reason}");
            println!("{id}: {reason}");
        }
        Err(failed) => panic!("{id}: {failed}"),
    };
    for id in ["build-vec/push@100", "gcd-algorithm/euclid@10"] {
        told(id, measure(id));
    }
    with_plants(|| {
        for id in ["planted/allocates@1000", "planted/computes@1000"] {
            told(id, measure(id));
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
        let Err(NoNumber::LeftOut(reason)) = measure("hoard/hoards@1") else {
            panic!("100 MiB have no room")
        };
        assert!(reason.contains("no room") && reason.contains("64 MiB"), "{reason}");
    });
}

fn left_out() {
    let run = |id: &CaseId, numbers: &[(Metric, f64)]| {
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
    };
    let reason = |case_id: &str, effort, numbers: &[(Metric, f64)]| {
        let (id, case) = case(case_id);
        Ceilings.leaves_out(&case, effort, &run(&id, numbers))
    };
    let vector = "build-vec/push@100";
    assert_eq!(reason(vector, Effort::Quick, &[]), None);
    assert_eq!(reason(vector, Effort::Quick, &[(Metric::HeapBlocks, 6.0), (Metric::TimeNs, 200.0)]), None);
    let says = |reason: Option<String>, word: &str| {
        let reason = reason.expect("it is left out");
        assert!(reason.contains(word), "{reason}");
    };
    says(reason(vector, Effort::Thorough, &[(Metric::HeapBlocks, 0.0)]), "no heap block");
    let blocked = [(Metric::BlockedNs, 70.0), (Metric::WallNs, 100.0)];
    says(reason("wait/serial@2", Effort::Quick, &blocked), "blocked for 70 %");
    says(reason(vector, Effort::Quick, &[(Metric::TimeNs, 5e7)]), "50.0 ms");
    assert_eq!(reason(vector, Effort::Thorough, &[(Metric::TimeNs, 5e7)]), None);
    says(reason("dispatch/process-ready@10", Effort::Thorough, &[]), "processes");
}
