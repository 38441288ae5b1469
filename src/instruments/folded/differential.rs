//! Two cases in one flamegraph, per iteration: where the one costs more than the other, and where less.

use std::borrow::Cow;
use std::collections::BTreeMap;

use inferno::flamegraph::color::BackgroundColor;

use super::{FoldedError, PAPER, clean};
use crate::record::Folded;

/// One of the two cases.
#[derive(Debug, Clone)]
pub struct Side {
    name: String,
    /// Its stacks, of any number of iterations, with what is another in each case taken out of their frames.
    comparable: Folded,
    per_iteration: f64,
}

impl Side {
    /// The case `name`, whose stacks share by their weights what one iteration costs.
    pub fn new(name: String, folded: &Folded, per_iteration: f64) -> Self {
        let mut comparable = Folded::default();
        for (stack, weight) in folded.stacks() {
            let stack = anonymous(stack, own_type(stack));
            comparable.add(stack.split(';').map(without_place), weight);
        }
        Self { name, comparable, per_iteration }
    }
}

/// What a weight counts, of one iteration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cost {
    /// Nanoseconds.
    Time,
    /// Instructions.
    Instructions,
    /// Bytes from the heap.
    HeapBytes,
}

/// Beyond it, colours would overflow: inferno multiplies differences by 150.
const MOST: f64 = (1_u64 << 53) as f64;

/// Weights are whole numbers, so a unit is taken that gives the side that is shown so many: five digits.
const FINE: f64 = 1e4;

impl Cost {
    /// The unit in which the picture counts, and how many of it one of this cost is. inferno's own scaling (`factor`) is
    /// not used: it scales the weights and not the differences.
    fn unit(self, per_iteration: f64) -> (&'static str, f64) {
        match self {
            Self::Time if per_iteration < FINE => ("ps an iteration", 1e3),
            Self::Time if per_iteration < FINE * 1e3 => ("ns an iteration", 1.0),
            Self::Time => ("µs an iteration", 1e-3),
            Self::Instructions if per_iteration < FINE => ("instructions in 1,000 iterations", 1e3),
            Self::Instructions => ("instructions an iteration", 1.0),
            Self::HeapBytes => ("bytes an iteration", 1.0),
        }
    }
}

/// The stacks of `shown`, as wide as what an iteration of it costs; red where that is more than in `other`, blue where it
/// is less, by the frame that costs it. With `is_base` it is the other way round: `shown` is what `other` is held against,
/// and blue is what `other` does without. The same stacks give the same bytes.
///
/// # Errors
/// [`FoldedError::Empty`] rather than a picture of nothing.
pub fn draw_differential(
    shown: &Side,
    other: &Side,
    is_base: bool,
    cost: Cost,
) -> Result<Vec<u8>, FoldedError> {
    let largest = shown.per_iteration.max(other.per_iteration);
    let (count_name, scale) = cost.unit(shown.per_iteration);
    let width = shown.per_iteration * scale;
    if shown.comparable.total() == 0 || width.is_nan() || width < 1.0 {
        return Err(FoldedError::Empty(count_name));
    }
    if largest * scale > MOST {
        return Err(FoldedError::TooMany { total: (largest * scale) as u128, count_name });
    }
    let mut options = inferno::flamegraph::Options::default();
    let (case, base) = if is_base { (other, shown) } else { (shown, other) };
    options.title = clean(&format!("{} against {}", case.name, base.name));
    options.subtitle = Some(clean(&format!(
        "width: {count_name} of {}; red: {} costs more there, blue: less",
        shown.name, case.name
    )));
    options.count_name = count_name.to_owned();
    options.negate_differentials = is_base;
    options.bgcolors = Some(BackgroundColor::Flat(PAPER));
    options.deterministic = true;
    let lines = lines(shown, other, scale);
    let mut svg = Vec::new();
    inferno::flamegraph::from_lines(&mut options, lines.iter().map(String::as_str), &mut svg)?;
    Ok(svg)
}

/// `stack other shown`, as inferno reads differences; each side adds up to what an iteration costs, times `scale`.
fn lines(shown: &Side, other: &Side, scale: f64) -> Vec<String> {
    let mut both: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for (stack, weight) in per_iteration(shown, scale) {
        both.entry(stack).or_default().1 += weight;
    }
    for (stack, weight) in per_iteration(other, scale) {
        both.entry(stack).or_default().0 += weight;
    }
    both.iter().map(|(stack, (other, shown))| format!("{stack} {other} {shown}")).collect()
}

