//! What of the catalogue was measured, what never was, and what was measured of an older tree.

use std::collections::BTreeSet;

use crate::record::{CaseId, Environment, InstrumentName, Listing, Recorded};

/// The catalogue held against the record. A case can be stale and failed at once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Coverage {
    /// Cases in the catalogue.
    pub catalogued: usize,
    /// Catalogued cases that have at least one number.
    pub measured: usize,
    /// Catalogued cases of which nothing is recorded: no number, no failure, no reason.
    pub missing: Vec<CaseId>,
    /// Catalogued cases with a number of another revision than the newest run's.
    pub stale: Vec<CaseId>,
    /// Catalogued cases on which an instrument's newest attempt failed.
    pub failed: Vec<CaseId>,
    /// Recorded cases that the catalogue no longer has.
    pub uncatalogued: Vec<CaseId>,
}

/// The revision of the newest run, as measurements write it: with `+` behind it where the tree was dirty.
pub fn current_revision(environment: &Environment) -> String {
    format!("{}{}", environment.revision, if environment.dirty { "+" } else { "" })
}

impl Coverage {
    /// Holds `listing` against `recorded`.
    pub fn of(listing: &Listing, recorded: &Recorded) -> Self {
        let revision = recorded.environment.as_ref().map(current_revision);
        let mut coverage = Self::default();
        let mut catalogued = BTreeSet::new();
        for (_, _, id) in listing.cases() {
            coverage.add(&id, recorded, revision.as_deref());
            catalogued.insert(id);
        }
        coverage.catalogued = catalogued.len();
        coverage.uncatalogued = recorded
            .cases
            .iter()
            .map(|case| &case.id)
            .filter(|id| !catalogued.contains(id))
            .cloned()
            .collect();
        coverage
    }

    fn add(&mut self, id: &CaseId, recorded: &Recorded, revision: Option<&str>) {
        let Some(case) = recorded.case(id) else {
            self.missing.push(id.clone());
            return;
        };
        // That CPython has no twin of a case says nothing of the case.
        let is_judged = case.left_out.iter().any(|left_out| left_out.instrument != InstrumentName::Python);
        if case.measurements.is_empty() && case.failures.is_empty() && !is_judged {
            self.missing.push(id.clone());
        }
        if !case.measurements.is_empty() {
            self.measured += 1;
        }
        if !case.failures.is_empty() {
            self.failed.push(id.clone());
        }
        if case.measurements.iter().any(|number| revision.is_some_and(|now| number.revision != now)) {
            self.stale.push(id.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{LeftOut, ListedFamily, ListedWorkload, RecordedCase, SCHEMA};

    #[test]
    fn a_case_that_only_cpython_left_out_is_still_missing() {
        let workload = ListedWorkload { name: "a".into(), sizes: vec![10], ..ListedWorkload::default() };
        let family =
            ListedFamily { name: "family".into(), workloads: vec![workload], ..ListedFamily::default() };
        let listing = Listing { schema: SCHEMA, families: vec![family] };
        let id: CaseId = "family/a@10".parse().expect("a case id");
        let missing_with = |instrument| {
            let case = RecordedCase {
                left_out: vec![LeftOut { instrument, metric: None, reason: "it would tell nothing".into() }],
                ..RecordedCase::new(id.clone(), Vec::new())
            };
            let recorded = Recorded { cases: vec![case], ..Recorded::default() };
            Coverage::of(&listing, &recorded).missing.len()
        };
        assert_eq!(missing_with(InstrumentName::Python), 1);
        assert_eq!(missing_with(InstrumentName::Instructions), 0);
    }
}
