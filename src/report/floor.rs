//! How far the members of a family are from the least that their answer needs.

use std::path::Path;

use maud::{Markup, html};

use super::page::clip;
use super::{Source, anchors, format, link};
use crate::analysis::{Distance, LeastTime, Part, Ranking, distances, rank};
use crate::record::{ListedFamily, Speed};

/// Whether there is a line below the ranking at `size`.
pub(super) fn is_told(source: &Source<'_>, family: &ListedFamily, size: usize) -> bool {
    family.sizes.contains(&size) && found(source, family, &rank(family, source.recorded, size)).is_some()
}

/// The floor and how far each member is from it, where a floor is stated, speeds were taken and somebody has a time.
fn found<'a>(
    source: &Source<'_>,
    family: &ListedFamily,
    ranking: &Ranking<'a>,
) -> Option<(LeastTime, Vec<Distance<'a>>)> {
    let speeds = source.recorded.environment.as_ref()?.speeds.as_deref()?;
    distances(family, speeds, ranking).filter(|(_, distances)| !distances.is_empty())
}

/// The line below a ranking, on the page at `path`; nothing where there is no floor to tell of.
pub(super) fn line(source: &Source<'_>, path: &Path, family: &ListedFamily, ranking: &Ranking<'_>) -> Markup {
    html! {
        @if let Some((least, distances)) = found(source, family, ranking) {
            p.small.note id=(anchors::floor(ranking.size)) {
                strong { "Distance to the floor: " }
                "the least that this answer needs here is " (part(source, path, &least.part)) ", "
                (format::time(least.ns.value)) " " (format::time_interval(&least.ns)) ". "
                @for (index, distance) in distances.iter().enumerate() {
                    @if index > 0 { ", " }
                    a href=(format!("#{}", anchors::ranked(family, distance.workload, ranking.size))) { (clip(distance.workload, 48)) }
                    " " b { (format::ratio(&distance.times)) }
                }
                ". " (judged(&least, &distances))
            }
        }
    }
}

/// What takes longest, and the way to how fast this machine does it.
fn part(source: &Source<'_>, path: &Path, part: &Part) -> Markup {
    let speed = match part {
        Part::Writing(_, level) => Some(format!("{}{level}", Speed::WRITE)),
        Part::Allocating(_) => Some(Speed::ALLOCATION.to_owned()),
        Part::Dividing(_) => Some(Speed::DIVISION.to_owned()),
        Part::Starting(_) => Some(Speed::PROCESS_START.to_owned()),
        Part::Waiting => None,
    };
    let index = source.layout.index_page();
    let words = clip(&part.to_string(), 80);
    html! {
        @match speed {
            Some(speed) => a href=(link::to_part(path, &index, &anchors::speed(&speed))) { (words) },
            None => (words),
        }
    }
}

/// Who has nothing left to gain, and who lies below.
fn judged(least: &LeastTime, distances: &[Distance<'_>]) -> Markup {
    let below = distances.iter().filter(|distance| distance.is_below()).count();
    html! {
        @if distances.iter().any(|distance| distance.is_near() && !distance.is_below()) {
            "Within " (format::short(least.near())) " times of the floor nothing is to be gained that this machine could show. "
        }
        @if below > 0 {
            "What lies below 1 does without part of the work that is counted, or met a faster machine than the speeds did."
        }
    }
}
