//! The worker's side: what this program does when it was started as one.

use std::io::{self, BufReader, BufWriter, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

use super::PANICKED;
use crate::system;
use crate::workloads::concurrency::ticket::TaskPanicked;
use crate::workloads::concurrency::{children, dispatch, gcd, is_prime, map_reduce, pipeline};

/// Names the task that makes this program a worker: a name of [`TASKS`], and after a blank its argument.
pub(super) const TASK_VARIABLE: &str = "PERFLAB_WORKER";

/// Set once [`serve`] was called: only then would this program, started again, be a worker.
static SERVES: AtomicBool = AtomicBool::new(false);

/// What a worker does: its name, and its life from the argument to the end.
pub(crate) struct Task {
    /// Names it on the worker's side.
    pub(crate) name: &'static str,
    /// Runs until stdin ends.
    pub(crate) live: fn(&str, &mut dyn Read, &mut dyn Write) -> io::Result<()>,
}

/// Every task. A kernel with worker processes adds its line here.
const TASKS: &[Task] = &[
    children::SLEEP,
    children::io_of_child::SAY,
    dispatch::TASK,
    gcd::TASK,
    is_prime::TASK,
    map_reduce::TASK,
    pipeline::TASK,
    pipeline::ECHO,
];

/// Makes this process a worker, if it was started as one; it then ends here. To be called before anything else.
pub(crate) fn serve() {
    SERVES.store(true, Ordering::Relaxed);
    // Looked for now, while the folder is that of the start; who needs it hears why it was not found.
    let _ = system::this_program();
    let Ok(order) = std::env::var(TASK_VARIABLE) else { return };
    if std::env::var_os("RUST_BACKTRACE").is_none_or(|value| value == "0") {
        // A panic is told below, in one line.
        std::panic::set_hook(Box::new(|_| {}));
    }
    let (code, words) = end_of(|| live(&order));
    if let Some(words) = words {
        eprintln!("worker `{order}`: {words}");
    }
    std::process::exit(code)
}

/// How a worker ends whose life is `live`: its exit code, and in one line what went wrong.
fn end_of(live: impl FnOnce() -> io::Result<()>) -> (i32, Option<String>) {
    match catch_unwind(AssertUnwindSafe(live)) {
        Ok(Ok(())) => (0, None),
        // The parent has gone, or wants no more replies.
        Ok(Err(error)) if error.kind() == io::ErrorKind::BrokenPipe => (0, None),
        Ok(Err(error)) => (1, Some(error.to_string())),
        Err(payload) => (PANICKED, Some(TaskPanicked::of(&*payload).to_string().replace('\n', "; "))),
    }
}

fn live(order: &str) -> io::Result<()> {
    system::end_with_parent()?;
    let (name, argument) = order.split_once(' ').unwrap_or((order, ""));
    let task = TASKS.iter().find(|task| task.name == name);
    let task = task.ok_or_else(|| io::Error::other(format!("{TASK_VARIABLE} names no task: `{name}`")))?;
    let mut requests = BufReader::new(io::stdin().lock());
    let mut replies = BufWriter::new(io::stdout().lock());
    (task.live)(argument, &mut requests, &mut replies)?;
    replies.flush()
}

/// Why no worker can be started from this program, in one line.
pub(crate) fn unavailable() -> Option<String> {
    (!SERVES.load(Ordering::Relaxed)).then(|| {
        "this program would not serve as a worker process; call `perflab::catalogue::serve_workers()` first in `main`"
            .to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_of_a_worker_is_told_in_one_line() {
        let (code, words) = end_of(|| panic!("planted,\nin two lines"));
        assert_eq!((code, words.as_deref()), (101, Some("a task panicked: planted,; in two lines")));
    }

    #[test]
    fn a_worker_ends_well_with_its_parent_and_ill_with_an_error() {
        assert_eq!(end_of(|| Ok(())), (0, None));
        assert_eq!(end_of(|| Err(io::ErrorKind::BrokenPipe.into())), (0, None));
        assert_eq!(end_of(|| Err(io::Error::other("rubbish"))), (1, Some("rubbish".to_owned())));
    }

    #[test]
    fn a_program_that_never_served_has_no_workers() {
        assert!(unavailable().is_some_and(|reason| reason.contains("serve_workers")));
    }
}
