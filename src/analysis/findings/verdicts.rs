//! What is said of the evidence itself: instruments that disagree, too little of it, nothing in it.

use super::Found;
use super::bottleneck::{Bottleneck, Seen};
use super::case::Case;
use super::costs::{groups, share_by};
use crate::analysis::{Standing, standing};
use crate::record::{InstrumentName, Metric};

/// Points of share by which instructions and samples may differ beyond the samples' interval. Instructions are not
/// time: code that waits for memory or divides takes three times as long an instruction as other code, by which a share
/// of 40 % is seen as 18 or 67 %.
const MARGIN: f64 = 0.3;
/// Factor by which two clocks may differ: hosts flip between modes 1.6 apart (docs/method.md, time).
const CLOCKS: f64 = 2.0;

pub(super) fn disagreements(case: &Case<'_>) -> Vec<Found> {
    shares(case).into_iter().chain(clocks(case)).collect()
}

/// The cost that leads by instructions, held against the samples.
fn shares(case: &Case<'_>) -> Option<Found> {
    let counted = groups().filter_map(|group| Some((group, share_by(case, group, Seen::Instructions)?)));
    let (group, counted) = counted.max_by(|a, b| a.1.value.total_cmp(&b.1.value))?;
    let sampled = share_by(case, group, Seen::Samples)?;
    // Callgrind runs threads one at a time: what they do to each other is not in it.
    if case.workload.concurrency.threads
        || (sampled.low - MARGIN..=sampled.high + MARGIN).contains(&counted.value)
    {
        return None;
    }
    let bottleneck = Bottleneck::InstrumentsDisagree {
        question: format!("the share of {group}"),
        one: (InstrumentName::Instructions, format!("{:.1} %", counted.value * 100.0)),
        other: (
            InstrumentName::Flamegraph,
            format!(
                "{:.0} % [{:.0}, {:.0}]",
                sampled.value * 100.0,
                sampled.low * 100.0,
                sampled.high * 100.0
            ),
        ),
    };
    let evidence = [Seen::Instructions, Seen::Samples].map(|seen| {
        let says = format!("the stacks that hold a function of {group}");
        case.stacks_say(seen, says)
    });
    Some(Found::new(bottleneck, evidence.into()))
}

/// The time of an iteration by criterion, and by the books.
fn clocks(case: &Case<'_>) -> Option<Found> {
    let ledger = &case.files.waits.as_ref()?.data;
    let time = case.number(Metric::TimeNs).filter(|time| time.value > 0.0)?;
    let books = ledger.elapsed_ns as f64 / ledger.iterations.max(1) as f64;
    if (1.0 / CLOCKS..=CLOCKS).contains(&(books / time.value)) {
        return None;
    }
    let bottleneck = Bottleneck::InstrumentsDisagree {
        question: "the time of an iteration".to_owned(),
        one: (InstrumentName::Time, format!("{:.0} ns", time.value)),
        other: (InstrumentName::Waits, format!("{books:.0} ns")),
    };
    let evidence = vec![
        case.evidence(InstrumentName::Time, format!("{:.0} ns, the median", time.value), None),
        case.stacks_say(Seen::Books, format!("{} iterations in {} ns", ledger.iterations, ledger.elapsed_ns)),
    ];
    Some(Found::new(bottleneck, evidence))
}

/// The verdict when no rule named a bottleneck.
pub(super) fn when_nothing_is_found(case: &Case<'_>, found: &[Found]) -> Option<Found> {
    let names = |found: &Found| !matches!(found.bottleneck, Bottleneck::InstrumentsDisagree { .. });
    let was_tried = !case.record.measurements.is_empty() || !case.record.failures.is_empty();
    if found.iter().any(names) || !was_tried {
        return None;
    }
    let mut looked = Vec::new();
    looked.extend(case.counts.as_ref().map(|_| InstrumentName::Instructions));
    looked.extend(case.enough_samples().map(|_| InstrumentName::Flamegraph));
    looked.extend(case.waits.as_ref().map(|_| InstrumentName::Waits));
    if looked.is_empty() {
        return Some(Found::new(Bottleneck::NotEnoughEvidence { missing: missing(case) }, Vec::new()));
    }
    let evidence = [
        (Seen::Instructions, case.counts.is_some()),
        (Seen::Samples, case.enough_samples().is_some()),
        (Seen::Books, case.waits.is_some()),
    ];
    let evidence = evidence.into_iter().filter(|(_, is_there)| *is_there);
    let says = || "nothing in it reaches a rule's threshold".to_owned();
    let evidence = evidence.map(|(seen, _)| case.stacks_say(seen, says())).collect();
    Some(Found::new(Bottleneck::NoBottleneck { looked }, evidence))
}

/// What could not be seen, and why.
fn missing(case: &Case<'_>) -> Vec<String> {
    let asked = [
        (Metric::Instructions, "instructions by function"),
        (Metric::Samples, "CPU samples"),
        (Metric::WallNs, "where threads wait"),
    ];
    let told = asked.map(|(metric, what)| {
        let why = match standing(case.recorded, Some(case.record), metric, None) {
            Standing::Measured { measurement, .. } if metric == Metric::Samples => {
                format!("only {:.0}", measurement.value)
            }
            Standing::Measured { .. } => "the file with them is not there".to_owned(),
            Standing::Failed(reason) => format!("failed, {reason}"),
            Standing::LeftOut(reason) => format!("left out, {reason}"),
            Standing::Unavailable(reason) => format!("unavailable, {reason}"),
            Standing::NotGiven => "not given".to_owned(),
            Standing::NotMeasured => "not measured yet".to_owned(),
        };
        format!("{what}: {why}")
    });
    told.into()
}
