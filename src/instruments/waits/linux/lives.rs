//! The lives of threads within a window, put together from passes. Pure: reads no clock.

use std::collections::{BTreeMap, BTreeSet};

use super::births::Span;
use super::edge::Window;
use super::ends;
use super::proc::{Activity, Place};
use super::watch::{Pass, Seen};
use crate::instruments::procfs::Schedstat;

/// A thread between two passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Step {
    /// The pass that ends it; the window's opening is 0.
    pub(super) pass: usize,
    pub(super) from_ns: u64,
    pub(super) to_ns: u64,
    pub(super) cpu_ns: u64,
    /// Where it was blocked, if it was seen so at either end.
    pub(super) place: Option<Place>,
}

impl Step {
    /// Not on a CPU.
    pub(super) fn off_cpu_ns(&self) -> u64 {
        (self.to_ns - self.from_ns).saturating_sub(self.cpu_ns)
    }
}

/// A thread within the window.
#[derive(Debug, Clone)]
pub(super) struct Life {
    pub(super) thread: u32,
    /// First sight, and last.
    pub(super) first_ns: u64,
    pub(super) last_ns: u64,
    pub(super) first_activity: Activity,
    pub(super) last_activity: Activity,
    /// From its birth to its first sight; 0 for a thread that was there when the window opened.
    pub(super) head_ns: u64,
    /// What its clocks held at first sight, of a thread born within the window.
    pub(super) head_cpu_ns: u64,
    pub(super) head_runqueue_ns: u64,
    /// Within the window, to its last sight.
    pub(super) cpu_ns: u64,
    pub(super) runqueue_ns: u64,
    pub(super) slices: u64,
    /// From its last sight to the next pass, of a thread that ended within the window, nobody knows when.
    pub(super) tail_gap_ns: u64,
    /// Of the CPU time that no clock told, what is taken to lie in that gap.
    pub(super) gap_cpu_ns: u64,
    /// From its last sight to its end, where that is known: the last step, within what it was watched.
    pub(super) known_tail_ns: u64,
    pub(super) steps: Vec<Step>,
}

/// Threads that no pass saw, all together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Unseen {
    /// Of those whose birth and end the kernel recorded.
    pub(super) wall_ns: u64,
    /// What of that they were on a CPU.
    pub(super) cpu_ns: u64,
    /// CPU time of threads that nothing else is known of.
    pub(super) unknown_cpu_ns: u64,
}

/// Who lived in a window.
#[derive(Debug, Clone)]
pub(super) struct Lives {
    /// The measuring thread first, then by number.
    pub(super) seen: Vec<Life>,
    pub(super) unseen: Unseen,
}

impl Life {
    /// From first sight to last; birth and end are sights, where they are known.
    pub(super) fn watched_ns(&self) -> u64 {
        self.last_ns - self.first_ns
    }

    /// What a thread that ended waited for a CPU at its last sight: the kernel books a wait once it is over, and this
    /// one's books nobody saw any more.
    pub(super) fn pending_wait_ns(&self) -> u64 {
        if self.tail_gap_ns == 0 && self.known_tail_ns == 0 {
            return 0;
        }
        let seen = self.steps.iter().rev().skip(usize::from(self.known_tail_ns > 0));
        seen.take_while(|step| step.place.is_none() && step.cpu_ns == 0).map(Step::off_cpu_ns).sum()
    }

    /// Off the CPU between its last sight, when it was ready, and its end: waiting for a CPU, or blocked after all.
    pub(super) fn open_tail_ns(&self) -> u64 {
        match self.steps.last() {
            Some(step) if self.known_tail_ns > 0 && step.place.is_none() => step.off_cpu_ns(),
            _ => 0,
        }
    }

    /// Puts CPU time into its end.
    pub(super) fn give_end(&mut self, cpu_ns: u64) {
        match self.steps.last_mut() {
            Some(step) if self.known_tail_ns > 0 => {
                step.cpu_ns += cpu_ns;
                self.cpu_ns += cpu_ns;
            }
            _ => self.gap_cpu_ns += cpu_ns,
        }
    }

