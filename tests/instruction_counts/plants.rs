//! What is planted: loops whose instructions are known, work on threads, and cases that die.

use std::hint::black_box;
use std::sync::mpsc;
use std::thread;

use perflab::catalogue::{Axis, Catalogue, Family, Members};
use perflab::workload::{Answer, Concurrency, Entry, Workload};

use crate::planted::plant;
use crate::session::BENCH;

/// What is planted: numbers in, a number out.
pub(crate) trait Kernel: 'static {
    const NAME: &'static str;
    fn run(size: u64) -> u64;
}

/// A kernel as a workload.
pub(crate) struct Plant<K>(std::marker::PhantomData<K>);

impl<K: Kernel> Workload for Plant<K> {
    const NAME: &'static str = K::NAME;
    const ABOUT: &'static str = "a planted truth";
    type Input = u64;
    type Output = u64;

    fn input(size: usize) -> u64 {
        size as u64
    }

    fn run(input: &u64) -> u64 {
        K::run(*input)
    }

    fn check(_: &u64, _: &u64) -> bool {
        true
    }

    fn answer(output: &u64) -> Answer {
        Answer::of_sequence([*output])
    }
}

pub(crate) struct Sum;

impl Kernel for Sum {
    const NAME: &'static str = "sum";

    fn run(size: u64) -> u64 {
        (0..size).fold(0, |sum, i| black_box(sum + i))
    }
}

pub(crate) struct Push;

impl Kernel for Push {
    const NAME: &'static str = "push";

    fn run(size: u64) -> u64 {
        let mut numbers = Vec::new();
        for i in 0..size {
            numbers.push(i);
        }
        numbers.len() as u64
    }
}

struct RandomHasher;

impl Kernel for RandomHasher {
    const NAME: &'static str = "random-hasher";

    fn run(size: u64) -> u64 {
        (0..size).collect::<std::collections::HashSet<u64>>().len() as u64
    }
}

/// Whether this is the program under Valgrind, whose environment is cleared.
fn under_valgrind() -> bool {
    std::env::var_os(BENCH).is_none()
}

struct Panics;

impl Kernel for Panics {
    const NAME: &'static str = "panics";

    fn run(size: u64) -> u64 {
        assert!(!under_valgrind(), "out of luck");
        size
    }
}

/// As an instruction that this Valgrind does not know.
struct Illegal;

impl Kernel for Illegal {
    const NAME: &'static str = "illegal";

    fn run(size: u64) -> u64 {
        if under_valgrind() {
            let sent = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::ILL);
            sent.expect("a process may signal itself");
        }
        size
    }
}

/// The work that is planted on one thread and on four.
#[inline(never)]
fn planted_work(size: u64) -> u64 {
    (0..size * 100).fold(1, |sum, i| black_box(sum ^ i))
}

fn on_four_threads(size: &u64) -> u64 {
    let size = *size;
    let threads: Vec<_> = (0..4).map(|_| thread::spawn(move || planted_work(size))).collect();
    threads.into_iter().map(|thread| thread.join().expect("it does not panic")).sum()
}

/// Two threads that wait for sizes, and how they answer.
struct Pool {
    size: u64,
    orders: Vec<mpsc::Sender<u64>>,
    answers: mpsc::Receiver<u64>,
}

fn pool(size: u64) -> Pool {
    let (sender, answers) = mpsc::channel();
    let worker = |_| {
        let (order, orders) = mpsc::channel();
        let sender = sender.clone();
        thread::spawn(move || {
            while let Ok(size) = orders.recv() {
                if sender.send(planted_work(size)).is_err() {
                    return;
                }
            }
        });
        order
    };
    Pool { size, orders: (0..2).map(worker).collect(), answers }
}

fn on_a_pool(pool: &Pool) -> u64 {
    for order in pool.orders.iter().cycle().take(4) {
        order.send(pool.size).expect("the thread waits for it");
    }
    (0..4).map(|_| pool.answers.recv().expect("it answers")).sum()
}

plant!(Once, "once", Concurrency::NONE, u64, |size| size, |size: &u64| planted_work(*size));
plant!(FourThreads, "four-threads", Concurrency::THREADS, u64, |size| size, on_four_threads);
plant!(Pooled, "pooled", Concurrency::THREADS, Pool, pool, on_a_pool);
plant!(Spinning, "spinning", Concurrency::SPINNING, u64, |size| size, on_four_threads);
plant!(Processes, "processes", Concurrency::PROCESSES, u64, |size| size, on_four_threads);

pub(crate) struct Noop;

impl Workload for Noop {
    const NAME: &'static str = "noop";
    const ABOUT: &'static str = "the loop itself";
    type Input = ();
    type Output = ();

    fn input(_: usize) {}

    fn run((): &()) {}

    fn check((): &(), (): &()) -> bool {
        true
    }

    fn answer((): &()) -> Answer {
        Answer::of_sequence([])
    }
}

const fn family(name: &'static str, sizes: &'static [usize], entries: &'static [Entry]) -> Family {
    Family {
        name,
        question: "Is the count right?",
        members: Members::Parts,
        axis: Axis::ELEMENTS,
        sizes,
        entries,
    }
}

pub(crate) static PLANTS: Catalogue = Catalogue::new(&[
    family("noop", &[1], &[Entry::of::<Noop>()]),
    family("loop", &[1_000, 2_000, 3_000, 1_000_000], &[Entry::of::<Plant<Sum>>()]),
    family("kernel", &[16], &[Entry::of::<Plant<Sum>>()]),
    family("growth", &[100], &[Entry::of::<Plant<Push>>()]),
    family("random", &[100], &[Entry::of::<Plant<RandomHasher>>()]),
    family(
        "shared",
        &[1_000],
        &[
            Entry::of::<Once>(),
            Entry::of::<FourThreads>(),
            Entry::of::<Pooled>(),
            Entry::of::<Spinning>(),
            Entry::of::<Processes>(),
        ],
    ),
    family("dies", &[1], &[Entry::of::<Plant<Panics>>(), Entry::of::<Plant<Illegal>>()]),
]);
