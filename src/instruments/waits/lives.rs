//! The lives of threads within a window, put together from passes. Pure: reads no clock.

use std::collections::BTreeMap;

use super::edge::Window;
use super::proc::{Activity, Place};
use super::watch::{Pass, Seen};

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
    /// From its last sight to the next pass, of a thread that ended within the window.
    pub(super) tail_gap_ns: u64,
    pub(super) steps: Vec<Step>,
}

impl Life {
    /// From first sight to last.
    pub(super) fn watched_ns(&self) -> u64 {
        self.last_ns - self.first_ns
    }

    /// What a thread that ended waited for a CPU at its last sight: the kernel books a wait once it is over, and this
    /// one's books nobody saw any more.
    pub(super) fn pending_wait_ns(&self) -> u64 {
        if self.tail_gap_ns == 0 {
            return 0;
        }
        let waits = self.steps.iter().rev().take_while(|step| step.place.is_none() && step.cpu_ns == 0);
        waits.map(Step::off_cpu_ns).sum()
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

/// The lives of all threads seen in `window`, the measuring one first, then by number.
pub(super) fn lives(window: &Window, passes: &[Pass], own: u32) -> Vec<Life> {
    let all: Vec<&Pass> = [&window.open.pass].into_iter().chain(passes).chain([&window.close.pass]).collect();
    let mut seen = BTreeMap::<(u32, u32), Vec<(usize, Seen)>>::new();
    let mut incarnation = BTreeMap::<u32, u32>::new();
    for (index, pass) in all.iter().enumerate() {
        for one in &pass.seen {
            let number = incarnation.entry(one.thread).or_default();
            let before = seen.get(&(one.thread, *number)).and_then(|sights| sights.last());
            // The kernel gave an ended thread's number to a new one: its clocks begin again, all of them.
            if before.is_some_and(|(_, before)| begins_again(before, one)) {
                *number += 1;
            }
            seen.entry((one.thread, *number)).or_default().push((index, *one));
        }
    }
    let mut lives: Vec<Life> = seen.into_values().filter_map(|sights| life(&sights, &all)).collect();
    lives.sort_by_key(|life| (life.thread != own, life.thread));
    lives
}

/// Whether `now` is another thread under the number of `before`: its clocks begin again.
fn begins_again(before: &Seen, now: &Seen) -> bool {
    now.sched.slices < before.sched.slices || before.cpu_ns.saturating_sub(now.cpu_ns) > GLITCH_NS
}

/// How far a thread's CPU clock may go back and still be the same: read from another CPU while the thread runs, it was
/// seen to go back by 0.7 µs.
const GLITCH_NS: u64 = 20_000;

fn life(sights: &[(usize, Seen)], all: &[&Pass]) -> Option<Life> {
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
        Some(next) => next.at_ns.saturating_sub(last.at_ns),
        None => 0,
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
        steps: steps.collect(),
    })
}
