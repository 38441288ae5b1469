//! From how much work on handing an item over pays, where a family measures the same work called here and handed over.
//!
//! # The rule
//! Handing over costs what its round trip takes longer than the call: overhead = handed over − direct. Both do the same
//! small work, so it cancels. An item with w of work takes w here. Handed to c cores, items come through at one in w / c
//! at best, and the overhead is ours to pay for each; so handing over pays where w > overhead + w / c, that is from
//!
//! w = overhead / (1 − 1 / c)
//!
//! which for two cores is twice the overhead. One core gains nothing, whatever the work.
//!
//! Only ratios compare (docs/method.md, time). So where both have a ratio to the family's baseline, from interleaved blocks,
//! the overhead is the call's time × (ratio − 1), the ratio being the quotient of the two, with its interval. Else it is the
//! difference of two times taken apart, and says so.

use super::{Estimate, Ranked, rank};
use crate::record::{ListedFamily, ListedRole, ListedWorkload, Recorded};

/// What is known of one way of handing over at one size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BreakEven<'a> {
    /// The way.
    pub workload: &'a ListedWorkload,
    /// The size, on the family's axis.
    pub size: usize,
    /// Time of the call, nanoseconds.
    pub direct_ns: Estimate,
    /// Time of the round trip, nanoseconds: where it is paired, the call's time as many times as the ratio says.
    pub handed_over_ns: Estimate,
    /// Whether the two were compared by interleaved blocks; else a change of the machine between them is in it.
    pub paired: bool,
    /// Whether it pays, and from where.
    pub pays: Pays,
}

/// Whether handing over pays.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pays {
    /// From this much work an item on.
    From {
        /// What the round trip takes longer than the call, nanoseconds.
        overhead_ns: Estimate,
        /// The least work of an item, nanoseconds of a call.
        work_ns: Estimate,
    },
    /// One core: never.
    Never,
    /// The ratio's interval does not lie above 1, nor the round trip's above the call's: no overhead was shown.
    Untold,
}

/// Each way of handing over at each size where it and the direct call have a time, ways in catalogue order, sizes
/// ascending. Empty for a family without such a comparison.
pub fn break_even<'a>(family: &'a ListedFamily, recorded: &Recorded, cores: usize) -> Vec<BreakEven<'a>> {
    let of_role = |role| family.workloads.iter().filter(move |workload| workload.role == Some(role));
    let Some(direct) = of_role(ListedRole::Direct).next() else { return Vec::new() };
    let rankings: Vec<_> = family.sizes.iter().map(|size| rank(family, recorded, *size)).collect();
    let rows = of_role(ListedRole::HandedOver).flat_map(|workload| {
        rankings.iter().filter_map(move |ranking| {
            let ranked = |wanted: &str| ranking.ranked.iter().find(|member| member.workload.name == wanted);
            Some(row(workload, ranking.size, ranked(&direct.name)?, ranked(&workload.name)?, cores))
        })
    });
    rows.collect()
}

