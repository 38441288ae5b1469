//! A sheet to draw on, in pixels: the one place that speaks to plotters.

use plotters::backend::SVGBackend;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea};
use plotters::element::{Circle, PathElement, Polygon, Rectangle, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, IntoFont, TextStyle};

use crate::report::ReportError;
use crate::report::format;
use crate::report::theme::{Ink, themed};

/// What drawing answers; only an error of the backend can go wrong, and it writes to memory.
pub(super) type Drawn = Result<(), DrawingAreaErrorKind<std::io::Error>>;

/// plotters writes font sizes divided by this.
const FONT_FACTOR: f64 = 1.24;

/// Longest text on a chart; control characters, which XML does not allow, are replaced in all of it.
const LONGEST: usize = 120;

/// Where text lies about its point.
#[derive(Debug, Clone, Copy)]
pub(super) enum Anchor {
    Left,
    Middle,
    Right,
}

/// A sheet.
pub(super) struct Canvas<'a> {
    root: DrawingArea<SVGBackend<'a>, Shift>,
}

/// Draws a chart of `width` by `height` pixels and themes it. The SVG has no fixed size: its box sets it.
pub(super) fn draw(
    title: &str,
    (width, height): (u32, u32),
    content: impl FnOnce(&Canvas<'_>) -> Drawn,
) -> Result<String, ReportError> {
    let mut svg = String::new();
    let failed = |error: DrawingAreaErrorKind<std::io::Error>| ReportError::Chart {
        chart: title.to_owned(),
        reason: error.to_string(),
    };
    {
        let canvas = Canvas { root: SVGBackend::with_string(&mut svg, (width, height)).into_drawing_area() };
        content(&canvas).map_err(failed)?;
        canvas.root.present().map_err(failed)?;
    }
    let sized = format!("<svg width=\"{width}\" height=\"{height}\" ");
    Ok(themed(&svg.replacen(&sized, "<svg ", 1)))
}

impl Canvas<'_> {
    /// A line through `points`.
    pub(super) fn line(&self, points: Vec<(i32, i32)>, ink: Ink, width: u32) -> Drawn {
        self.root.draw(&PathElement::new(points, ink.stand_in().stroke_width(width)))
    }

    /// A filled rectangle between two corners.
    pub(super) fn rectangle(&self, corners: [(i32, i32); 2], ink: Ink) -> Drawn {
        self.root.draw(&Rectangle::new(corners, ink.stand_in().filled()))
    }

    /// Text beside `at`, centred on its height.
    pub(super) fn text(&self, text: &str, at: (i32, i32), anchor: Anchor, ink: Ink) -> Drawn {
        let horizontal = match anchor {
            Anchor::Left => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::Right => HPos::Right,
        };
        let font = ("sans-serif", 12.0 * FONT_FACTOR).into_font();
        let colour = ink.stand_in();
        let style = TextStyle::from(font).color(&colour).pos(Pos::new(horizontal, VPos::Center));
        self.root.draw(&Text::new(format::clipped(text, LONGEST), at, style))
    }

    /// The marker of the workload at `index`: round, square, triangular or on its corner.
    pub(super) fn marker(&self, (x, y): (i32, i32), index: usize) -> Drawn {
        let style = Ink::Series(index).stand_in().filled();
        match index % 4 {
            0 => self.root.draw(&Circle::new((x, y), 4, style)),
            1 => self.root.draw(&Rectangle::new([(x - 4, y - 4), (x + 4, y + 4)], style)),
            2 => self.root.draw(&Polygon::new(vec![(x, y - 5), (x + 5, y + 4), (x - 5, y + 4)], style)),
            _ => self.root.draw(&Polygon::new(vec![(x, y - 5), (x + 5, y), (x, y + 5), (x - 5, y)], style)),
        }
    }
}
