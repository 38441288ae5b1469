//! Exact counts of a case in two builds: instructions by Callgrind, heap blocks and bytes by Valgrind's DHAT. Any build
//! can be counted, because both run the program as a user does: `perflab run CASE --iterations N`.
//!
//! What a process does beside its iterations cancels out: heap counts are the difference of two runs, and Callgrind
//! collects within the measured loop alone.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde::Deserialize;

use crate::instruments::instructions::{KEPT_VARIABLES, LOOP};
use crate::instruments::process::ALLOCATOR_VARIABLE;
use crate::instruments::process::{KEEPS_MEMORY, run_to_end};
use crate::instruments::tools;
use crate::record::{CaseId, ComparedCount};

/// An iteration that takes longer is not counted: Callgrind is some 150 times slower, and there are runs enough already.
const SLOWEST_NS: f64 = 20e6;
/// Nanoseconds of iterations that one run is to count: far less than Valgrind takes to start.
const RUN_NS: f64 = 2e6;
/// Runs of a side that differs from the other, for the range of what varies from run to run, as std's hasher does.
const RUNS: usize = 3;

/// Whether Valgrind is there to count with.
pub fn can_count() -> bool {
    tools::find("valgrind").is_some()
}

/// Counts `case` in both builds. Nothing where an iteration takes too long for it.
///
/// # Errors
/// One line, when Valgrind or the case failed.
pub fn count(
    executables: [&Path; 2],
    case: &CaseId,
    iteration_ns: f64,
    time_out: Duration,
) -> Result<Vec<ComparedCount>, String> {
    let Some(valgrind) = tools::find("valgrind").filter(|_| iteration_ns < SLOWEST_NS) else {
        return Ok(Vec::new());
    };
    let iterations = (RUN_NS / iteration_ns.max(1.0)).clamp(1.0, 100.0) as u64;
    let run = Run { valgrind: &valgrind, case, iterations, time_out };
    let mut counts = Vec::new();
    for (metrics, count) in [
        (&["instructions"][..], &(|executable: &Path| run.instructions(executable)) as &dyn Fn(&Path) -> _),
        (&["heap_blocks", "heap_bytes"], &|executable| run.heap(executable)),
    ] {
        counts.extend(compared(metrics, executables, count)?);
    }
    Ok(counts)
}

type Counted = Result<Vec<f64>, String>;

/// Both sides' ranges: of one run where they agree, of several where they do not.
fn compared(
    metrics: &[&str],
    executables: [&Path; 2],
    count: &dyn Fn(&Path) -> Counted,
) -> Result<Vec<ComparedCount>, String> {
    let mut sides = [vec![count(executables[0])?], vec![count(executables[1])?]];
    if sides[0] != sides[1] {
        for (runs, executable) in sides.iter_mut().zip(executables) {
            while runs.len() < RUNS {
                runs.push(count(executable)?);
            }
        }
    }
    let range = |runs: &[Vec<f64>], metric: usize| {
        let values = || runs.iter().map(|run| run[metric]);
        (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max))
    };
    Ok(metrics
        .iter()
        .enumerate()
        .map(|(index, metric)| {
            let (before, after) = (range(&sides[0], index), range(&sides[1], index));
            let changed = before.1 < after.0 || after.1 < before.0;
            ComparedCount { metric: (*metric).to_owned(), before, after, changed }
        })
        .collect())
}

/// How one program is run under Valgrind.
struct Run<'a> {
    valgrind: &'a Path,
    case: &'a CaseId,
    iterations: u64,
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
        let toggle = format!("--toggle-collect={LOOP}");
        let text = self.under("callgrind", &[&toggle], executable, self.iterations)?;
        let line = |key: &str| text.lines().find_map(|line| line.strip_prefix(key));
        let summary = line("summary:").or_else(|| line("totals:"));
        let summary = summary.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
        match summary {
            Some(count) if count > 0.0 => {
                Ok(vec![f64::round(count / self.iterations as f64 * 100.0) / 100.0])
            }
            _ => {
                Err("Callgrind counted no instruction: the executable has no symbols (stripped?)".to_owned())
            }
        }
    }

    /// Heap blocks and bytes an iteration.
    fn heap(&self, executable: &Path) -> Counted {
        let total = |iterations: u64| -> Result<(u64, u64), String> {
            let text = self.under("dhat", &["--mode=heap"], executable, iterations)?;
            let dhat: Dhat =
                serde_json::from_str(&text).map_err(|error| format!("DHAT's file is malformed: {error}"))?;
            Ok(dhat.pps.iter().fold((0, 0), |(blocks, bytes), point| (blocks + point.tbk, bytes + point.tb)))
        };
        let (once, twice) = (total(self.iterations)?, total(2 * self.iterations)?);
        let each = |once: u64, twice: u64| (twice as f64 - once as f64) / self.iterations as f64;
        Ok(vec![each(once.0, twice.0), each(once.1, twice.1)])
    }

    /// What `tool` writes of `executable`.
    fn under(
        &self,
        tool: &str,
        arguments: &[&str],
        executable: &Path,
        iterations: u64,
    ) -> Result<String, String> {
        let folder =
            tempfile::tempdir().map_err(|error| format!("cannot make a temporary folder: {error}"))?;
        let file = folder.path().join("out");
        let mut out = OsString::from(format!("--{tool}-out-file="));
        out.push(&file);
        let mut command = Command::new(self.valgrind);
        command.env_clear();
        for name in KEPT_VARIABLES {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.env(ALLOCATOR_VARIABLE, KEEPS_MEMORY);
        command.arg(format!("--tool={tool}")).args(arguments).arg(out).arg(executable);
        command.args(["run", &self.case.to_string(), "--iterations", &iterations.to_string()]);
        run_to_end(&mut command, self.time_out, false).map_err(|death| format!("{tool}: {death}"))?;
        std::fs::read_to_string(&file).map_err(|error| format!("{tool} wrote no counts: {error}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    /// Counts that come from a list, run after run.
    fn counted(before: &[f64], after: &[f64]) -> ComparedCount {
        let left = RefCell::new([before.to_vec(), after.to_vec()]);
        let count = |executable: &Path| {
            let side = usize::from(executable == Path::new("after"));
            Ok(vec![left.borrow_mut()[side].remove(0)])
        };
        let sides = [Path::new("before"), Path::new("after")];
        compared(&["instructions"], sides, &count).expect("nothing fails").remove(0)
    }

    #[test]
    fn what_agrees_at_once_is_not_counted_again() {
        let count = counted(&[2_339.0], &[2_339.0]);
        assert_eq!(
            (count.before, count.after, count.changed),
            ((2_339.0, 2_339.0), (2_339.0, 2_339.0), false)
        );
    }

    #[test]
    fn a_change_of_a_thousandth_is_one_and_an_overlap_is_none() {
        assert!(counted(&[1_000.0; 3], &[1_001.0; 3]).changed);
        let hashed = counted(&[9_900.0, 10_010.0, 9_950.0], &[9_960.0, 9_940.0, 10_050.0]);
        assert_eq!(
            (hashed.before, hashed.after, hashed.changed),
            ((9_900.0, 10_010.0), (9_940.0, 10_050.0), false)
        );
    }
}
