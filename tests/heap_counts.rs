//! The heap instrument on planted truths: exact, or wrong.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use perflab::catalogue::{Axis, CATALOGUE, Catalogue, Family, Members};
use perflab::instruments::heap::{self, HeapCounts};
use perflab::instruments::{Effort, Instrument, Job, PreparedCase, Reading};
use perflab::record::{CaseId, HeapSites, Layout, Metric};
use perflab::workload::{Answer, Concurrency, Entry, Part, Workload};

#[global_allocator]
static ALLOC: dhat::Alloc = dhat::Alloc;

fn measure(entry: &Entry, size: usize) -> (HeapCounts, HeapSites) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("dhat.json");
    let counts = heap::measure_case(&*entry.prepare(size), &file).expect("dhat is the allocator");
    (counts, heap::call_sites(&file).expect("dhat wrote a profile"))
}

fn counts(blocks: u64, bytes: u64, peak_bytes: u64) -> HeapCounts {
    HeapCounts { blocks, bytes, peak_bytes, left_blocks: 0, left_bytes: 0 }
}

fn catalogued(workload: &str, size: usize) -> &'static Entry {
    let family = CATALOGUE.family("build-vec").expect("it is catalogued");
    family.entry(workload, size).expect("it is catalogued")
}

/// A planted workload in a few lines: its code, and nothing to check.
macro_rules! plant {
    ($name:ident, $part:ident, $output:ty, $run:expr) => {
        plant!($name, $part, $output, $run, Concurrency::NONE);
    };
    ($name:ident, $part:ident, $output:ty, $run:expr, $concurrency:expr) => {
        struct $name;
        impl Workload for $name {
            const NAME: &'static str = "planted";
            const ABOUT: &'static str = "a planted truth";
            const PART: Part = Part::$part;
            const CONCURRENCY: Concurrency = $concurrency;
            type Input = usize;
            type Output = $output;
            fn input(size: usize) -> usize {
                size
            }
            fn run(size: &usize) -> $output {
                $run(*size)
            }
            fn check(_: &usize, _: &$output) -> bool {
                true
            }
            fn answer(_: &$output) -> Answer {
                Answer::of_sequence([])
            }
        }
    };
}

#[inline(never)]
fn planted_blocks(count: usize) -> Vec<Vec<u8>> {
    let mut spine = Vec::with_capacity(count);
    for i in 0..count {
        spine.push(vec![i as u8; 96]);
    }
    spine
}

#[inline(never)]
fn planted_buffer(bytes: usize) -> Vec<u8> {
    let mut buffer = Vec::with_capacity(bytes);
    buffer.push(1);
    buffer
}

fn overlapping(bytes: usize) -> u8 {
    let (first, second) = (planted_buffer(bytes), planted_buffer(bytes));
    first[0] + second[0]
}

fn in_turn(bytes: usize) -> u8 {
    let first = planted_buffer(bytes)[0];
    first + planted_buffer(bytes)[0]
}

fn on_four_threads(bytes: usize) -> usize {
    let workers: Vec<_> = (0..4).map(|_| std::thread::spawn(move || planted_buffer(bytes).len())).collect();
    workers.into_iter().map(|worker| worker.join().unwrap_or(0)).sum()
}

plant!(Blocks, Whole, Vec<Vec<u8>>, planted_blocks);
plant!(BlocksBuilt, Building, Vec<Vec<u8>>, planted_blocks);
plant!(BlocksDropped, Dropping, Vec<Vec<u8>>, planted_blocks);
plant!(Overlapping, Whole, u8, overlapping);
plant!(InTurn, Whole, u8, in_turn);
plant!(Threads, Whole, usize, on_four_threads);

fn pushes_are_counted_exactly() {
    assert_eq!(measure(catalogued("push", 100), 100).0, counts(6, 2_016, 1_024));
    assert_eq!(measure(catalogued("push", 1_000), 1_000).0, counts(9, 16_352, 8_192));
}

fn collecting_is_one_block() {
    assert_eq!(measure(catalogued("collect", 100), 100).0, counts(1, 800, 800));
}

fn a_thousand_blocks_and_their_spine() {
    let (counted, table) = measure(&Entry::of::<Blocks>(), 1_000);
    // 1,000 × 96 bytes and a spine of 1,000 × 24, nothing left.
    assert_eq!(counted, counts(1_001, 120_000, 120_000));
    let first = table.sites.first().expect("a site");
    assert_eq!((first.blocks, first.bytes), (1_000, 96_000));
    assert!(first.frames.iter().any(|frame| frame.contains("planted_blocks (")), "{first:?}");
    let root = first.frames.last().expect("a frame");
    assert!(root.starts_with("Prepared<heap_counts::Blocks>::run"), "{first:#?}");
}

fn overlapping_buffers_peak_at_two_and_others_at_one() {
    assert_eq!(measure(&Entry::of::<Overlapping>(), 5_000).0, counts(2, 10_000, 10_000));
    assert_eq!(measure(&Entry::of::<InTurn>(), 5_000).0, counts(2, 10_000, 5_000));
}

