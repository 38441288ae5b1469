//! A case with all that rules ask of it: its numbers, its siblings', its stacks.

use std::path::PathBuf;

use super::bottleneck::{Gain, Seen, times};
use super::settled::Settled;
use crate::analysis::shares::{Share, Shares, Symbols};
use crate::analysis::symbols::Group;
use crate::analysis::{Estimate, WaitVerdict, growth, judge};
use crate::record::{
    Anchor, CaseFiles, CaseId, Evidence, InstrumentName, ListedCounts, ListedFamily, ListedWorkload, Listing,
    Metric, Recorded, RecordedCase,
};

/// Fewest samples that a share is taken from: with a hundred, a half is known to ten points.
const FEWEST_SAMPLES: u128 = 100;

/// A law may speak of sizes at which nothing was counted if it knows its exponent to this.
const CERTAIN: f64 = 0.1;

pub(super) struct Case<'a> {
    pub(super) listing: &'a Listing,
    pub(super) recorded: &'a Recorded,
    pub(super) family: &'a ListedFamily,
    pub(super) workload: &'a ListedWorkload,
    pub(super) record: &'a RecordedCase,
    pub(super) files: &'a CaseFiles,
    /// What names of functions say.
    pub(super) symbols: &'a Symbols,
    /// By instructions.
    pub(super) counts: Option<Shares>,
    /// By instructions of a smaller size, where none were counted at this one.
    pub(super) settled: Option<Settled>,
    /// By CPU samples, however few.
    pub(super) samples: Option<Shares>,
    /// By the books.
    pub(super) waits: Option<WaitVerdict>,
}

impl<'a> Case<'a> {
    pub(super) fn new(
        listing: &'a Listing,
        recorded: &'a Recorded,
        family: &'a ListedFamily,
        workload: &'a ListedWorkload,
        record: &'a RecordedCase,
        files: &'a CaseFiles,
        symbols: &'a Symbols,
    ) -> Self {
        let counts = files.instructions.as_ref().map(|kept| Shares::of_counts(&kept.data, symbols));
        let samples = files.samples.as_ref().map(|kept| Shares::of_samples(&kept.data, symbols));
        Self {
            listing,
            recorded,
            family,
            workload,
            record,
            files,
            symbols,
            counts: counts.filter(|shares| shares.total() > 0),
            settled: None,
            samples: samples.filter(|shares| shares.total() > 0),
            waits: files.waits.as_ref().map(|kept| judge(&kept.data)),
        }
    }

    /// CPU samples where they are enough to take a share from.
    pub(super) fn enough_samples(&self) -> Option<&Shares> {
        self.samples.as_ref().filter(|shares| shares.total() >= FEWEST_SAMPLES)
    }

    /// The stacks that shares are taken from: instructions, which are exact, before samples.
    pub(super) fn stacks(&self) -> Option<(&Shares, Seen)> {
        let counts = self.counts.as_ref().map(|shares| (shares, Seen::Instructions));
        counts.or_else(|| self.enough_samples().map(|shares| (shares, Seen::Samples)))
    }

    /// The stacks that the share of `group` is taken from.
    pub(super) fn stacks_of(&self, group: Group) -> Option<(&Shares, Seen)> {
        let settled = self.settled.as_ref().filter(|_| group == Group::Hashing);
        settled
            .map(|settled| (&settled.shares, Seen::InstructionsAt(settled.record.size)))
            .or_else(|| self.stacks())
    }

    /// The files in which that was `seen`: its own, or those of the smaller size that speaks for it.
    pub(super) fn files_of(&self, seen: Seen) -> &CaseFiles {
        match (seen, &self.settled) {
            (Seen::InstructionsAt(_), Some(settled)) => &settled.files,
            _ => self.files,
        }
    }

    /// The part of the time in which a thread is on a CPU: what stacks speak of. 1 where nobody saw it wait.
    pub(super) fn busy(&self) -> f64 {
        1.0 - self.idle()
    }

    /// The same with its interval. One thread's clocks tell it exactly; of several threads looks do, of which each saw one on a
    /// CPU or none.
    pub(super) fn on_cpu(&self) -> Share {
        let value = self.busy();
        let are_several = self.files.waits.as_ref().is_some_and(|kept| kept.data.most_threads > 1);
        if are_several { self.by_looks(value) } else { Share::exact(value) }
    }

    /// The part `value` of the time, known as well as so many looks at threads tell it.
    pub(super) fn by_looks(&self, value: f64) -> Share {
        match self.files.waits.as_ref().map_or(0, |kept| kept.data.sampling.passes) {
            0 => Share::exact(value),
            looks => {
                let seen = Share::sampled((value * looks as f64).round() as u128, u128::from(looks));
                Share { value, low: seen.low.min(value), high: seen.high.max(value) }
            }
        }
    }

    /// The part of the time in which every thread is blocked: by looks, and no more than clocks leave. Threads too short
    /// to be looked at have clocks too.
    pub(super) fn idle(&self) -> f64 {
        let (Some(verdict), Some(kept)) = (&self.waits, &self.files.waits) else { return 0.0 };
        let parts = &kept.data.total;
        let wanted = (parts.cpu_ns() + parts.runqueue_ns) as f64 / kept.data.elapsed_ns.max(1) as f64;
        let left = if kept.data.most_threads > 1 { 1.0 - wanted } else { 1.0 };
        verdict.idle.min(left).clamp(0.0, 1.0)
    }

    pub(super) fn id_of(&self, workload: &str, size: usize) -> CaseId {
        CaseId { family: self.family.name.clone(), workload: workload.to_owned(), size }
    }

