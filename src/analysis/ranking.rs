//! The members of a family at one size, fastest first; members that cannot be told apart share a rank.
//!
//! # The rule
//! 1. All members are put on one scale. It is the ratio from interleaved blocks
//!    ([`Metric::TimeRatio`], the baseline being 1) when every timed member has one; else the time itself.
//!    The two are never mixed within a ranking, and a ratio of another revision than the time beside it counts
//!    as none.
//! 2. They are sorted by value. The first leads rank 1.
//! 3. A member begins a new rank only if its interval lies wholly above that of the current rank's leader;
//!    otherwise it shares the leader's rank. A new rank is one more than the number of members before it: 1, 1, 3.
//!
//! Being compared with the leader, and not with its neighbour, a chain of small steps cannot share one rank from
//! end to end.

use super::{Estimate, Ratio};
use crate::record::{CaseId, ListedFamily, ListedWorkload, Metric, Recorded, RecordedCase};

/// The scale on which a ranking was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RankedBy {
    /// Ratios to the baseline, from interleaved blocks.
    PairedRatio,
    /// Times, taken one workload after the other.
    Time,
}

/// A member that has a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ranked<'a> {
    /// Which.
    pub workload: &'a ListedWorkload,
    /// From 1; shared by those that cannot be told apart.
    pub rank: usize,
    /// Whether another member has the same rank.
    pub shared: bool,
    /// Time of one iteration, nanoseconds.
    pub time_ns: Estimate,
    /// Its time over the baseline's; `None` when the baseline has no time.
    pub ratio: Option<Ratio>,
    /// The quotient of the two times, each taken alone, where it cannot be the ratio of interleaved blocks: the machine
    /// changed between the two, and one of the times is not what the case takes beside the other.
    pub apart: Option<Estimate>,
}

/// Times taken alone contradict a ratio where their intervals lie apart by more than this factor: less is the drift of minutes.
const CHANGED: f64 = 1.25;

/// Whether two intervals lie so far apart that one machine cannot have given both.
fn contradict(a: &Estimate, b: &Estimate) -> bool {
    a.low > CHANGED * b.high || b.low > CHANGED * a.high
}

/// A family's members at one size.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranking<'a> {
    /// The size.
    pub size: usize,
    /// The scale.
    pub by: RankedBy,
    /// Fastest first.
    pub ranked: Vec<Ranked<'a>>,
    /// Members that run at this size and have no time, in catalogue order.
    pub unranked: Vec<&'a ListedWorkload>,
    /// Members that do not run at this size, in catalogue order.
    pub elsewhere: Vec<&'a ListedWorkload>,
}

impl<'a> Ranking<'a> {
    /// The members of rank 1.
    pub fn leaders(&self) -> impl Iterator<Item = &Ranked<'a>> {
        self.ranked.iter().take_while(|member| member.rank == 1)
    }
}

