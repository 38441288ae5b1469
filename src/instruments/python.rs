//! The python instrument: CPython running the study notes' kernels, in rounds interleaved with our cases.
//!
//! It names no workload: a case says by `MIRRORS` which kernel it repeats. The kernels, faithful to the notes', are
//! in kernels.py; CPython runs them in one server process a case, started before anything is measured, and times
//! them by its own clock. Its answer must be the case's: a wrong kernel is a failed row and not a number.

mod server;

use std::cell::RefCell;
use std::path::Path;
use std::process::ExitCode;
use std::sync::mpsc;
use std::time::Duration;

use server::{About, Server};

use super::compare::stolen_ns;
use super::interleaved::{
    self, MedianInterval, Member, Timed, block_size, median_interval, take_rounds, undisturbed,
};
use super::process::{in_own_group, kill_group};
use super::time::run_batches;
use super::{Effort, Instrument, Job, NoNumber, Reading, machine, session, tools};
use crate::catalogue::{CaseRef, Catalogue};
use crate::record::{InstrumentName, InstrumentState, Metric, Run, State};
use crate::workload::{Answer, Case, Entry};

/// The kernels of kernels.py, by the names that cases repeat them under.
const KERNELS: [&str; 19] = [
    "f1",
    "f2",
    "f3",
    "f4",
    "f5",
    "f6",
    "f7",
    "f8",
    "gcd/serial",
    "gcd/threads",
    "gcd/processes",
    "is-prime/serial",
    "is-prime/threads",
    "is-prime/processes",
    "factorize/serial",
    "factorize/threads",
    "wait/serial",
    "wait/threads",
    "children/together",
];

/// Whether CPython runs the kernel that `entry` repeats.
pub(crate) fn has_twin(entry: &Entry) -> bool {
    entry.mirrors.is_some_and(|kernel| KERNELS.contains(&kernel))
}

/// The form that threads and processes are held against, if `kernel` is one of those.
fn serial_form(kernel: &str) -> Option<String> {
    let (family, form) = kernel.split_once('/')?;
    matches!(form, "threads" | "processes").then(|| format!("{family}/serial"))
}

/// The main function of benches/python.rs: measures what the arguments select.
pub fn main(catalogue: &Catalogue) -> ExitCode {
    session::run(catalogue, &Python)
}

/// The instrument.
pub struct Python;

impl Instrument for Python {
    fn name(&self) -> InstrumentName {
        InstrumentName::Python
    }

    fn survey(&self) -> InstrumentState {
        if machine::is_debug_build() {
            let reason = "this is a debug build; its times say nothing of a release".to_owned();
            return state(State::Unavailable, String::new(), Some((reason, "cargo bench --bench python")));
        }
        match tools::find("python3") {
            None => {
                let reason = "python3 is not installed".to_owned();
                state(State::Unavailable, String::new(), Some((reason, "apt install python3")))
            }
            Some(python) => judge(about(&python)),
        }
    }

    fn leaves_out(&self, case: &CaseRef, _effort: Effort, _run: &Run) -> Option<String> {
        match case.entry.mirrors {
            _ if has_twin(case.entry) => None,
            Some(kernel) => Some(format!("no CPython twin of the kernel `{kernel}` is written")),
            None => Some("it repeats no kernel of the study notes, so CPython has no twin of it".to_owned()),
        }
    }

    fn measure(&self, job: &Job) -> Result<Vec<Reading>, NoNumber> {
        let case = &job.cases[0].case;
        let kernel = case.entry.mirrors.ok_or_else(|| "it repeats no kernel".to_owned())?;
        let python = tools::find("python3").ok_or_else(|| "python3 is not installed".to_owned())?;
        let server = RefCell::new(Server::start(server::command(&python))?);
        let budget = Budget::of(job.effort);
        let mut forms = vec![Form { kernel: kernel.to_owned(), ours: job.prepared() }];
        // Our own serial form and CPython's run in the same rounds: whether threads helped is asked in one moment.
        let serial = serial_form(kernel).and_then(|serial| Some((prepared(case, &serial)?, serial)));
        if let Some((ours, serial)) = &serial {
            forms.push(Form { kernel: serial.clone(), ours: &**ours });
        }
        let mut iterations = Vec::new();
        let mut members = Vec::new();
        for form in &forms {
            let (mut ours, mut theirs) = form.members(&server, case.size);
            iterations.push(block_size(&mut ours, budget.block_ns)?);
            iterations.push(form.checked(&server, case.size, &mut theirs, budget.block_ns)?);
            members.extend([ours, theirs]);
        }
        let rounds = take_rounds(&mut members, &iterations, &budget.rounds, stolen_ns)?;
        Ok(readings(job, &rounds))
    }
}

/// Our workload that repeats `kernel` beside `case`, ready to be measured; none where it cannot run.
fn prepared(case: &CaseRef, kernel: &str) -> Option<Box<dyn Case>> {
    let mut entries = case.family.entries.iter();
    let entry = entries.find(|entry| entry.mirrors == Some(kernel) && entry.runs_at(case.size))?;
    entry.unavailable(case.size).is_none().then(|| entry.prepare(case.size))
}

/// A kernel in both languages.
struct Form<'a> {
    kernel: String,
    ours: &'a dyn Case,
}

