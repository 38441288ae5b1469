//! Births and ends of threads, from the kernel's records of them to what is known of each window. Pure: reads no
//! clock, asks no kernel.

use std::collections::{BTreeSet, HashMap};

/// What the kernel recorded, by the monotonic clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Record {
    /// A thread of this process was born.
    Born { thread: u32, at_ns: u64 },
    /// A thread of this process ended.
    Ended { thread: u32, at_ns: u64 },
    /// This process started another one.
    Child { process: u32 },
    /// There was no room for so many records, some time between these two.
    Lost { from_ns: u64, to_ns: u64, count: u64 },
}

/// A thread's life as far as records tell, in nanoseconds since the measurement's origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) thread: u32,
    /// `None` for one that was there before there were records.
    pub(super) born_ns: Option<u64>,
    /// `None` for one that is still there.
    pub(super) ended_ns: Option<u64>,
}

/// All that was recorded in a measurement.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Births {
    /// In the order of birth.
    spans: Vec<Span>,
    /// From, to, and how many.
    lost: Vec<(u64, u64, u64)>,
}

impl Births {
    /// Puts `records` in order. Times count from `origin_ns`; `not` is the sampler, which is no thread of the case.
    pub(super) fn new(mut records: Vec<Record>, origin_ns: u64, not: u32) -> Self {
        // Each CPU has its own buffer.
        records.sort_by_key(|record| match record {
            Record::Born { at_ns, .. } | Record::Ended { at_ns, .. } => *at_ns,
            Record::Lost { from_ns, .. } => *from_ns,
            Record::Child { .. } => 0,
        });
        let since = |ns: u64| ns.saturating_sub(origin_ns);
        let (mut spans, mut lost) = (Vec::<Span>::new(), Vec::new());
        // The living, by number.
        let mut open = HashMap::<u32, usize>::new();
        for record in records {
            match record {
                Record::Born { thread, at_ns } if thread != not => {
                    open.insert(thread, spans.len());
                    spans.push(Span { thread, born_ns: Some(since(at_ns)), ended_ns: None });
                }
                Record::Ended { thread, at_ns } if thread != not => {
                    let ended_ns = Some(since(at_ns));
                    match open.remove(&thread) {
                        Some(index) => spans[index].ended_ns = ended_ns,
                        None => spans.push(Span { thread, born_ns: None, ended_ns }),
                    }
                }
                Record::Lost { from_ns, to_ns, count } => lost.push((since(from_ns), since(to_ns), count)),
                _ => {}
            }
        }
        Self { spans, lost }
    }

    /// The lives that overlap a window; none are known of one in which records were lost.
    pub(super) fn within(&self, from_ns: u64, to_ns: u64) -> Vec<Span> {
        if self.lost_within(from_ns, to_ns) > 0 {
            return Vec::new();
        }
        let overlaps = |span: &&Span| {
            span.born_ns.is_none_or(|ns| ns < to_ns) && span.ended_ns.is_none_or(|ns| ns > from_ns)
        };
        self.spans.iter().filter(overlaps).copied().collect()
    }

    /// Records that may be missing from a window.
    pub(super) fn lost_within(&self, from_ns: u64, to_ns: u64) -> u64 {
        let overlaps = |(from, to, _): &&(u64, u64, u64)| *from < to_ns && *to > from_ns;
        self.lost.iter().filter(overlaps).map(|(_, _, count)| count).sum()
    }
}

/// The processes started, by `records`.
pub(super) fn children(records: &[Record]) -> BTreeSet<u32> {
    let process = |record: &Record| match record {
        Record::Child { process } => Some(*process),
        _ => None,
    };
    records.iter().filter_map(process).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLER: u32 = 9;

    fn span(thread: u32, born_ns: Option<u64>, ended_ns: Option<u64>) -> Span {
        Span { thread, born_ns, ended_ns }
    }

    #[test]
    fn births_and_ends_make_lives_also_when_buffers_are_read_out_of_order() {
        let records = vec![
            Record::Ended { thread: 11, at_ns: 140 },
            Record::Ended { thread: 5, at_ns: 110 },
            Record::Born { thread: SAMPLER, at_ns: 101 },
            Record::Born { thread: 11, at_ns: 120 },
            Record::Born { thread: 12, at_ns: 90 },
            Record::Child { process: 77 },
            // The number of one that ended, given to another.
            Record::Born { thread: 11, at_ns: 150 },
        ];
        assert_eq!(children(&records), BTreeSet::from([77]));
        let births = Births::new(records, 100, SAMPLER);
        let all = [
            span(12, Some(0), None),
            span(5, None, Some(10)),
            span(11, Some(20), Some(40)),
            span(11, Some(50), None),
        ];
        assert_eq!(births.within(0, 100), all);
        assert_eq!(births.within(10, 50), [all[0], all[2]]);
    }

    #[test]
    fn nothing_is_known_of_a_window_that_lost_records() {
        let records = vec![
            Record::Born { thread: 11, at_ns: 10 },
            Record::Lost { from_ns: 30, to_ns: 40, count: 3 },
            Record::Ended { thread: 11, at_ns: 60 },
        ];
        let births = Births::new(records, 0, SAMPLER);
        let life = [span(11, Some(10), Some(60))];
        assert_eq!((births.within(0, 30), births.lost_within(0, 30)), (life.to_vec(), 0));
        assert_eq!((births.within(20, 50), births.lost_within(20, 50)), (Vec::new(), 3));
        assert_eq!((births.within(40, 70), births.lost_within(40, 70)), (life.to_vec(), 0));
    }
}
