//! What there is to gain in a family: how many times as fast as its baseline the fastest member is, as far as intervals
//! show it.

use super::{Estimate, Ranking};
use crate::record::{ListedFamily, ListedWorkload};

/// A member that is shown to be faster than the baseline.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gain<'a> {
    /// Which member.
    pub workload: &'a ListedWorkload,
    /// Times as fast as the baseline; the whole interval lies above one.
    pub times: Estimate,
    /// Whether it comes from interleaved blocks.
    pub paired: bool,
}

/// The largest gain of a ranking: its fastest member's, unless that is the baseline or cannot be told from it. Members that
/// abbreviate the answer replace nobody, and only families that ask *how* have members that replace each other.
pub fn gain<'a>(family: &ListedFamily, ranking: &Ranking<'a>) -> Option<Gain<'a>> {
    if !family.offers_alternatives() {
        return None;
    }
    let mut members = ranking.ranked.iter();
    let fastest = members.find(|member| !member.workload.abbreviates);
    let first = fastest.filter(|first| first.workload.name != family.baseline)?;
    let ratio = first.ratio?;
    let times = Estimate::exact(1.0).over(&ratio.estimate).filter(|times| times.low > 1.0)?;
    Some(Gain { workload: first.workload, times, paired: ratio.paired })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{Ranked, RankedBy, Ratio};

    fn ranking(workload: &ListedWorkload, low: f64, high: f64) -> Ranking<'_> {
        let estimate = Estimate { value: (low + high) / 2.0, low, high };
        let ranked = Ranked {
            workload,
            rank: 1,
            shared: false,
            time_ns: Estimate::exact(1.0),
            ratio: Some(Ratio { estimate, paired: true, slowed: None }),
            apart: None,
        };
        Ranking {
            size: 10,
            by: RankedBy::PairedRatio,
            ranked: vec![ranked],
            unranked: Vec::new(),
            elsewhere: Vec::new(),
        }
    }

    #[test]
    fn a_gain_is_told_where_the_whole_interval_is_one() {
        let question = "How should it be built?".to_owned();
        let family = ListedFamily { baseline: "push".into(), question, ..ListedFamily::default() };
        let parts = ListedFamily { parts: true, ..family.clone() };
        let collect = ListedWorkload { name: "collect".into(), ..ListedWorkload::default() };
        let shown = ranking(&collect, 0.4, 0.5);
        let ends = |gain: Gain<'_>| (gain.times.low, gain.times.high);
        assert_eq!(gain(&family, &shown).map(ends), Some((2.0, 2.5)));
        assert_eq!(gain(&family, &ranking(&collect, 0.8, 1.01)), None);
        assert_eq!(gain(&parts, &shown), None);
        let shorter = ListedWorkload { abbreviates: true, ..collect.clone() };
        assert_eq!(gain(&family, &ranking(&shorter, 0.4, 0.5)), None);
        let baseline = ListedWorkload { name: "push".into(), ..ListedWorkload::default() };
        assert_eq!(gain(&family, &ranking(&baseline, 0.4, 0.5)), None);
    }
}
