//! Excess work: a member of the family has the same answer with a fraction of the instructions.

use super::bottleneck::Bottleneck;
use super::case::{Case, number};
use super::{Found, LEAST_GAIN};
use crate::analysis::symbols::Groups;
use crate::record::{Anchor, InstrumentName, ListedWorkload, Metric};

/// From how many times the instructions on it is excess. Compilers unroll and vectorise one form of a loop and not the
/// next, which alone gives less than twice.
const EXCESS: f64 = 2.0;

/// What is left when costs that have a name (`named`) are gone must still be excess: those are told by themselves.
pub(super) fn find(case: &Case<'_>, named: Groups) -> Option<Found> {
    if !case.family.offers_alternatives() || case.workload.concurrency.processes {
        return None;
    }
    let explained = match (named, case.stacks()) {
        (Groups::NONE, _) | (_, None) => 0.0,
        (_, Some((shares, _))) => shares.any(named).high,
    };
    // What abbreviates is no other way to the same answer.
    let replaces = |sibling: &ListedWorkload| sibling.abbreviates == case.workload.abbreviates;
    let alternatives = case.siblings().filter(|(sibling, _)| replaces(sibling));
    let leaner = alternatives.filter_map(|(sibling, record)| {
        let (size, own, other) = counted(case, sibling)?;
        let times = own / other;
        let gain = case.gain_of(record);
        // Fewer instructions that take as long are no gain: a division is one, and so is a large copy.
        let is_faster = gain.as_ref().is_none_or(|gain| gain.times.low > LEAST_GAIN);
        (times >= EXCESS && is_faster).then_some((times, (record, size, own, other), gain))
    });
    let (times, (sibling, size, own, other), gain) = leaner.max_by(|a, b| a.0.total_cmp(&b.0))?;
    let unexplained = times * (1.0 - explained);
    if unexplained < EXCESS {
        return None;
    }
    let counted = format!("{own:.0} instructions, {other:.0} of {}, at size {size}", sibling.workload);
    let leaner = case.id_of(&sibling.workload, size);
    let counted = case.evidence(InstrumentName::Instructions, counted, None);
    let mut evidence = vec![counted.of(leaner).at(Anchor::Ranking)];
    evidence.extend(gain.as_ref().map(|gain| case.gain_says(gain)));
    let sibling = sibling.workload.clone();
    Some(Found::new(Bottleneck::ExcessWork { sibling, times, unexplained, gain }, evidence))
}

/// The instructions of the case and of a sibling, at its size or the next smaller one at which both were counted: at
/// large ones a quick run does not count.
fn counted(case: &Case<'_>, sibling: &ListedWorkload) -> Option<(usize, f64, f64)> {
    let at = |workload: &str, size: usize| {
        let record = case.recorded.case(&case.id_of(workload, size))?;
        number(record, Metric::Instructions).map(|count| count.value).filter(|count| *count > 0.0)
    };
    let sizes = case.workload.sizes.iter().rev().filter(|size| **size <= case.record.size);
    let mut both =
        sizes.filter_map(|size| Some((*size, at(&case.record.workload, *size)?, at(&sibling.name, *size)?)));
    both.next()
}
