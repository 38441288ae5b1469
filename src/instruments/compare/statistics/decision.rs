//! When enough has been measured, and the verdict then: a sequence of looks that pays for each.

use std::fmt;

use super::Start;
use super::estimate::{Estimate, Level};

/// What a verdict must hold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rule {
    /// A change up to this is no regression: 0.02 is two percent.
    pub tolerance: f64,
    /// How narrow "equal" must be: 0.005 for equal within ±0.5 %.
    pub precision: f64,
    /// How often a verdict may be wrong, all its looks together, both sides together.
    pub false_alarm: f64,
    /// After so many process starts there is a verdict, whatever it is.
    pub most_starts: usize,
    /// Whether a difference waits until ranks show it, which takes 13 starts at least. Fewer may all have met one of two states of
    /// the layout, and these can lie far apart: a copy of 64 KiB was seen to take 15 times as long where source and target lie
    /// badly. Where a ratio and its interval are wanted, or placements are asked too, it need not wait.
    pub by_ranks: bool,
}

impl Rule {
    /// The usual rule: tolerance 2 %, one false alarm in 1,000.
    pub fn with_precision(precision: f64, most_starts: usize) -> Self {
        Self { tolerance: 0.02, precision, false_alarm: 1e-3, most_starts, by_ranks: false }
    }
}

/// Whether to go on.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    /// Another process start is needed.
    Continue,
    /// No further start would change the answer, or none is allowed.
    Settled(Verdict),
}

/// What may be said of B against A.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// B takes longer.
    Slower(Estimate),
    /// B takes less time.
    Faster(Estimate),
    /// B takes as long, to within the rule's precision.
    Equal {
        /// That precision.
        within: f64,
        /// What is known.
        estimate: Estimate,
    },
    /// Neither a difference nor equality is shown, or nothing is known.
    CannotTell(Result<Estimate, Unknown>),
}

/// Why nothing is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unknown {
    /// No start had quads enough.
    Disturbed,
    /// There was no room for one, and why.
    TooLong(String),
}

impl Verdict {
    /// What is known, unless nothing could be measured.
    pub fn estimate(&self) -> Option<&Estimate> {
        match self {
            Self::Slower(estimate) | Self::Faster(estimate) | Self::Equal { estimate, .. } => Some(estimate),
            Self::CannotTell(known) => known.as_ref().ok(),
        }
    }

    /// Whether B is shown to be slower by more than `tolerance`.
    pub fn is_regression(&self, tolerance: f64) -> bool {
        matches!(self, Self::Slower(estimate) if estimate.is_above(tolerance))
    }

    fn of(mut estimate: Estimate, rule: &Rule) -> Self {
        if estimate.is_within(rule.precision) {
            Self::Equal { within: rule.precision, estimate }
        } else if rule.by_ranks && !estimate.has_ranks() {
            // No difference would be told of so few starts.
            estimate.smallest_effect = None;
            Self::CannotTell(Ok(estimate))
        } else if estimate.is_above(0.0) {
            Self::Slower(estimate)
        } else if estimate.is_below(0.0) {
            Self::Faster(estimate)
        } else {
            Self::CannotTell(Ok(estimate))
        }
    }

