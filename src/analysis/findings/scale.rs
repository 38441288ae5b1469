//! What a member's other sizes tell of a case: super-linear, optimised away.

use super::bottleneck::Bottleneck;
use super::case::{Case, number};
use super::{Found, LEAST_SHARE};
use crate::analysis::growth::{self, GrowthLaw};
use crate::analysis::symbols::Groups;
use crate::record::{InstrumentName, ListedCounts, Metric};

/// The exponent from which growth stands out: a quadratic cost with a linear one beside it lies above over the sizes of
/// the catalogue, n log n (1.1 to 1.3 there) far below.
const SUPER_LINEAR: f64 = 1.8;
/// The least that its interval may allow: half way between linear and quadratic.
const SUPER_LINEAR_LOW: f64 = 1.5;
/// At a size where growing in step would save less than a third, the exponent is of no use yet.
const AHEAD: f64 = 1.5;
/// Instructions beyond the empty loop's that are still nothing.
const NOTHING: f64 = 2.0;
/// By this factor sizes must differ before they can tell that nothing grows.
const APART: usize = 10;

pub(super) fn find(case: &Case<'_>) -> Vec<Found> {
    if case.family.counts != ListedCounts::Work {
        return Vec::new();
    }
    super_linear(case).into_iter().chain(optimised_away(case)).collect()
}

fn points(case: &Case<'_>, metric: Metric) -> Vec<(usize, f64)> {
    growth::points(case.family, case.workload, case.recorded, metric)
}

fn super_linear(case: &Case<'_>) -> Option<Found> {
    let laws = [Metric::HeapBytes, Metric::Instructions].into_iter().filter_map(|metric| {
        let points = points(case, metric);
        Some((metric, GrowthLaw::fit(&points)?, points))
    });
    let stands_out =
        |law: &GrowthLaw| law.exponent.value >= SUPER_LINEAR && law.exponent.low >= SUPER_LINEAR_LOW;
    let (metric, law, counts) = laws
        .filter(|(_, law, _)| stands_out(law))
        .max_by(|a, b| a.1.exponent.value.total_cmp(&b.1.exponent.value))?;
    // What it costs here is told by time where there is one, for bytes are not all that an iteration does.
    let times = points(case, Metric::TimeNs);
    let ahead = ahead(&times, case.record.size).or_else(|| ahead(&counts, case.record.size))?;
    if ahead < AHEAD {
        return None;
    }
    let told: Vec<String> = counts.iter().map(|(size, count)| format!("{count:.0} at {size}")).collect();
    let says = format!("{}: {}", metric.as_str(), told.join(", "));
    let instrument =
        if metric == Metric::Instructions { InstrumentName::Instructions } else { InstrumentName::Heap };
    let bottleneck = Bottleneck::SuperLinear { metric, exponent: law.exponent, sizes: law.sizes, ahead };
    Some(Found::new(bottleneck, vec![case.evidence(instrument, says, None)]))
}

/// The cost at `size` over what the smallest size's would be if it grew in step.
fn ahead(points: &[(usize, f64)], size: usize) -> Option<f64> {
    let (least, cost) = points.first().copied()?;
    let here = points.iter().find(|(other, _)| *other == size)?.1;
    Some(here / (cost * size as f64 / least as f64))
}

fn optimised_away(case: &Case<'_>) -> Option<Found> {
    let instructions = case.number(Metric::Instructions)?.value;
    // Who takes heap blocks does something.
    if case.family.name == RULER || case.number(Metric::HeapBlocks).is_some_and(|blocks| blocks.value > 0.0) {
        return None;
    }
    let ruler = case.recorded.cases.iter().find(|record| record.family == RULER);
    let ruler =
        ruler.and_then(|record| number(record, Metric::Instructions)).map_or(0.0, |count| count.value);
    let is_ruler = ruler > 0.0 && instructions <= ruler + NOTHING;
    // To free one block of any size, say, takes as many instructions: then its functions have a name.
    let works = case.stacks().is_some_and(|(shares, _)| shares.any(Groups::ALL).value >= LEAST_SHARE);
    let flat = flat(case).filter(|_| case.family.offers_alternatives() && !works && others_grow(case));
    if !is_ruler && flat.is_none() {
        return None;
    }
    let says = format!("{instructions:.0} instructions an iteration; the empty loop takes {ruler:.0}");
    let evidence = vec![case.evidence(InstrumentName::Instructions, says, None)];
    let flat = flat.filter(|_| !is_ruler);
    Some(Found::new(Bottleneck::OptimisedAway { instructions, ruler, flat }, evidence))
}

/// The family that measures the empty loop.
const RULER: &str = "noop";

/// The sizes between which this member's instructions do not grow.
fn flat(case: &Case<'_>) -> Option<(usize, usize)> {
    let points = points(case, Metric::Instructions);
    let ((least, first), (largest, last)) = (*points.first()?, *points.last()?);
    (largest >= least * APART && last <= first + NOTHING).then_some((least, largest))
}

/// Whether some sibling's instructions grow, and none but this member's stay: then the family asks for more work.
fn others_grow(case: &Case<'_>) -> bool {
    let others = case.family.workloads.iter().filter(|other| other.name != case.record.workload);
    let grown: Vec<bool> = others
        .filter_map(|other| {
            let points = growth::points(case.family, other, case.recorded, Metric::Instructions);
            let ((least, first), (largest, last)) = (*points.first()?, *points.last()?);
            (largest >= least * APART).then_some(last >= 2.0 * first)
        })
        .collect();
    !grown.is_empty() && grown.iter().filter(|grows| **grows).count() * 2 > grown.len()
}
