//! Cases of the catalogue, from numbers and files that instruments recorded: tests/known/recorded. Stacks of fewer than
//! five samples stand under the measured loop there. What needed a machine that nobody else used is made, and says so.

use perflab::record::{
    FindingKind as Kind, ListedCounts, ListedFamily, ListedFloor, Metric, Speed, Unit, WaitsLedger,
};

use super::{Row, World, books, family, id};

const NUMBERS: &str = include_str!("recorded/numbers.tsv");

macro_rules! recorded {
    ($name:literal) => {
        include_str!(concat!("recorded/", $name))
    };
}

/// The metrics of the recorded numbers.
const METRICS: [Metric; 6] = [
    Metric::TimeNs,
    Metric::TimeRatio,
    Metric::Instructions,
    Metric::HeapBlocks,
    Metric::HeapBytes,
    Metric::L1Misses,
];

/// The family `name`, its members and sizes as recorded, with its numbers.
fn recorded(name: &str, question: &str, baseline: &str) -> World {
    let of_family = |line: &&str| line.starts_with(&format!("{name}/"));
    let mut members = vec![baseline.to_owned()];
    let mut sizes = Vec::new();
    for line in NUMBERS.lines().filter(of_family) {
        let case = id(line.split('\t').next().expect("a case"));
        if !members.contains(&case.workload) {
            members.push(case.workload);
        }
        if !sizes.contains(&case.size) {
            sizes.push(case.size);
        }
    }
    sizes.sort_unstable();
    let members: Vec<&str> = members.iter().map(String::as_str).collect();
    let mut world = World::of(family(name, question, &members, &sizes));
    world.read(name);
    world
}

impl World {
    /// Adds the recorded numbers of the family `name`.
    fn read(&mut self, name: &str) {
        for line in NUMBERS.lines().filter(|line| line.starts_with(&format!("{name}/"))) {
            let cells: Vec<&str> = line.split('\t').collect();
            let metric = METRICS.into_iter().find(|metric| metric.as_str() == cells[1]).expect("a metric");
            let number = |at: usize| cells[at].parse::<f64>().expect("a number");
            self.range(cells[0], metric, [number(2), number(3), number(4)]);
        }
    }
}

fn ledger(json: &str) -> WaitsLedger {
    serde_json::from_str(json).expect("recorded books")
}

fn sets() -> World {
    let mut world = recorded("build-set", "How should a set of n integers be built?", "insert");
    world.spare("insert-reserved", "growth", "insert");
    world.spare("rustc-hash", "hashing", "insert");
    world.spare("rustc-hash-reserved", "hashing", "insert-reserved");
    world.samples_read("build-set/insert@1000", recorded!("build-set-insert@1000.folded"));
    world.samples_read("build-set/insert-reserved@1000", recorded!("build-set-insert-reserved@1000.folded"));
    world
}

fn vectors() -> World {
    let mut world = recorded("build-vec", "How should a vector of n integers be built?", "push");
    world.spare("push-reserved", "growth", "push");
    world.samples_read("build-vec/push@100", recorded!("build-vec-push@100.folded"));
    world.samples_read("build-vec/push@10000", recorded!("build-vec-push@10000.folded"));
    world.samples_read("build-vec/collect@1000000", recorded!("build-vec-collect@1000000.folded"));
    world.listing.families[0].floors = vec![ListedFloor {
        size: 1_000_000,
        bytes_written: 8_000_000,
        allocations: 1,
        ..ListedFloor::default()
    }];
    world
}

/// A machine that writes to memory at 45 GB a second: made, for the recorded run took no speeds. 8 MB in 193 µs, which
/// was recorded, are 41.
fn writes_to_memory(world: &mut World) {
    let speed = |name: &str, value: f64, unit: Unit| Speed {
        name: name.into(),
        value,
        low: value * 0.9,
        high: value * 1.1,
        unit,
        holds_bytes: None,
    };
    let speeds =
        vec![speed("write-memory", 45e9, Unit::BytesPerSecond), speed(Speed::ALLOCATION, 20.0, Unit::Ns)];
    world.recorded.environment = Some(super::environment(speeds));
}

fn texts() -> World {
    let question = "How should n numbers be put into a text?";
    let mut world = recorded("build-text", question, "push-str");
    world.spare("push-str-reserved", "growth", "push-str");
    world.spare("itoa", "formatting", "write");
    world.samples_read("build-text/push-str@1000", recorded!("build-text-push-str@1000.folded"));
    world.samples_read("build-text/write@1000", recorded!("build-text-write@1000.folded"));
    let quadratic = recorded!("build-text-format-into-itself@1000.folded");
    world.samples_read("build-text/format-into-itself@1000", quadratic);
    world
}

fn divisors() -> World {
    let question = "How should work that keeps a core busy be shared?";
    let mut world = recorded("gcd", question, "serial");
    let algorithms: Vec<&str> = vec!["trial", "euclid", "binary", "binary-branchless", "num-integer"];
    let of_algorithms: ListedFamily =
        family("gcd-algorithm", "How should they be found?", &algorithms, &[10]);
    world.listing.families.push(of_algorithms);
    world.read("gcd-algorithm");
    for member in ["two-threads", "two-threads-ready", "thread-each", "rayon", "global-lock"] {
        world.member(member).concurrency.threads = true;
    }
    world.samples_read("gcd/serial@10", recorded!("gcd-serial@10.folded"));
    world.samples_read("gcd/global-lock@10", recorded!("gcd-global-lock@10.folded"));
    // Made: two threads that hold one lock in turn, a thread that waits for both. The ratio is the recorded one.
    let mut books = books(
        990,
        0,
        &[
            ("measuring thread", [0, 0, 0, 1_000], "futex"),
            ("unnamed thread", [480, 0, 5, 500], "futex"),
            ("another thread", [480, 0, 5, 500], "futex"),
        ],
    );
    books.iterations = 23;
    world.waits("gcd/global-lock@10", books);
    world
}

