//! Costs that have a name: by what functions of the stacks are called, and by members that are declared to be the same
//! without that cost.

use super::bottleneck::{Bottleneck, Cost, Gain, Seen, kind_of};
use super::case::Case;
use super::{Found, LEAST_GAIN, LEAST_SHARE, frames};
use crate::analysis::shares::Share;
use crate::analysis::symbols::{Group, Groups};
use crate::record::{Anchor, FindingKind, InstrumentName, ListedWorkload, Metric, RecordedCase};

/// Costs that are told by their names. Synchronisation and starting threads have rules of their own: what they cost is
/// mostly in the kernel, or in waiting.
const GROUPS: [Group; 8] = [
    Group::Allocation,
    Group::Growth,
    Group::Hashing,
    Group::Copying,
    Group::Formatting,
    Group::Ordering,
    Group::Dropping,
    Group::Serialisation,
];

/// A collection that takes one block was given its room; only from the second on does it grow.
const GROWS: u64 = 2;

pub(super) fn find(case: &Case<'_>) -> Vec<Found> {
    GROUPS.into_iter().filter_map(|group| find_one(case, group)).collect()
}

/// The groups of `found`.
pub(super) fn named(found: &[Found]) -> Groups {
    found.iter().fold(Groups::NONE, |groups, found| match &found.bottleneck {
        Bottleneck::Cost(cost) => groups.with(cost.group),
        _ => groups,
    })
}

fn find_one(case: &Case<'_>, group: Group) -> Option<Found> {
    let heap = blocks(case, group);
    if group == Group::Growth && heap.is_some_and(|(blocks, _)| blocks < GROWS) {
        return None;
    }
    let gain = gain(case, kind_of(group));
    let on_cpu = case.on_cpu();
    let of_stacks = case.stacks_of(group).map(|(shares, seen)| (shares.group(group), seen));
    let share = of_stacks.map(|(share, seen)| (share.of_part(on_cpu), seen));
    let share = share.filter(|(share, _)| share.low >= LEAST_SHARE);
    // What a sibling gains is told even where it is less than the share promised, but it names nothing by itself then.
    let gains = gain.as_ref().is_some_and(|gain| gain.times.low >= LEAST_GAIN);
    // The case itself without this cost is no faster: whatever the stacks hold, nothing is to be gained there.
    let refuted = gain.as_ref().is_some_and(|gain| gain.by.is_none() && gain.times.high < LEAST_GAIN);
    if refuted || (share.is_none() && !gains) {
        return None;
    }
    let mut evidence = Vec::new();
    if let Some((of_stacks, seen)) = of_stacks.filter(|_| share.is_some()) {
        let says = format!("{:.1} % of the stacks hold a function of {group}", of_stacks.value * 100.0);
        evidence.push(case.stacks_say(seen, says).at(frames::of_group(case, seen, group)));
    }
    if let (Some((blocks, bytes)), Some(kept)) = (heap, &case.files.heap) {
        let says = format!("{blocks} blocks of {bytes} bytes in all");
        let largest = kept.data.sites.iter().position(|site| takes(case, group, &site.frames));
        let seen = case.evidence(InstrumentName::Heap, says, Some(kept.file.clone()));
        evidence.push(seen.at(largest.map(Anchor::HeapSite)));
    }
    evidence.extend(gain.as_ref().map(|gain| case.gain_says(gain)));
    let within = share.and_then(|_| within(case, group));
    let hashes = of_stacks.filter(|_| group == Group::Hashing);
    let hasher = hashes.and_then(|(_, seen)| frames::hasher(case, seen));
    let cost = Cost { group, hasher, share, on_cpu: on_cpu.value, within, heap, gain };
    Some(Found::new(Bottleneck::Cost(cost), evidence))
}

/// The other cost that most of this one lies in, if at least half does, and the other is larger.
fn within(case: &Case<'_>, group: Group) -> Option<(Group, f64)> {
    let (shares, _) = case.stacks_of(group)?;
    let others = GROUPS.into_iter().filter(|other| *other != group);
    let larger = others.filter(|other| shares.group(*other).value > shares.group(group).value);
    let parts = larger.map(|other| (other, shares.overlap(group, other)));
    parts.filter(|(_, part)| *part >= 0.5).max_by(|a, b| a.1.total_cmp(&b.1))
}

/// Heap blocks and bytes of an iteration: all of them, or those that growing takes.
fn blocks(case: &Case<'_>, group: Group) -> Option<(u64, u64)> {
    if !matches!(group, Group::Allocation | Group::Growth) {
        return None;
    }
    let sites = &case.files.heap.as_ref()?.data.sites;
    let wanted = sites.iter().filter(|site| takes(case, group, &site.frames));
    Some(wanted.fold((0, 0), |(blocks, bytes), site| (blocks + site.blocks, bytes + site.bytes)))
}

/// Whether a call site takes blocks for `group`: any does for allocation.
fn takes(case: &Case<'_>, group: Group, frames: &[String]) -> bool {
    let grows = |frame: &String| case.symbols.of(frame).groups.holds(Group::Growth);
    group == Group::Allocation || frames.iter().any(grows)
}

/// What is gained without the cost of `kind`: by a run of the case itself without it, else by the member that is
/// declared to be this one without it, the fastest if there are several.
pub(super) fn gain(case: &Case<'_>, kind: FindingKind) -> Option<Gain> {
    let own = (kind == FindingKind::Allocation).then(|| case.number(Metric::CeilingAllocation)).flatten();
    if let Some(times) = own {
        return Some(Gain { by: None, times, paired: true });
    }
    let spares = spared(case, kind);
    // To leave something out takes no time: a sibling that is slower pays for something else, and shows nothing.
    let gains = spares.filter_map(|(_, record)| case.gain_of(record)).filter(|gain| gain.times.value >= 1.0);
    gains.max_by(|a, b| a.times.value.total_cmp(&b.times.value))
}

/// The siblings that are declared to be this member without the cost of `kind`.
pub(super) fn spared<'a>(
    case: &Case<'a>,
    kind: FindingKind,
) -> impl Iterator<Item = (&'a ListedWorkload, &'a RecordedCase)> {
    case.siblings().filter(move |(sibling, _)| {
        sibling.spares.iter().any(|spare| spare.cost == kind.as_str() && spare.of == case.record.workload)
    })
}

/// The share of stacks that `seen` shows of `group`, for rules that hold instruments against each other.
pub(super) fn share_by(case: &Case<'_>, group: Group, seen: Seen) -> Option<Share> {
    let shares = match seen {
        Seen::Instructions => case.counts.as_ref(),
        Seen::InstructionsAt(_) => case.settled.as_ref().map(|settled| &settled.shares),
        Seen::Samples => case.enough_samples(),
        Seen::Books | Seen::Sibling => None,
    };
    Some(shares?.group(group))
}

/// The groups whose shares are held against each other: those that two samplers should see alike.
pub(super) fn groups() -> impl Iterator<Item = Group> {
    GROUPS.into_iter()
}
