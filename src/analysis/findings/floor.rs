//! At the floor: as near to the least work as can be told. Nothing else is recommended there.

use super::bottleneck::{Bottleneck, Gain};
use super::case::Case;
use super::{Found, NAMES_THE_CASE};
use crate::analysis::least_time;
use crate::record::{Anchor, FindingKind, InstrumentName, Metric};

pub(super) fn find(case: &Case<'_>) -> Option<Found> {
    // The floor counts the whole answer: who abbreviates it needs less.
    if case.workload.abbreviates {
        return None;
    }
    let floor = case.family.floor(case.record.size)?;
    let speeds = case.recorded.environment.as_ref()?.speeds.as_ref()?;
    let least = least_time(floor, speeds)?;
    let times = case.number(Metric::TimeNs)?.over(&least.ns)?;
    if times.high > least.near() {
        return None;
    }
    let says = format!("{:.0} ns at least, for {}", least.ns.value, least.part);
    let evidence = vec![case.evidence(InstrumentName::Time, says, None).at(Anchor::Floor)];
    Some(Found::new(Bottleneck::AtFloor { times, part: least.part.to_string() }, evidence))
}

/// Where a case is at its floor, other costs still tell where its time goes, but nobody is sent after them. What was measured to
/// gain more than the floor leaves is kept: an experiment knows better than a count. So is what is said of the evidence.
pub(super) fn advise_nothing_else(found: &mut [Found]) {
    if !found.iter().any(|found| found.bottleneck.kind() == FindingKind::AtFloor) {
        return;
    }
    for found in found {
        let is_measured = |gain: &Gain| gain.times.low >= NAMES_THE_CASE;
        found.recommended = match found.bottleneck.kind() {
            FindingKind::AtFloor
            | FindingKind::OptimisedAway
            | FindingKind::Starved
            | FindingKind::InstrumentsDisagree
            | FindingKind::NotEnoughEvidence => true,
            _ => found.bottleneck.gain().is_some_and(is_measured),
        };
    }
}
