//! The program that Valgrind runs: one case, its measured loop at rising counts of iterations, and nothing else.
//!
//! It is this same executable, started again with arguments of its own. All counts are taken in one process,
//! because starting Valgrind costs more than most cases: a marker function tells Callgrind where a part ends.

use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::catalogue::Catalogue;
use crate::record::CaseId;

/// The first argument that makes this executable the program under Valgrind.
pub(super) const ARGUMENT: &str = "--counted";

/// A pattern that only the symbol of the measured loop matches: `<perflab::workload::Prepared<…> as
/// perflab::workload::Case>::run`.
pub(super) const LOOP: &str = "<*workload::Prepared<*> as *workload::Case>::run";

/// A pattern that only the first Rust function of a spawned thread matches: `<std::sys::thread::unix::Thread>::new::
/// thread_start`. Collecting is switched on and off thread by thread, so a thread is counted only if it passes a
/// function that switches it on. `__rust_begin_short_backtrace` would not do: `main` runs below it as well.
pub(super) const THREAD: &str = "*Thread*::new::thread_start";

/// A pattern that only the marker's symbol matches.
pub(super) const MARKER: &str = "*instructions::counted::part_ends";

/// How often a part runs the loop: a multiple of n. The first warms up the allocator and the simulated caches
/// and is thrown away (twice, because glibc's allocator moves its threshold for mmap at the first free of a
/// large block); the others must lie on a straight line.
pub(super) const PARTS: [u64; 4] = [2, 1, 2, 3];

/// The arguments that make this executable run `id`, n iterations to the unit of [`PARTS`].
pub(in crate::instruments) fn arguments(id: &CaseId, n: u64) -> [String; 3] {
    [ARGUMENT.to_owned(), id.to_string(), n.to_string()]
}

/// Runs what the arguments of this process ask for, if they begin with [`ARGUMENT`].
pub(crate) fn serve(catalogue: &Catalogue) -> Option<ExitCode> {
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() != Some(ARGUMENT) {
        return None;
    }
    let (id, n) = (arguments.next().unwrap_or_default(), arguments.next().unwrap_or_default());
    Some(match run(catalogue, &id, &n) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    })
}

fn run(catalogue: &Catalogue, id: &str, n: &str) -> Result<(), String> {
    let id: CaseId = id.parse().map_err(|error: crate::record::CaseIdError| error.to_string())?;
    let n: u64 = n.parse().map_err(|_| format!("`{n}` is no number of iterations"))?;
    let case = catalogue.case(&id.family, &id.workload, id.size);
    let case = case.ok_or_else(|| format!("`{id}` is not in the catalogue"))?.prepare();
    for part in PARTS {
        case.in_batches(n * part, |case, batch| case.run(batch));
        part_ends();
    }
    if ENDED.load(Ordering::SeqCst) == PARTS.len() { Ok(()) } else { Err("a part did not end".to_owned()) }
}

/// How many parts have ended: an effect, so that the compiler keeps each call of [`part_ends`].
static ENDED: AtomicUsize = AtomicUsize::new(0);

/// Callgrind writes its counts and starts again from zero when this is entered.
#[inline(never)]
fn part_ends() {
    ENDED.fetch_add(1, Ordering::SeqCst);
}
