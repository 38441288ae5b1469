//! From counted parts to figures for one iteration.

use std::collections::BTreeMap;

use super::counted;

/// Callgrind's events by name.
pub(super) type Events = BTreeMap<String, u64>;

/// What one part counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) instructions: u64,
    /// iai-callgrind's estimate: 1 cycle for an access that hits the first level, 5 for the last, 35 for memory
    /// (Itamar Turner-Trauring, "CI for performance", from cachegrind's costs).
    pub(super) estimated_cycles: u64,
    pub(super) l1_misses: u64,
    pub(super) ll_misses: u64,
    /// Conditional and indirect.
    pub(super) branches: u64,
    /// Those of them that the simulated predictor guessed wrong.
    pub(super) branch_misses: u64,
}

impl Counts {
    /// The counts among `events`; estimated cycles are worked out where the harness has not.
    ///
    /// # Errors
    /// One line, when an event is missing or nothing was counted.
    pub(super) fn of(events: &Events) -> Result<Self, String> {
        let event = |name: &str| {
            events.get(name).copied().ok_or_else(|| format!("Callgrind did not count the event {name}"))
        };
        let sum = |names: &[&str]| names.iter().map(|name| event(name)).sum::<Result<u64, String>>();
        let instructions = event("Ir")?;
        if instructions == 0 {
            return Err(NOTHING.to_owned());
        }
        let accesses = sum(&["Ir", "Dr", "Dw"])?;
        let l1_misses = sum(&["I1mr", "D1mr", "D1mw"])?;
        let ll_misses = sum(&["ILmr", "DLmr", "DLmw"])?;
        let estimated_cycles = events.get("EstimatedCycles").copied();
        let estimated_cycles = estimated_cycles.unwrap_or(accesses + 4 * l1_misses + 30 * ll_misses);
        let branches = sum(&["Bc", "Bi"])?;
        let branch_misses = sum(&["Bcm", "Bim"])?;
        Ok(Self { instructions, estimated_cycles, l1_misses, ll_misses, branches, branch_misses })
    }
}

/// What a count of zero means.
const NOTHING: &str = "Callgrind counted no instruction in the measured loop: its symbol was not found \
    (a stripped executable?)";

/// A figure for one iteration, and its range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Figure {
    pub(super) value: f64,
    pub(super) low: f64,
    pub(super) high: f64,
}

/// The measured multiples of n: [`counted::PARTS`] without the warm-up.
const MULTIPLES: [u64; 3] = [counted::PARTS[1], counted::PARTS[2], counted::PARTS[3]];

/// Parts of one run at n, 2n and 3n iterations, of one kind of count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line {
    counts: [u64; 3],
    n: u64,
}

impl Line {
    /// The line through one kind of count; `None` unless there are three parts.
    pub(super) fn of(parts: &[Counts], n: u64, kind: impl Fn(&Counts) -> u64) -> Option<Self> {
        let [first, second, third] = parts else { return None };
        Some(Self { counts: [kind(first), kind(second), kind(third)], n })
    }

    /// Whether each further n iterations cost the same: the cost of one is then exact.
    pub(super) fn is_straight(&self) -> bool {
        let [a, b, c] = self.counts.map(i128::from);
        c - b == b - a
    }

    /// Whether more iterations cost more.
    pub(super) fn rises(&self) -> bool {
        let [a, b, c] = self.counts;
        a < b && b < c
    }

    /// The cost of one iteration by difference: what a call of the loop costs once cancels out.
    pub(super) fn slope(&self) -> f64 {
        (self.counts[2] as f64 - self.counts[0] as f64) / ((MULTIPLES[2] - MULTIPLES[0]) * self.n) as f64
    }

    /// All counts over all iterations: holds the few instructions of a call of the loop, but has less noise
    /// than [`slope`](Self::slope) where the count varies.
    fn mean(&self) -> f64 {
        self.counts.iter().sum::<u64>() as f64 / (MULTIPLES.iter().sum::<u64>() * self.n) as f64
    }

    fn rates(&self) -> [f64; 3] {
        let rate = |index: usize| self.counts[index] as f64 / (MULTIPLES[index] * self.n) as f64;
        [rate(0), rate(1), rate(2)]
    }
}

