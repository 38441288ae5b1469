//! What a member's other sizes tell of a case: super-linear, memory-bound, optimised away.

use super::bottleneck::Bottleneck;
use super::case::{Case, number};
use super::{Found, LEAST_SHARE};
use crate::analysis::Estimate;
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
/// How many times as long an instruction may take as at another size before memory is named. Times of two sizes are
/// taken apart, and hosts flip between modes 1.6 apart (docs/method.md, time).
const SLOWER: f64 = 2.0;
/// The least that the intervals may allow: the host's modes.
const SLOWER_LOW: f64 = 1.6;
/// Simulated first-level misses in a thousand instructions, below which memory is not what an instruction waits for: at
/// 5 cycles for one that the last level serves, 1 in a thousand adds half a per cent.
const MISSES: f64 = 1.0;
/// Loops of fewer instructions are mostly their own start and end.
const LONG_ENOUGH: f64 = 1_000.0;
/// Instructions beyond the empty loop's that are still nothing.
const NOTHING: f64 = 2.0;
/// By this factor sizes must differ before they can tell that nothing grows.
const APART: usize = 10;

pub(super) fn find(case: &Case<'_>) -> Vec<Found> {
    if case.family.counts != ListedCounts::Work {
        return Vec::new();
    }
    super_linear(case).into_iter().chain(memory_bound(case)).chain(optimised_away(case)).collect()
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

fn memory_bound(case: &Case<'_>) -> Option<Found> {
    let concurrency = case.workload.concurrency;
    if concurrency.threads || concurrency.processes || case.busy() < 0.9 {
        return None;
    }
    let instructions = case.instructions()?;
    let here = instructions.count;
    let misses = case.number(Metric::L1Misses).map(|misses| misses.value * 1_000.0 / here);
    if misses.is_some_and(|misses| misses < MISSES) {
        return None;
    }
    let per_instruction = |size: usize| {
        let record = case.recorded.case(&case.id_of(&case.record.workload, size))?;
        let instructions = number(record, Metric::Instructions).filter(|count| count.value >= LONG_ENOUGH)?;
        Some((size, number(record, Metric::TimeNs)?.per(instructions.value)))
    };
    let smaller = case.workload.sizes.iter().copied().filter(|size| *size < case.record.size);
    let (from, quickest) =
        smaller.filter_map(per_instruction).min_by(|a, b| a.1.value.total_cmp(&b.1.value))?;
    let slower = case.number(Metric::TimeNs)?.per(here).over(&quickest)?;
    if slower.value < SLOWER || slower.low < SLOWER_LOW {
        return None;
    }
    let says = match misses {
        Some(misses) => format!("{misses:.1} simulated first-level misses in a thousand instructions"),
        None => format!("{here:.0} instructions expected, none counted at this size"),
    };
    let Estimate { value, low, high } = slower;
    let time =
        format!("{value:.2} times as long an instruction as at {from} [{low:.2}, {high:.2}], timed apart");
    let evidence = vec![
        case.evidence(InstrumentName::Instructions, says, None),
        case.evidence(InstrumentName::Time, time, None),
    ];
    Some(Found::new(
        Bottleneck::MemoryBound { slower, from, extrapolated: instructions.extrapolated },
        evidence,
    ))
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