    /// Time off the CPU by where it was seen blocked; the first sight counts for what came before it.
    pub(super) fn blocked_weights(&self) -> BTreeMap<Place, u64> {
        let mut weights = BTreeMap::new();
        for step in &self.steps {
            if let Some(place) = step.place {
                *weights.entry(place).or_default() += step.off_cpu_ns();
            }
        }
        if let Activity::Blocked(place) = self.first_activity {
            *weights.entry(place).or_default() +=
                self.head_ns.saturating_sub(self.head_cpu_ns + self.head_runqueue_ns);
        }
        weights
    }
}

/// A thread may be seen so long before its recorded birth: the kernel lists it first and records it then.
const SLACK_NS: u64 = 1_000_000;

/// Who lived in `window`, by `passes` and by the kernel's records.
pub(super) fn lives(window: &Window, passes: &[Pass], own: u32) -> Lives {
    let all: Vec<&Pass> = [&window.open.pass].into_iter().chain(passes).chain([&window.close.pass]).collect();
    let mut spans = BTreeMap::<u32, Vec<usize>>::new();
    for (index, span) in window.spans.iter().enumerate() {
        spans.entry(span.thread).or_default().push(index);
    }
    // The last that was born by then; where numbers are given again, it takes longer than the slack.
    let span_of = |one: &Seen| {
        let born = |index: &&usize| {
            window.spans[**index].born_ns.is_none_or(|born_ns| born_ns <= one.at_ns + SLACK_NS)
        };
        spans.get(&one.thread)?.iter().rev().find(born).copied()
    };
    let mut seen = BTreeMap::<(u32, Option<usize>, u32), Vec<(usize, Seen)>>::new();
    let mut incarnation = BTreeMap::<u32, u32>::new();
    for (index, pass) in all.iter().enumerate() {
        for one in &pass.seen {
            let span = span_of(one);
            let number = incarnation.entry(one.thread).or_default();
            let before = seen.get(&(one.thread, span, *number)).and_then(|sights| sights.last());
            // The kernel gave an ended thread's number to a new one: its clocks begin again, all of them.
            if before.is_some_and(|(_, before)| begins_again(before, one)) {
                *number += 1;
            }
            seen.entry((one.thread, span, *number)).or_default().push((index, *one));
        }
    }
    let edges = (window.open.at_ns(own), window.close.at_ns(own));
    let matched: BTreeSet<usize> = seen.keys().filter_map(|(_, span, _)| *span).collect();
    let not_matched = window.spans.iter().enumerate().filter(|(index, _)| !matched.contains(index));
    let wall_ns = not_matched.map(|(_, span)| whole_ns(span, edges)).sum();
    let mut unseen = Unseen { wall_ns, ..Unseen::default() };
    let mut lives: Vec<Life> = seen
        .into_iter()
        .filter_map(|((_, span, _), sights)| match span {
            Some(span) => life(&with_ends(sights, &window.spans[span], &all, edges), &all),
            None => life(&Sights { sights, end_known: false }, &all),
        })
        .collect();
    lives.sort_by_key(|life| (life.thread != own, life.thread));
    ends::give(window, &mut lives, &mut unseen);
    Lives { seen: lives, unseen }
}

/// How much of the life of a thread that no pass saw lies in the window: it was born in it, or the opening would have
/// seen it, and its end is known.
fn whole_ns(span: &Span, (from_ns, to_ns): (u64, u64)) -> u64 {
    match (span.born_ns, span.ended_ns) {
        (Some(born_ns), Some(ended_ns)) if born_ns >= from_ns => ended_ns.min(to_ns).saturating_sub(born_ns),
        _ => 0,
    }
}

/// Whether `now` is another thread under the number of `before`: its clocks begin again.
fn begins_again(before: &Seen, now: &Seen) -> bool {
    now.sched.slices < before.sched.slices || before.cpu_ns.saturating_sub(now.cpu_ns) > GLITCH_NS
}

/// How far a thread's CPU clock may go back and still be the same: read from another CPU while the thread runs, it was
/// seen to go back by 0.7 µs.
const GLITCH_NS: u64 = 20_000;

/// Where a thread was seen, in which pass.
struct Sights {
    sights: Vec<(usize, Seen)>,
    /// Whether the last one is its end.
    end_known: bool,
}

