//! How soon do workers stop when they are told to? Measured is the drop alone: from the word to the last worker's join.
//! Starting them is not, and each has begun before the word is given.

use std::cell::RefCell;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{JoinHandle, Thread};

use super::stop_words::{LookedAt, ParkedOn, SleptOn};
use super::threads;
use crate::workload::{Answer, Concurrency, Part, Workload};

/// A way to tell workers to stop.
pub(crate) trait Word: Sized + 'static {
    /// Name and line of the member.
    const MEMBER: (&'static str, &'static str);
    /// The kernel of the study notes.
    const MIRRORS: Option<&'static str> = None;
    /// Whether a worker looks again and again.
    const CONCURRENCY: Concurrency = Concurrency::THREADS;
    /// A worker's end of it.
    type Ear: Send + 'static;

    /// The word, not yet given, and an ear for each of `workers`.
    fn prepare(workers: usize) -> (Self, Vec<Self::Ear>);
    /// A worker's life: works or sleeps until the word is given.
    fn heed(ear: Self::Ear);
    /// Gives the word.
    fn give(self, workers: &[&Thread]);
}

/// Workers at work. Dropping it gives the word and joins them.
pub(crate) struct Crew<W: Word> {
    hired: usize,
    /// Gone once the word was given.
    word: Option<W>,
    workers: Vec<JoinHandle<()>>,
}

impl<W: Word> Crew<W> {
    /// Starts `workers` and returns once each has begun.
    fn hire(workers: usize) -> Self {
        let (word, ears) = W::prepare(workers);
        // Told to stop by its drop, should the system refuse a thread half-way.
        let mut crew = Self { hired: workers, word: Some(word), workers: Vec::with_capacity(workers) };
        let (begun, begins) = mpsc::channel();
        for ear in ears {
            let begun = begun.clone();
            crew.workers.push(threads::start(move || {
                // Whoever hired us waits for this.
                let _ = begun.send(());
                W::heed(ear);
            }));
        }
        drop(begun);
        let at_work = begins.iter().take(workers).count();
        assert_eq!(at_work, workers, "a worker ended before it began");
        crew
    }

    /// Gives the word, joins, and says how many workers stopped by it alone.
    fn stop(&mut self) -> usize {
        let Some(word) = self.word.take() else { return 0 };
        let at_work = self.workers.iter().filter(|worker| !worker.is_finished()).count();
        word.give(&self.workers.iter().map(JoinHandle::thread).collect::<Vec<_>>());
        let joined = self.workers.drain(..).filter_map(|worker| worker.join().ok()).count();
        at_work.min(joined)
    }
}

impl<W: Word> Drop for Crew<W> {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The member that is told by `W`.
pub(crate) struct StopBy<W>(PhantomData<W>);

impl<W: Word> Workload for StopBy<W> {
    const NAME: &'static str = W::MEMBER.0;
    const ABOUT: &'static str = W::MEMBER.1;
    const MIRRORS: Option<&'static str> = W::MIRRORS;
    const PART: Part = Part::Dropping;
    // Workers that wait to be told are threads; one crew at a time leaves the cores to those that are measured.
    const MOST_KEPT: usize = 1;
    const CONCURRENCY: Concurrency = W::CONCURRENCY;
    type Input = usize;
    type Output = RefCell<Crew<W>>;

    fn input(size: usize) -> usize {
        size
    }

    fn run(workers: &usize) -> RefCell<Crew<W>> {
        RefCell::new(Crew::hire(*workers))
    }

    /// That none stopped before it was told, and all did then.
    fn check(workers: &usize, crew: &RefCell<Crew<W>>) -> bool {
        crew.borrow_mut().stop() == *workers
    }

    fn answer(crew: &RefCell<Crew<W>>) -> Answer {
        Answer::of_sequence([crew.borrow().hired as u64])
    }
}

/// A flag that a working thread looks at.
pub(crate) struct Polled(Arc<LookedAt>);

impl Word for Polled {
    const MEMBER: (&'static str, &'static str) =
        ("polled-atomic", "each worker does nothing but look at an atomic flag, again and again");
    const MIRRORS: Option<&'static str> = Some("stop-flag");
    const CONCURRENCY: Concurrency = Concurrency::SPINNING;
    type Ear = Arc<LookedAt>;

