//! Which finding leads: by class, then by what there is to gain.
//!
//! 1. Work that is not there: no other number of the case means anything.
//! 2. The floor: what else is named has nothing to gain.
//! 3. Super-linear growth: it outgrows every other cost.
//! 4. A cost that names the case: without it the case is 1.5 times as fast or more.
//! 5. A sibling that needs less, memory, and costs below that: what to change is another form of the code.
//! 6. The hot function: where to look when nothing says what to do.
//! 7. What is said of the evidence.
//!
//! Within a class the largest gain comes first: measured where it was, else predicted.

use super::bottleneck::Bottleneck;
use super::{Found, NAMES_THE_CASE};
use crate::record::FindingKind;

/// Ceilings that differ by less than this factor are equal: what differences of time below 5 % are read as, on both
/// sides (docs/method.md, time).
const EQUAL: f64 = 1.1;

/// Puts the leading finding first, and tells it of those that are as much.
pub(super) fn rank(mut found: Vec<Found>) -> Vec<Found> {
    found.sort_by(|a, b| {
        let (a, b) = (&a.bottleneck, &b.bottleneck);
        class(a).cmp(&class(b)).then_with(|| worth(b).total_cmp(&worth(a)))
    });
    let ties: Vec<String> = match found.split_first() {
        Some((leader, others)) if worth(&leader.bottleneck) > 1.0 => {
            let leader = &leader.bottleneck;
            let ties = others
                .iter()
                .map(|found| &found.bottleneck)
                .filter(|other| class(other) == class(leader) && is_as_much(leader, other));
            ties.map(Bottleneck::subject).collect()
        }
        _ => Vec::new(),
    };
    if let Some(leader) = found.first_mut() {
        leader.ties = ties;
    }
    found
}

fn class(bottleneck: &Bottleneck) -> u8 {
    match bottleneck.kind() {
        FindingKind::OptimisedAway => 1,
        FindingKind::AtFloor => 2,
        FindingKind::SuperLinear => 3,
        FindingKind::HotFunction => 6,
        FindingKind::InstrumentsDisagree | FindingKind::NotEnoughEvidence | FindingKind::NoBottleneck => 7,
        FindingKind::ExcessWork | FindingKind::MemoryBound => 5,
        _ if worth(bottleneck) >= NAMES_THE_CASE => 4,
        _ => 5,
    }
}

/// How many times as fast without it; endless where nothing else would be left.
fn worth(bottleneck: &Bottleneck) -> f64 {
    let gain = bottleneck.gain().map(|gain| gain.times.value);
    let all = bottleneck.share().is_some_and(|share| share.ceiling().is_none());
    gain.or_else(|| bottleneck.ceiling()).unwrap_or(if all { f64::INFINITY } else { 1.0 })
}

/// Whether two findings of one class cannot be told apart: sampled shares whose intervals hold each other, or ceilings
/// that are nearly the same.
fn is_as_much(leader: &Bottleneck, other: &Bottleneck) -> bool {
    let sampled = match (leader.gain(), other.gain(), leader.share(), other.share()) {
        (None, None, Some(a), Some(b)) => {
            !a.is_exact() && !b.is_exact() && b.high >= a.value && a.low <= b.value
        }
        _ => false,
    };
    sampled || worth(leader) / worth(other) < EQUAL
}
