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
    /// The sibling that is the same without it.
    pub sibling: String,
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
    families.flat_map(|family| of_family(family, recorded)).collect()
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
        sibling: sibling.name.clone(),
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

    #[test]
    fn what_was_measured_on_the_sibling_predicts_nothing_of_it() {
        let finding = |share: Option<f64>, share_by_sibling: bool| Finding {
            kind: FindingKind::Spawning,
            claim: String::new(),
            subject: String::new(),
            share,
            share_low: share,
            share_high: share,
            share_by_sibling,
            ceiling: Some(10.0),
            ceiling_measured: Some(4.0),
            advice: String::new(),
            evidence: Vec::new(),
        };
        assert_eq!(predicted(&finding(Some(0.9), false)), Some(10.0));
        assert_eq!(predicted(&finding(Some(0.9), true)), Some(1.0));
        assert_eq!(predicted(&finding(None, false)), Some(1.0));
    }
}
