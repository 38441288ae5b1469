//! Work that is not there: a case that takes no more than the empty loop, or no more however much it is given.

use super::bottleneck::{Bottleneck, Flat, NoWork};
use super::case::{Case, number};
use super::{Found, LEAST_SHARE, NAMES_THE_CASE};
use crate::analysis::growth;
use crate::analysis::symbols::Groups;
use crate::record::{Anchor, InstrumentName, ListedCounts, ListedWorkload, Metric};

/// Instructions beyond the empty loop's that are still nothing.
const NOTHING: f64 = 2.0;
/// As many divisions as one instruction does at most, in the widest registers of today.
const DIVISIONS_AT_ONCE: u64 = 8;
/// By this factor sizes must differ before they can tell that nothing grows.
const APART: usize = 10;
/// The family that measures the empty loop, where a catalogue has it.
const RULER: &str = "noop";

pub(super) fn find(case: &Case<'_>) -> Option<Found> {
    let instructions = case.number(Metric::Instructions)?.value;
    if case.family.counts != ListedCounts::Work || case.family.name == RULER {
        return None;
    }
    let shown = too_few(case, instructions).or_else(|| {
        // Who takes heap blocks does something.
        let takes_blocks = case.number(Metric::HeapBlocks).is_some_and(|blocks| blocks.value > 0.0);
        if takes_blocks {
            None
        } else {
            like_the_ruler(case, instructions).or_else(|| flat(case).map(NoWork::Flat))
        }
    })?;
    let (says, anchor) = match &shown {
        NoWork::TooFew { .. } | NoWork::Ruler { .. } => {
            (format!("{instructions:.0} instructions an iteration"), Anchor::Number(Metric::Instructions))
        }
        NoWork::Flat(Flat { from, to, .. }) => (
            format!("{instructions:.0} instructions an iteration, from size {from} to {to}"),
            Anchor::Growth(Metric::Instructions),
        ),
    };
    let counted = case.evidence(InstrumentName::Instructions, says, None);
    Some(Found::new(Bottleneck::OptimisedAway { instructions, shown }, vec![counted.at(anchor)]))
}

/// Fewer instructions than its family's floor needs: one for each heap block, and one for [`DIVISIONS_AT_ONCE`]. What children
/// execute is not counted.
fn too_few(case: &Case<'_>, instructions: f64) -> Option<NoWork> {
    let floor = case.family.floor(case.record.size).filter(|_| !case.workload.concurrency.processes)?;
    let needed = floor.divisions.div_ceil(DIVISIONS_AT_ONCE) + floor.allocations;
    (instructions < needed as f64).then_some(NoWork::TooFew { needed })
}

fn like_the_ruler(case: &Case<'_>, instructions: f64) -> Option<NoWork> {
    let ruler = case.recorded.cases.iter().find(|record| record.family == RULER)?;
    let ruler = number(ruler, Metric::Instructions)?.value;
    (instructions <= ruler + NOTHING).then_some(NoWork::Ruler { instructions: ruler })
}

/// The sizes between which the case's instructions stay the same although they should not: most members that replace it take
/// more, or nothing in its family does. A part of something, as in a family that asks what each step costs, may be the same
/// at every size beside parts that grow.
fn flat(case: &Case<'_>) -> Option<Flat> {
    let [(from, first), (to, last)] = ends(case, case.workload, Metric::Instructions)?;
    // To free one block of any size, say, takes as many instructions: then its functions have a name.
    let works = case.stacks().is_some_and(|(shares, _)| shares.any(Groups::ALL).value >= LEAST_SHARE);
    if last > first + NOTHING || works || case.workload.abbreviates || takes_longer(case) || waits(case) {
        return None;
    }
    let siblings_grow = case.family.offers_alternatives() && most_others_grow(case);
    (siblings_grow || nothing_grows(case)).then_some(Flat { from, to, siblings_grow })
}

/// The smallest and the largest size of a member with its numbers there; `None` where they are less than tenfold apart.
fn ends(case: &Case<'_>, member: &ListedWorkload, metric: Metric) -> Option<[(usize, f64); 2]> {
    let points = growth::points(case.family, member, case.recorded, metric);
    let (first, last) = (*points.first()?, *points.last()?);
    (last.0 >= first.0.saturating_mul(APART)).then_some([first, last])
}

/// Whether its time grows though its instructions do not: one instruction may copy much, divide, or wait. By the root of the
/// sizes' ratio at least, which from tenfold on is more than hosts' modes are apart (docs/method.md, time).
fn takes_longer(case: &Case<'_>) -> bool {
    ends(case, case.workload, Metric::TimeNs).is_some_and(|[(least, first), (largest, last)]| {
        first > 0.0 && last / first >= (largest as f64 / least.max(1) as f64).sqrt()
    })
}

/// Whether its sizes may count time that is waited: its floor says so, or it is blocked for a third of the time or more.
fn waits(case: &Case<'_>) -> bool {
    let floor = case.family.floor(case.record.size);
    floor.is_some_and(|floor| floor.waited_ns > 0) || case.idle() >= 1.0 - 1.0 / NAMES_THE_CASE
}

/// Whether the instructions of a member double between its ends; `None` where they were not counted at sizes so far apart.
fn grows(case: &Case<'_>, member: &ListedWorkload) -> Option<bool> {
    ends(case, member, Metric::Instructions).map(|[(_, first), (_, last)]| last >= 2.0 * first)
}

/// Whether most siblings' instructions grow.
fn most_others_grow(case: &Case<'_>) -> bool {
    let others = case.family.workloads.iter().filter(|other| other.name != case.record.workload);
    let grown: Vec<bool> = others.filter_map(|other| grows(case, other)).collect();
    grown.iter().filter(|grows| **grows).count() * 2 > grown.len()
}

/// Whether no member's instructions grow, this one's and those of every other of whom they can be counted at sizes so far
/// apart. Where one of these was not counted yet, nobody knows.
fn nothing_grows(case: &Case<'_>) -> bool {
    let is_apart = |member: &&ListedWorkload| match (member.sizes.first(), member.sizes.last()) {
        (Some(least), Some(largest)) => *largest >= least.saturating_mul(APART),
        _ => false,
    };
    let is_counted = |member: &&ListedWorkload| !member.concurrency.processes && !member.concurrency.spins;
    let mut members = case.family.workloads.iter().filter(is_apart).filter(is_counted);
    members.all(|member| grows(case, member) == Some(false))
}
