//! What a session tells the process that measures a group of cases, and what that process answers.
//! The job comes by an environment variable, the reply goes to a file: stdout belongs to the harness.

use std::io::Write;
use std::path::PathBuf;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::{Effort, Instrument, Job, NoNumber, PreparedCase, Reading};
use crate::catalogue::Catalogue;
use crate::record::{CaseId, Layout, write_atomically};

/// Names the variable that makes this executable measure instead of drive.
pub(crate) const JOB_VARIABLE: &str = "PERFLAB_JOB";

/// One group of cases, as told to the process that measures it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Order {
    pub(crate) cases: Vec<CaseId>,
    /// Which of the instruments that share this executable.
    pub(crate) step: usize,
    pub(crate) layout: Layout,
    pub(crate) effort: Effort,
    pub(crate) last_of_family: bool,
    pub(crate) harness_args: Vec<String>,
    pub(crate) canary_ns: Option<f64>,
    pub(crate) reply: PathBuf,
}

/// What the process answers.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Reply {
    pub(crate) readings: Vec<Reading>,
    /// Each case's answer, so that the session can hold members of a family against each other.
    pub(crate) answers: Vec<(CaseId, u64, u64)>,
    /// Why there are no readings.
    pub(crate) no_number: Option<NoNumber>,
}

/// Measures what [`JOB_VARIABLE`] orders, if it is set.
///
/// # Errors
/// One line, for stderr, when the order cannot be read or the reply cannot be written.
pub(crate) fn serve(catalogue: &Catalogue, steps: &[&dyn Instrument]) -> Option<Result<(), String>> {
    let order = std::env::var(JOB_VARIABLE).ok()?;
    super::process::die_with_parent();
    keep_pipe();
    Some(serve_order(catalogue, steps, &order))
}

fn serve_order(catalogue: &Catalogue, steps: &[&dyn Instrument], order: &str) -> Result<(), String> {
    let order: Order =
        serde_json::from_str(order).map_err(|error| format!("{JOB_VARIABLE} is malformed: {error}"))?;
    let step =
        steps.get(order.step).ok_or_else(|| format!("{JOB_VARIABLE} names no step: {}", order.step))?;
    let reply_path = order.reply.clone();
    let reply = match prepare(catalogue, order) {
        Ok((job, answers)) => match step.measure(&job) {
            Ok(readings) => Reply { readings, answers, no_number: None },
            Err(reason) => Reply { answers, no_number: Some(reason), ..Reply::default() },
        },
        Err(failure) => Reply { no_number: Some(NoNumber::Failed(failure)), ..Reply::default() },
    };
    let json = serde_json::to_vec(&reply).map_err(|error| format!("cannot write a reply: {error}"))?;
    write_atomically(&reply_path, &json).map_err(|error| error.to_string())
}

/// The session's pipe, by which it hears that nothing more will be measured.
static PIPE: OnceLock<std::fs::File> = OnceLock::new();

/// Takes the session's pipe from stdin, which is empty from then on: for what is measured, and for what that starts.
fn keep_pipe() {
    #[cfg(unix)]
    if let (Ok(pipe), Ok(nothing)) =
        (rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdin(), 3), std::fs::File::open("/dev/null"))
        && rustix::stdio::dup2_stdin(&nothing).is_ok()
    {
        let _ = PIPE.set(pipe.into());
    }
}

/// Tells the session that nothing more will be measured. Nothing is lost if nobody hears it.
pub(super) fn tell_measured() {
    if let Some(mut pipe) = PIPE.get() {
        let _ = pipe.write_all(b".");
    }
}

type Answers = Vec<(CaseId, u64, u64)>;

/// Builds the inputs and checks the answers before anything is measured.
fn prepare(catalogue: &Catalogue, order: Order) -> Result<(Job, Answers), String> {
    let mut cases = Vec::new();
    let mut answers = Vec::new();
    for id in order.cases {
        let case = catalogue
            .case(&id.family, &id.workload, id.size)
            .ok_or_else(|| format!("`{id}` is not in the catalogue"))?;
        let prepared = case.prepare();
        let answer = prepared.verify().map_err(|error| error.to_string())?;
        answers.push((id.clone(), answer.count, answer.digest));
        cases.push(PreparedCase { id, case, prepared });
    }
    let job = Job {
        cases,
        layout: order.layout,
        effort: order.effort,
        last_of_family: order.last_of_family,
        harness_args: order.harness_args,
        canary_ns: order.canary_ns,
    };
    Ok((job, answers))
}
