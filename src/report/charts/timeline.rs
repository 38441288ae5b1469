//! What each thread did when: a lane a thread, time to the right from zero.

use super::bars::step;
use super::canvas::{Anchor, draw};
use crate::record::{Doing, Timeline};
use crate::report::ReportError;
use crate::report::format;
use crate::report::theme::Ink;

const WIDTH: i32 = 960;
const LEFT: i32 = 178;
const RIGHT: i32 = WIDTH - 24;
const LANE: i32 = 22;
const FOOT: i32 = 24;

/// The lanes, each interval in the colour that `ink` gives what the thread did. Running fills a lane's height, waiting
/// for a CPU half of it, being blocked a third: the three are told apart without their colours.
pub(in crate::report) fn timeline(
    title: &str,
    shown: &Timeline,
    ink: impl Fn(&Doing) -> Ink,
) -> Result<String, ReportError> {
    let most = shown.length_ns.max(1) as f64;
    let x = |ns: f64| LEFT + (ns.min(most) / most * f64::from(RIGHT - LEFT)).round() as i32;
    let bottom = LANE * shown.lanes.len() as i32 + 4;
    let step = step(most);
    draw(title, (WIDTH as u32, (bottom + FOOT) as u32), |canvas| {
        let mut tick = 0.0;
        while tick <= most {
            canvas.line(vec![(x(tick), 0), (x(tick), bottom)], Ink::Grid, 1)?;
            canvas.text(&format::short_time(tick), (x(tick), bottom + 12), Anchor::Middle, Ink::Muted)?;
            tick += step;
        }
        for (row, lane) in shown.lanes.iter().enumerate() {
            let y = row as i32 * LANE + LANE / 2 + 2;
            canvas.text(&format::clipped(&lane.name, 24), (LEFT - 8, y), Anchor::Right, Ink::Text)?;
            for interval in &lane.intervals {
                let (begin, end) = (x(interval.from_ns as f64), x(interval.to_ns as f64));
                let half = match interval.doing {
                    Doing::Running => 8,
                    Doing::Runnable => 4,
                    Doing::Blocked(_) => 2,
                };
                if end > begin {
                    canvas.rectangle([(begin, y - half), (end, y + half)], ink(&interval.doing))?;
                }
            }
        }
        canvas.line(vec![(LEFT, 0), (LEFT, bottom)], Ink::Muted, 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Interval, Lane};

    #[test]
    fn each_interval_is_drawn_within_the_lane() {
        let interval = |from_ns, to_ns, doing| Interval { from_ns, to_ns, doing };
        let lane = Lane {
            name: "measuring thread".into(),
            intervals: vec![
                interval(0, 500, Doing::Running),
                interval(500, 900, Doing::Blocked("futex".into())),
                interval(900, u64::MAX, Doing::Runnable),
            ],
        };
        let shown = Timeline { length_ns: 1_000, iterations: 1, hidden_threads: 0, lanes: vec![lane] };
        let svg = timeline("threads", &shown, |doing| match doing {
            Doing::Running => Ink::Wait(0),
            Doing::Runnable => Ink::Wait(2),
            Doing::Blocked(_) => Ink::Wait(4),
        })
        .expect("drawing to memory");
        assert_eq!(svg.matches("<rect").count(), 3, "{svg}");
        for name in ["var(--w0)", "var(--w2)", "var(--w4)"] {
            assert!(svg.contains(name), "{svg}");
        }
    }
}