fn a_part_is_counted_alone() {
    let (built, _) = measure(&Entry::of::<BlocksBuilt>(), 10);
    assert_eq!((built.blocks, built.bytes), (11, 1_200));
    assert_eq!((built.left_blocks, built.left_bytes), (11, 1_200));
    assert_eq!(measure(&Entry::of::<BlocksDropped>(), 10).0, counts(0, 0, 0));
}

fn threads_of_the_workload_are_counted_and_named() {
    let (counted, table) = measure(&Entry::of::<Threads>(), 7_000);
    assert!(counted.bytes >= 28_000, "{counted:?}");
    let of_threads = table.sites.iter().find(|site| site.bytes == 28_000).expect("one merged site");
    assert_eq!(of_threads.blocks, 4);
    assert_eq!(of_threads.frames.last().map(String::as_str), Some("[other threads]"));
}

fn two_runs_give_the_same_table() {
    let (first, second) = (measure(catalogued("push", 100), 100), measure(catalogued("push", 100), 100));
    assert_eq!(first, second);
    let told = format!("{:?}", first.1);
    assert!(!told.contains("0x"), "{told}");
    let total: u64 = first.1.sites.iter().map(|site| site.bytes).sum();
    assert_eq!(heap::fold(&first.1).total(), u128::from(total));
}

fn a_profile_that_cannot_be_written_is_an_error() {
    let case = catalogued("push", 100).prepare(100);
    let error = heap::measure_case(&*case, Path::new("/no/such/folder/dhat.json"));
    assert!(error.expect_err("nowhere to write").contains("/no/such/folder/dhat.json"));
}

static CALLS: AtomicU64 = AtomicU64::new(0);

/// 1, 2, 3 blocks of 100 bytes in turn: the runs that are counted are every second one.
fn uneven(_size: usize) -> Vec<Vec<u8>> {
    let call = CALLS.fetch_add(1, Ordering::SeqCst);
    (0..=(call / 2) % 3).map(|_| planted_buffer(100)).collect()
}

plant!(Uneven, Whole, Vec<Vec<u8>>, uneven, Concurrency::THREADS);
plant!(Alone, Whole, u8, overlapping);

static PLANTED: Catalogue = Catalogue::new(&[Family {
    name: "planted",
    question: "Is the range right?",
    members: Members::Parts,
    axis: Axis::ELEMENTS,
    sizes: &[100],
    entries: &[Entry::of::<Uneven>(), Entry::of::<Alone>()],
}]);

fn readings(workload: usize) -> (Vec<Reading>, String) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let layout = Layout::new(folder.path().join("profiles"), folder.path().join("reports"));
    let case = PLANTED.cases().nth(workload).expect("it is planted");
    let id: CaseId = "planted/planted@100".parse().expect("a case id");
    let cases = vec![PreparedCase { id: id.clone(), case, prepared: case.prepare() }];
    let job = Job {
        cases,
        layout: layout.clone(),
        effort: Effort::Quick,
        last_of_family: true,
        harness_args: Vec::new(),
        canary_ns: None,
    };
    let readings = heap::Heap.measure(&job).expect("dhat is the allocator");
    (readings, std::fs::read_to_string(layout.heap_flamegraph(&id)).expect("a picture is drawn"))
}

fn counts_of_threads_have_the_range_of_three_iterations() {
    let (readings, picture) = readings(0);
    let blocks = readings.iter().find(|reading| reading.metric == Metric::HeapBlocks).expect("counted");
    // The vector that holds them is a block as well.
    assert_eq!((blocks.low, blocks.value, blocks.high), (2.0, 3.0, 4.0), "{blocks:?}");
    assert!(picture.contains("one of 3, which allocated"), "{picture}");
}

fn counts_of_one_thread_are_exact() {
    let (readings, picture) = readings(1);
    assert_eq!(readings.len(), 3);
    for reading in &readings {
        assert_eq!((reading.low, reading.high), (reading.value, reading.value), "{reading:?}");
    }
    assert!(picture.contains("2 blocks, 200 bytes, peak "), "{picture}");
    assert!(picture.contains("one iteration, by call site (dhat, exact)"), "{picture}");
}

/// One test, because dhat counts every thread of the process: a second test, and the harness that reports
/// it, would allocate into the first one's numbers.
#[test]
fn known_answers_are_exact() {
    counts_of_threads_have_the_range_of_three_iterations();
    counts_of_one_thread_are_exact();
    pushes_are_counted_exactly();
    collecting_is_one_block();
    a_thousand_blocks_and_their_spine();
    overlapping_buffers_peak_at_two_and_others_at_one();
    a_part_is_counted_alone();
    threads_of_the_workload_are_counted_and_named();
    two_runs_give_the_same_table();
    a_profile_that_cannot_be_written_is_an_error();
}