    /// The other members that run at this size, with their records.
    pub(super) fn siblings(&self) -> impl Iterator<Item = (&'a ListedWorkload, &'a RecordedCase)> {
        let this = self.record;
        self.family.workloads.iter().filter(|workload| workload.name != this.workload).filter_map(
            |workload| {
                let id =
                    CaseId { family: this.family.clone(), workload: workload.name.clone(), size: this.size };
                Some((workload, self.recorded.case(&id)?))
            },
        )
    }

    pub(super) fn number(&self, metric: Metric) -> Option<Estimate> {
        number(self.record, metric)
    }

    /// How many times as fast `sibling` is: from interleaved blocks where both have been in them, else from their times.
    pub(super) fn gain_of(&self, sibling: &RecordedCase) -> Option<Gain> {
        let by = Some(sibling.workload.clone());
        let paired = self.relative(self.record).zip(self.relative(sibling));
        if let Some(times) = paired.and_then(|(own, other)| own.over(&other)) {
            return Some(Gain { by, times, paired: true });
        }
        let times = self.number(Metric::TimeNs)?.over(&number(sibling, Metric::TimeNs)?)?;
        Some(Gain { by, times, paired: false })
    }

    /// The time of `record` over the family's reference, from interleaved blocks.
    fn relative(&self, record: &RecordedCase) -> Option<Estimate> {
        let is_baseline = record.workload == self.family.baseline;
        match self.family.counts {
            ListedCounts::Work if is_baseline => Some(Estimate::exact(1.0)),
            ListedCounts::Work => number(record, Metric::TimeRatio),
            ListedCounts::Workers if is_baseline && self.family.sizes.first() == Some(&record.size) => {
                Some(Estimate::exact(1.0))
            }
            ListedCounts::Workers => Estimate::exact(1.0).over(&number(record, Metric::Speedup)?),
        }
        .filter(|ratio| ratio.low > 0.0)
    }

    /// Its time over that of one thread: the baseline's, or with the fewest workers. `None` for a family in which
    /// nothing runs on one thread.
    pub(super) fn against_one(&self) -> Option<Estimate> {
        let baseline = self.family.workload(&self.family.baseline)?;
        match self.family.counts {
            ListedCounts::Work if baseline.concurrency.threads || baseline.concurrency.processes => None,
            _ => self.relative(self.record),
        }
    }

    /// Instructions of an iteration: counted, or, where none were, by the law of smaller sizes.
    pub(super) fn instructions(&self) -> Option<Instructions> {
        if let Some(counted) = self.number(Metric::Instructions) {
            return Some(Instructions { count: counted.value, extrapolated: false })
                .filter(|known| known.count > 0.0);
        }
        let law = growth::law(self.family, self.workload, self.recorded, Metric::Instructions)?;
        let is_certain = law.exponent.high - law.exponent.value <= CERTAIN;
        is_certain.then(|| Instructions { count: law.at(self.record.size), extrapolated: true })
    }

    pub(super) fn evidence(
        &self,
        instrument: InstrumentName,
        says: impl Into<String>,
        file: Option<PathBuf>,
    ) -> Evidence {
        Evidence { instrument, says: says.into(), file, case: None, anchor: None }
    }

    /// The evidence of stacks.
    pub(super) fn stacks_say(&self, seen: Seen, says: String) -> Evidence {
        let files = self.files_of(seen);
        let file = match seen {
            Seen::Instructions | Seen::InstructionsAt(_) => {
                files.instructions.as_ref().map(|kept| &kept.file)
            }
            Seen::Samples => files.samples.as_ref().map(|kept| &kept.file),
            Seen::Books => files.waits.as_ref().map(|kept| &kept.file),
            Seen::Sibling => None,
        };
        let evidence = self.evidence(seen.instrument(), says, file.cloned());
        match (seen, &self.settled) {
            (Seen::InstructionsAt(_), Some(settled)) => evidence.of(settled.record.id.clone()),
            _ => evidence,
        }
    }

    /// The evidence of a gain.
    pub(super) fn gain_says(&self, gain: &Gain) -> Evidence {
        let who = gain.by.as_deref().unwrap_or("the case without this cost");
        let how = if gain.paired { "in interleaved blocks" } else { "timed apart" };
        let figure = |figure: f64| if figure < 100.0 { format!("{figure:.2}") } else { times(figure) };
        let Estimate { value, low, high } = gain.times;
        let (value, low, high) = (figure(value), figure(low), figure(high));
        let says = format!("{who} is {value} times as fast [{low}, {high}], {how}");
        match &gain.by {
            Some(by) => {
                self.evidence(InstrumentName::Time, says, None).of(self.named(by)).at(Anchor::Ranking)
            }
            None => {
                let ceiling = Anchor::Number(Metric::CeilingAllocation);
                self.evidence(InstrumentName::Ceilings, says, None).at(ceiling)
            }
        }
    }

    /// The member that `name` names, at this size: one of its family, or of another where that is named before it.
    fn named(&self, name: &str) -> CaseId {
        let (family, workload) = name.split_once('/').unwrap_or((self.family.name.as_str(), name));
        CaseId { family: family.to_owned(), workload: workload.to_owned(), size: self.record.size }
    }
}

/// Instructions of an iteration.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Instructions {
    pub(super) count: f64,
    /// By the law of smaller sizes.
    pub(super) extrapolated: bool,
}

/// A number of a case, where it is sound.
pub(super) fn number(record: &RecordedCase, metric: Metric) -> Option<Estimate> {
    record.measurement(metric).and_then(Estimate::of)
}