/// The figure of several runs. One that is straight is exact. Else the mean over the runs with their range; if
/// all runs agree, the range is that of the parts: the count repeats, but iterations differ.
pub(super) fn figure(lines: &[Line]) -> Figure {
    match lines {
        [only, ..] if only.is_straight() && lines.iter().all(|line| line == only) => {
            let value = only.slope();
            Figure { value, low: value, high: value }
        }
        [only, ..] if lines.iter().all(|line| line == only) => spread(only.mean(), &only.rates()),
        _ => {
            let means: Vec<f64> = lines.iter().map(Line::mean).collect();
            spread(means.iter().sum::<f64>() / means.len() as f64, &means)
        }
    }
}

/// The figure of cache misses: rare events, so a rate rather than a difference, which stray misses would make
/// negative. Its range is that of all parts.
pub(super) fn rate(lines: &[Line]) -> Figure {
    let rates: Vec<f64> = lines.iter().flat_map(Line::rates).collect();
    let means: Vec<f64> = lines.iter().map(Line::mean).collect();
    spread(means.iter().sum::<f64>() / means.len() as f64, &rates)
}

fn spread(value: f64, others: &[f64]) -> Figure {
    let low = others.iter().copied().fold(value, f64::min);
    let high = others.iter().copied().fold(value, f64::max);
    Figure { value, low, high }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(counts: [u64; 3]) -> Line {
        Line { counts, n: 100 }
    }

    #[test]
    fn a_straight_line_is_exact_and_free_of_what_a_call_costs() {
        let figure = figure(&[line([309, 609, 909])]);
        assert_eq!(figure, Figure { value: 3.0, low: 3.0, high: 3.0 });
    }

    #[test]
    fn runs_that_differ_give_a_range_over_runs() {
        let figure = figure(&[line([100, 210, 290]), line([110, 230, 320])]);
        assert_eq!((figure.low, figure.value, figure.high), (1.0, 1.05, 1.1));
    }

    #[test]
    fn a_bent_line_that_repeats_gives_a_range_over_its_parts() {
        let bent = line([100, 200, 306]);
        let figure = figure(&[bent, bent]);
        assert_eq!((figure.low, figure.value, figure.high), (1.0, 1.01, 1.02));
    }

    #[test]
    fn stray_misses_never_make_a_rate_negative() {
        let figure = rate(&[line([2, 0, 0])]);
        assert_eq!((figure.low, figure.high), (0.0, 0.02));
        assert!(figure.value > 0.0);
    }

    #[test]
    fn a_count_of_zero_is_an_error() {
        let names =
            ["Ir", "Dr", "Dw", "I1mr", "D1mr", "D1mw", "ILmr", "DLmr", "DLmw", "Bc", "Bcm", "Bi", "Bim"];
        let events: Events = names.into_iter().map(|name| (name.to_owned(), 0)).collect();
        assert_eq!(Counts::of(&events), Err(NOTHING.to_owned()));
        assert!(!line([5, 5, 5]).rises());
    }

    #[test]
    fn cycles_are_estimated_as_iai_callgrind_does() {
        // Ir 10, Dr 5, Dw 5; 4 first-level misses, 1 of them goes to memory: 16 + 3 * 5 + 1 * 35.
        let counted = [("Ir", 10), ("Dr", 5), ("Dw", 5), ("I1mr", 1), ("D1mr", 2), ("D1mw", 1)];
        let missed = [("ILmr", 0), ("DLmr", 1), ("DLmw", 0)];
        let branches = [("Bc", 3), ("Bcm", 2), ("Bi", 1), ("Bim", 1)];
        let events = counted
            .iter()
            .chain(&missed)
            .chain(&branches)
            .map(|(name, count)| ((*name).to_owned(), *count))
            .collect();
        let counts = Counts::of(&events).expect("all events are there");
        assert_eq!((counts.estimated_cycles, counts.l1_misses, counts.ll_misses), (66, 4, 1));
        assert_eq!((counts.branches, counts.branch_misses), (4, 3));
    }
}
