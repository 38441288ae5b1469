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

use super::Estimate;
use crate::record::{CaseId, ListedFamily, ListedRole, ListedWorkload, Metric, Recorded};

/// What is known of one way of handing over at one size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BreakEven<'a> {
    /// The way.
    pub workload: &'a ListedWorkload,
    /// The size, on the family's axis.
    pub size: usize,
    /// Time of the call, nanoseconds.
    pub direct_ns: Estimate,
    /// Time of the round trip, nanoseconds.
    pub handed_over_ns: Estimate,
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
    /// The round trip's interval does not lie above the call's: no overhead was shown.
    Untold,
}

/// Each way of handing over at each size where it and the direct call have a time, ways in catalogue order, sizes
/// ascending. Empty for a family without such a comparison.
pub fn break_even<'a>(family: &'a ListedFamily, recorded: &Recorded, cores: usize) -> Vec<BreakEven<'a>> {
    let of_role = |role| family.workloads.iter().filter(move |workload| workload.role == Some(role));
    let time = |workload: &ListedWorkload, size| {
        let id = CaseId { family: family.name.clone(), workload: workload.name.clone(), size };
        Estimate::of(recorded.case(&id)?.measurement(Metric::TimeNs)?).filter(|time| time.value > 0.0)
    };
    let Some(direct) = of_role(ListedRole::Direct).next() else { return Vec::new() };
    let at = |workload: &'a ListedWorkload, size| {
        let (direct_ns, handed_over_ns) = (time(direct, size)?, time(workload, size)?);
        let pays = pays(&direct_ns, &handed_over_ns, cores);
        Some(BreakEven { workload, size, direct_ns, handed_over_ns, pays })
    };
    of_role(ListedRole::HandedOver)
        .flat_map(|workload| family.sizes.iter().filter_map(move |size| at(workload, *size)))
        .collect()
}

fn pays(direct_ns: &Estimate, handed_over_ns: &Estimate, cores: usize) -> Pays {
    if cores < 2 {
        return Pays::Never;
    }
    if !handed_over_ns.lies_above(direct_ns) {
        return Pays::Untold;
    }
    let overhead_ns = handed_over_ns.minus(direct_ns);
    Pays::From { overhead_ns, work_ns: overhead_ns.per(1.0 - 1.0 / cores as f64) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{InstrumentName, Measurement, RecordedCase, SCHEMA};

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
        Recorded { schema: SCHEMA, environment: None, warnings: Vec::new(), instruments: Vec::new(), cases }
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
        assert_eq!((rows[0].workload.name.as_str(), rows[0].size), ("pipes", 1_000));
        let work = work_ns(&rows[0]);
        // Overhead 9,000, and with the intervals of 10 %: 9,000 − 1,100 to 11,000 − 900.
        assert_eq!([work.value, work.low, work.high].map(f64::round), [18_000.0, 15_800.0, 20_200.0]);
        let on_four = work_ns(&break_even(&family, &recorded, 4)[0]);
        assert!((on_four.value - 12_000.0).abs() < 1e-6, "{on_four:?}");
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
