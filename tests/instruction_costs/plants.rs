//! What is planted: functions whose shares are known, a cost inlined away, branches that are guessed wrong, sets, blocks, a
//! tree whose cost is its drop, nothing at all.

use std::collections::HashSet;
use std::hint::black_box;
use std::thread;

use perflab::catalogue::{Axis, Catalogue, Family, Members};
use perflab::workload::{Concurrency, Entry};

use crate::planted::plant;

/// So many steps of work from `$from`, each counted the same; the salt keeps the compiler from making two loops one. No
/// function of its own, so that the work is that of whoever does it.
macro_rules! steps {
    ($times:expr, $from:expr, $salt:expr) => {{
        let mut x: u64 = $from;
        for _ in 0..$times {
            x = black_box(x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add($salt));
        }
        x
    }};
}

/// The work of `$name`, `$times` steps for each of `n`.
macro_rules! work {
    ($name:ident, $times:expr, $salt:expr) => {
        #[inline(never)]
        fn $name(n: u64) -> u64 {
            steps!(n * $times, n, $salt)
        }
    };
}

work!(seventy, 70, 1);
work!(thirty, 30, 2);
work!(left_half, 50, 9);
work!(right_half, 50, 10);
work!(shared_by_two, 10, 3);
work!(on_a_thread, 40, 4);

#[inline(never)]
fn parent_of_seventy(n: u64) -> u64 {
    black_box(seventy(n)) ^ 1
}

#[inline(never)]
fn parent_of_thirty(n: u64) -> u64 {
    black_box(thirty(n)) ^ 2
}

#[inline(never)]
fn one_half(n: u64) -> u64 {
    black_box(shared_by_two(n)) ^ 3
}

#[inline(never)]
fn other_half(n: u64) -> u64 {
    black_box(shared_by_two(n)) ^ 5
}

#[inline(never)]
fn deep_generic<T: Into<u64> + Copy>(value: T) -> u64 {
    steps!(50, value.into(), 5)
}

#[inline(always)]
fn inlined_away(n: u64) -> u64 {
    steps!(90 * n, n, 6)
}

/// Takes twice as long at each step down: its own recursion is nearly all of its case.
#[inline(never)]
fn recursive(n: u64) -> u64 {
    if n < 2 { steps!(1, n, 7) } else { black_box(recursive(n - 1)) + black_box(recursive(n - 2)) }
}

/// The sum of the larger half, by a branch on each number.
#[inline(never)]
fn sum_of_large(numbers: &[u64]) -> u64 {
    let mut sum = 0;
    for number in numbers {
        if *number >= 1 << 31 {
            sum = black_box(sum + number);
        }
    }
    sum
}

/// Random numbers of 32 bits, seeded.
fn shuffled(n: u64) -> Vec<u64> {
    let mut random = fastrand::Rng::with_seed(11);
    (0..n).map(|_| u64::from(random.u32(..))).collect()
}

fn sorted(n: u64) -> Vec<u64> {
    let mut numbers = shuffled(n);
    numbers.sort_unstable();
    numbers
}

fn on_four_threads(n: &u64) -> u64 {
    let n = *n;
    let threads: Vec<_> = (0..4).map(|_| thread::spawn(move || on_a_thread(n))).collect();
    threads.into_iter().map(|thread| thread.join().expect("it does not panic")).fold(0, u64::wrapping_add)
}

fn build_set(n: &u64) -> u64 {
    let mut set = HashSet::new();
    for number in 0..*n {
        set.insert(number);
    }
    set.len() as u64
}

/// The same with room for all of them from the start.
fn build_reserved_set(n: &u64) -> u64 {
    let mut set = HashSet::with_capacity(*n as usize);
    for number in 0..*n {
        set.insert(number);
    }
    set.len() as u64
}

/// `n` blocks of 96 bytes, one after the other.
fn take_blocks(n: &u64) -> u64 {
    (0..*n).map(|number| black_box(Box::new([number; 12]))[0]).fold(0, u64::wrapping_add)
}

/// A leaf that takes a hundred steps to fall.
struct Leaf(u64);

impl Drop for Leaf {
    fn drop(&mut self) {
        black_box(steps!(100, self.0, 8));
    }
}

/// A tree of branches of ten leaves, grown and felled.
fn grow_and_fell(n: &u64) -> u64 {
    let branches: Vec<Vec<Leaf>> =
        (0..*n / 10).map(|branch| (0..10).map(|leaf| Leaf(10 * branch + leaf)).collect()).collect();
    black_box(branches).len() as u64
}

fn the_size(n: u64) -> u64 {
    n
}

const ALONE: Concurrency = Concurrency::NONE;

plant!(SeventyThirty, "seventy-thirty", ALONE, u64, the_size, |n: &u64| parent_of_seventy(*n)
    ^ parent_of_thirty(*n));
plant!(FiftyFifty, "fifty-fifty", ALONE, u64, the_size, |n: &u64| left_half(*n) ^ right_half(*n));
plant!(Halves, "halves", ALONE, u64, the_size, |n: &u64| one_half(*n) ^ other_half(*n));
plant!(Chain, "chain", ALONE, u64, the_size, |n: &u64| {
    (0..*n as u32).map(|x| x + 1).filter(|x| x % 2 == 0).map(deep_generic).fold(0, u64::wrapping_add)
});
plant!(Inlined, "inlined", ALONE, u64, the_size, |n: &u64| inlined_away(*n) ^ thirty(*n / 3));
plant!(Recursion, "recursion", ALONE, u64, |_| 15, |n: &u64| recursive(*n));
plant!(Threads, "threads", Concurrency::THREADS, u64, the_size, on_four_threads);
plant!(Sorted, "sorted", ALONE, Vec<u64>, sorted, |numbers: &Vec<u64>| sum_of_large(numbers));
plant!(Shuffled, "shuffled", ALONE, Vec<u64>, shuffled, |numbers: &Vec<u64>| sum_of_large(numbers));
plant!(Set, "set", ALONE, u64, the_size, build_set);
plant!(Reserved, "reserved", ALONE, u64, the_size, build_reserved_set);
plant!(Blocks, "blocks", ALONE, u64, the_size, take_blocks);
plant!(Tree, "tree", ALONE, u64, the_size, grow_and_fell);
plant!(Nothing, "nothing", ALONE, u64, the_size, |_: &u64| 0);

const fn family(name: &'static str, sizes: &'static [usize], entries: &'static [Entry]) -> Family {
    Family {
        name,
        question: "Where does it go?",
        members: Members::Parts,
        axis: Axis::ELEMENTS,
        sizes,
        entries,
    }
}

pub(crate) static PLANTS: Catalogue = Catalogue::new(&[family(
    "costs",
    &[1_000],
    &[
        Entry::of::<SeventyThirty>(),
        Entry::of::<FiftyFifty>(),
        Entry::of::<Halves>(),
        Entry::of::<Chain>(),
        Entry::of::<Inlined>(),
        Entry::of::<Recursion>(),
        Entry::of::<Threads>(),
        Entry::of::<Sorted>(),
        Entry::of::<Shuffled>(),
        Entry::of::<Set>(),
        Entry::of::<Reserved>(),
        Entry::of::<Blocks>(),
        Entry::of::<Tree>(),
        Entry::of::<Nothing>(),
    ],
)]);
