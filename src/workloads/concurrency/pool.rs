//! A small thread pool: threads that sleep until there is a task. Knows no kernel.
//!
//! Model-checked: tests/loom compiles this file against loom, so it names threads and locks by `super::sync` alone.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::queue::Queue;
use super::sync::Arc;
use super::sync::thread::{Builder, JoinHandle};
use super::ticket::{TaskPanicked, Ticket, ticket};

type Task = Box<dyn FnOnce() + Send>;

/// A fixed number of threads. Dropping it lets them finish what was submitted, and joins them.
pub(crate) struct Pool {
    tasks: Arc<Queue<Task>>,
    threads: Vec<JoinHandle<()>>,
}

impl Pool {
    /// Starts `threads` threads.
    ///
    /// # Errors
    /// What the system answers at its limit of threads; those already started are joined.
    pub(crate) fn new(threads: usize) -> io::Result<Self> {
        let mut pool = Self { tasks: Arc::new(Queue::new()), threads: Vec::with_capacity(threads) };
        for number in 0..threads {
            let tasks = Arc::clone(&pool.tasks);
            let work = move || {
                while let Some(task) = tasks.pop() {
                    task();
                }
            };
            pool.threads.push(Builder::new().name(format!("pool-{number}")).spawn(work)?);
        }
        Ok(pool)
    }

    /// Has one of the threads call `task`. A panic in it reaches who waits for the ticket, and the thread goes on.
    pub(crate) fn submit<R: Send + 'static>(&self, task: impl FnOnce() -> R + Send + 'static) -> Ticket<R> {
        let (promise, ticket) = ticket();
        self.tasks.push(Box::new(move || {
            // Safe to assert: what the panic left half done is dropped by it, and nobody sees it again.
            let result = catch_unwind(AssertUnwindSafe(task));
            promise.keep(result.map_err(|payload| TaskPanicked::of(&*payload)));
        }));
        ticket
    }

    /// Has the threads call `task` with each of `items`; the results are in the order of the items.
    ///
    /// # Errors
    /// The first [`TaskPanicked`], in that order.
    pub(crate) fn map<T, R>(
        &self,
        items: impl IntoIterator<Item = T>,
        task: impl Fn(T) -> R + Clone + Send + 'static,
    ) -> Result<Vec<R>, TaskPanicked>
    where
        T: Send + 'static,
        R: Send + 'static,
    {
        let submit = |item| {
            let task = task.clone();
            self.submit(move || task(item))
        };
        let tickets: Vec<_> = items.into_iter().map(submit).collect();
        tickets.into_iter().map(Ticket::wait).collect()
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.tasks.close();
        for thread in self.threads.drain(..) {
            // A thread cannot panic: it runs tasks inside `catch_unwind` and nothing else.
            let _ = thread.join();
        }
    }
}
