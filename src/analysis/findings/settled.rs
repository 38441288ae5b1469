//! What smaller sizes of a member tell of one whose instructions were not counted.
//!
//! Samples are no measure of hashing: what looks a key up waits for its hash, and is what samples then name. Of
//! `build-set/insert-reserved@1000000` they see 0 to 5 % in SipHash, and without it the case is 2.9 times as fast; by instructions
//! it is 61 % at every size from 1,000 on. So none of them tells where no smaller size need be asked.

use super::LEAST_SHARE;
use super::case::Case;
use crate::analysis::shares::Shares;
use crate::analysis::symbols::Group;
use crate::record::{CaseFiles, Metric, RecordedCase};

/// A share that has moved by no more than this between the two largest sizes that were counted is taken for that of larger
/// ones: as far as samples of 500 stacks are off.
const SETTLED: f64 = 0.05;

/// The instructions of a smaller size, whose share of hashing is that of this one too.
pub(super) struct Settled {
    pub(super) record: RecordedCase,
    pub(super) files: CaseFiles,
    pub(super) shares: Shares,
}

impl Settled {
    /// For `case`, where it has no instructions of its own, hashing is a cost of its member's two largest counted sizes, and as
    /// large a one in both.
    pub(super) fn of(case: &Case<'_>, load: impl Fn(&RecordedCase) -> CaseFiles) -> Option<Self> {
        let record = case.record;
        if record.measurement(Metric::Instructions).is_some() {
            return None;
        }
        let is_smaller = |other: &&RecordedCase| {
            (&other.family, &other.workload) == (&record.family, &record.workload)
                && other.size < record.size
                && other.measurement(Metric::Instructions).is_some()
        };
        let mut smaller: Vec<&RecordedCase> = case.recorded.cases.iter().filter(is_smaller).collect();
        smaller.sort_by_key(|other| other.size);
        let [.., before, last] = smaller[..] else { return None };
        let counted = |other: &RecordedCase| {
            // No other file of it is asked for.
            let instructions = other.measurement(Metric::Instructions).cloned();
            let record = RecordedCase::new(other.id.clone(), instructions.into_iter().collect());
            let files = load(&record);
            let shares = Shares::of_counts(&files.instructions.as_ref()?.data, case.symbols);
            Some(Self { record, files, shares })
        };
        let hashing = |shares: &Shares| shares.group(Group::Hashing).value;
        let last = counted(last).filter(|last| hashing(&last.shares) >= LEAST_SHARE)?;
        let before = counted(before)?;
        ((hashing(&last.shares) - hashing(&before.shares)).abs() <= SETTLED).then_some(last)
    }
}
