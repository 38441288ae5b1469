//! Families that keep cores busy with numbers: shared among workers, by better algorithms, over more threads.

use super::{Axis, Family, Members, THREADS};
use crate::workload::Entry;
use crate::workloads::concurrency::factorize::{self, Factorize};
use crate::workloads::concurrency::gcd::{self, Gcd};
use crate::workloads::concurrency::is_prime::{self, IsPrime};
use crate::workloads::concurrency::kernel::By;
use crate::workloads::concurrency::{forms, processes, scaling};

pub(super) const GCD: Family = Family {
    name: "gcd",
    question: "How should work that keeps a core busy be shared: ten greatest common divisors by trial?",
    members: Members::Alternatives,
    axis: Axis::work("pairs", "pair"),
    sizes: &[10],
    entries: &[
        Entry::of::<forms::Serial<Gcd>>(),
        Entry::of::<forms::TwoThreads<Gcd>>(),
        Entry::of::<forms::ThreadEach<Gcd>>(),
        Entry::of::<forms::Rayon<Gcd>>(),
        Entry::of::<forms::TwoThreadsReady<Gcd>>(),
        Entry::of::<processes::TwoProcessesReady<Gcd>>(),
        Entry::of::<processes::TwoProcesses<Gcd>>(),
        Entry::of::<gcd::GlobalLock>(),
    ],
};

pub(super) const GCD_ALGORITHM: Family = Family {
    name: "gcd-algorithm",
    question: "How should the greatest common divisors of ten pairs be found?",
    members: Members::Alternatives,
    axis: Axis::work("pairs", "pair"),
    sizes: &[10],
    entries: &[
        Entry::of::<By<gcd::algorithms::Trial>>(),
        Entry::of::<By<gcd::algorithms::Euclid>>(),
        Entry::of::<By<gcd::algorithms::Binary>>(),
        Entry::of::<By<gcd::algorithms::BinaryBranchless>>(),
        Entry::of::<By<gcd::algorithms::NumInteger>>(),
    ],
};

pub(super) const IS_PRIME: Family = Family {
    name: "is-prime",
    question: "How should few long tasks be shared: whether six numbers are prime, by trial?",
    members: Members::Alternatives,
    axis: Axis::work("numbers", "number"),
    sizes: &[6],
    entries: &[
        Entry::of::<forms::Serial<IsPrime>>(),
        Entry::of::<forms::ThreadEach<IsPrime>>(),
        Entry::of::<forms::Rayon<IsPrime>>(),
        Entry::of::<processes::TwoProcessesReady<IsPrime>>(),
        Entry::of::<processes::TwoProcesses<IsPrime>>(),
    ],
};

pub(super) const IS_PRIME_ALGORITHM: Family = Family {
    name: "is-prime-algorithm",
    question: "How should six numbers of 47 to 50 bits be told to be prime?",
    members: Members::Alternatives,
    axis: Axis::work("numbers", "number"),
    sizes: &[6],
    entries: &[
        Entry::of::<By<is_prime::algorithms::OddTrial>>(),
        Entry::of::<By<is_prime::algorithms::Wheel>>(),
        Entry::of::<By<is_prime::algorithms::MillerRabin>>(),
        Entry::of::<By<is_prime::algorithms::MachinePrime>>(),
    ],
};

pub(super) const FACTORIZE: Family = Family {
    name: "factorize",
    question: "What does the order decide: all divisors of four numbers by trial, shared?",
    members: Members::Parts,
    axis: Axis::work("numbers", "number"),
    sizes: &[4],
    entries: &[
        Entry::of::<forms::Serial<Factorize>>(),
        Entry::of::<forms::ThreadEach<Factorize>>(),
        Entry::of::<forms::TwoThreads<Factorize>>(),
        Entry::of::<forms::TwoThreadsLongestFirst<Factorize>>(),
        Entry::of::<forms::Rayon<Factorize>>(),
    ],
};

pub(super) const FACTORIZE_ALGORITHM: Family = Family {
    name: "factorize-algorithm",
    question: "How should all divisors of four numbers be found?",
    members: Members::Alternatives,
    axis: Axis::work("numbers", "number"),
    sizes: &[4],
    entries: &[
        Entry::of::<By<factorize::algorithms::ToN>>(),
        Entry::of::<By<factorize::algorithms::ToRoot>>(),
        Entry::of::<By<factorize::algorithms::ByPrimes>>(),
        Entry::of::<By<factorize::algorithms::MachineFactor>>(),
    ],
};

pub(super) const SCALING_GCD: Family = Family {
    name: "scaling-gcd",
    question: "What does each further thread gain where cores bound the work: ten greatest common divisors by trial?",
    members: Members::Parts,
    axis: Axis::THREADS,
    sizes: THREADS,
    entries: &[Entry::of::<scaling::InOrder<Gcd>>(), Entry::of::<scaling::LongestFirst<Gcd>>()],
};

pub(super) const SCALING_SUM: Family = Family {
    name: "scaling-sum",
    question: "What does each further thread gain where memory bounds the work: a sum over 64 MiB?",
    members: Members::Parts,
    axis: Axis::THREADS,
    sizes: THREADS,
    entries: &[Entry::of::<scaling::Sum>()],
};
