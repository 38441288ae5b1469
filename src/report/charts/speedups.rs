//! Speed-up over workers, both axes linear and from zero: the ideal, each workload's line, and a dash at what its
//! schedule allows.

use super::canvas::{Anchor, Canvas, Drawn, draw};
use super::names::{NamedEnd, names};
use crate::analysis::ScalingPoint;
use crate::report::ReportError;
use crate::report::format;
use crate::report::theme::Ink;

/// One workload's line.
pub(in crate::report) struct SpeedupLine<'a> {
    /// Its place in the family.
    pub(in crate::report) index: usize,
    /// Its name.
    pub(in crate::report) name: &'a str,
    /// Ascending by workers.
    pub(in crate::report) points: &'a [ScalingPoint],
}

const SIZE: (i32, i32) = (960, 440);
const LEFT: i32 = 58;
const RIGHT: i32 = SIZE.0 - 170;
const TOP: i32 = 14;
const BOTTOM: i32 = SIZE.1 - 50;
/// Half the length of the dash at a bound.
const DASH: i32 = 12;

/// The chart; `None` when no line has two points.
pub(in crate::report) fn speedups(
    title: &str,
    axis_name: &str,
    cores: usize,
    lines: &[SpeedupLine<'_>],
) -> Result<Option<String>, ReportError> {
    if lines.iter().all(|line| line.points.len() < 2) {
        return Ok(None);
    }
    let points = || lines.iter().flat_map(|line| line.points);
    let most_workers = points().map(|point| point.workers).max().unwrap_or(1);
    let most = points()
        .map(|point| point.speedup.high.max(point.bound.map_or(0.0, |bound| bound.speedup)))
        .fold(most_workers.min(cores) as f64, f64::max);
    let x = |workers: f64| LEFT + (workers / most_workers as f64 * f64::from(RIGHT - LEFT)).round() as i32;
    let y = |speedup: f64| BOTTOM - (speedup / (most * 1.05) * f64::from(BOTTOM - TOP)).round() as i32;
    let svg = draw(title, (SIZE.0 as u32, SIZE.1 as u32), |canvas| {
        let step = (most / 5.0).ceil().max(1.0);
        let mut tick = 0.0;
        while tick <= most {
            canvas.line(vec![(LEFT, y(tick)), (RIGHT, y(tick))], Ink::Grid, 1)?;
            canvas.text(
                &format!("{} ×", format::short(tick)),
                (LEFT - 8, y(tick)),
                Anchor::Right,
                Ink::Muted,
            )?;
            tick += step;
        }
        let mut counts: Vec<usize> = points().map(|point| point.workers).collect();
        counts.sort_unstable();
        counts.dedup();
        for workers in counts {
            canvas.text(
                &format::size(workers),
                (x(workers as f64), BOTTOM + 14),
                Anchor::Middle,
                Ink::Muted,
            )?;
        }
        let caption = format!(
            "{axis_name}; dashes: what the schedule allows; beyond {cores}: more than there are cores"
        );
        canvas.text(&caption, ((LEFT + RIGHT) / 2, BOTTOM + 36), Anchor::Middle, Ink::Muted)?;
        let level = most_workers.min(cores) as f64;
        canvas.line(vec![(x(0.0), y(0.0)), (x(level), y(level)), (RIGHT, y(level))], Ink::Muted, 1)?;
        canvas.text("ideal", (x(level) + 6, y(level) - 9), Anchor::Left, Ink::Muted)?;
        if most_workers > cores {
            canvas.line(vec![(x(level), TOP), (x(level), BOTTOM)], Ink::Grid, 2)?;
        }
        for line in lines {
            one(canvas, line, x, y)?;
        }
        let ends: Vec<NamedEnd<'_>> = lines
            .iter()
            .filter_map(|line| {
                let last = line.points.last()?;
                Some(NamedEnd {
                    index: line.index,
                    name: line.name,
                    at: (x(last.workers as f64), y(last.speedup.value)),
                })
            })
            .collect();
        names(canvas, ends, RIGHT, (TOP, BOTTOM))
    })?;
    Ok(Some(svg))
}

fn one(canvas: &Canvas<'_>, line: &SpeedupLine<'_>, x: impl Fn(f64) -> i32, y: impl Fn(f64) -> i32) -> Drawn {
    let ink = Ink::Series(line.index);
    let at = |point: &ScalingPoint| (x(point.workers as f64), y(point.speedup.value));
    canvas.line(line.points.iter().map(at).collect(), ink, 2)?;
    for point in line.points {
        let (left, middle) = at(point);
        let (low, high) = (y(point.speedup.low), y(point.speedup.high));
        if low - high > 8 {
            canvas.rectangle([(left - 1, high), (left + 1, low)], ink)?;
        }
        if let Some(bound) = point.bound {
            let height = y(bound.speedup);
            canvas.line(vec![(left - DASH, height), (left + DASH, height)], ink, 2)?;
        }
        canvas.marker((left, middle), line.index)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Estimate;
    use crate::record::SpeedupBound;

    fn point(workers: usize, speedup: f64) -> ScalingPoint {
        ScalingPoint {
            workers,
            speedup: Estimate::exact(speedup),
            bound: Some(SpeedupBound { size: workers, speedup: 2.0, at_worst: None }),
            oversubscribed: workers > 2,
        }
    }

    #[test]
    fn one_point_is_no_curve_and_two_are() {
        let points = [point(1, 1.0), point(2, 1.9), point(4, 1.9)];
        let line = |points| SpeedupLine { index: 0, name: "a<b", points };
        assert_eq!(speedups("s", "threads", 2, &[line(&points[..1])]).expect("nothing to draw"), None);
        let svg = speedups("s", "threads", 2, &[line(&points)]).expect("drawing to memory").expect("a chart");
        assert!(svg.contains("a&lt;b") && svg.contains("ideal") && svg.contains("beyond 2"), "{svg}");
    }
}
