//! Tasks handed to waiting threads by a channel, results handed back by another.

use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, unbounded};

use super::{Done, Numbers, WORKERS, Who, double_here, doubled, is_right, numbers};
use crate::workload::{Answer, Concurrency, Workload};
use crate::workloads::concurrency::threads;

/// What has a place among the others of its kind.
type Placed<T> = (usize, T);

/// Threads that receive numbers and send them back doubled, each with its place. Dropping it ends the channel of tasks,
/// and joins them.
pub(crate) struct ChannelPool {
    /// Gone once no task comes any more.
    tasks: Option<Sender<Placed<u64>>>,
    results: Receiver<Placed<Done>>,
    threads: Vec<JoinHandle<()>>,
}

impl ChannelPool {
    fn hire(threads: usize) -> Self {
        let (tasks, orders) = unbounded();
        let (answers, results) = unbounded();
        // Ended by its drop, should the system refuse a thread half-way.
        let mut pool = Self { tasks: Some(tasks), results, threads: Vec::with_capacity(threads) };
        for _ in 0..threads {
            let (orders, answers) = (orders.clone(), answers.clone());
            pool.threads.push(threads::start(move || {
                for (place, number) in orders {
                    // Nobody listens any more only where the pool is being dropped.
                    let _ = answers.send((place, double_here(number)));
                }
            }));
        }
        pool
    }

    /// Hands each of `numbers` out, and puts what comes back in their order.
    fn map(&self, numbers: &[u64]) -> Vec<Done> {
        let tasks = self.tasks.as_ref().expect("it is taken by the drop alone");
        for task in numbers.iter().copied().enumerate() {
            tasks.send(task).expect("the threads receive until the tasks end");
        }
        // A place that nobody filled is no right answer: no process has this id.
        let mut done = vec![Done { doubled: 0, by: Who::Process(0) }; numbers.len()];
        for (place, result) in self.results.iter().take(numbers.len()) {
            done[place] = result;
        }
        done
    }
}

impl Drop for ChannelPool {
    fn drop(&mut self) {
        self.tasks = None;
        for thread in self.threads.drain(..) {
            // Doubling does not panic.
            let _ = thread.join();
        }
    }
}

pub(crate) struct ChannelPoolReady;

impl Workload for ChannelPoolReady {
    const NAME: &'static str = "channel-pool-ready";
    const ABOUT: &'static str =
        "a message for each task to two waiting threads, and one back with its place: crossbeam's channels";
    // Who finds a channel of crossbeam's empty looks again for a while before it sleeps.
    const CONCURRENCY: Concurrency = Concurrency::SPINNING;
    type Input = (Numbers, ChannelPool);
    doubled!();

    fn input(size: usize) -> (Numbers, ChannelPool) {
        (numbers(size), ChannelPool::hire(WORKERS))
    }

    fn run((numbers, pool): &(Numbers, ChannelPool)) -> Vec<Done> {
        pool.map(numbers)
    }

    fn check((numbers, _): &(Numbers, ChannelPool), done: &Vec<Done>) -> bool {
        is_right(numbers, done, |workers| workers <= WORKERS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_stand_in_the_order_of_the_tasks_whoever_is_done_first() {
        let pool = ChannelPool::hire(WORKERS);
        for repeat in 0..1_000 {
            let numbers = numbers(repeat % 8);
            let doubled: Vec<u64> = pool.map(&numbers).iter().map(|done| done.doubled).collect();
            assert_eq!(doubled, numbers.iter().map(|number| 2 * number).collect::<Vec<_>>(), "{repeat}");
        }
    }

    #[test]
    fn a_pool_that_is_dropped_leaves_no_thread_that_listens() {
        let pool = ChannelPool::hire(WORKERS);
        let tasks = pool.tasks.clone().expect("it is not dropped yet");
        let results = pool.results.clone();
        // Tasks may still come while this sender lives: the threads end with the last one.
        let dropped = std::thread::spawn(move || drop(pool));
        tasks.send((0, 21)).expect("somebody listens");
        assert_eq!(results.recv().map(|(place, done)| (place, done.doubled)), Ok((0, 42)));
        drop(tasks);
        dropped.join().expect("it joins its threads");
        assert!(results.recv().is_err(), "a thread still holds its end");
    }
}
