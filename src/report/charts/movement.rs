//! How a metric moved over runs, as a multiple of where each line begins; the axis of values is logarithmic, so that
//! half and double are as far from one. A tall stroke marks a change.

use super::canvas::{Anchor, Canvas, Drawn, draw};
use super::names::{NamedEnd, names};
use crate::analysis::Estimate;
use crate::report::ReportError;
use crate::report::format;
use crate::report::theme::Ink;

/// One workload over the runs.
pub(in crate::report) struct Movement<'a> {
    /// Its place in the family.
    pub(in crate::report) index: usize,
    /// Its name.
    pub(in crate::report) name: &'a str,
    /// Its series: what may not be joined is not joined by a line.
    pub(in crate::report) series: Vec<Vec<Moment>>,
}

/// A point of a series.
#[derive(Debug, Clone, Copy)]
pub(in crate::report) struct Moment {
    /// The run, by its place in time.
    pub(in crate::report) run: usize,
    /// A multiple of the first point of its series; positive.
    pub(in crate::report) multiple: Estimate,
    /// Whether the series changed here.
    pub(in crate::report) changed: bool,
}

const SIZE: (i32, i32) = (960, 320);
const LEFT: i32 = 74;
const RIGHT: i32 = SIZE.0 - 170;
const TOP: i32 = 14;
const BOTTOM: i32 = SIZE.1 - 40;
/// Half the length of the stroke at a change.
const STROKE: i32 = 11;
/// Most revisions written below the axis.
const LABELS: usize = 9;
/// Steps between ticks, as shares of one.
const STEPS: [f64; 10] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0];
/// Most ticks.
const TICKS: f64 = 7.0;

/// The chart over `runs`, named by their revisions; `None` when no series has two points.
pub(in crate::report) fn movement(
    title: &str,
    runs: &[String],
    lines: &[Movement<'_>],
) -> Result<Option<String>, ReportError> {
    if !lines.iter().flat_map(|line| &line.series).any(|series| series.len() > 1) {
        return Ok(None);
    }
    let moments = || lines.iter().flat_map(|line| line.series.iter().flatten());
    // At least ±1 %, so that noise below what can be told looks level.
    let least = moments().map(|moment| moment.multiple.low).fold(0.99, f64::min) / 1.005;
    let most = moments().map(|moment| moment.multiple.high).fold(1.01, f64::max) * 1.005;
    let last = runs.len().saturating_sub(1).max(1);
    let x = |run: usize| LEFT + 10 + (run * (RIGHT - LEFT - 20) as usize / last) as i32;
    let y = |multiple: f64| {
        let share = (multiple / least).ln() / (most / least).ln();
        BOTTOM - (share * f64::from(BOTTOM - TOP)).round() as i32
    };
    let svg = draw(title, (SIZE.0 as u32, SIZE.1 as u32), |canvas| {
        for tick in ticks(least, most) {
            let ink = if tick == 1.0 { Ink::Muted } else { Ink::Grid };
            canvas.line(vec![(LEFT, y(tick)), (RIGHT, y(tick))], ink, 1)?;
            let text = format!("{} ×", format::short(tick));
            canvas.text(&text, (LEFT - 8, y(tick)), Anchor::Right, Ink::Muted)?;
        }
        let every = runs.len().div_ceil(LABELS).max(1);
        // From the newest: it is the one that is asked for.
        for (run, revision) in runs.iter().enumerate().rev().step_by(every) {
            canvas.text(&format::clipped(revision, 9), (x(run), BOTTOM + 14), Anchor::Middle, Ink::Muted)?;
        }
        for line in lines {
            one(canvas, line, x, y)?;
        }
        let ends: Vec<NamedEnd<'_>> = lines
            .iter()
            .filter_map(|line| {
                let last = line.series.iter().flatten().max_by_key(|moment| moment.run)?;
                Some(NamedEnd {
                    index: line.index,
                    name: line.name,
                    at: (x(last.run), y(last.multiple.value)),
                })
            })
            .collect();
        names(canvas, ends, RIGHT, (TOP, BOTTOM))
    })?;
    Ok(Some(svg))
}

fn one(canvas: &Canvas<'_>, line: &Movement<'_>, x: impl Fn(usize) -> i32, y: impl Fn(f64) -> i32) -> Drawn {
    let ink = Ink::Series(line.index);
    for series in &line.series {
        let at = |moment: &Moment| (x(moment.run), y(moment.multiple.value));
        canvas.line(series.iter().map(at).collect(), ink, 2)?;
        for moment in series {
            let (left, middle) = at(moment);
            let (low, high) = (y(moment.multiple.low), y(moment.multiple.high));
            if low - high > 8 {
                canvas.rectangle([(left - 1, high), (left + 1, low)], ink)?;
            }
            if moment.changed {
                canvas.rectangle([(left - 2, middle - STROKE), (left + 2, middle + STROKE)], ink)?;
            }
            canvas.marker((left, middle), line.index)?;
        }
    }
    Ok(())
}

/// Multiples of a round step, one among them; powers of two where steps would be too many.
fn ticks(least: f64, most: f64) -> Vec<f64> {
    match STEPS.into_iter().find(|step| (most - least) / step <= TICKS) {
        Some(step) => {
            let (first, last) = ((least / step).ceil() as i64, (most / step).floor() as i64);
            (first..=last).map(|n| n as f64 * step).filter(|tick| *tick > 0.0).map(rounded).collect()
        }
        None => {
            let (first, last) = (least.log2().ceil() as i32, most.log2().floor() as i32);
            let every = ((last - first) / TICKS as i32 + 1).max(1);
            (first..=last).filter(|power| power % every == 0).map(|power| 2.0_f64.powi(power)).collect()
        }
    }
}

/// To the finest step: sums of steps miss it by a hair.
fn rounded(tick: f64) -> f64 {
    (tick * 1_000.0).round() / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_hold_one() {
        assert_eq!(ticks(0.984, 1.016), [0.985, 0.99, 0.995, 1.0, 1.005, 1.01, 1.015]);
        assert_eq!(ticks(0.9, 1.25), [0.9, 0.95, 1.0, 1.05, 1.1, 1.15, 1.2, 1.25]);
        assert_eq!(ticks(0.01, 40.0).iter().filter(|tick| **tick == 1.0).count(), 1);
        assert!(ticks(1e-6, 1e6).len() <= 8);
    }

    #[test]
    fn one_point_is_no_movement_and_a_change_has_its_stroke() {
        let moment = |run, value, changed| Moment { run, multiple: Estimate::exact(value), changed };
        let runs: Vec<String> = ["abc", "def"].map(Into::into).to_vec();
        let chart = |series: Vec<Moment>| {
            let line = Movement { index: 0, name: "a<b", series: vec![series] };
            movement("t", &runs, &[line]).expect("drawing to memory")
        };
        assert_eq!(chart(vec![moment(0, 1.0, false)]), None);
        let flat = chart(vec![moment(0, 1.0, false), moment(1, 1.0, false)]).expect("a chart");
        let changed = chart(vec![moment(0, 1.0, false), moment(1, 1.2, true)]).expect("a chart");
        assert!(flat.contains("a&lt;b") && flat.contains("abc") && flat.contains("def"), "{flat}");
        let strokes = |svg: &str| svg.matches("<rect").count();
        assert_eq!(strokes(&changed), strokes(&flat) + 1);
    }
}
