//! What a member's other sizes tell of a case: super-linear growth.

use super::bottleneck::Bottleneck;
use super::case::Case;
use super::{Found, LEAST_GAIN};
use crate::analysis::Estimate;
use crate::analysis::growth::{self, GrowthLaw};
use crate::record::{Anchor, InstrumentName, ListedCounts, Metric};

/// The exponent from which growth stands out: a quadratic cost with a linear one beside it lies above over the sizes of
/// the catalogue, n log n (1.1 to 1.3 there) far below.
const SUPER_LINEAR: f64 = 1.8;
/// The least that its interval may allow: half way between linear and quadratic.
const SUPER_LINEAR_LOW: f64 = 1.5;
/// At a size where growing in step would save less than a third, the exponent is of no use yet.
const AHEAD: f64 = 1.5;
/// What may grow too fast, of equal exponents the last: bytes say best what is copied again and again.
const GROWING: [Metric; 4] =
    [Metric::HeapBlocks, Metric::Instructions, Metric::HeapPeakBytes, Metric::HeapBytes];

pub(super) fn find(case: &Case<'_>) -> Option<Found> {
    if case.family.counts != ListedCounts::Work {
        return None;
    }
    let laws = GROWING.into_iter().filter_map(|metric| {
        let counts = estimates(case, metric);
        let points: Vec<(usize, f64)> = counts.iter().map(|(size, count)| (*size, count.value)).collect();
        Some((metric, GrowthLaw::fit(&points)?, counts))
    });
    let stands_out =
        |law: &GrowthLaw| law.exponent.value >= SUPER_LINEAR && law.exponent.low >= SUPER_LINEAR_LOW;
    let (metric, law, counts) = laws
        .filter(|(_, law, _)| stands_out(law))
        .max_by(|a, b| a.1.exponent.value.total_cmp(&b.1.exponent.value))?;
    // What it costs here is told by time where there is one, for bytes are not all that an iteration does.
    let by_time = ahead(&estimates(case, Metric::TimeNs), case.record.size);
    let by_count = || ahead(&counts, case.record.size).map(|ahead| (ahead, metric));
    let (ahead, by) = by_time.map(|ahead| (ahead, Metric::TimeNs)).or_else(by_count)?;
    if ahead.value < AHEAD || ahead.low < LEAST_GAIN {
        return None;
    }
    let told: Vec<String> =
        counts.iter().map(|(size, count)| format!("{:.0} at {size}", count.value)).collect();
    let says = format!("{}: {}", metric.as_str(), told.join(", "));
    let instrument =
        if metric == Metric::Instructions { InstrumentName::Instructions } else { InstrumentName::Heap };
    let bottleneck = Bottleneck::SuperLinear { metric, exponent: law.exponent, sizes: law.sizes, ahead, by };
    let mut evidence = vec![case.evidence(instrument, says, None).at(Anchor::Growth(metric))];
    if by == Metric::TimeNs {
        let (value, size) = (ahead.value, case.record.size);
        let says = format!("its time at {size} is {value:.2} times what growing in step would make it");
        evidence.push(case.evidence(InstrumentName::Time, says, None).at(Anchor::Growth(Metric::TimeNs)));
    }
    Some(Found::new(bottleneck, evidence))
}

fn estimates(case: &Case<'_>, metric: Metric) -> Vec<(usize, Estimate)> {
    growth::estimates(case.family, case.workload, case.recorded, metric)
}

/// The cost at `size` over what the smallest size's would be if it grew in step.
fn ahead(points: &[(usize, Estimate)], size: usize) -> Option<Estimate> {
    let (least, cost) = points.first()?;
    let (_, here) = points.iter().find(|(other, _)| *other == size)?;
    Some(here.over(cost)?.per(size as f64 / *least as f64))
}
