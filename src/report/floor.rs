//! How far the members of a family are from the least that their answer needs.

use maud::{Markup, html};

use super::page::clip;
use super::{Source, format};
use crate::analysis::{Distance, NEAR, Ranking, distances};
use crate::record::ListedFamily;

/// The line below a ranking; nothing where no floor is stated or no speed was taken.
pub(super) fn line(source: &Source<'_>, family: &ListedFamily, ranking: &Ranking<'_>) -> Markup {
    let speeds = source.recorded.environment.as_ref().and_then(|environment| environment.speeds.as_deref());
    let found = speeds.and_then(|speeds| distances(family, speeds, ranking));
    html! {
        @if let Some((least, distances)) = found.filter(|(_, distances)| !distances.is_empty()) {
            p.small {
                strong { "Distance to the floor: " }
                "the least that this answer needs here is " (clip(&least.part.to_string(), 80)) ", "
                (format::time(least.ns.value)) " " (format::time_interval(&least.ns)) ". "
                @for (index, distance) in distances.iter().enumerate() {
                    @if index > 0 { ", " }
                    (clip(distance.workload, 48)) " " b { (format::ratio(&distance.times)) }
                }
                ". " (judged(&distances))
            }
        }
    }
}

/// Who has nothing left to gain, and who lies below.
fn judged(distances: &[Distance<'_>]) -> Markup {
    let below = distances.iter().filter(|distance| distance.is_below()).count();
    html! {
        @if distances.iter().any(|distance| distance.is_near() && !distance.is_below()) {
            "Within " (format::short(NEAR)) " times of the floor nothing is to be gained that this machine could show. "
        }
        @if below > 0 {
            "What lies below 1 does without part of the work that is counted, or met a faster machine than the speeds did."
        }
    }
}