/// Birth and end, where they lie in the window and are known, as sights: newly born it was ready, with all its clocks at
/// zero; when it ended it was where it was last seen, and what its clocks held then nobody knows.
fn with_ends(
    mut sights: Vec<(usize, Seen)>,
    span: &Span,
    all: &[&Pass],
    (from_ns, to_ns): (u64, u64),
) -> Sights {
    let ended_ns = span.ended_ns.unwrap_or(u64::MAX);
    for (_, one) in &mut sights {
        one.at_ns = one.at_ns.min(ended_ns).max(span.born_ns.unwrap_or(0));
    }
    if let (Some(&(index @ 1.., first)), Some(born_ns)) = (sights.first(), span.born_ns) {
        let born_ns = born_ns.max(from_ns).min(first.at_ns);
        // One that the opening missed has clocks that hold more.
        if first.cpu_ns + first.sched.runqueue_ns <= first.at_ns - born_ns + GLITCH_NS {
            let born = Seen {
                thread: first.thread,
                at_ns: born_ns,
                cpu_ns: 0,
                sched: Schedstat::default(),
                activity: Activity::Runnable,
            };
            sights.insert(0, (index - 1, born));
        }
    }
    let Some(&(index, last)) = sights.last() else { return Sights { sights, end_known: false } };
    let end_known = index + 1 < all.len();
    if end_known {
        sights.push((index + 1, Seen { at_ns: ended_ns.min(to_ns).max(last.at_ns), ..last }));
    }
    Sights { sights, end_known }
}

fn life(Sights { sights, end_known }: &Sights, all: &[&Pass]) -> Option<Life> {
    let ((born, first), (died, last)) = (*sights.first()?, *sights.last()?);
    let known = first.cpu_ns + first.sched.runqueue_ns;
    let unseen_ns = if born == 0 { 0 } else { first.at_ns.saturating_sub(all[born - 1].at_ns) };
    // One whose clocks hold more than the time since the pass before was there already: that pass missed it, and what it
    // did before its first sight is not this window's.
    let was_there = born == 0 || known > unseen_ns + GLITCH_NS;
    // Born at any moment since the pass before. One that was ready at first sight is taken to have been so from its
    // birth, which its clocks then tell; one that was blocked may have been for any time: half way on average.
    let head_ns = if was_there {
        0
    } else {
        match first.activity {
            Activity::Runnable => known.min(unseen_ns),
            Activity::Blocked(_) => (unseen_ns / 2).max(known).min(unseen_ns),
        }
    };
    // A thread that was there is counted from the opening, any other from its own start.
    let (cpu_base, runqueue_base, slices_base) =
        if was_there { (first.cpu_ns, first.sched.runqueue_ns, first.sched.slices) } else { (0, 0, 0) };
    let tail_gap_ns = match all.get(died + 1) {
        Some(next) if !end_known => next.at_ns.saturating_sub(last.at_ns),
        _ => 0,
    };
    let known_tail_ns = match sights.as_slice() {
        [.., (_, before), (_, end)] if *end_known => end.at_ns - before.at_ns,
        _ => 0,
    };
    let steps = sights.windows(2).map(|pair| {
        let [(_, a), (pass, b)] = [pair[0], pair[1]];
        let place = match (a.activity, b.activity) {
            (_, Activity::Blocked(place)) | (Activity::Blocked(place), Activity::Runnable) => Some(place),
            (Activity::Runnable, Activity::Runnable) => None,
        };
        let to_ns = b.at_ns.max(a.at_ns);
        let cpu_ns = b.cpu_ns.saturating_sub(a.cpu_ns).min(to_ns - a.at_ns);
        Step { pass, from_ns: a.at_ns, to_ns, cpu_ns, place }
    });
    Some(Life {
        thread: first.thread,
        first_ns: first.at_ns,
        last_ns: last.at_ns.max(first.at_ns),
        first_activity: first.activity,
        last_activity: last.activity,
        head_ns,
        head_cpu_ns: first.cpu_ns - cpu_base,
        head_runqueue_ns: first.sched.runqueue_ns.saturating_sub(runqueue_base),
        cpu_ns: last.cpu_ns.saturating_sub(cpu_base),
        runqueue_ns: last.sched.runqueue_ns.saturating_sub(runqueue_base),
        slices: last.sched.slices.saturating_sub(slices_base),
        tail_gap_ns,
        gap_cpu_ns: 0,
        known_tail_ns,
        steps: steps.collect(),
    })
}
