//! What is planted: workloads that repeat the notes' kernels, or others, or none.

use perflab::catalogue::{Axis, CATALOGUE, Catalogue, Family, Members};
use perflab::workload::{Answer, Entry, Workload};

/// A planted workload: its type, its name, the kernel it repeats, its run.
macro_rules! planted {
    ($type:ident, $name:literal, $mirrors:expr, $run:expr) => {
        struct $type;
        impl Workload for $type {
            const NAME: &'static str = $name;
            const ABOUT: &'static str = "planted";
            const MIRRORS: Option<&'static str> = $mirrors;
            type Input = usize;
            type Output = Vec<u64>;
            fn input(size: usize) -> usize {
                size
            }
            fn run(size: &usize) -> Vec<u64> {
                ($run)(*size as u64)
            }
            fn check(_: &usize, _: &Vec<u64>) -> bool {
                true
            }
            fn answer(numbers: &Vec<u64>) -> Answer {
                Answer::of_sequence(numbers.iter().copied())
            }
        }
    };
}

/// The divisors of the notes' ten pairs, by Euclid.
fn divisors(size: u64) -> Vec<u64> {
    const PAIRS: [(u64, u64); 10] = [
        (1_963_309, 2_265_973),
        (2_030_677, 3_814_172),
        (1_551_645, 2_229_620),
        (2_039_045, 2_020_802),
        (1_823_712, 1_924_928),
        (2_293_129, 1_020_491),
        (1_281_238, 2_273_782),
        (3_823_812, 4_237_281),
        (3_812_741, 4_729_139),
        (1_292_391, 2_123_811),
    ];
    let euclid = |(mut a, mut b): (u64, u64)| {
        while b > 0 {
            (a, b) = (b, a % b);
        }
        a
    };
    PAIRS.into_iter().map(euclid).cycle().take(size as usize).collect()
}

planted!(List, "list", Some("f8"), |size| (0..size).collect());
planted!(Unlike, "unlike", Some("f8"), |size| (0..size + 1).collect());
planted!(Alone, "alone", None, |size| (0..size).collect());
planted!(Unwritten, "unwritten", Some("f99"), |size| (0..size).collect());
planted!(Serial, "serial", Some("gcd/serial"), divisors);
planted!(Threads, "threads", Some("gcd/threads"), divisors);
planted!(Processes, "processes", Some("gcd/processes"), divisors);

/// The members of the catalogue that repeat a kernel of the study notes, at a size of two: enough to be shared, and so few that
/// CPython needs no minutes for them.
pub(crate) fn twins() -> &'static Catalogue {
    let family = |family: &Family| {
        let entries: Vec<Entry> =
            family.entries.iter().filter(|entry| entry.mirrors.is_some()).copied().collect();
        Family { sizes: &[2], entries: Box::leak(entries.into_boxed_slice()), ..*family }
    };
    let families = CATALOGUE.families().iter().map(family).filter(|family| !family.entries.is_empty());
    let families: Vec<Family> = families.collect();
    Box::leak(Box::new(Catalogue::new(Box::leak(families.into_boxed_slice()))))
}

pub(crate) static PLANTED: Catalogue = Catalogue::new(&[
    Family {
        name: "planted",
        question: "What does CPython take for the same?",
        members: Members::Parts,
        axis: Axis::ELEMENTS,
        sizes: &[100],
        entries: &[Entry::of::<List>(), Entry::of::<Alone>(), Entry::of::<Unwritten>()],
    },
    Family {
        name: "unlike",
        question: "What if the answers differ?",
        members: Members::Parts,
        axis: Axis::ELEMENTS,
        sizes: &[100],
        entries: &[Entry::of::<Unlike>()],
    },
    Family {
        name: "shared",
        question: "Do threads help?",
        members: Members::Parts,
        axis: Axis::work("pairs", "pair"),
        sizes: &[1, 10],
        entries: &[Entry::of::<Serial>(), Entry::of::<Threads>(), Entry::of::<Processes>()],
    },
]);