/// Ranks the members of `family` at `size`, by the rule above.
pub fn rank<'a>(family: &'a ListedFamily, recorded: &Recorded, size: usize) -> Ranking<'a> {
    let id = |workload: &str| CaseId { family: family.name.clone(), workload: workload.to_owned(), size };
    let read = |workload: &str, metric| {
        Estimate::of(recorded.case(&id(workload))?.measurement(metric)?).filter(|read| read.value > 0.0)
    };
    let baseline_ns = read(&family.baseline, Metric::TimeNs);
    let (here, elsewhere): (Vec<_>, Vec<_>) =
        family.workloads.iter().partition(|workload| workload.sizes.contains(&size));

    let mut ranked = Vec::new();
    let mut unranked = Vec::new();
    for workload in here {
        let Some(time_ns) = read(&workload.name, Metric::TimeNs) else {
            unranked.push(workload);
            continue;
        };
        let is_of_one_revision = recorded.case(&id(&workload.name)).is_some_and(|case| {
            let revision = |metric| case.measurement(metric).map(|number| &number.revision);
            revision(Metric::TimeRatio) == revision(Metric::TimeNs)
        });
        let paired = match read(&workload.name, Metric::TimeRatio).filter(|_| is_of_one_revision) {
            None if workload.name == family.baseline => Some(Estimate::exact(1.0)),
            ratio => ratio,
        };
        let quotient = baseline_ns.and_then(|baseline| time_ns.over(&baseline));
        let ratio = match paired {
            Some(estimate) => {
                let is_baseline = workload.name == family.baseline;
                let case = recorded.case(&id(&workload.name)).filter(|_| !is_baseline);
                Some(Ratio { estimate, paired: true, slowed: case.and_then(RecordedCase::slowed) })
            }
            None => quotient.map(|estimate| Ratio { estimate, paired: false, slowed: None }),
        };
        let apart = quotient.filter(|quotient| paired.is_some_and(|ratio| contradict(quotient, &ratio)));
        ranked.push(Ranked { workload, rank: 1, shared: false, time_ns, ratio, apart });
    }

    let all_paired = ranked.iter().all(|member| member.ratio.is_some_and(|ratio| ratio.paired));
    let by = if all_paired && ranked.len() > 1 { RankedBy::PairedRatio } else { RankedBy::Time };
    let scale = |member: &Ranked<'_>| match (by, member.ratio) {
        (RankedBy::PairedRatio, Some(ratio)) => ratio.estimate,
        _ => member.time_ns,
    };
    ranked.sort_by(|a, b| scale(a).value.total_cmp(&scale(b).value));
    let mut leader = 0;
    for index in 1..ranked.len() {
        if scale(&ranked[index]).lies_above(&scale(&ranked[leader])) {
            leader = index;
        } else {
            ranked[leader].shared = true;
            ranked[index].shared = true;
        }
        ranked[index].rank = leader + 1;
    }
    Ranking { size, by, ranked, unranked, elsewhere }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{InstrumentName, Measurement, RecordedCase};

    fn family(workloads: &[&str]) -> ListedFamily {
        ListedFamily {
            name: "family".into(),
            question: "Which?".into(),
            baseline: workloads[0].into(),
            axis: "elements".into(),
            unit: "element".into(),
            sizes: vec![10],
            workloads: workloads
                .iter()
                .map(|name| ListedWorkload {
                    name: (*name).into(),
                    about: String::new(),
                    mirrors: None,
                    sizes: vec![10],
                    ..ListedWorkload::default()
                })
                .collect(),
            ..ListedFamily::default()
        }
    }

    type Numbers = (f64, f64, f64);

    fn measured(metric: Metric, (low, value, high): Numbers) -> Measurement {
        Measurement { low, high, ..Measurement::undated(metric, value, InstrumentName::Time) }
    }

    /// Name, time, and the ratio where it was taken.
    fn recorded(cases: &[(&str, Numbers, Option<Numbers>)]) -> Recorded {
        let mut cases: Vec<_> = cases
            .iter()
            .map(|(workload, time, ratio)| {
                let id = CaseId { family: "family".into(), workload: (*workload).into(), size: 10 };
                let ratio = ratio.map(|ratio| measured(Metric::TimeRatio, ratio));
                RecordedCase::new(id, std::iter::once(measured(Metric::TimeNs, *time)).chain(ratio).collect())
            })
            .collect();
        cases.sort_by(|a, b| a.id.cmp(&b.id));
        Recorded { cases, ..Recorded::default() }
    }

    fn ranks<'a>(ranking: &Ranking<'a>) -> Vec<(&'a str, usize, bool)> {
        ranking.ranked.iter().map(|m| (m.workload.name.as_str(), m.rank, m.shared)).collect()
    }

    #[test]
    fn members_whose_intervals_overlap_the_leaders_share_its_rank() {
        let family = family(&["a", "b", "c"]);
        let recorded = recorded(&[
            ("a", (29.0, 30.0, 31.0), None),
            ("b", (9.0, 10.0, 11.0), None),
            ("c", (10.5, 11.5, 12.0), None),
        ]);
        assert_eq!(ranks(&rank(&family, &recorded, 10)), [("b", 1, true), ("c", 1, true), ("a", 3, false)]);
    }

    #[test]
    fn a_chain_of_overlaps_is_cut_where_it_leaves_the_leader() {
        let family = family(&["a", "b", "c", "d"]);
        let recorded = recorded(&[
            ("a", (9.0, 10.0, 11.0), None),
            ("b", (10.0, 11.0, 12.0), None),
            ("c", (11.5, 12.5, 13.0), None),
            ("d", (12.5, 13.5, 14.0), None),
        ]);
        assert_eq!(
            ranks(&rank(&family, &recorded, 10)),
            [("a", 1, true), ("b", 1, true), ("c", 3, true), ("d", 3, true)]
        );
    }

    #[test]
    fn times_that_contradict_the_ratio_are_told() {
        let family = family(&["a", "b"]);
        let apart = |time: Numbers, ratio: Option<Numbers>| {
            let recorded = recorded(&[("a", (39.0, 39.4, 40.0), None), ("b", time, ratio)]);
            let ranking = rank(&family, &recorded, 10);
            let found = ranking.ranked.iter().find(|member| member.workload.name == "b");
            found.and_then(|member| member.apart)
        };
        let in_turn = Some((0.50, 0.52, 0.61));
        let told =
            apart((38.7, 38.7, 38.8), in_turn).expect("nearly as long as the baseline, and half of it");
        assert_eq!((told.low, told.high), (38.7 / 40.0, 38.8 / 39.0));
        assert!(apart((8.0, 9.0, 10.0), in_turn).is_some(), "the other way round");
        assert_eq!(apart((20.0, 20.5, 21.0), in_turn), None);
        assert_eq!(apart((27.0, 28.0, 29.0), in_turn), None, "apart, and by less than a machine drifts");
        assert_eq!(apart((38.7, 38.7, 38.8), None), None, "no ratio was taken in turn");
    }

    #[test]
    fn interleaved_ratios_rank_when_every_member_has_one() {
        let family = family(&["a", "b"]);
        let recorded =
            recorded(&[("a", (10.0, 10.0, 10.0), None), ("b", (11.0, 11.0, 11.0), Some((0.7, 0.8, 0.9)))]);
        let ranking = rank(&family, &recorded, 10);
        assert_eq!(ranking.by, RankedBy::PairedRatio);
        assert_eq!(ranks(&ranking), [("b", 1, false), ("a", 2, false)]);
        assert!(ranking.ranked[0].ratio.is_some_and(|ratio| ratio.paired && ratio.estimate.value == 0.8));
    }

    #[test]
    fn one_member_without_an_interleaved_ratio_puts_all_on_the_scale_of_time() {
        let family = family(&["a", "b", "c"]);
        let recorded = recorded(&[
            ("a", (10.0, 10.0, 10.0), None),
            ("b", (11.0, 11.0, 11.0), Some((0.7, 0.8, 0.9))),
            ("c", (5.0, 5.0, 5.0), None),
        ]);
        let ranking = rank(&family, &recorded, 10);
        assert_eq!(ranking.by, RankedBy::Time);
        assert_eq!(ranks(&ranking), [("c", 1, false), ("a", 2, false), ("b", 3, false)]);
        assert!(ranking.ranked[0].ratio.is_some_and(|ratio| !ratio.paired));
    }

    #[test]
    fn a_ratio_of_another_revision_than_the_time_counts_as_none() {
        let family = family(&["a", "b"]);
        let mut recorded =
            recorded(&[("a", (10.0, 10.0, 10.0), None), ("b", (11.0, 11.0, 11.0), Some((0.7, 0.8, 0.9)))]);
        recorded.cases[1].measurements[1].revision = "older".into();
        let ranking = rank(&family, &recorded, 10);
        assert_eq!(ranking.by, RankedBy::Time);
        assert_eq!(ranks(&ranking), [("a", 1, false), ("b", 2, false)]);
    }

    #[test]
    fn a_member_without_a_time_is_listed_and_not_ranked() {
        let family = family(&["a", "b"]);
        let recorded = recorded(&[("b", (5.0, 5.0, 5.0), None)]);
        let ranking = rank(&family, &recorded, 10);
        assert_eq!(ranking.unranked.iter().map(|w| w.name.as_str()).collect::<Vec<_>>(), ["a"]);
        assert_eq!(ranking.ranked[0].ratio, None);
        let nowhere = rank(&family, &recorded, 11);
        assert_eq!((nowhere.ranked.len(), nowhere.elsewhere.len()), (0, 2));
    }

    #[test]
    fn a_time_that_is_no_number_ranks_nothing() {
        let family = family(&["a", "b"]);
        let recorded = recorded(&[("a", (f64::NAN, f64::NAN, f64::NAN), None), ("b", (0.0, 0.0, 0.0), None)]);
        assert_eq!(rank(&family, &recorded, 10).unranked.len(), 2);
    }
}