pub(crate) fn rows() -> Vec<Row> {
    let (mut sets, mut vectors, mut texts, mut divisors) = (sets(), vectors(), texts(), divisors());
    let mut floor = self::vectors();
    writes_to_memory(&mut floor);
    let mut rows = vec![
        Row::of("build-set/insert@1000", Kind::Growth, sets.findings("build-set/insert@1000"))
            .beside(&[Kind::Hashing])
            .says("as much by hashing"),
        Row::of(
            "build-set/insert-reserved@1000",
            Kind::Hashing,
            sets.findings("build-set/insert-reserved@1000"),
        )
        .says("`rustc-hash-reserved` is 2.8 times as fast")
        .silent(&[Kind::Growth]),
        Row::of("build-vec/push@100", Kind::Growth, vectors.findings("build-vec/push@100"))
            .says("`push-reserved` is 2.3 times as fast"),
        Row::of("build-vec/push@10000", Kind::ExcessWork, vectors.findings("build-vec/push@10000"))
            .says("4.1 times the instructions")
            .silent(&[Kind::Allocation]),
        Row::of("build-vec/collect@1000000", Kind::AtFloor, floor.findings("build-vec/collect@1000000"))
            .says("writing 8000000 bytes"),
        Row::of("build-vec/push@1000000", Kind::ExcessWork, floor.findings("build-vec/push@1000000"))
            .silent(&[Kind::AtFloor]),
        Row::of(
            "build-text/format-into-itself@1000",
            Kind::SuperLinear,
            texts.findings("build-text/format-into-itself@1000"),
        )
        .says("heap bytes grow with the size to the power of 2.12")
        .beside(&[Kind::Formatting, Kind::Allocation]),
        Row::of("build-text/write@1000", Kind::Formatting, texts.findings("build-text/write@1000"))
            .says("`itoa` is 3.8 times as fast")
            .silent(&[Kind::Allocation]),
        // The table of the issue has formatting first. By samples a String a number costs more than its digits.
        Row::of("build-text/push-str@1000", Kind::Allocation, texts.findings("build-text/push-str@1000"))
            .beside(&[Kind::Formatting]),
        // Euclid's is not the fastest: Stein's is, without a division.
        Row::of("gcd/serial@10", Kind::HotFunction, divisors.findings("gcd/serial@10"))
            .says("first_common")
            .says("another algorithm before anything else: `gcd-algorithm/binary`")
            .silent(&[Kind::Allocation]),
        Row::of("gcd/global-lock@10", Kind::LockContention, divisors.findings("gcd/global-lock@10"))
            .says("1.01 times as long as one thread"),
    ];
    rows.extend(waiting());
    rows.push(counter());
    let mut noop = recorded("noop", "What does the ruler itself cost?", "noop");
    noop.samples_read("noop/noop@1", recorded!("noop-noop@1.folded"));
    rows.push(Row::of("noop/noop@1", Kind::NoBottleneck, noop.findings("noop/noop@1")));
    rows
}

fn waiting() -> [Row; 3] {
    let alone = |name: &str, question: &str, member: &str, size: usize| {
        World::of(family(name, question, &[member], &[size]))
    };
    let mut wait = alone("wait", "How should five waits be spent?", "serial", 20);
    wait.waits("wait/serial@20", ledger(recorded!("wait-serial@20.json")));
    let mut children = alone("children", "How should ten children be awaited?", "one-after-another", 10);
    children.waits("children/one-after-another@10", ledger(recorded!("children-one-after-another@10.json")));
    let mut process = alone("dispatch", "What does it cost to hand out tasks?", "process-ready", 100);
    process.member("process-ready").concurrency.processes = true;
    process.samples_read("dispatch/process-ready@100", recorded!("dispatch-process-ready@100.folded"));
    process.waits("dispatch/process-ready@100", ledger(recorded!("dispatch-process-ready@100.json")));
    [
        Row::of("wait/serial@20", Kind::Waiting, wait.findings("wait/serial@20")).says("in ppoll"),
        Row::of(
            "children/one-after-another@10",
            Kind::Waiting,
            children.findings("children/one-after-another@10"),
        )
        .says("in wait4, waiting for 10 children an iteration"),
        Row::of(
            "dispatch/process-ready@100",
            Kind::SystemCalls,
            process.findings("dispatch/process-ready@100"),
        )
        .says("called most by read")
        .says("turning values into bytes and back is 0 %"),
    ]
}

/// Instructions as recorded; the speed-ups are made, for on a machine that others used as well two threads seldom ran at
/// once.
fn counter() -> Row {
    let members = ["mutex", "atomic-each-packed", "atomic-each-padded"];
    let mut listed = family("shared-counter", "How should threads count together?", &members, &[1, 2]);
    listed.counts = ListedCounts::Workers;
    let mut world = World::of(listed);
    for member in members {
        world.member(member).concurrency.threads = true;
    }
    world.number("shared-counter/atomic-each-packed@2", Metric::Instructions, 249_354.5);
    world.number("shared-counter/atomic-each-padded@2", Metric::Instructions, 249_701.0);
    world.range("shared-counter/atomic-each-packed@2", Metric::Speedup, [0.9, 0.85, 0.95]);
    world.range("shared-counter/atomic-each-padded@2", Metric::Speedup, [4.2, 4.0, 4.4]);
    Row::of(
        "shared-counter/atomic-each-packed@2",
        Kind::FalseSharing,
        world.findings("shared-counter/atomic-each-packed@2"),
    )
    .says("`atomic-each-padded`")
}