fn row<'a>(
    workload: &'a ListedWorkload,
    size: usize,
    direct: &Ranked<'_>,
    handed_over: &Ranked<'_>,
    cores: usize,
) -> BreakEven<'a> {
    let direct_ns = direct.time_ns;
    let paired = |member: &Ranked<'_>| Some(member.ratio.filter(|ratio| ratio.paired)?.estimate);
    let ratio = paired(handed_over).zip(paired(direct)).and_then(|(over, direct)| over.over(&direct));
    // How many times the call it takes, of the call's own time: whatever that strays by, both do.
    let times_the_call = |times: Estimate| times.per(1.0 / direct_ns.value);
    let (handed_over_ns, overhead_ns, is_shown) = match ratio {
        Some(ratio) => {
            let one = Estimate::exact(1.0);
            (times_the_call(ratio), times_the_call(ratio.minus(&one)), ratio.lies_above(&one))
        }
        None => {
            let handed_over_ns = handed_over.time_ns;
            (handed_over_ns, handed_over_ns.minus(&direct_ns), handed_over_ns.lies_above(&direct_ns))
        }
    };
    let pays = match () {
        () if cores < 2 => Pays::Never,
        () if !is_shown => Pays::Untold,
        () => Pays::From { overhead_ns, work_ns: overhead_ns.per(1.0 - 1.0 / cores as f64) },
    };
    BreakEven { workload, size, direct_ns, handed_over_ns, paired: ratio.is_some(), pays }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{CaseId, InstrumentName, Measurement, Metric, RecordedCase};

    const SIZES: [usize; 2] = [100, 1_000];

    fn family(roles: &[(&str, Option<ListedRole>)]) -> ListedFamily {
        let workload = |(name, role): &(&str, Option<ListedRole>)| ListedWorkload {
            name: (*name).into(),
            sizes: SIZES.to_vec(),
            role: *role,
            ..ListedWorkload::default()
        };
        ListedFamily {
            name: "family".into(),
            baseline: "pipes".into(),
            sizes: SIZES.to_vec(),
            workloads: roles.iter().map(workload).collect(),
            ..ListedFamily::default()
        }
    }

    fn recorded(times: &[(&str, usize, f64)]) -> Recorded {
        let case = |(workload, size, time): &(&str, usize, f64)| {
            let id = CaseId { family: "family".into(), workload: (*workload).into(), size: *size };
            let number = Measurement {
                low: 0.9 * time,
                high: 1.1 * time,
                ..Measurement::undated(Metric::TimeNs, *time, InstrumentName::Time)
            };
            RecordedCase::new(id, vec![number])
        };
        let mut cases: Vec<_> = times.iter().map(case).collect();
        cases.sort_by(|a, b| a.id.cmp(&b.id));
        Recorded { cases, ..Recorded::default() }
    }

    const ROLES: [(&str, Option<ListedRole>); 3] =
        [("pipes", Some(ListedRole::HandedOver)), ("other", None), ("call", Some(ListedRole::Direct))];

    fn work_ns(row: &BreakEven<'_>) -> Estimate {
        match row.pays {
            Pays::From { work_ns, .. } => work_ns,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn two_cores_need_twice_the_overhead_and_four_need_four_thirds() {
        let (family, recorded) =
            (family(&ROLES), recorded(&[("call", 1_000, 1_000.0), ("pipes", 1_000, 10_000.0)]));
        let rows = break_even(&family, &recorded, 2);
        assert_eq!(rows.len(), 1);
        assert_eq!((rows[0].workload.name.as_str(), rows[0].size, rows[0].paired), ("pipes", 1_000, false));
        let work = work_ns(&rows[0]);
        // Overhead 9,000, and with the intervals of 10 %: 9,000 − 1,100 to 11,000 − 900.
        assert_eq!([work.value, work.low, work.high].map(f64::round), [18_000.0, 15_800.0, 20_200.0]);
        let on_four = work_ns(&break_even(&family, &recorded, 4)[0]);
        assert!((on_four.value - 12_000.0).abs() < 1e-6, "{on_four:?}");
    }

    /// Gives `workload` at 1,000 a ratio to the baseline, known to 5 %.
    fn with_ratio(mut recorded: Recorded, workload: &str, ratio: f64) -> Recorded {
        let case =
            recorded.cases.iter_mut().find(|case| case.id.workload == workload && case.id.size == 1_000);
        case.expect("it has a time").measurements.push(Measurement {
            low: 0.95 * ratio,
            high: 1.05 * ratio,
            ..Measurement::undated(Metric::TimeRatio, ratio, InstrumentName::Time)
        });
        recorded
    }

    #[test]
    fn ratios_of_interleaved_blocks_decide_where_they_are_and_not_times_taken_apart() {
        let roles = [ROLES[0], ("memory", Some(ListedRole::HandedOver)), ("call", Some(ListedRole::Direct))];
        // The machine was half as fast when the round trips were timed.
        let times =
            recorded(&[("call", 1_000, 1_000.0), ("memory", 1_000, 6_000.0), ("pipes", 1_000, 10_000.0)]);
        let family = family(&roles);
        let of_the_call = with_ratio(times, "call", 0.2);
        let rows = break_even(&family, &of_the_call, 2);
        assert_eq!(rows.iter().map(|row| row.paired).collect::<Vec<_>>(), [true, false]);
        // The baseline is 5 calls [4.76, 5.26], so the overhead 4 of them.
        let work = work_ns(&rows[0]);
        assert_eq!([work.value, work.low, work.high].map(f64::round), [8_000.0, 7_524.0, 8_526.0]);
        assert_eq!(rows[0].handed_over_ns.value.round(), 5_000.0);
        // Neither is the baseline: the quotient of both ratios.
        let of_both = with_ratio(of_the_call, "memory", 0.6);
        let rows = break_even(&family, &of_both, 2);
        assert!(rows[1].paired);
        let work = work_ns(&rows[1]);
        assert_eq!([work.value, work.low, work.high].map(f64::round), [4_000.0, 3_429.0, 4_632.0]);
    }

    #[test]
    fn a_ratio_that_may_be_one_tells_nothing_whatever_times_say() {
        let times = recorded(&[("call", 1_000, 1_000.0), ("pipes", 1_000, 10_000.0)]);
        let alike = with_ratio(times, "call", 0.97);
        assert_eq!(break_even(&family(&ROLES), &alike, 2)[0].pays, Pays::Untold);
    }

    #[test]
    fn one_core_gains_nothing_and_an_overhead_within_the_noise_tells_nothing() {
        let (family, recorded) =
            (family(&ROLES), recorded(&[("call", 100, 1_000.0), ("pipes", 100, 1_100.0)]));
        assert_eq!(break_even(&family, &recorded, 1)[0].pays, Pays::Never);
        assert_eq!(break_even(&family, &recorded, 2)[0].pays, Pays::Untold);
    }

    #[test]
    fn what_has_no_time_or_no_counterpart_has_no_row() {
        let timed = recorded(&[("call", 100, 1.0), ("pipes", 1_000, 9.0), ("other", 100, 9.0)]);
        assert!(break_even(&family(&ROLES), &timed, 2).is_empty(), "never both at one size");
        let both = recorded(&[("pipes", 100, 9.0), ("other", 100, 1.0)]);
        assert!(break_even(&family(&ROLES[..2]), &both, 2).is_empty(), "no direct call");
    }
}
