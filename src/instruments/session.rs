//! Drives an instrument over a selection: one process a group of cases, a row for each, recorded as it comes.

mod books;
mod error;
mod group;

use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Command, ExitCode};
use std::sync::mpsc;
use std::time::{Duration, Instant};

pub use error::SessionError;

use super::process::{die_with_parent, interrupted, myself, run_to_end, stop_on_ctrl_c};
use super::progress::Progress;
use super::wire::{self, JOB_VARIABLE, Order, Reply};
use super::{Instrument, Options, Selection, machine, moment, options, process};
use crate::catalogue::{CaseRef, Catalogue, serve_workers};
use crate::record::{CaseId, History, Layout, Lock, Metric, Recorder, Run, SCHEMA, State};
use crate::system::say_parent;
use books::Books;
use error::unavailable;
use group::{Event, Group, Measured};

/// Names the run that an instrument takes part in; without it, it makes a run of its own.
pub const RUN_VARIABLE: &str = "PERFLAB_RUN";

/// One instrument's part of a run.
pub struct Session<'a> {
    /// What there is to measure.
    pub catalogue: &'a Catalogue,
    /// What was asked for.
    pub options: Options,
    /// What goes to the instrument's own harness.
    pub harness_args: Vec<String>,
}

/// The main function of a target in benches/: measures what the arguments select, or, when started by a
/// session, the one group that it was ordered to.
pub fn run(catalogue: &Catalogue, instrument: &dyn Instrument) -> ExitCode {
    run_all(catalogue, &[instrument])
}

/// The same for an instrument that measures in several steps.
pub(super) fn run_all(catalogue: &Catalogue, steps: &[&dyn Instrument]) -> ExitCode {
    serve_workers();
    #[derive(clap::Parser)]
    #[command(
        about = "One instrument over the matching cases",
        bin_name = "cargo bench --bench <instrument> --"
    )]
    struct Arguments {
        #[command(flatten)]
        options: Options,
        /// Given by cargo
        #[arg(long, hide = true)]
        bench: bool,
    }
    run_steps(catalogue, steps, || {
        let Arguments { options, .. } = <Arguments as clap::Parser>::parse();
        Session { catalogue, options, harness_args: Vec::new() }
    })
}

/// As [`run`], for instruments that measure in several steps and read arguments of their own.
pub(crate) fn run_steps<'a>(
    catalogue: &'a Catalogue,
    steps: &[&dyn Instrument],
    session: impl FnOnce() -> Session<'a>,
) -> ExitCode {
    if let Some(served) = wire::serve(catalogue, steps) {
        return match served {
            Ok(()) => ExitCode::SUCCESS,
            Err(message) => {
                eprintln!("{message}");
                ExitCode::FAILURE
            }
        };
    }
    match session().measure(steps) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}

/// A new, empty run, named by the moment and this process.
pub fn new_run() -> Run {
    let now = moment::now();
    let id = format!("{}-{}", now.replace([':', '-'], ""), std::process::id());
    let environment = machine::environment(&options::root());
    Run {
        schema: SCHEMA,
        id,
        started_at: now,
        environment,
        warnings: Vec::new(),
        instruments: Vec::new(),
        cases: Vec::new(),
    }
}

