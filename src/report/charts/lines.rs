//! Time per element over sizes, both axes logarithmic; every line carries its name at its end.

use super::canvas::{Anchor, Canvas, Drawn, draw};
use super::names::{NamedEnd, names};
use crate::analysis::Estimate;
use crate::report::ReportError;
use crate::report::format;
use crate::report::theme::Ink;

/// One workload's line.
pub(in crate::report) struct Line<'a> {
    /// Its place in the family.
    pub(in crate::report) index: usize,
    /// Its name.
    pub(in crate::report) name: &'a str,
    /// Size and nanoseconds per element, ascending by size; positive.
    pub(in crate::report) points: Vec<(usize, Estimate)>,
}

const SIZE: (i32, i32) = (960, 440);
const LEFT: i32 = 74;
const RIGHT: i32 = SIZE.0 - 170;
const TOP: i32 = 14;
const BOTTOM: i32 = SIZE.1 - 50;

/// A logarithmic axis between two pixels.
struct Axis {
    least: f64,
    most: f64,
    from: i32,
    to: i32,
}

impl Axis {
    fn at(&self, value: f64) -> i32 {
        let share = (value / self.least).ln() / (self.most / self.least).ln();
        self.from + (share * f64::from(self.to - self.from)).round() as i32
    }
}

/// The chart; `None` when fewer than two sizes have a point: one size is no curve.
pub(in crate::report) fn lines(
    title: &str,
    axis_name: &str,
    unit: &str,
    sizes: &[usize],
    lines: &[Line<'_>],
) -> Result<Option<String>, ReportError> {
    let points = || lines.iter().flat_map(|line| &line.points);
    let least_size = points().map(|(size, _)| *size).min().unwrap_or(1);
    let most_size = points().map(|(size, _)| *size).max().unwrap_or(1);
    if least_size == most_size {
        return Ok(None);
    }
    let least = points().map(|(_, ns)| if ns.low > 0.0 { ns.low } else { ns.value }).fold(f64::MAX, f64::min);
    let most = points().map(|(_, ns)| ns.high).fold(0.0, f64::max);
    let x = Axis { least: least_size as f64 / 1.15, most: most_size as f64 * 1.15, from: LEFT, to: RIGHT };
    let y = Axis { least: least / 1.2, most: most * 1.2, from: BOTTOM, to: TOP };
    let svg = draw(title, (SIZE.0 as u32, SIZE.1 as u32), |canvas| {
        for tick in ticks(y.least, y.most) {
            canvas.line(vec![(LEFT, y.at(tick)), (RIGHT, y.at(tick))], Ink::Grid, 1)?;
            canvas.text(&format::short_time(tick), (LEFT - 8, y.at(tick)), Anchor::Right, Ink::Muted)?;
        }
        for &size in sizes.iter().filter(|size| (least_size..=most_size).contains(size)) {
            let at = x.at(size as f64);
            canvas.line(vec![(at, TOP), (at, BOTTOM)], Ink::Grid, 1)?;
            canvas.text(&format::size(size), (at, BOTTOM + 14), Anchor::Middle, Ink::Muted)?;
        }
        let caption = format!("{} (logarithmic) — time per {} (logarithmic)", axis_name, unit);
        canvas.text(&caption, ((LEFT + RIGHT) / 2, BOTTOM + 36), Anchor::Middle, Ink::Muted)?;
        for line in lines {
            one(canvas, line, &x, &y)?;
        }
        let ends = lines.iter().filter_map(|line| {
            let (size, ns) = line.points.last()?;
            Some(NamedEnd { index: line.index, name: line.name, at: (x.at(*size as f64), y.at(ns.value)) })
        });
        names(canvas, ends.collect(), RIGHT, (TOP, BOTTOM))
    })?;
    Ok(Some(svg))
}

fn one(canvas: &Canvas<'_>, line: &Line<'_>, x: &Axis, y: &Axis) -> Drawn {
    let ink = Ink::Series(line.index);
    let at = |(size, ns): &(usize, Estimate)| (x.at(*size as f64), y.at(ns.value));
    canvas.line(line.points.iter().map(at).collect(), ink, 2)?;
    for point in &line.points {
        let (left, middle) = at(point);
        let low = if point.1.low > 0.0 { y.at(point.1.low) } else { BOTTOM };
        let high = y.at(point.1.high);
        if low - high > 8 {
            canvas.rectangle([(left - 1, high), (left + 1, low)], ink)?;
        }
        canvas.marker((left, middle), line.index)?;
    }
    Ok(())
}

/// Powers of ten within a range, with 2 and 5 times them where there are fewer than three.
fn ticks(least: f64, most: f64) -> Vec<f64> {
    let within = |steps: &[f64]| -> Vec<f64> {
        let powers = (least.log10().floor() as i32)..=(most.log10().ceil() as i32);
        powers
            .flat_map(|power| steps.iter().map(move |step| step * 10_f64.powi(power)))
            .filter(|tick| (least..=most).contains(tick))
            .collect()
    };
    let decades = within(&[1.0]);
    if decades.len() < 3 { within(&[1.0, 2.0, 5.0]) } else { decades }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_narrow_range_has_ticks_between_decades() {
        assert_eq!(ticks(0.9, 12.0), [1.0, 2.0, 5.0, 10.0]);
        assert_eq!(ticks(0.9, 1_200.0), [1.0, 10.0, 100.0, 1_000.0]);
    }

    #[test]
    fn one_size_is_no_curve() {
        let line = Line { index: 0, name: "a", points: vec![(10, Estimate::exact(1.0))] };
        let svg = lines("time", "elements", "element", &[10], &[line]).expect("nothing to draw");
        assert_eq!(svg, None);
    }
}
