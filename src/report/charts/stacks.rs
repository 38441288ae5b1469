//! Horizontal stacked bars from zero: what the time of a case, a thread or a member is made of.

use super::bars::step;
use super::canvas::{Anchor, draw};
use crate::report::ReportError;
use crate::report::format;
use crate::report::theme::Ink;

/// One bar.
pub(in crate::report) struct Stack<'a> {
    /// What it is of.
    pub(in crate::report) name: &'a str,
    /// Its parts from zero on, each in the colour of what it is; why there are none otherwise.
    pub(in crate::report) parts: Result<Vec<(Ink, f64)>, &'static str>,
    /// What stands behind it.
    pub(in crate::report) told: String,
}

/// How wide a chart of stacks is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::report) enum Width {
    /// Half a page.
    Narrow,
    /// A page.
    Wide,
}

const ROW: i32 = 24;
const FOOT: i32 = 24;

/// Bars in the order given, over an axis from zero to `most`, its ticks written by `tick_text`.
pub(in crate::report) fn stacks(
    title: &str,
    width: Width,
    stacks: &[Stack<'_>],
    most: f64,
    tick_text: fn(f64) -> String,
) -> Result<String, ReportError> {
    let (width, left, behind) = match width {
        Width::Narrow => (520, 128, 92),
        Width::Wide => (960, 178, 110),
    };
    let right = width - behind;
    let step = step(most);
    let top = (most / step - 1e-9).ceil().max(1.0) * step;
    let x = |value: f64| left + (value / top * f64::from(right - left)).round() as i32;
    let bottom = ROW * stacks.len() as i32 + 4;
    let characters = (left / 8) as usize;
    draw(title, (width as u32, (bottom + FOOT) as u32), |canvas| {
        let mut tick = 0.0;
        while tick <= top * 1.001 {
            canvas.line(vec![(x(tick), 0), (x(tick), bottom)], Ink::Grid, 1)?;
            canvas.text(&tick_text(tick), (x(tick), bottom + 12), Anchor::Middle, Ink::Muted)?;
            tick += step;
        }
        for (row, stack) in stacks.iter().enumerate() {
            let y = row as i32 * ROW + ROW / 2 + 2;
            canvas.text(&format::clipped(stack.name, characters), (left - 8, y), Anchor::Right, Ink::Text)?;
            let parts = match &stack.parts {
                Ok(parts) => parts,
                Err(reason) => {
                    canvas.text(reason, (left + 8, y), Anchor::Left, Ink::Muted)?;
                    continue;
                }
            };
            let mut from = 0.0;
            for (ink, value) in parts {
                let (begin, end) = (x(from), x(from + value.max(0.0)));
                from += value.max(0.0);
                if end > begin {
                    canvas.rectangle([(begin, y - 8), (end, y + 8)], *ink)?;
                    // A line of paper between neighbours: they are told apart without their colours.
                    canvas.line(vec![(end, y - 8), (end, y + 8)], Ink::Paper, 1)?;
                }
            }
            canvas.text(&stack.told, (x(from) + 6, y), Anchor::Left, Ink::Text)?;
        }
        canvas.line(vec![(left, 0), (left, bottom)], Ink::Muted, 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_lie_end_to_end_and_absences_say_why() {
        let part = |value| (Ink::Wait(0), value);
        let rows = [
            Stack { name: "a<b", parts: Ok(vec![part(1.0), part(0.0), part(3.0)]), told: "4".into() },
            Stack { name: "none", parts: Err("left out"), told: String::new() },
        ];
        let svg = stacks("waits", Width::Narrow, &rows, 4.0, format::short).expect("drawing to memory");
        assert!(svg.contains("left out") && svg.contains("a&lt;b"), "{svg}");
        assert_eq!(svg.matches("<rect").count(), 2, "a part of nothing is not drawn: {svg}");
        assert!(svg.contains("var(--w0)") && !svg.contains("=\"#"), "{svg}");
    }
}
