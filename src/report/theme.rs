//! Colours. plotters writes literal ones; pages need names that the light and the dark theme fill in. So charts are
//! drawn with stand-in colours, and [`themed`] turns each into a CSS variable: the one place where that is done.
//!
//! A workload's colour, dash and marker follow from its place in the catalogue's list, so they are the same on every
//! chart and in every table of its family. The hues are Okabe and Ito's (<https://jfly.uni-koeln.de/color/>), darker
//! on light paper and lighter on dark so that lines keep a contrast of 3:1; after eight they repeat with a dash.

use std::fmt::Write as _;

use plotters::style::RGBColor;

/// Workloads that look different; a seventeenth looks like the first.
pub(super) const SERIES: usize = 16;

/// Stand-ins are `#A1B2nn`.
const STAND_IN: (u8, u8) = (0xA1, 0xB2);

/// What a colour is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    /// A workload, by its place in the family.
    Series(usize),
    /// A part of a thread's time, by its place in [`WAITS`].
    Wait(usize),
    /// Text.
    Text,
    /// Text of less weight.
    Muted,
    /// Grid lines.
    Grid,
    /// The page's own colour, around markers.
    Paper,
}

/// Colours for parts of a thread's time: user code, kernel, waiting for a CPU, residual, four calls, other calls.
const WAITS: usize = 9;

/// Every role, in the order of stand-ins behind the series; parts of time come last.
const ROLES: [(Ink, &str); 4] =
    [(Ink::Text, "ink"), (Ink::Muted, "muted"), (Ink::Grid, "rule"), (Ink::Paper, "paper")];

impl Ink {
    /// The stand-in for plotters.
    pub(super) fn stand_in(self) -> RGBColor {
        let number = match self {
            Self::Series(index) => index % SERIES,
            Self::Wait(index) => SERIES + ROLES.len() + index % WAITS,
            role => SERIES + ROLES.iter().position(|(other, _)| *other == role).unwrap_or(0),
        };
        RGBColor(STAND_IN.0, STAND_IN.1, number as u8)
    }

    /// The CSS variable itself, for what is drawn without plotters.
    pub(super) fn css(self) -> String {
        themed(&format!("=\"#{:02X}{:02X}{:02X}\"", STAND_IN.0, STAND_IN.1, self.stand_in().2))
            .trim_matches(['=', '"'])
            .to_owned()
    }
}

/// The CSS variable of a workload.
pub(super) fn series(index: usize) -> String {
    format!("var(--s{})", index % SERIES)
}

/// Turns every stand-in of an SVG into its CSS variable. Only whole attribute values are touched: text of ours is
/// escaped and holds no quote, so no name can be mistaken for one.
pub(super) fn themed(svg: &str) -> String {
    let mut themed = svg.to_owned();
    let names = (0..SERIES).map(|index| format!("s{index}"));
    let names = names.chain(ROLES.iter().map(|(_, name)| (*name).to_owned()));
    for (number, name) in names.chain((0..WAITS).map(|index| format!("w{index}"))).enumerate() {
        let stand_in = format!("=\"#{:02X}{:02X}{number:02X}\"", STAND_IN.0, STAND_IN.1);
        themed = themed.replace(&stand_in, &format!("=\"var(--{name})\""));
    }
    themed
}

/// Style rules by workload: the second eight are dashed on lines and pale in bars; a row under the pointer or the
/// keyboard's focus dims every other workload's line.
pub(super) fn rules() -> String {
    let mut rules = String::new();
    for index in 0..SERIES {
        let colour = series(index);
        if index >= SERIES / 2 {
            let _ = writeln!(rules, "polyline[stroke=\"{colour}\"]{{stroke-dasharray:5 3}}");
            let _ = writeln!(rules, ".bars rect[fill=\"{colour}\"]{{fill-opacity:.4;stroke:{colour}}}");
        }
        let _ = writeln!(
            rules,
            "main:has(tr[data-s=\"{index}\"]:is(:hover,:focus-within)) \
             .lines :is([fill^=\"var(--s\"],[stroke^=\"var(--s\"]):not([fill=\"{colour}\"],[stroke=\"{colour}\"])\
             {{opacity:.15}}"
        );
    }
    rules
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stand_in_becomes_a_variable_and_text_stays() {
        let svg = "<text fill=\"#A1B203\">=#A1B203</text><rect fill=\"#A1B210\"/>";
        assert_eq!(themed(svg), "<text fill=\"var(--s3)\">=#A1B203</text><rect fill=\"var(--ink)\"/>");
        assert_eq!(Ink::Series(17).stand_in(), Ink::Series(1).stand_in());
        assert_eq!(Ink::Paper.stand_in(), RGBColor(0xA1, 0xB2, 19));
        assert_eq!((Ink::Wait(8).css(), Ink::Grid.css()), ("var(--w8)".into(), "var(--rule)".into()));
    }
}
