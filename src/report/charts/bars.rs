//! Horizontal bars from zero: one value a workload, at one size.

use super::canvas::{Anchor, Canvas, Drawn, draw};
use crate::analysis::Estimate;
use crate::report::ReportError;
use crate::report::format;
use crate::report::theme::Ink;

/// One workload's bar.
pub(in crate::report) struct Bar<'a> {
    /// Its place in the family.
    pub(in crate::report) index: usize,
    /// Its name.
    pub(in crate::report) name: &'a str,
    /// Its value; why there is none otherwise.
    pub(in crate::report) value: Result<Estimate, &'static str>,
}

const WIDTH: i32 = 544;
const LEFT: i32 = 154;
const RIGHT: i32 = WIDTH - 92;
const ROW: i32 = 21;
const FOOT: i32 = 24;

/// Bars in the order given, each with its value behind it, written by `write`; the axis by `tick_text`.
pub(in crate::report) fn bars(
    title: &str,
    bars: &[Bar<'_>],
    write: fn(f64) -> String,
    tick_text: fn(f64) -> String,
) -> Result<String, ReportError> {
    let most = bars.iter().filter_map(|bar| bar.value.ok()).map(|value| value.high).fold(0.0, f64::max);
    let step = step(most);
    let top = (most / step).ceil().max(1.0) * step;
    let x = |value: f64| LEFT + (value / top * f64::from(RIGHT - LEFT)).round() as i32;
    let bottom = ROW * bars.len() as i32 + 4;
    draw(title, (WIDTH as u32, (bottom + FOOT) as u32), |canvas| {
        let mut tick = 0.0;
        while tick <= top * 1.001 {
            canvas.line(vec![(x(tick), 0), (x(tick), bottom)], Ink::Grid, 1)?;
            canvas.text(&tick_text(tick), (x(tick), bottom + 12), Anchor::Middle, Ink::Muted)?;
            tick += step;
        }
        for (row, bar) in bars.iter().enumerate() {
            one(canvas, bar, row as i32 * ROW + ROW / 2 + 2, x, write)?;
        }
        canvas.line(vec![(LEFT, 0), (LEFT, bottom)], Ink::Muted, 1)
    })
}

fn one(
    canvas: &Canvas<'_>,
    bar: &Bar<'_>,
    y: i32,
    x: impl Fn(f64) -> i32,
    write: fn(f64) -> String,
) -> Drawn {
    canvas.text(&format::clipped(bar.name, 20), (LEFT - 8, y), Anchor::Right, Ink::Text)?;
    match bar.value {
        Err(reason) => canvas.text(reason, (LEFT + 8, y), Anchor::Left, Ink::Muted),
        Ok(value) => {
            canvas.rectangle([(LEFT, y - 6), (x(value.value), y + 6)], Ink::Series(bar.index))?;
            let (low, high) = (x(value.low), x(value.high));
            if high - low > 2 {
                canvas.line(vec![(low, y), (high, y)], Ink::Text, 1)?;
                canvas.line(vec![(low, y - 3), (low, y + 3)], Ink::Text, 1)?;
                canvas.line(vec![(high, y - 3), (high, y + 3)], Ink::Text, 1)?;
            }
            let end = high.max(x(value.value)) + 6;
            canvas.text(&write(value.value), (end, y), Anchor::Left, Ink::Text)
        }
    }
}

/// 1, 2 or 5 times a power of ten, so that two to four steps reach `most`.
pub(super) fn step(most: f64) -> f64 {
    if most <= 0.0 {
        return 1.0;
    }
    let power = 10_f64.powf((most / 2.0).log10().floor());
    let fit = [5.0, 2.0, 1.0].into_iter().find(|fit| fit * power <= most / 2.0);
    fit.unwrap_or(1.0) * power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_fits_two_to_four_times() {
        for most in [0.3, 1.0, 7.0, 19.9, 20.0, 123_456.0] {
            let times = most / step(most);
            assert!((2.0..=5.0).contains(&times), "{most}: {times}");
        }
    }

    #[test]
    fn a_value_that_is_missing_says_why_and_draws_no_bar() {
        let svg = bars(
            "blocks",
            &[Bar { index: 0, name: "a<b", value: Err("not measured yet") }],
            format::count,
            format::short,
        )
        .expect("drawing to memory");
        assert!(svg.contains("not measured yet") && svg.contains("a&lt;b"));
        assert!(!svg.contains("<rect"));
    }
}
