//! A group of cases, and what it tells the session while one process measures it.

use std::sync::{Arc, Mutex, mpsc};

use crate::catalogue::CaseRef;
use crate::instruments::Instrument;
use crate::instruments::wire::Reply;
use crate::record::Run;

/// A group of cases that one process measures.
pub(super) struct Group {
    pub(super) step: usize,
    pub(super) cases: Vec<CaseRef>,
    pub(super) last_of_family: bool,
}

/// What a group under way tells the session.
pub(super) enum Event {
    /// It measures nothing more.
    Measured,
    /// It has ended; of a group that has not said so before, that it has measured comes first.
    Ended(Group, Result<Reply, String>),
}

/// Tells, once, that a group has measured.
#[derive(Clone)]
pub(super) struct Measured(Arc<Mutex<Option<mpsc::Sender<Event>>>>);

impl Measured {
    pub(super) fn new(sender: mpsc::Sender<Event>) -> Self {
        Self(Arc::new(Mutex::new(Some(sender))))
    }

    pub(super) fn tell(&self) {
        let sender = self.0.lock().map(|mut sender| sender.take()).unwrap_or_default();
        // Once the session has ended early, nobody listens.
        let _ = sender.map(|sender| sender.send(Event::Measured));
    }
}

/// The groups into which `instrument` puts the cases of a step.
pub(super) fn of(step: usize, instrument: &dyn Instrument, wanted: &[CaseRef], run: &Run) -> Vec<Group> {
    let mut groups: Vec<Group> = instrument
        .groups(wanted, run)
        .into_iter()
        .map(|cases| Group { step, cases, last_of_family: false })
        .collect();
    for index in 0..groups.len() {
        let family = groups[index].cases[0].family.name;
        groups[index].last_of_family =
            groups.get(index + 1).is_none_or(|next| next.cases[0].family.name != family);
    }
    groups
}
