//! What a session writes down: a row for each case, judged by its answer before its numbers count.

use std::collections::BTreeMap;

use super::group::Group;
use super::{SessionError, id_of};
use crate::instruments::wire::Reply;
use crate::instruments::{Effort, Instrument, NoNumber, Reading, moment};
use crate::record::{CaseId, Failure, LeftOut, Measurement, Recorder, Run};

/// The first answer seen of each family at each size, and which case gave it.
#[derive(Default)]
struct Answers(BTreeMap<(String, usize), (String, u64, u64)>);

type Row = Result<Vec<Reading>, NoNumber>;

impl Answers {
    /// The rows of a group: its readings case by case, or why there are none. A case whose answer differs from
    /// its family's first is a failure, whatever was measured.
    fn hold_against_each_other(
        &mut self,
        group: &Group,
        outcome: Result<Reply, String>,
    ) -> Vec<(CaseId, Row)> {
        let reply = match outcome {
            Ok(reply) => reply,
            Err(reason) => return rows_without_number(group, &NoNumber::Failed(reason)),
        };
        if let Some(reason) = reply.no_number {
            return rows_without_number(group, &reason);
        }
        let mut rows = Vec::new();
        for case in &group.cases {
            let id = id_of(case);
            let readings = reply.readings.iter().filter(|reading| reading.case == id).cloned().collect();
            let answer = reply.answers.iter().find(|(answered, ..)| *answered == id);
            let row = answer.map_or(Ok(()), |(_, count, digest)| self.agrees(&id, *count, *digest));
            rows.push((id, row.map(|()| readings)));
        }
        rows
    }

    fn agrees(&mut self, id: &CaseId, count: u64, digest: u64) -> Result<(), NoNumber> {
        let key = (id.family.clone(), id.size);
        let first = self.0.entry(key).or_insert_with(|| (id.to_string(), count, digest));
        if (first.1, first.2) == (count, digest) {
            Ok(())
        } else {
            Err(NoNumber::Failed(format!("wrong answer: it differs from {}'s", first.0)))
        }
    }
}

fn rows_without_number(group: &Group, reason: &NoNumber) -> Vec<(CaseId, Row)> {
    group.cases.iter().map(|case| (id_of(case), Err(reason.clone()))).collect()
}

/// The record, and what is needed to judge a row.
pub(super) struct Books<'a> {
    recorder: &'a mut Recorder,
    answers: Answers,
    failed: Vec<String>,
}

impl<'a> Books<'a> {
    pub(super) fn new(recorder: &'a mut Recorder) -> Self {
        Self { recorder, answers: Answers::default(), failed: Vec::new() }
    }

    /// What is recorded so far.
    pub(super) fn run(&self) -> &Run {
        self.recorder.run()
    }

    /// Ends well, unless a row failed.
    pub(super) fn close(self) -> Result<(), SessionError> {
        match self.failed.as_slice() {
            [] => Ok(()),
            [one] => Err(SessionError::Failed(one.clone())),
            many => Err(SessionError::Failed(format!("{} cases ({}, …)", many.len(), many[0]))),
        }
    }

    /// Takes the cases out of `group` that the instrument does not measure, and records why.
    pub(super) fn leave_out(
        &mut self,
        instrument: &dyn Instrument,
        effort: Effort,
        group: &mut Group,
    ) -> Result<(), SessionError> {
        let mut kept = Vec::new();
        for case in group.cases.drain(..) {
            let reason =
                case.unavailable().or_else(|| instrument.leaves_out(&case, effort, self.recorder.run()));
            match reason {
                Some(reason) => {
                    let left_out =
                        LeftOut { instrument: instrument.name(), metric: instrument.takes(), reason };
                    self.recorder.left_out(&id_of(&case), left_out)?;
                }
                None => kept.push(case),
            }
        }
        group.cases = kept;
        Ok(())
    }

    /// Records what `instrument` has to warn of now that it has measured, and returns it.
    pub(super) fn warn(&mut self, instrument: &dyn Instrument) -> Result<Option<String>, SessionError> {
        let warning = instrument.warns(self.recorder.run());
        if let Some(warning) = &warning {
            self.recorder.warn(warning.clone())?;
        }
        Ok(warning)
    }

    /// Records the rows of a group and returns the lines that tell them.
    pub(super) fn enter(
        &mut self,
        instrument: &dyn Instrument,
        group: &Group,
        outcome: Result<Reply, String>,
    ) -> Result<Vec<String>, SessionError> {
        let mut lines = Vec::new();
        for (case, row) in self.answers.hold_against_each_other(group, outcome) {
            lines.extend(record_row(self.recorder, instrument, &case, row, &mut self.failed)?);
        }
        Ok(lines)
    }
}

/// Records a row and returns the line that tells it; a case that was only compared with has none.
fn record_row(
    recorder: &mut Recorder,
    instrument: &dyn Instrument,
    id: &CaseId,
    row: Row,
    failed: &mut Vec<String>,
) -> Result<Option<String>, SessionError> {
    let name = instrument.name();
    match row {
        Ok(readings) if readings.is_empty() => Ok(None),
        Ok(readings) => {
            let environment = &recorder.run().environment;
            let revision = format!("{}{}", environment.revision, if environment.dirty { "+" } else { "" });
            let taken_at = moment::now();
            let told: Vec<String> = readings.iter().map(Reading::to_string).collect();
            let measurements = readings
                .into_iter()
                .map(|reading| Measurement {
                    metric: reading.metric,
                    value: reading.value,
                    low: reading.low,
                    high: reading.high,
                    unit: reading.metric.unit(),
                    instrument: name,
                    taken_at: taken_at.clone(),
                    revision: revision.clone(),
                })
                .collect();
            recorder.measured(id, measurements)?;
            Ok(Some(format!("{id}: {}", told.join(", "))))
        }
        Err(NoNumber::LeftOut(reason)) => {
            let line = format!("{id}: {name} left it out: {reason}");
            recorder.left_out(id, LeftOut { instrument: name, metric: instrument.takes(), reason })?;
            Ok(Some(line))
        }
        Err(NoNumber::Failed(reason)) => {
            failed.push(format!("{id} ({name}: {reason})"));
            let line = format!("{id}: {name} failed: {reason}");
            recorder.failed(id, Failure { instrument: name, reason })?;
            Ok(Some(line))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instruments::{Job, new_run, surveys};
    use crate::record::{InstrumentName, InstrumentState, Layout, load};

    /// Warns of every run that holds no case.
    struct Warns;

    impl Instrument for Warns {
        fn name(&self) -> InstrumentName {
            InstrumentName::Ceilings
        }

        fn survey(&self) -> InstrumentState {
            surveys().remove(0)
        }

        fn warns(&self, run: &Run) -> Option<String> {
            run.cases.is_empty().then(|| "there is nothing".to_owned())
        }

        fn measure(&self, _job: &Job) -> Result<Vec<Reading>, NoNumber> {
            Ok(Vec::new())
        }
    }

    #[test]
    fn what_an_instrument_warns_of_stands_in_the_run() {
        let folder = tempfile::tempdir().expect("a folder");
        let layout = Layout::new(folder.path(), folder.path());
        let mut recorder = Recorder::begin(&layout, new_run()).expect("it can be written");
        let told = Books::new(&mut recorder).warn(&Warns).expect("it can be written");
        assert_eq!(told.as_deref(), Some("there is nothing"));
        let runs = load(&layout).expect("it can be read").runs;
        assert_eq!(runs[0].warnings, ["there is nothing"]);
    }
}
