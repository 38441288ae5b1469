//! A kernel is a list of items and the work that each of them takes. How the work is shared is not its business: see
//! `forms`.

use std::marker::PhantomData;

use super::worker::Task;
use crate::workload::{Answer, Spare, Workload};

/// Independent items, and what is to be found for each.
pub(crate) trait Kernel: 'static {
    /// What the work reads.
    type Item: Copy + Send + Sync + 'static;
    /// What the work finds.
    type Found: Send + 'static;
    /// The kernel of the study notes that each form repeats.
    const MIRRORS: Mirrors = Mirrors::NONE;
    /// Which costs two threads spare that members of the kernel's family pay for.
    const TWO_THREADS_SPARE: &'static [Spare] = &[];

    /// The items of `size`.
    fn items(size: usize) -> Vec<Self::Item>;
    /// The work, one function for all forms: they differ in how it is shared and in nothing else.
    fn work(item: Self::Item) -> Self::Found;
    /// Whether `found` is right for `item`, known another way than by doing the work again.
    fn is_right(item: Self::Item, found: &Self::Found) -> bool;
    /// What the work for `item` takes, counted: the candidates that it looks at.
    fn cost(item: Self::Item) -> u64;
    /// What the work will take at most, as it can be told before it is done.
    fn estimate(item: Self::Item) -> u64;
    /// What was found, in the order of the items.
    fn answer(found: &[Self::Found]) -> Answer;
}

/// Whether each of `found` is right.
pub(super) fn all_right<K: Kernel>(items: &[K::Item], found: &[K::Found]) -> bool {
    items.len() == found.len() && items.iter().zip(found).all(|(item, found)| K::is_right(*item, found))
}

/// What each item of `size` takes.
pub(super) fn costs<K: Kernel>(size: usize) -> Vec<u64> {
    K::items(size).into_iter().map(K::cost).collect()
}

/// The kernels of the study notes, by form.
pub(crate) struct Mirrors {
    pub(crate) serial: Option<&'static str>,
    pub(crate) thread_each: Option<&'static str>,
    pub(crate) two_threads: Option<&'static str>,
    pub(crate) processes: Option<&'static str>,
}

impl Mirrors {
    /// No form repeats one.
    pub(crate) const NONE: Self =
        Self { serial: None, thread_each: None, two_threads: None, processes: None };
}

/// A kernel whose items can be sent to worker processes.
pub(crate) trait Remote: Kernel {
    /// What the workers do.
    const TASK: Task;

    /// The bytes of an item.
    fn request(item: Self::Item) -> Vec<u8>;
    /// What the bytes of a reply say; `None` where they say nothing.
    fn found(reply: &[u8]) -> Option<Self::Found>;
}

/// Numbers in a row, 8 bytes each, little endian; those that are cut short count as 0, which no kernel asks for.
pub(super) fn number(bytes: &[u8], place: usize) -> u64 {
    let eight = bytes.get(8 * place..8 * (place + 1)).and_then(|bytes| bytes.try_into().ok());
    eight.map_or(0, u64::from_le_bytes)
}

/// An algorithm that finds the same as a kernel's work.
pub(crate) trait Algorithm: 'static {
    /// Whose items it takes and whose answer it gives.
    type Of: Kernel;
    /// The workload's name.
    const NAME: &'static str;
    /// The workload's line.
    const ABOUT: &'static str;

    /// Finds.
    fn find(item: <Self::Of as Kernel>::Item) -> <Self::Of as Kernel>::Found;
}

/// An algorithm on one thread, item after item.
pub(crate) struct By<A>(PhantomData<A>);

impl<A: Algorithm> Workload for By<A> {
    const NAME: &'static str = A::NAME;
    const ABOUT: &'static str = A::ABOUT;
    type Input = Vec<<A::Of as Kernel>::Item>;
    type Output = Vec<<A::Of as Kernel>::Found>;

    fn input(size: usize) -> Self::Input {
        A::Of::items(size)
    }

    fn run(items: &Self::Input) -> Self::Output {
        items.iter().map(|item| A::find(*item)).collect()
    }

    fn check(items: &Self::Input, found: &Self::Output) -> bool {
        all_right::<A::Of>(items, found)
    }

    fn answer(found: &Self::Output) -> Answer {
        A::Of::answer(found)
    }
}
