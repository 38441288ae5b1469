//! What limits each case, with evidence: rules over records alone. A rule that cannot tell from noise says nothing, and
//! "no bottleneck shown" is a verdict. Imports `record` alone; the files of a case are read by
//! [`CaseFiles`].
//!
//! | file | asks |
//! |---|---|
//! | `costs` | which costs have a name: allocation, growth, hashing, copying, formatting, … |
//! | `excess` | does a sibling need less for the same answer |
//! | `hot` | which function holds what has no other name |
//! | `books` | waiting, starved, system calls, page faults, starting threads or processes |
//! | `sharing` | lock contention, false sharing |
//! | `scale` | what sizes tell: super-linear |
//! | `work` | is the work there: optimised away |
//! | `memory` | does it wait for memory |
//! | `floor` | is it as near to the least work as can be told |
//! | `branches` | branches guessed wrong |
//! | `verdicts` | instruments that disagree, too little evidence, nothing found |
//! | `ranking` | which finding leads |
//! | `frames` | which function of the stacks shows a cost |
//! | `settled` | what smaller sizes tell of one that was not counted |

mod books;
mod bottleneck;
mod branches;
mod case;
mod costs;
mod excess;
mod floor;
mod frames;
mod hot;
mod memory;
mod ranking;
mod scale;
mod settled;
mod sharing;
#[cfg(test)]
mod tests;
mod verdicts;
mod work;

pub use bottleneck::{
    Bottleneck, Cached, Cost, Diverging, Flat, Gain, HeldUp, Large, NoWork, Seen, Slower, kind_of,
};
use case::Case;
use rayon::prelude::*;
use settled::Settled;

use super::shares::Symbols;
use crate::record::{
    CaseFiles, CaseId, Evidence, Finding, FindingKind, Layout, Listing, Recorded, RecordedCase,
};

/// A share below this is no bottleneck: without it the case would be at most 1.11 times as fast (Amdahl), and
/// differences of time below 5 % may be where code happens to lie (docs/method.md, time).
const LEAST_SHARE: f64 = 0.10;
/// What that share is worth, were it nothing: so many times as fast.
const LEAST_GAIN: f64 = 1.0 / (1.0 - LEAST_SHARE);
/// How many cases one core takes at once: enough to share symbols, and few enough that no core ends much later.
const TOGETHER: usize = 16;
/// From here on a cost names the case: without this third it would be 1.5 times as fast, and nothing of less weight is
/// said before it.
const NAMES_THE_CASE: f64 = 1.5;

/// A bottleneck, and where its proof is.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// What was found.
    pub bottleneck: Bottleneck,
    /// Where it can be seen.
    pub evidence: Vec<Evidence>,
    /// Subjects of findings that cannot be told from this one by their ceilings.
    pub ties: Vec<String>,
    /// Whether a reader is told what to try.
    pub recommended: bool,
}

impl Found {
    fn new(bottleneck: Bottleneck, evidence: Vec<Evidence>) -> Self {
        Self { bottleneck, evidence, ties: Vec::new(), recommended: true }
    }
}

impl From<Found> for Finding {
    fn from(found: Found) -> Self {
        let Found { bottleneck, evidence, ties, recommended } = found;
        let share = bottleneck.share();
        let mut claim = bottleneck.to_string();
        if !ties.is_empty() {
            claim.push_str(&format!("; as much by {}", ties.join(" and by ")));
        }
        Self {
            kind: bottleneck.kind(),
            claim,
            subject: bottleneck.subject(),
            share: share.map(|share| share.value),
            share_low: share.map(|share| share.low),
            share_high: share.map(|share| share.high),
            share_by_sibling: bottleneck.is_by_sibling(),
            ceiling: bottleneck.ceiling(),
            ceiling_measured: bottleneck.gain().map(|gain| gain.times.value),
            advice: if recommended { bottleneck.advice() } else { String::new() },
            evidence,
        }
    }
}

/// Fills the findings of every case of `recorded` from what instruments kept under `layout`. Returns the files that cannot be
/// read, a line each.
pub fn derive(listing: &Listing, recorded: &mut Recorded, layout: &Layout) -> Vec<String> {
    derive_with(listing, recorded, |case| CaseFiles::load(layout, case))
}

/// The same, with the files of a case from `load`.
pub fn derive_with(
    listing: &Listing,
    recorded: &mut Recorded,
    load: impl Fn(&RecordedCase) -> CaseFiles + Sync,
) -> Vec<String> {
    let all = &*recorded;
    // Cases know nothing of each other's findings, so the cores share them; those of a family, which stand together, share
    // what symbols say.
    let told: Vec<Vec<(Vec<Finding>, Vec<String>)>> = all
        .cases
        .par_chunks(TOGETHER)
        .map(|cases| {
            let symbols = Symbols::default();
            cases.iter().map(|case| of_case(listing, all, case, &load, &symbols)).collect()
        })
        .collect();
    let mut problems = Vec::new();
    for (record, (findings, more)) in recorded.cases.iter_mut().zip(told.into_iter().flatten()) {
        record.findings = findings;
        problems.extend(more);
    }
    problems
}

/// The cases of `recorded` whose work is not there, each with the finding that says so: no number of theirs means anything.
pub fn without_work(recorded: &Recorded) -> impl Iterator<Item = (&CaseId, &Finding)> {
    let away = |finding: &&Finding| finding.kind == FindingKind::OptimisedAway;
    recorded.cases.iter().filter_map(move |case| Some((&case.id, case.findings.iter().find(away)?)))
}

/// The findings of one case, and its files that cannot be read.
fn of_case(
    listing: &Listing,
    recorded: &Recorded,
    record: &RecordedCase,
    load: &impl Fn(&RecordedCase) -> CaseFiles,
    symbols: &Symbols,
) -> (Vec<Finding>, Vec<String>) {
    let family = listing.family(&record.family);
    let Some((family, workload)) =
        family.and_then(|family| Some((family, family.workload(&record.workload)?)))
    else {
        return Default::default();
    };
    let files = load(record);
    let mut case = Case::new(listing, recorded, family, workload, record, &files, symbols);
    case.settled = Settled::of(&case, load);
    let findings = findings_of(&case);
    (findings.into_iter().map(Finding::from).collect(), files.problems)
}

/// Every finding of a case, the leading one first.
fn findings_of(case: &Case<'_>) -> Vec<Found> {
    let mut found = costs::find(case);
    let named = costs::named(&found);
    found.extend(excess::find(case, named));
    found.extend(hot::find(case, named));
    found.extend(books::find(case));
    found.extend(sharing::find(case));
    found.extend(scale::find(case));
    found.extend(work::find(case));
    found.extend(memory::find(case));
    found.extend(floor::find(case));
    found.extend(branches::find(case));
    found.extend(verdicts::disagreements(case));
    if let Some(verdict) = verdicts::when_nothing_is_found(case, &found) {
        found.push(verdict);
    }
    floor::advise_nothing_else(&mut found);
    ranking::rank(found)
}
