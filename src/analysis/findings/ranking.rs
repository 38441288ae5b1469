//! Which finding leads: by class, then by what there is to gain.
//!
//! 1. Work that is not there: no other number of the case means anything.
//! 2. The floor: what else is named has nothing to gain.
//! 3. Super-linear growth: it outgrows every other cost.
//! 4. A cost that names the case: without it the case is 1.5 times as fast or more. Memory is one, where it is named.
//! 5. A sibling that needs less, and costs below that: what to change is another form of the code.
//! 6. The hot function: where to look when nothing says what to do.
//! 7. What is said of the evidence.
//!
//! Within a class the largest gain comes first: measured where it was, else predicted. A cost that lies in another gains
//! no more than that one.

use std::collections::BTreeMap;

use super::bottleneck::{Bottleneck, Cost};
use super::{Found, NAMES_THE_CASE};
use crate::analysis::symbols::Group;
use crate::record::FindingKind;

/// Ceilings that differ by less than this factor are equal: what differences of time below 5 % are read as, on both
/// sides (docs/method.md, time).
const EQUAL: f64 = 1.1;
/// A cost of which this much lies in another is a part of that one.
const A_PART: f64 = 0.9;

/// Puts the leading finding first, and tells it of those that are as much.
pub(super) fn rank(found: Vec<Found>) -> Vec<Found> {
    let wholes: BTreeMap<Group, f64> = found
        .iter()
        .filter_map(|found| match &found.bottleneck {
            Bottleneck::Cost(cost) => Some((cost.group, worth(&found.bottleneck))),
            _ => None,
        })
        .collect();
    let mut ranked: Vec<(f64, Found)> = found
        .into_iter()
        .map(|found| {
            let most = whole_of(&found.bottleneck).and_then(|group| wholes.get(&group)).copied();
            (worth(&found.bottleneck).min(most.unwrap_or(f64::INFINITY)), found)
        })
        .collect();
    ranked.sort_by(|(gain_a, a), (gain_b, b)| {
        class(&a.bottleneck, *gain_a)
            .cmp(&class(&b.bottleneck, *gain_b))
            .then_with(|| gain_b.total_cmp(gain_a))
    });
    let ties: Vec<String> = match ranked.split_first() {
        Some(((gain, leader), others)) if *gain > 1.0 => others
            .iter()
            .filter(|(other_gain, other)| {
                let (leader, other) = (&leader.bottleneck, &other.bottleneck);
                class(other, *other_gain) == class(leader, *gain)
                    && whole_of(other).is_none()
                    && (have_one_share(leader, other) || gain / other_gain < EQUAL)
            })
            .map(|(_, other)| other.bottleneck.subject())
            .collect(),
        _ => Vec::new(),
    };
    let mut found: Vec<Found> = ranked.into_iter().map(|(_, found)| found).collect();
    if let Some(leader) = found.first_mut() {
        leader.ties = ties;
    }
    found
}

/// The cost that this one is a part of.
fn whole_of(bottleneck: &Bottleneck) -> Option<Group> {
    match bottleneck {
        // What was measured by itself needs no bound.
        Bottleneck::Cost(Cost { within: Some((group, part)), gain: None, .. }) if *part >= A_PART => {
            Some(*group)
        }
        _ => None,
    }
}

fn class(bottleneck: &Bottleneck, gain: f64) -> u8 {
    match bottleneck.kind() {
        FindingKind::OptimisedAway => 1,
        FindingKind::AtFloor => 2,
        FindingKind::SuperLinear => 3,
        FindingKind::HotFunction => 6,
        FindingKind::InstrumentsDisagree | FindingKind::NotEnoughEvidence | FindingKind::NoBottleneck => 7,
        FindingKind::ExcessWork => 5,
        _ if gain >= NAMES_THE_CASE => 4,
        _ => 5,
    }
}

/// How many times as fast without it; endless where nothing else would be left.
fn worth(bottleneck: &Bottleneck) -> f64 {
    let gain = bottleneck.gain().map(|gain| gain.times.value);
    let all = bottleneck.share().is_some_and(|share| share.ceiling().is_none());
    gain.or_else(|| bottleneck.ceiling()).unwrap_or(if all { f64::INFINITY } else { 1.0 })
}

/// Whether two sampled shares may be one: each lies in the other's interval.
fn have_one_share(leader: &Bottleneck, other: &Bottleneck) -> bool {
    match (leader.gain(), other.gain(), leader.share(), other.share()) {
        (None, None, Some(a), Some(b)) => {
            !a.is_exact() && !b.is_exact() && b.high >= a.value && a.low <= b.value
        }
        _ => false,
    }
}