    /// Whether to stop here: equal, beyond the tolerance, or known so finely that, if it had been within the precision,
    /// it would have been shown. The last looks at the spread alone; each stop by the value costs coverage.
    fn is_settled(&self, rule: &Rule) -> bool {
        match self {
            Self::Equal { .. } => true,
            Self::Slower(estimate) | Self::Faster(estimate) => {
                estimate.is_above(rule.tolerance)
                    || estimate.is_below(rule.tolerance)
                    || estimate.reach() <= rule.precision / 2.0
            }
            Self::CannotTell(_) => false,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |ratio: f64| (ratio - 1.0) * 100.0;
        match self {
            Self::Slower(Estimate { ratio, interval, .. }) => {
                let (low, high) = (percent(interval.low), percent(interval.high));
                write!(f, "slower by {:.2} % [{low:.2}, {high:.2}]", percent(*ratio))
            }
            Self::Faster(Estimate { ratio, interval, .. }) => {
                let (low, high) = (-percent(interval.high), -percent(interval.low));
                write!(f, "faster by {:.2} % [{low:.2}, {high:.2}]", -percent(*ratio))
            }
            Self::Equal { within, .. } => write!(f, "equal within ±{:.2} %", within * 100.0),
            Self::CannotTell(Ok(Estimate { smallest_effect: Some(smallest), .. })) => {
                write!(f, "cannot tell: only {:.2} % or more would have been told apart", smallest * 100.0)
            }
            Self::CannotTell(Ok(_)) => {
                f.write_str("cannot tell: not even a factor of two would have been told apart")
            }
            Self::CannotTell(Err(Unknown::Disturbed)) => {
                f.write_str("cannot tell: every process start was disturbed")
            }
            Self::CannotTell(Err(Unknown::TooLong(why))) => write!(f, "cannot tell: {why}"),
        }
    }
}

/// Starts at the first look.
pub const FIRST_LOOK: usize = 5;

/// The count of starts at look 1, 2, 3 …: 5, 8, 11, 16, 22, 32, 45, 64 …, times √2 each.
fn look(number: usize) -> usize {
    (4.0 * 2.0_f64.powf(number as f64 / 2.0)) as usize
}

/// Called after each process start. The answer is looked at after 5, 8, 11, 16, … starts only, and look j may be
/// wrong with 1 / (j (j + 1)) of the false-alarm rate: these shares add up to one.
pub fn decide(starts: &[Start], rule: &Rule) -> Decision {
    if starts.len() >= rule.most_starts {
        return Decision::Settled(conclude(starts, rule));
    }
    let usable = usable(starts);
    let number = looks_before(usable) + 1;
    if look(number) != usable {
        return Decision::Continue;
    }
    let level = Level { false_alarm: rule.false_alarm, share: 1.0 / (number * (number + 1)) as f64 };
    match Estimate::of(starts, level).map(|estimate| Verdict::of(estimate, rule)) {
        Some(verdict) if verdict.is_settled(rule) => Decision::Settled(verdict),
        _ => Decision::Continue,
    }
}

/// The verdict on what there is, when no further start is to come: the budget is spent, or the user has had enough.
/// The last look may use all that the looks before it have left, 1 / j of the false-alarm rate. That holds if the end
/// came for a reason other than the ratios seen.
pub fn conclude(starts: &[Start], rule: &Rule) -> Verdict {
    let share = 1.0 / (looks_before(usable(starts)) + 1) as f64;
    match Estimate::of(starts, Level { false_alarm: rule.false_alarm, share }) {
        Some(estimate) => Verdict::of(estimate, rule),
        None => Verdict::CannotTell(Err(Unknown::Disturbed)),
    }
}

fn usable(starts: &[Start]) -> usize {
    starts.iter().filter(|start| start.is_usable()).count()
}

fn looks_before(usable: usize) -> usize {
    (1..).take_while(|number| look(*number) < usable).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: Rule =
        Rule { tolerance: 0.02, precision: 0.01, false_alarm: 1e-3, most_starts: 45, by_ranks: false };

    /// So many starts around this log ratio, next to no noise.
    fn starts(count: usize, centre: f64) -> Vec<Start> {
        let start = |i: usize| {
            let median = centre + [0.0, 1e-4, -1e-4][i % 3];
            Start { ratios: [0.0, 3.0, -1.0, 2.0, -3.0, 1.0, -2.0].map(|j| median + j * 1e-5).to_vec() }
        };
        (0..count).map(start).collect()
    }

    /// After how many starts like these there is a verdict, and which.
    fn settled(centre: f64) -> (usize, Verdict) {
        (1..)
            .find_map(|count| match decide(&starts(count, centre), &RULE) {
                Decision::Settled(verdict) => Some((count, verdict)),
                Decision::Continue => None,
            })
            .expect("every sequence ends")
    }

    #[test]
    fn looks_are_a_root_of_two_apart_and_their_shares_are_one() {
        assert_eq!([1, 2, 3, 4, 5, 6, 7, 8].map(look), [FIRST_LOOK, 8, 11, 16, 22, 32, 45, 64]);
        for looks in 1..20_u32 {
            let before: f64 = (1..looks).map(|j| 1.0 / f64::from(j * (j + 1))).sum();
            assert!((before + 1.0 / f64::from(looks) - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn what_is_clear_settles_in_five_starts_and_what_layout_could_be_in_sixteen() {
        assert!(matches!(settled(0.0), (5, Verdict::Equal { .. })));
        assert!(matches!(settled(0.2), (5, Verdict::Slower(_))));
        assert!(matches!(settled(-0.2), (5, Verdict::Faster(_))));
        assert!(matches!(settled(0.04), (16, Verdict::Slower(_))));
        assert!(matches!(settled(0.015), (16, Verdict::Slower(_))));
        assert!(matches!(settled(-0.015), (16, Verdict::Faster(_))));
    }

    #[test]
    fn by_ranks_few_starts_show_no_difference_however_large() {
        let rule = Rule { by_ranks: true, ..RULE };
        for count in [5, 8, 11] {
            assert_eq!(decide(&starts(count, 2.7), &rule), Decision::Continue, "{count}");
        }
        assert!(matches!(decide(&starts(16, 2.7), &rule), Decision::Settled(Verdict::Slower(_))));
        assert!(matches!(decide(&starts(5, 0.0), &rule), Decision::Settled(Verdict::Equal { .. })));
        assert_eq!(
            conclude(&starts(12, 2.7), &rule).to_string(),
            "cannot tell: not even a factor of two would have been told apart"
        );
        assert!(matches!(conclude(&starts(13, 2.7), &rule), Verdict::Slower(_)));
    }

    #[test]
    fn only_what_is_slower_beyond_the_tolerance_is_a_regression() {
        for (centre, is) in
            [(0.2, true), (0.04, true), (0.015, false), (0.0, false), (-0.04, false), (-0.2, false)]
        {
            assert_eq!(settled(centre).1.is_regression(0.02), is, "{centre}");
        }
        assert!(settled(0.015).1.is_regression(0.01));
    }

    #[test]
    fn between_looks_nothing_is_decided() {
        for count in [0, 1, 4, 6, 7, 9, 10, 15] {
            assert_eq!(decide(&starts(count, 0.2), &RULE), Decision::Continue, "{count}");
        }
    }

    #[test]
    fn disturbed_starts_count_for_the_end_and_not_for_the_looks() {
        let mut disturbed = starts(4, 0.0);
        disturbed.extend(vec![Start::default(); 3]);
        assert_eq!(decide(&disturbed, &RULE), Decision::Continue);
        disturbed.extend(starts(1, 0.0));
        assert!(matches!(decide(&disturbed, &RULE), Decision::Settled(Verdict::Equal { .. })));
        let rule = Rule { most_starts: 3, ..RULE };
        assert_eq!(
            decide(&vec![Start::default(); 3], &rule),
            Decision::Settled(Verdict::CannotTell(Err(Unknown::Disturbed))),
            "nothing measured, nothing said"
        );
    }

    #[test]
    fn few_starts_are_too_few_to_tell_and_say_so() {
        let verdict = conclude(&starts(4, 0.02), &RULE);
        assert!(matches!(verdict, Verdict::CannotTell(Ok(_))), "{verdict:?}");
        let smallest = verdict.estimate().expect("starts have quads").smallest_effect;
        assert!(smallest.is_some_and(|effect| effect > 0.1), "{smallest:?}");
        assert!(verdict.to_string().starts_with("cannot tell: only 10."), "{verdict}");
        let mut apart = starts(1, 0.3);
        apart.extend(starts(1, -0.3));
        assert_eq!(
            conclude(&apart, &RULE).to_string(),
            "cannot tell: not even a factor of two would have been told apart"
        );
    }

    #[test]
    fn verdicts_are_said_in_percent() {
        assert_eq!(settled(0.0).1.to_string(), "equal within ±1.00 %");
        let slower = settled(0.2).1.to_string();
        assert!(slower.starts_with("slower by 22.14 % [22.1"), "{slower}");
        let faster = settled(-0.2).1.to_string();
        assert!(faster.starts_with("faster by 18.13 % [18.1"), "{faster}");
    }
}