impl Session<'_> {
    /// Measures the selection step by step and records each row as it comes.
    ///
    /// # Errors
    /// [`SessionError`]; what was measured before it is recorded.
    pub fn measure(&self, steps: &[&dyn Instrument]) -> Result<(), SessionError> {
        let layout = self.options.layout();
        let selection = Selection::of(self.catalogue, &self.options)?;
        let part_of = std::env::var(RUN_VARIABLE).ok();
        if part_of.is_some() {
            die_with_parent();
        }
        let _lock = if part_of.is_none() { Some(Lock::take(&layout)?) } else { None };
        stop_on_ctrl_c();
        let mut state = steps[0].survey();
        let mut recorder = match &part_of {
            Some(id) => Recorder::resume(&layout, id)?,
            None => {
                let mut run = new_run();
                if unavailable(&state).is_none() {
                    steps[0].opens(selection.cases(), self.options.time_out(), &mut run.environment);
                }
                Recorder::begin(&layout, run)?
            }
        };
        let began = Instant::now();
        recorder.instrument(state.clone())?;
        if let Some(error) = unavailable(&state) {
            return Err(error);
        }
        if state.state == State::Degraded {
            let reason = state.reason.clone().unwrap_or_default();
            let remedy = state.remedy.clone().map(|remedy| format!("; {remedy}")).unwrap_or_default();
            eprintln!("warning: {} is degraded: {reason}{remedy}", state.name);
        }
        let outcome = self.measure_groups(steps, &selection, &layout, &mut recorder);
        state.seconds = began.elapsed().as_secs_f64();
        let seconds = state.seconds;
        let name = state.name;
        recorder.instrument(state)?;
        eprintln!("{name}: {} cases in {seconds:.1} s", selection.cases().len());
        if part_of.is_none() {
            History::keep(&layout, recorder.run())?;
        }
        outcome
    }

    fn measure_groups(
        &self,
        steps: &[&dyn Instrument],
        selection: &Selection,
        layout: &Layout,
        recorder: &mut Recorder,
    ) -> Result<(), SessionError> {
        let mut books = Books::new(recorder);
        for (step, instrument) in steps.iter().enumerate() {
            // What failed in an earlier step would only fail again, and take its group with it.
            let standing: Vec<CaseRef> = selection
                .cases()
                .iter()
                .filter(|case| step == 0 || (!has_failed(books.run(), case) && case.unavailable().is_none()))
                .copied()
                .collect();
            let groups = group::of(step, *instrument, &standing, books.run());
            let total = groups.len();
            let mut progress = Progress::new(instrument.name().as_str(), total);
            let done = self.each_group(*instrument, layout, groups, &mut progress, &mut books);
            progress.finish();
            let done = done?;
            if interrupted() {
                return Err(SessionError::Interrupted { done, total });
            }
            if let Some(warning) = books.warn(*instrument)? {
                eprintln!("warning: {warning}");
            }
        }
        books.close()
    }

    /// Runs every group, overlapping as the instrument allows, and enters each into the books as it ends. Returns how many
    /// did.
    fn each_group(
        &self,
        instrument: &dyn Instrument,
        layout: &Layout,
        groups: Vec<Group>,
        progress: &mut Progress,
        books: &mut Books<'_>,
    ) -> Result<usize, SessionError> {
        let (sender, receiver) = mpsc::channel();
        let mut waiting = groups.into_iter();
        let overlap = instrument.overlap();
        let (mut under_way, mut measuring, mut done) = (0, 0, 0);
        std::thread::scope(|scope| {
            loop {
                while under_way < overlap.groups() && measuring < overlap.measuring() && !interrupted() {
                    let Some(mut group) = waiting.next() else { break };
                    books.leave_out(instrument, self.options.effort(), &mut group)?;
                    let Some(first) = group.cases.first() else {
                        done += 1;
                        progress.skip();
                        continue;
                    };
                    progress.begins(&first.to_string());
                    let order = self.order(&group, layout, books.run());
                    let sender = sender.clone();
                    scope.spawn(move || {
                        let measured = Measured::new(sender.clone());
                        // A panic here must answer too, or the session would wait for it for ever.
                        let outcome = catch_unwind(AssertUnwindSafe(|| self.run_order(order, &measured)))
                            .unwrap_or_else(|_| Err("the session's own thread panicked".to_owned()));
                        measured.tell();
                        // Once the session has ended early, nobody listens.
                        let _ = sender.send(Event::Ended(group, outcome));
                    });
                    under_way += 1;
                    measuring += 1;
                }
                if under_way == 0 {
                    return Ok(done);
                }
                let (group, outcome) = match receiver.recv().expect("each group under way answers") {
                    Event::Measured => {
                        measuring -= 1;
                        continue;
                    }
                    Event::Ended(group, outcome) => (group, outcome),
                };
                under_way -= 1;
                // What an interrupt cut short is no failure of the case.
                if outcome.is_err() && interrupted() {
                    continue;
                }
                done += 1;
                let name = group.cases[0].to_string();
                for line in books.enter(instrument, &group, outcome)? {
                    progress.print(&line);
                }
                progress.done(&name);
            }
        })
    }

    fn order(&self, group: &Group, layout: &Layout, run: &Run) -> Order {
        Order {
            cases: group.cases.iter().map(id_of).collect(),
            step: group.step,
            layout: layout.clone(),
            effort: self.options.effort(),
            last_of_family: group.last_of_family,
            harness_args: self.harness_args.clone(),
            canary_ns: run.canary_ns(),
            reply: std::path::PathBuf::new(),
        }
    }

    fn run_order(&self, mut order: Order, measured: &Measured) -> Result<Reply, String> {
        let cannot = |error: std::io::Error| format!("cannot make a temporary folder: {error}");
        let folder = tempfile::tempdir().map_err(cannot)?;
        order.reply = folder.path().join("reply.json");
        let json = serde_json::to_string(&order).map_err(|error| error.to_string())?;
        let executable = myself()?;
        let mut command = Command::new(executable);
        command.env(JOB_VARIABLE, json).env(process::ALLOCATOR_VARIABLE, process::KEEPS_MEMORY);
        say_parent(&mut command);
        command.arg("--bench").args(&self.harness_args);
        let (mut hears, tells) = std::io::pipe().map_err(|error| format!("cannot make a pipe: {error}"))?;
        command.stdin(tells);
        let hearing = measured.clone();
        std::thread::spawn(move || {
            // Its end comes without a word where the process has none to say; then its end tells.
            if hears.read_exact(&mut [0]).is_ok() {
                hearing.tell();
            }
        });
        let allowed =
            Duration::from_secs(self.options.timeout) * u32::try_from(order.cases.len()).unwrap_or(1);
        run_to_end(&mut command, allowed, !self.harness_args.is_empty())
            .map_err(|death| death.to_string())?;
        let bytes = std::fs::read(&order.reply)
            .map_err(|_| "ended without a reply: the measured code ended the process".to_owned())?;
        serde_json::from_slice(&bytes).map_err(|error| format!("replied with nonsense: {error}"))
    }
}

/// What `run` holds of `metric` of `case`, where it is a number.
pub(crate) fn known(run: &Run, case: &CaseRef, metric: Metric) -> Option<f64> {
    Some(run.case(&id_of(case))?.measurement(metric)?.value).filter(|value| value.is_finite())
}

/// Whether `run` holds a failure of `case`.
pub(crate) fn has_failed(run: &Run, case: &CaseRef) -> bool {
    run.case(&id_of(case)).is_some_and(|record| !record.failures.is_empty())
}

/// The id of a catalogued case.
pub(crate) fn id_of(case: &CaseRef) -> CaseId {
    CaseId { family: case.family.name.to_owned(), workload: case.entry.name.to_owned(), size: case.size }
}
