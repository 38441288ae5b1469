//! The timeline: what each thread did in the window that was sampled most, in merged intervals.

use super::edge::Window;
use super::ledger::Names;
use super::lives::{Life, Step, lives};
use super::watch::Pass;
use crate::record::{Doing, Interval, Lane, Timeline};

/// Passes that are shown: more than a screen has room for would only blur.
const PASSES: usize = 300;
/// Threads that are shown.
const LANES: usize = 16;

/// The beginning of the window with the most passes.
pub(super) fn of_longest(windows: &[Window], passes: &[Vec<Pass>], own: u32, names: &Names) -> Timeline {
    let Some(longest) = (0..windows.len()).max_by_key(|index| (passes[*index].len(), *index)) else {
        return Timeline::default();
    };
    let lives = lives(&windows[longest], &passes[longest], own).seen;
    let Some(measuring) = lives.first() else { return Timeline::default() };
    let begin = measuring.first_ns;
    let end = passes[longest].get(PASSES).map_or(measuring.last_ns, |pass| pass.at_ns);
    let shown: Vec<&Life> =
        lives.iter().filter(|life| life.steps.first().is_some_and(|step| step.from_ns < end)).collect();
    let lanes = shown.iter().take(LANES).map(|life| Lane {
        name: names.of(life.thread, true),
        intervals: intervals(&life.steps, begin, end),
    });
    Timeline {
        length_ns: end - begin,
        iterations: windows[longest].iterations,
        lanes: lanes.filter(|lane| !lane.intervals.is_empty()).collect(),
        hidden_threads: shown.len().saturating_sub(LANES),
    }
}

fn doing(step: &Step) -> Doing {
    let length = step.to_ns - step.from_ns;
    match step.place {
        _ if step.cpu_ns * 2 >= length => Doing::Running,
        Some(place) => Doing::Blocked(place.name()),
        None => Doing::Runnable,
    }
}

/// Steps between `begin` and `end`; neighbours in the same state are one.
fn intervals(steps: &[Step], begin: u64, end: u64) -> Vec<Interval> {
    let mut intervals: Vec<Interval> = Vec::new();
    for step in steps.iter().filter(|step| step.from_ns < end && step.to_ns > begin) {
        let (from_ns, to_ns) = (step.from_ns.max(begin) - begin, step.to_ns.min(end) - begin);
        let doing = doing(step);
        match intervals.last_mut() {
            Some(last) if last.doing == doing && last.to_ns == from_ns => last.to_ns = to_ns,
            _ => intervals.push(Interval { from_ns, to_ns, doing }),
        }
    }
    intervals
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instruments::waits::linux::proc::Place;

    #[test]
    fn neighbours_in_one_state_are_one_interval_within_what_is_shown() {
        let step = |from_ns, to_ns, cpu_ns, place| Step { pass: 1, from_ns, to_ns, cpu_ns, place };
        let steps = [
            step(0, 100, 100, None),
            step(100, 200, 60, Some(Place::Page)),
            step(200, 300, 0, Some(Place::Page)),
            step(300, 400, 10, None),
            step(400, 900, 500, None),
        ];
        let shown = intervals(&steps, 50, 500);
        let expected = [
            (0, 150, Doing::Running),
            (150, 250, Doing::Blocked("page fault".into())),
            (250, 350, Doing::Runnable),
            (350, 450, Doing::Running),
        ];
        assert_eq!(shown, expected.map(|(from_ns, to_ns, doing)| Interval { from_ns, to_ns, doing }));
    }
}
