//! Exact counts of a case in two builds: instructions by Callgrind, heap blocks and bytes by Valgrind's DHAT.
//!
//! Both builds run the program that the instructions instrument counts: the loop and nothing else, before anything was
//! parsed or allocated, because malloc's own instructions hang on what the heap held before. What a process does beside
//! its iterations cancels out: Callgrind collects within the measured loop alone, and heap counts are the difference of
//! two runs.

mod changes;
mod rank_sum;

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use changes::{ALIKE, ALIKE_WITH_THREADS, Count, Counted, compared};
use serde::Deserialize;

use crate::instruments::instructions::{COUNTED, KEPT_VARIABLES, count_in, counted_arguments};
use crate::instruments::process::run_to_end;
use crate::instruments::tools;
use crate::record::{CaseId, ComparedCount};
use crate::workload::Concurrency;

/// An iteration that takes longer is not counted: Callgrind is some 150 times slower, and there are runs enough already.
const SLOWEST_NS: f64 = 20e6;
/// Nanoseconds of iterations that one run is to count: far less than Valgrind takes to start.
const RUN_NS: f64 = 2e6;

/// Whether Valgrind is there to count with.
pub fn can_count() -> bool {
    tools::find("valgrind").is_some()
}

/// Counts `case` in both builds. Nothing where an iteration takes too long for it, or happens in other processes, or
/// spins.
///
/// # Errors
/// One line, when Valgrind or the case failed.
pub fn count(
    executables: [&Path; 2],
    case: &CaseId,
    concurrency: Concurrency,
    iteration_ns: f64,
    time_out: Duration,
) -> Result<Vec<ComparedCount>, String> {
    let countable = iteration_ns < SLOWEST_NS && !concurrency.processes && !concurrency.spins;
    let Some(valgrind) = tools::find("valgrind").filter(|_| countable) else {
        return Ok(Vec::new());
    };
    let iterations = (RUN_NS / iteration_ns.max(1.0)).clamp(1.0, 100.0) as u64;
    let run = Run { valgrind: &valgrind, case, iterations, threads: concurrency.threads, time_out };
    let at_once =
        !concurrency.threads && std::thread::available_parallelism().is_ok_and(|cpus| cpus.get() > 1);
    let alike = if concurrency.threads { ALIKE_WITH_THREADS } else { ALIKE };
    let mut counts = Vec::new();
    for (metrics, count) in [
        (&["instructions"][..], &(|executable: &Path| run.instructions(executable)) as &Count<'_>),
        (&["heap_blocks", "heap_bytes"], &|executable| run.heap(executable)),
    ] {
        counts.extend(compared(metrics, executables, count, alike, at_once)?);
    }
    Ok(counts)
}

/// How one program is run under Valgrind.
struct Run<'a> {
    valgrind: &'a Path,
    case: &'a CaseId,
    iterations: u64,
    threads: bool,
    time_out: Duration,
}

/// The file that DHAT writes: its program points, each with all bytes and blocks that it ever allocated.
#[derive(Deserialize)]
struct Dhat {
    pps: Vec<ProgramPoint>,
}

#[derive(Deserialize)]
struct ProgramPoint {
    /// Total bytes.
    tb: u64,
    /// Total blocks.
    tbk: u64,
}

impl Run<'_> {
    /// Instructions an iteration.
    fn instructions(&self, executable: &Path) -> Counted {
        let folder =
            tempfile::tempdir().map_err(|error| format!("cannot make a temporary folder: {error}"))?;
        let counted = (self.case, self.iterations);
        Ok(vec![count_in(self.valgrind, executable, counted, self.threads, folder.path())?])
    }

    /// Heap blocks and bytes an iteration.
    fn heap(&self, executable: &Path) -> Counted {
        let total = |iterations: u64| -> Result<(u64, u64), String> {
            let text = self.dhat(executable, iterations)?;
            let dhat: Dhat =
                serde_json::from_str(&text).map_err(|error| format!("DHAT's file is malformed: {error}"))?;
            Ok(dhat.pps.iter().fold((0, 0), |(blocks, bytes), point| (blocks + point.tbk, bytes + point.tb)))
        };
        let (once, twice) = (total(self.iterations)?, total(2 * self.iterations)?);
        let more = (self.iterations * COUNTED) as f64;
        let each = |once: u64, twice: u64| (twice as f64 - once as f64) / more;
        Ok(vec![each(once.0, twice.0), each(once.1, twice.1)])
    }

    /// What DHAT writes of `executable`.
    fn dhat(&self, executable: &Path, iterations: u64) -> Result<String, String> {
        let folder =
            tempfile::tempdir().map_err(|error| format!("cannot make a temporary folder: {error}"))?;
        let file = folder.path().join("dhat.json");
        let mut out = OsString::from("--dhat-out-file=");
        out.push(&file);
        let mut command = Command::new(self.valgrind);
        command.env_clear();
        for name in KEPT_VARIABLES {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        // Nobody asks where: who inlined what would take twice as long to read as all else (2.0 and 0.8 s a run, measured).
        command.args(["--tool=dhat", "--mode=heap", "--read-inline-info=no", "--num-callers=1"]);
        command.arg(out).arg(executable);
        command.args(counted_arguments(self.case, iterations)).stdin(Stdio::null());
        run_to_end(&mut command, self.time_out, false).map_err(|death| format!("DHAT: {death}"))?;
        std::fs::read_to_string(&file).map_err(|error| format!("DHAT wrote no counts: {error}"))
    }
}