fn per_iteration(side: &Side, scale: f64) -> impl Iterator<Item = (&str, u64)> {
    side.comparable.apportioned((side.per_iteration * scale).round() as u64)
}

/// What stands for the workload's own type, which is another in each case.
const ANY_WORKLOAD: &str = "workload";

/// The type of the workload: `T` of the measured loop's `Prepared<T>::run`, at the root.
fn own_type(stack: &str) -> Option<&str> {
    let root = without_place(stack.split(';').next()?);
    root.strip_prefix("Prepared<")?.strip_suffix(">::run").filter(|own| !own.is_empty())
}

/// `stack` with the workload's own type replaced, so that two cases share what both call alike.
fn anonymous<'a>(stack: &'a str, own: Option<&str>) -> Cow<'a, str> {
    let Some(own) = own else { return Cow::Borrowed(stack) };
    let (mut out, mut rest) = (String::new(), stack);
    while let Some(at) = rest.find(own) {
        let after = &rest[at + own.len()..];
        let is_whole = !after.starts_with(|next: char| next.is_alphanumeric() || next == '_');
        out.push_str(&rest[..at]);
        out.push_str(if is_whole { ANY_WORKLOAD } else { own });
        rest = after;
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// `name` of `name (file:line)`: heap frames have their line, which is another in each case.
fn without_place(frame: &str) -> &str {
    match frame.strip_suffix(')').and_then(|frame| frame.rsplit_once(" (")) {
        Some((name, place)) if place.contains(':') => name,
        _ => frame,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(stacks: &[(&[&str], u128)]) -> Folded {
        let mut folded = Folded::default();
        for (frames, weight) in stacks {
            folded.add(frames.iter().copied(), *weight);
        }
        folded
    }

    fn push() -> Folded {
        folded(&[
            (&["Prepared<lab::Push>::run", "<lab::Push as Workload>::run"], 30),
            (&["Prepared<lab::Push>::run", "<lab::Push as Workload>::run", "grow"], 60),
            (&["Prepared<lab::Push>::run", "<lab::PushReserved>::help"], 10),
        ])
    }

    fn collect() -> Folded {
        folded(&[
            (
                &["Prepared<lab::Collect>::run (src/a.rs:7)", "<lab::Collect as Workload>::run (src/a.rs:9)"],
                3,
            ),
            (&["Prepared<lab::Collect>::run (src/a.rs:7)", "malloc (src/m.c:1)"], 1),
        ])
    }

    #[test]
    fn both_sides_are_of_one_iteration_and_share_the_frames_that_they_call_alike() {
        let (push, collect) = (push(), collect());
        let push = Side::new("push".into(), &push, 200.0);
        let collect = Side::new("collect".into(), &collect, 40.0);
        assert_eq!(
            lines(&collect, &push, 1e3),
            [
                "Prepared<workload>::run;<lab::PushReserved>::help 20000 0",
                "Prepared<workload>::run;<workload as Workload>::run 60000 30000",
                "Prepared<workload>::run;<workload as Workload>::run;grow 120000 0",
                "Prepared<workload>::run;malloc 0 10000",
            ]
        );
    }

    #[test]
    fn the_picture_says_how_much_more_and_is_the_same_each_time() {
        let (push, collect) = (push(), collect());
        let push = Side::new("push".into(), &push, 200.0);
        let collect = Side::new("collect".into(), &collect, 40.0);
        let draw = |is_base| {
            let (shown, other) = if is_base { (&push, &collect) } else { (&collect, &push) };
            String::from_utf8(draw_differential(shown, other, is_base, Cost::Time).expect("drawn"))
                .expect("UTF-8")
        };
        let (after, before) = (draw(false), draw(true));
        assert_eq!((draw(false), draw(true)), (after.clone(), before.clone()));
        // Of 40 ns, malloc has 10 that push has not; growth is in push alone.
        assert!(after.contains("malloc (10,000 ps an iteration, 25.00%; +25.00%)"), "{after}");
        assert!(!after.contains("grow"));
        assert!(before.contains("grow (120,000 ps an iteration, 60.00%; -60.00%)"), "{before}");
    }

    #[test]
    fn nothing_is_no_picture() {
        let (empty, push) = (Folded::default(), push());
        let nothing = Side::new("a".into(), &empty, 1.0);
        let push = Side::new("b".into(), &push, 0.0);
        assert!(matches!(draw_differential(&nothing, &push, false, Cost::Time), Err(FoldedError::Empty(_))));
        assert!(matches!(draw_differential(&push, &nothing, false, Cost::Time), Err(FoldedError::Empty(_))));
    }
}
