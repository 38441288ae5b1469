//! Members that do the same work by every count and yet do not share a rank. No count explains the difference between
//! them; layout, dependencies between instructions or branch prediction may.

use super::{Ranked, Ranking};
use crate::record::{CaseId, ListedFamily, Metric, Recorded};

/// Two counts are the same within this share: std's random hasher alone moves them by 0.6 %.
const SAME: f64 = 0.01;

/// Simulated misses that cannot explain a difference, as a share of instructions: at 35 cycles each, 3.5 % of time.
const FEW_MISSES: f64 = 0.001;

/// The counts that must agree.
const COUNTS: [Metric; 5] =
    [Metric::Instructions, Metric::L1Misses, Metric::LlMisses, Metric::HeapBytes, Metric::HeapBlocks];

/// Members of one ranking with the same counts and different ranks.
#[derive(Debug, Clone, PartialEq)]
pub struct Twins<'a> {
    /// Their names, the fastest first.
    pub members: Vec<&'a str>,
    /// Fewest and most instructions of an iteration among them.
    pub instructions: (f64, f64),
    /// Time of the slowest over time of the fastest, on the ranking's scale.
    pub spread: f64,
}

/// Every such group of `ranking`, the fastest member's group first. A member without all counts is in none.
pub fn twins<'a>(family: &ListedFamily, recorded: &Recorded, ranking: &Ranking<'a>) -> Vec<Twins<'a>> {
    let mut left: Vec<(&Ranked<'a>, [f64; COUNTS.len()])> = ranking
        .ranked
        .iter()
        .filter_map(|member| Some((member, counts(family, recorded, member, ranking.size)?)))
        .collect();
    let mut found = Vec::new();
    while !left.is_empty() {
        let first = left[0].1;
        let (group, others): (Vec<_>, Vec<_>) =
            left.into_iter().partition(|(_, counts)| is_same(&first, counts));
        left = others;
        let (fastest, slowest) = (group[0].0, group[group.len() - 1].0);
        if fastest.rank == slowest.rank {
            continue;
        }
        let of = |pick: fn(f64, f64) -> f64| group.iter().map(|(_, counts)| counts[0]).fold(first[0], pick);
        found.push(Twins {
            members: group.iter().map(|(member, _)| member.workload.name.as_str()).collect(),
            instructions: (of(f64::min), of(f64::max)),
            spread: scale(slowest) / scale(fastest),
        });
    }
    found
}

/// What ranks a member: its ratio, or its time where there is none.
fn scale(member: &Ranked<'_>) -> f64 {
    member.ratio.map_or(member.time_ns.value, |ratio| ratio.estimate.value)
}

fn counts(
    family: &ListedFamily,
    recorded: &Recorded,
    member: &Ranked<'_>,
    size: usize,
) -> Option<[f64; COUNTS.len()]> {
    let id = CaseId { family: family.name.clone(), workload: member.workload.name.clone(), size };
    let case = recorded.case(&id)?;
    let mut counts = [0.0; COUNTS.len()];
    for (count, metric) in counts.iter_mut().zip(COUNTS) {
        *count = case.measurement(metric)?.value;
    }
    Some(counts)
}

fn is_same(a: &[f64; COUNTS.len()], b: &[f64; COUNTS.len()]) -> bool {
    let few = a[0].max(b[0]) * FEW_MISSES;
    COUNTS.iter().zip(a.iter().zip(b)).all(|(metric, (a, b))| {
        let apart = (a - b).abs();
        let is_miss = matches!(metric, Metric::L1Misses | Metric::LlMisses);
        apart <= a.abs().max(b.abs()) * SAME || (is_miss && apart <= few)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::rank;
    use crate::record::{InstrumentName, ListedWorkload, Measurement, RecordedCase};

    /// Name, time with an interval of 1 %, instructions, first-level misses.
    fn recorded(cases: &[(&str, f64, f64, f64)]) -> (ListedFamily, Recorded) {
        let family = ListedFamily {
            name: "family".into(),
            question: "Which?".into(),
            baseline: cases[0].0.into(),
            axis: "elements".into(),
            unit: "element".into(),
            sizes: vec![10],
            workloads: cases
                .iter()
                .map(|(name, ..)| ListedWorkload {
                    name: (*name).into(),
                    about: String::new(),
                    mirrors: None,
                    sizes: vec![10],
                    ..ListedWorkload::default()
                })
                .collect(),
            ..ListedFamily::default()
        };
        let number = |metric: Metric, value: f64| Measurement {
            low: value * 0.99,
            high: value * 1.01,
            ..Measurement::undated(metric, value, InstrumentName::Time)
        };
        let mut cases: Vec<_> = cases
            .iter()
            .map(|(workload, time, instructions, misses)| {
                let id = CaseId { family: "family".into(), workload: (*workload).into(), size: 10 };
                let measurements = vec![
                    number(Metric::TimeNs, *time),
                    number(Metric::Instructions, *instructions),
                    number(Metric::L1Misses, *misses),
                    number(Metric::LlMisses, 0.0),
                    number(Metric::HeapBytes, 800.0),
                    number(Metric::HeapBlocks, 1.0),
                ];
                RecordedCase::new(id, measurements)
            })
            .collect();
        cases.sort_by(|a, b| a.id.cmp(&b.id));
        (family, Recorded { cases, ..Recorded::default() })
    }

    fn found(cases: &[(&str, f64, f64, f64)]) -> Vec<(Vec<String>, f64)> {
        let (family, recorded) = recorded(cases);
        let ranking = rank(&family, &recorded, 10);
        twins(&family, &recorded, &ranking)
            .into_iter()
            .map(|twins| (twins.members.iter().map(ToString::to_string).collect(), twins.spread))
            .collect()
    }

    #[test]
    fn the_same_counts_at_different_times_are_twins() {
        let cases = [("a", 170.0, 2390.0, 0.0), ("b", 100.0, 2400.0, 1.0), ("c", 90.0, 1200.0, 0.0)];
        assert_eq!(found(&cases), [(vec!["b".to_owned(), "a".to_owned()], 1.7)]);
    }

    #[test]
    fn more_misses_are_a_reason_and_no_twins() {
        assert!(found(&[("a", 170.0, 2390.0, 40.0), ("b", 100.0, 2390.0, 0.0)]).is_empty());
    }

    #[test]
    fn members_of_one_rank_are_no_news() {
        assert!(found(&[("a", 100.5, 2390.0, 0.0), ("b", 100.0, 2390.0, 0.0)]).is_empty());
    }
}
