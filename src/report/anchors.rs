//! What the parts of pages are called in addresses, behind the `#`: the one place. Whether a part is on a page is the
//! business of who links to it.

use crate::record::{ListedFamily, Metric};

/// A case's finding, counted from 1.
pub(super) fn finding(number: usize) -> String {
    format!("finding-{number}")
}

/// A number among a case's measurements.
pub(super) fn number(metric: Metric) -> String {
    format!("number-{}", metric.as_str().replace('_', "-"))
}

/// A function in a case's table of costs, by its place in the file.
pub(super) fn function(place: usize) -> String {
    format!("function-{}", place + 1)
}

/// A call site in a case's table of heap blocks, by its place in the file.
pub(super) fn heap_site(place: usize) -> String {
    format!("heap-site-{}", place + 1)
}

/// A part of the bars of where threads wait, by the metric that is its sum over all threads.
pub(super) fn part(metric: Metric) -> String {
    format!("part-{}", metric.as_str().replace('_', "-"))
}

/// A call in the bars of where threads wait, by its rank.
pub(super) fn call(rank: usize) -> String {
    format!("call-{}", rank + 1)
}

/// A size of a family's ranking.
pub(super) fn size(size: usize) -> String {
    format!("at-{size}")
}

/// A member's row in a family's ranking at a size.
pub(super) fn ranked(family: &ListedFamily, workload: &str, size: usize) -> String {
    format!("at-{size}-{}", member(family, workload))
}

/// The distance to the floor below a family's ranking at a size.
pub(super) fn floor(size: usize) -> String {
    format!("floor-{size}")
}

/// A member's row in the table of how costs grow.
pub(super) fn growth(family: &ListedFamily, workload: &str) -> String {
    format!("growth-{}", member(family, workload))
}

/// One of the machine's own speeds.
pub(super) fn speed(name: &str) -> String {
    format!("speed-{}", plain(name).unwrap_or("unnamed"))
}

/// A member's name; its place in the family where the name means something in addresses or in markup.
fn member(family: &ListedFamily, workload: &str) -> String {
    let place = || family.workloads.iter().position(|other| other.name == workload).unwrap_or(0) + 1;
    plain(workload).map_or_else(|| format!("member-{}", place()), str::to_owned)
}

fn plain(name: &str) -> Option<&str> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (!name.is_empty() && name.len() <= 48 && name.bytes().all(is_plain)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::ListedWorkload;

    #[test]
    fn names_that_mean_something_in_addresses_are_replaced_by_their_place() {
        let named = |name: &str| ListedWorkload { name: name.into(), ..ListedWorkload::default() };
        let workloads = vec![named("push"), named("\"#<b>")];
        let family = ListedFamily { workloads, ..ListedFamily::default() };
        assert_eq!(ranked(&family, "push", 10), "at-10-push");
        assert_eq!(growth(&family, "\"#<b>"), "growth-member-2");
        assert_eq!(number(Metric::TimeRatio), "number-time-ratio");
    }
}
