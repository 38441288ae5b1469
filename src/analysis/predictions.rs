//! Findings held to account: what the finding on a member predicts that its sibling without that cost gains, and what it
//! gained.

use super::Estimate;
use crate::record::{
    CaseId, Finding, FindingKind, ListedCounts, ListedFamily, ListedWorkload, Listing, Metric, Recorded,
};

/// One prediction and what came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// The case that pays the cost.
    pub case: CaseId,
    /// The name of the cost: a kind of finding.
    pub cost: String,
    /// The sibling that is the same without it; `None` where the case itself was run without it.
    pub sibling: Option<String>,
    /// Times as fast at most, by the finding's share; 1 where no finding was made: nothing to gain.
    pub predicted: f64,
    /// Times as fast in interleaved blocks.
    pub realised: Estimate,
}

impl Prediction {
    /// The share of the case's time that was predicted to go, less the share that went; 0.1 is ten points too much.
    pub fn error(&self) -> f64 {
        (1.0 - 1.0 / self.predicted) - (1.0 - 1.0 / self.realised.value)
    }
}

/// Every prediction whose outcome was measured in interleaved blocks, in catalogue order.
pub fn predictions(listing: &Listing, recorded: &Recorded) -> Vec<Prediction> {
    let families = listing.families.iter().filter(|family| family.counts == ListedCounts::Work);
    families
        .flat_map(|family| of_family(family, recorded).into_iter().chain(of_itself(family, recorded)))
        .collect()
}

/// The median of the errors' sizes, in points of a hundredth of the case's time. `None` without predictions.
pub fn median_error<'a>(predictions: impl IntoIterator<Item = &'a Prediction>) -> Option<f64> {
    let mut errors: Vec<f64> =
        predictions.into_iter().map(|prediction| prediction.error().abs() * 100.0).collect();
    errors.sort_by(f64::total_cmp);
    let n = errors.len();
    match n {
        0 => None,
        _ if n % 2 == 1 => Some(errors[n / 2]),
        _ => Some((errors[n / 2 - 1] + errors[n / 2]) / 2.0),
    }
}

fn of_family(family: &ListedFamily, recorded: &Recorded) -> Vec<Prediction> {
    let mut predictions = Vec::new();
    for sibling in &family.workloads {
        for spare in &sibling.spares {
            for &size in &sibling.sizes {
                predictions.extend(of_pair(family, recorded, sibling, (&spare.cost, &spare.of), size));
            }
        }
    }
    predictions
}

/// What the share of heap blocks foretold, beside what a case gains whose blocks come from an arena. Where that showed nothing to gain
/// no finding was made, and nothing is scored.
fn of_itself(family: &ListedFamily, recorded: &Recorded) -> Vec<Prediction> {
    let kind = FindingKind::Allocation;
    let cases = recorded.cases.iter().filter(|case| case.family == family.name);
    let scored = cases.filter_map(|case| {
        let realised = Estimate::of(case.measurement(Metric::CeilingAllocation)?)?;
        let finding = case.findings.iter().find(|finding| finding.kind == kind && finding.share.is_some())?;
        let predicted = predicted(finding)?;
        let (case, cost) = (case.id.clone(), kind.as_str().to_owned());
        Some(Prediction { case, cost, sibling: None, predicted, realised })
    });
    scored.collect()
}

fn of_pair(
    family: &ListedFamily,
    recorded: &Recorded,
    sibling: &ListedWorkload,
    (cost, of): (&str, &str),
    size: usize,
) -> Option<Prediction> {
    let id = |workload: &str| CaseId { family: family.name.clone(), workload: workload.to_owned(), size };
    let ratio = |workload: &str| {
        if workload == family.baseline {
            return Some(Estimate::exact(1.0));
        }
        recorded.case(&id(workload))?.measurement(Metric::TimeRatio).and_then(Estimate::of)
    };
    let case = recorded.case(&id(of))?;
    // Without evidence nothing was predicted.
    let nothing_seen = |finding: &Finding| finding.kind == FindingKind::NotEnoughEvidence;
    if case.findings.is_empty() || case.findings.iter().any(nothing_seen) {
        return None;
    }
    let realised = ratio(of)?.over(&ratio(&sibling.name)?)?;
    let finding = case.findings.iter().find(|finding| finding.kind.as_str() == cost);
    let predicted = finding.map_or(Some(1.0), predicted)?;
    Some(Prediction {
        case: id(of),
        cost: cost.to_owned(),
        sibling: Some(sibling.name.clone()),
        predicted,
        realised,
    })
}

/// What the finding's own share predicts, whatever was measured. A finding without a share, or whose share is what a sibling
/// gains, was made by that: the stacks had predicted nothing.
fn predicted(finding: &Finding) -> Option<f64> {
    match finding.share {
        Some(_) if !finding.share_by_sibling => finding.ceiling,
        _ => Some(1.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{InstrumentName, Measurement, RecordedCase, SCHEMA};

    #[test]
    fn a_case_that_ran_without_its_allocations_scores_what_they_foretold() {
        let family = ListedFamily { name: "family".into(), baseline: "a".into(), ..ListedFamily::default() };
        let listing = Listing { schema: SCHEMA, families: vec![family] };
        let number = |metric, [value, low, high]: [f64; 3]| Measurement {
            low,
            high,
            ..Measurement::undated(metric, value, InstrumentName::Ceilings)
        };
        let case = |finding: Option<Finding>| {
            let id: CaseId = "family/a@10".parse().expect("a case id");
            let mut case = RecordedCase::new(id, vec![number(Metric::CeilingAllocation, [2.0, 1.9, 2.1])]);
            case.findings.extend(finding);
            let recorded = Recorded { cases: vec![case], ..Recorded::default() };
            predictions(&listing, &recorded)
        };
        let finding = Finding { kind: FindingKind::Allocation, ..finding(Some(0.75), false, Some(4.0)) };
        let scored = case(Some(finding));
        assert_eq!((scored.len(), scored[0].sibling.as_deref()), (1, None));
        assert!((scored[0].error() - 0.25).abs() < 1e-12, "{scored:?}");
        assert_eq!(case(None), [], "nothing was foretold");
    }

    fn finding(share: Option<f64>, share_by_sibling: bool, ceiling: Option<f64>) -> Finding {
        Finding {
            kind: FindingKind::Spawning,
            claim: String::new(),
            subject: String::new(),
            share,
            share_low: share,
            share_high: share,
            share_by_sibling,
            ceiling,
            ceiling_measured: Some(4.0),
            advice: String::new(),
            evidence: Vec::new(),
        }
    }

    #[test]
    fn what_was_measured_on_the_sibling_predicts_nothing_of_it() {
        let finding = |share, by_sibling| finding(share, by_sibling, Some(10.0));
        assert_eq!(predicted(&finding(Some(0.9), false)), Some(10.0));
        assert_eq!(predicted(&finding(Some(0.9), true)), Some(1.0));
        assert_eq!(predicted(&finding(None, false)), Some(1.0));
    }
}
