//! A ticket for a result that another thread will have: a future to wait for, without an executor.
//!
//! Model-checked: tests/loom compiles this file against loom, so it names threads and locks by `super::sync` alone.

use std::any::Any;

use super::sync::{Arc, Condvar, Mutex};

/// Why there is no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a task panicked: {message}")]
pub(crate) struct TaskPanicked {
    message: String,
}

impl TaskPanicked {
    /// What a panic said; a payload that is no text is called so.
    pub(super) fn of(payload: &(dyn Any + Send)) -> Self {
        let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let message = text.or_else(|| payload.downcast_ref::<String>().cloned());
        Self { message: message.unwrap_or_else(|| "it did not say why".to_owned()) }
    }
}

type Slot<T> = (Mutex<Option<Result<T, TaskPanicked>>>, Condvar);

/// Held by who waits.
pub(crate) struct Ticket<T>(Arc<Slot<T>>);

/// Held by who works.
pub(super) struct Promise<T>(Arc<Slot<T>>);

/// A ticket and the promise that it is for.
pub(super) fn ticket<T>() -> (Promise<T>, Ticket<T>) {
    let slot = Arc::new((Mutex::new(None), Condvar::new()));
    (Promise(Arc::clone(&slot)), Ticket(slot))
}

impl<T> Promise<T> {
    /// Hands the result over, and wakes who waits for it.
    pub(super) fn keep(self, result: Result<T, TaskPanicked>) {
        let (slot, kept) = &*self.0;
        *slot.lock().expect("no holder panics") = Some(result);
        kept.notify_one();
    }
}

impl<T> Ticket<T> {
    /// The result; sleeps until it is there.
    ///
    /// # Errors
    /// [`TaskPanicked`] when the task did.
    pub(crate) fn wait(self) -> Result<T, TaskPanicked> {
        let (slot, kept) = &*self.0;
        let mut slot = slot.lock().expect("no holder panics");
        loop {
            match slot.take() {
                Some(result) => return result,
                None => slot = kept.wait(slot).expect("no holder panics"),
            }
        }
    }
}