impl Form<'_> {
    fn members<'a>(
        &'a self,
        server: &'a RefCell<Server>,
        size: usize,
    ) -> (Member<'a, String>, Member<'a, String>) {
        let ours = Box::new(|iterations| Ok(run_batches(self.ours, iterations)));
        let theirs = Box::new(move |iterations| server.borrow_mut().run(&self.kernel, size, iterations));
        (ours, theirs)
    }

    /// Holds CPython's answer against ours; how many of its iterations fill a block.
    fn checked(
        &self,
        server: &RefCell<Server>,
        size: usize,
        theirs: &mut Member<'_, String>,
        block_ns: u64,
    ) -> Result<u64, String> {
        let (answer, took) = server.borrow_mut().answer(&self.kernel, size)?;
        let ours = self.ours.verify().map_err(|error| error.to_string())?;
        if answer != ours {
            return Err(differs(&self.kernel, answer, ours));
        }
        // The answer's run tells enough where one iteration is a long block by itself.
        let is_long = took > Duration::from_nanos(block_ns) * LONG;
        if is_long { Ok(1) } else { block_size(theirs, block_ns) }
    }
}

/// An iteration of so many blocks needs no second look at how long it takes.
const LONG: u32 = 20;

fn differs(kernel: &str, theirs: Answer, ours: Answer) -> String {
    format!(
        "wrong answer: CPython's {kernel} gives {} elements of digest {:016x}, the case {} of {:016x}",
        theirs.count, theirs.digest, ours.count, ours.digest
    )
}

struct Budget {
    /// Shortest block, nanoseconds; as the time instrument's.
    block_ns: u64,
    rounds: interleaved::Budget,
}

impl Budget {
    fn of(effort: Effort) -> Self {
        let (block_ns, rounds, member_ns) = match effort {
            Effort::Quick => (1_000_000, 41, 250_000_000),
            Effort::Thorough => (2_000_000, 301, 5_000_000_000),
        };
        Self {
            block_ns,
            rounds: interleaved::Budget { rounds, fewest: FEWEST_ROUNDS, waited_for: usize::MAX, member_ns },
        }
    }
}

/// The fewest that have a 95 % interval: the slowest kernels take seconds in CPython.
const FEWEST_ROUNDS: usize = 6;

/// Columns: ours, CPython's, and where there is a serial form, ours and CPython's of that.
fn readings(job: &Job, rounds: &[Vec<Timed>]) -> Vec<Reading> {
    let reading = |metric, values: Vec<f64>| {
        let MedianInterval { median, low, high } = median_interval(&values);
        job.reading(metric, median, low, high)
    };
    let time = |metric, member| reading(metric, undisturbed(rounds, [member], FEWEST_ROUNDS, |[ns]| ns));
    let ratio = |metric, numerator, denominator| {
        let of = |[numerator, denominator]: [f64; 2]| numerator / denominator;
        reading(metric, undisturbed(rounds, [numerator, denominator], FEWEST_ROUNDS, of))
    };
    let mut readings =
        vec![time(Metric::PythonNs, 1), time(Metric::PythonOursNs, 0), ratio(Metric::PythonRatio, 0, 1)];
    if rounds.iter().all(|round| round.len() == 4) {
        readings.push(ratio(Metric::PythonSpeedup, 3, 1));
        readings.push(ratio(Metric::PythonOursSpeedup, 2, 0));
    }
    readings
}

/// The oldest version that the kernels are measured under; before it, f-strings and clocks differ.
const OLDEST: (u32, u32) = (3, 8);

/// How long python3 may take to say what it is.
const PATIENCE: Duration = Duration::from_secs(10);

/// Asks `python` what it is. One that does not answer in time is ended, and what it started with it.
fn about(python: &Path) -> Result<About, String> {
    let mut command = server::command(python);
    in_own_group(&mut command);
    let mut server = Server::start(command)?;
    let group = server.id();
    let (answered, waits) = mpsc::channel::<()>();
    let watchdog = std::thread::spawn(move || {
        let is_late = waits.recv_timeout(PATIENCE) == Err(mpsc::RecvTimeoutError::Timeout);
        if is_late {
            kill_group(group);
        }
        is_late
    });
    let about = server.about();
    drop(answered);
    let is_late = watchdog.join().unwrap_or(false);
    if is_late {
        return Err(format!("python3 did not say what it is within {} s", PATIENCE.as_secs()));
    }
    about
}

/// What an answer makes of the instrument.
fn judge(about: Result<About, String>) -> InstrumentState {
    let about = match about {
        Ok(about) => about,
        Err(reason) => {
            return state(State::Unavailable, String::new(), Some((reason, "try `python3 -I -S`")));
        }
    };
    let (major, minor, patch) = about.version;
    let name = if about.implementation == "cpython" { "CPython" } else { &about.implementation };
    let lock = match (about.free_threaded, about.locked) {
        (false, _) => "one global interpreter lock",
        (true, false) => "free-threaded build, without a global interpreter lock",
        (true, true) => "free-threaded build, but its global interpreter lock is on",
    };
    let detail = format!("{name} {major}.{minor}.{patch} ({lock}); {}", about.executable);
    if (major, minor) < OLDEST {
        let reason = format!("python3 is {major}.{minor}, older than {}.{}", OLDEST.0, OLDEST.1);
        return state(State::Unavailable, detail, Some((reason, "put a newer python3 first in PATH")));
    }
    if about.implementation != "cpython" {
        let reason = format!("python3 is {name} and not CPython: its figures are its own");
        return state(State::Degraded, detail, Some((reason, "put CPython's python3 first in PATH")));
    }
    state(State::Ready, detail, None)
}

fn state(state: State, detail: String, why: Option<(String, &str)>) -> InstrumentState {
    let (reason, remedy) = why.unzip();
    InstrumentState {
        name: InstrumentName::Python,
        state,
        detail,
        reason,
        remedy: remedy.map(str::to_owned),
        seconds: 0.0,
    }
}

#[cfg(test)]
mod tests;
