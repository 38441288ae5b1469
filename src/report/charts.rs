//! Charts as inline SVG, drawn by plotters' SVG backend in stand-in colours and themed by CSS (see `theme`).
//! Bars start at zero; only logarithmic axes do not. Every chart stands beside a table of the same numbers.

mod bars;
mod canvas;
mod lines;
mod movement;
mod names;
mod speedups;
mod stacks;
mod timeline;

pub(super) use bars::{Bar, bars};
pub(super) use lines::{Line, lines};
pub(super) use movement::{Moment, Movement, movement};
pub(super) use speedups::{SpeedupLine, speedups};
pub(super) use stacks::{Stack, Width, stacks};
pub(super) use timeline::timeline;
