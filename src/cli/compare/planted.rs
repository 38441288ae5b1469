//! A comparison made for tests: of two builds, with a tolerance of 2 % and nothing beside its cases.

use crate::record::{CaseId, ComparedBuild, ComparedCase, Comparison, Environment, SCHEMA, VerdictWord};

pub(super) fn comparison(cases: Vec<ComparedCase>) -> Comparison {
    let build = || ComparedBuild { revision: "a".to_owned(), dirty: false, placements: 1 };
    Comparison {
        schema: SCHEMA,
        taken_at: String::new(),
        environment: Environment::default(),
        tolerance: 0.02,
        before: build(),
        after: build(),
        cases,
        only_before: Vec::new(),
        only_after: Vec::new(),
        gate_counts: false,
        notes: Vec::new(),
        interrupted: false,
    }
}

/// `family/loop` at `size`, without figures.
pub(super) fn case(size: usize, verdict: VerdictWord) -> ComparedCase {
    let id = CaseId { family: "family".to_owned(), workload: "loop".to_owned(), size };
    ComparedCase::unmeasured(id, verdict, String::new())
}