    fn prepare(workers: usize) -> (Self, Vec<Self::Ear>) {
        let flag = Arc::new(LookedAt::new());
        (Self(Arc::clone(&flag)), vec![flag; workers])
    }

    fn heed(flag: Self::Ear) {
        flag.heed();
    }

    fn give(self, _: &[&Thread]) {
        self.0.give();
    }
}

/// A flag under a lock, and a sleep that its change ends.
pub(crate) struct Notified(Arc<SleptOn>);

impl Word for Notified {
    const MEMBER: (&'static str, &'static str) =
        ("condition-variable", "each worker sleeps on a condition variable; all are notified at once");
    type Ear = Arc<SleptOn>;

    fn prepare(workers: usize) -> (Self, Vec<Self::Ear>) {
        let flag = Arc::new(SleptOn::new());
        (Self(Arc::clone(&flag)), vec![flag; workers])
    }

    fn heed(flag: Self::Ear) {
        flag.heed();
    }

    fn give(self, _: &[&Thread]) {
        self.0.give();
    }
}

/// A channel to each worker, closed to stop it.
pub(crate) struct Closed(Vec<Sender<()>>);

impl Word for Closed {
    const MEMBER: (&'static str, &'static str) = (
        "channel",
        "each worker sleeps on a channel of its own; all channels are closed, one after the other",
    );
    type Ear = Receiver<()>;

    fn prepare(workers: usize) -> (Self, Vec<Self::Ear>) {
        let (senders, receivers) = (0..workers).map(|_| mpsc::channel()).unzip();
        (Self(senders), receivers)
    }

    fn heed(orders: Receiver<()>) {
        for () in orders {}
    }

    fn give(self, _: &[&Thread]) {
        drop(self.0);
    }
}

/// A flag beside a thread that is parked.
pub(crate) struct Unparked(Arc<ParkedOn>);

impl Word for Unparked {
    const MEMBER: (&'static str, &'static str) =
        ("parked-thread", "each worker is parked; each is unparked, one after the other");
    type Ear = Arc<ParkedOn>;

    fn prepare(workers: usize) -> (Self, Vec<Self::Ear>) {
        let flag = Arc::new(ParkedOn::new());
        (Self(Arc::clone(&flag)), vec![flag; workers])
    }

    fn heed(flag: Self::Ear) {
        flag.heed();
    }

    fn give(self, workers: &[&Thread]) {
        self.0.give(workers);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A word that no worker heeds: each ends at once.
    struct Unheeded;

    impl Word for Unheeded {
        const MEMBER: (&'static str, &'static str) = ("unheeded", "planted");
        type Ear = ();

        fn prepare(workers: usize) -> (Self, Vec<()>) {
            (Self, vec![(); workers])
        }

        fn heed((): ()) {}

        fn give(self, _: &[&Thread]) {}
    }

    #[test]
    fn workers_that_stop_before_they_are_told_are_rejected() {
        let crew = Crew::<Unheeded>::hire(2);
        while !crew.workers.iter().all(JoinHandle::is_finished) {
            std::thread::yield_now();
        }
        assert!(!StopBy::<Unheeded>::check(&2, &RefCell::new(crew)));
    }

    #[test]
    fn one_crew_at_a_time_is_staged() {
        let case = crate::workload::Entry::of::<StopBy<Notified>>().prepare(1);
        assert_eq!(case.batch_limit(), 1);
        let mut batches = 0;
        case.in_batches(3, |case, batch| {
            case.run(batch);
            batches += 1;
        });
        assert_eq!(batches, 3);
    }

    #[test]
    fn no_worker_outlives_its_crew() {
        let crew = Crew::<Unparked>::hire(3);
        let flag = crew.word.as_ref().map(|word| Arc::downgrade(&word.0)).expect("the word is not given yet");
        assert!(flag.strong_count() > 0);
        drop(crew);
        assert_eq!(flag.strong_count(), 0, "a worker still holds its ear");
    }
}
