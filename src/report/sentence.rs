//! A ranking in one plain sentence.

use maud::{Markup, html};

use super::page::clip;
use super::{anchors, format, sizes};
use crate::analysis::{Ranked, Ranking, gain};
use crate::record::ListedFamily;

/// Names spelt out before the rest is counted.
const NAMED: usize = 4;

/// Who is fastest at the ranking's size and by how much; `None` when no member has a time there. Each member that it names
/// leads to its row of the ranking on the family's page, which is at `page`: empty on that page itself.
pub(super) fn fastest(family: &ListedFamily, ranking: &Ranking<'_>, page: &str) -> Option<Markup> {
    let first = ranking.ranked.first()?;
    let leaders: Vec<_> = ranking.leaders().collect();
    let led_by_baseline = leaders.iter().any(|member| member.workload.name == family.baseline);
    let last = ranking.ranked.last().filter(|last| last.rank > 1);
    let name = |member: &Ranked<'_>| name(family, ranking, page, member);
    let slowest = |last: Option<&Ranked<'_>>| slowest(family, last, name);
    Some(html! {
        "At " (sizes::named(family, ranking.size)) ", "
        @if ranking.ranked.len() == 1 {
            (name(first)) " takes " (format::time(first.time_ns.value)) " " (interval_of_time(first))
            @if !ranking.unranked.is_empty() { "; no other has a time yet" }
            "."
        } @else if leaders.len() > 1 {
            (names(&leaders, name)) " cannot be told apart" @if last.is_some() { " at the top" }
            @if !led_by_baseline { @if let Some(ratio) = multiple(family, first) { ": " (name(first)) " takes " (ratio) } }
            (slowest(last))
        } @else if led_by_baseline {
            (name(first)) ", the baseline, is fastest"
            @if let Some(next) = ranking.ranked.get(1) {
                @if let Some(ratio) = multiple(family, next) { "; next, " (name(next)) " takes " (ratio) }
            }
            (slowest(last.filter(|_| ranking.ranked.len() > 2)))
        } @else {
            (name(first)) " is fastest"
            @match multiple(family, first) {
                Some(ratio) => { ": " (ratio) },
                None => { ", and the baseline has no time to compare with" },
            }
            (slowest(last))
        }
    })
}

/// How much faster the fastest member is than the baseline, where that is shown.
pub(super) fn to_gain(family: &ListedFamily, ranking: &Ranking<'_>, page: &str) -> Option<Markup> {
    let gain = gain(family, ranking)?;
    let row = anchors::ranked(family, &gain.workload.name, ranking.size);
    Some(html! {
        "To gain: " b.figure { (format::ratio(&gain.times)) } " as fast "
        span.interval { (format::ratio_interval(&gain.times)) @if !gain.paired { " unpaired" } }
        " with " a href=(format!("{page}#{row}")) { (clip(&gain.workload.name, 48)) } " instead of " (clip(&family.baseline, 48)) "."
    })
}

/// What stands where nothing was timed: what to type next.
pub(super) fn nothing_timed(family: &ListedFamily) -> Markup {
    html! { "No member has a time yet: type " code { "just bench " (clip(&family.name, 48)) } "." }
}

fn name(family: &ListedFamily, ranking: &Ranking<'_>, page: &str, member: &Ranked<'_>) -> Markup {
    let row = anchors::ranked(family, &member.workload.name, ranking.size);
    html! { a href=(format!("{page}#{row}")) { strong { (clip(&member.workload.name, 48)) } } }
}

fn names(members: &[&Ranked<'_>], name: impl Fn(&Ranked<'_>) -> Markup) -> Markup {
    let shown = if members.len() <= NAMED + 1 { members.len() } else { NAMED };
    html! {
        @for (index, member) in members.iter().take(shown).enumerate() {
            @if index > 0 { @if index + 1 == members.len() { " and " } @else { ", " } }
            (name(member))
        }
        @if members.len() > shown { " and " (members.len() - shown) " more" }
    }
}

/// `0.19 × the time of push [0.18, 0.20]`.
fn multiple(family: &ListedFamily, member: &Ranked<'_>) -> Option<Markup> {
    let ratio = member.ratio?;
    Some(html! {
        b.figure { (format::ratio(&ratio.estimate)) } " the time of " (clip(&family.baseline, 48)) " "
        span.interval { (format::ratio_interval(&ratio.estimate)) @if !ratio.paired { " unpaired" } }
    })
}

fn slowest(family: &ListedFamily, last: Option<&Ranked<'_>>, name: impl Fn(&Ranked<'_>) -> Markup) -> Markup {
    html! {
        "."
        @if let Some(last) = last {
            " Slowest: " (name(last))
            @match last.ratio {
                _ if last.workload.name == family.baseline => ", the baseline",
                Some(ratio) => { ", " b.figure { (format::ratio(&ratio.estimate)) } },
                None => { ", " (format::time(last.time_ns.value)) },
            }
            "."
        }
    }
}

fn interval_of_time(member: &Ranked<'_>) -> Markup {
    html! { span.interval { (format::time_interval(&member.time_ns)) } }
}
