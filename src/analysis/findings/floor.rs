//! At the floor: as near to the least work as can be told.

use super::Found;
use super::bottleneck::Bottleneck;
use super::case::Case;
use crate::analysis::{NEAR, least_time};
use crate::record::{InstrumentName, Metric};

pub(super) fn find(case: &Case<'_>) -> Option<Found> {
    let floor = case.family.floor(case.record.size)?;
    let speeds = case.recorded.environment.as_ref()?.speeds.as_ref()?;
    let least = least_time(floor, speeds)?;
    let times = case.number(Metric::TimeNs)?.over(&least.ns)?;
    if times.value > NEAR {
        return None;
    }
    let says = format!("{:.0} ns at least, for {}", least.ns.value, least.part);
    let evidence = vec![case.evidence(InstrumentName::Time, says, None)];
    Some(Found::new(Bottleneck::AtFloor { times, part: least.part.to_string() }, evidence))
}
