//! A finding made up, as bare as one can be.

use perflab::record::{Finding, FindingKind};

/// A finding without a share, a ceiling, advice or evidence.
pub(crate) fn finding(kind: FindingKind, claim: &str) -> Finding {
    Finding {
        kind,
        claim: claim.into(),
        subject: kind.to_string(),
        share: None,
        share_low: None,
        share_high: None,
        share_by_sibling: false,
        ceiling: None,
        ceiling_measured: None,
        advice: String::new(),
        evidence: Vec::new(),
    }
}
