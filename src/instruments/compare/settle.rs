//! Start by start until the answer is known, or the budget spent.

use std::time::{Duration, Instant};

use super::causes::Causes;
use super::chosen::{PlacementRatio, Slowness, Starts};
use super::engine::Pair;
use super::extent::TooLong;
use super::modes::Modes;
use super::start::{Budget, StartError, Taken};
use super::statistics::{Decision, Rule, Unknown, Verdict, conclude, decide};
use crate::instruments::process::interrupted;

/// What came of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The word, with its figures.
    pub verdict: Verdict,
    /// Process starts, those with too few undisturbed quads included.
    pub starts: usize,
    /// Quads kept and set aside.
    pub causes: Causes,
    /// Median over starts of the nanoseconds an iteration of either side.
    pub iteration_ns: [f64; 2],
    /// What each placement of the builds makes of the ratio; of one build, all starts.
    pub placements: Vec<PlacementRatio>,
    /// What the canaries beside the quads that made the verdict tell. Nothing where they do not: blocks longer than
    /// [`Modes::LONGEST_BLOCK_NS`], threads.
    pub slowness: Option<Slowness>,
    /// Either side's times, told apart from how much of its core the host gave the CPU.
    pub modes: [Modes; 2],
    /// What it took.
    pub took: Duration,
}

/// By fewer placements than these nothing is shown at one false alarm in 1,000: where all of eleven lie to one side, the
/// signed-rank test has 2 · 2⁻¹¹, 0.98 in 1,000.
pub const FEWEST_PLACEMENTS: usize = 11;

/// A pair whose first start is over: both sides do the same work, and what an iteration takes is known.
pub struct Begun {
    first: Result<Taken, TooLong>,
    took: Duration,
}

impl Begun {
    /// The first start of `pair`.
    ///
    /// # Errors
    /// [`StartError`]. A start for which there is no room is none.
    pub fn of(pair: &mut Pair, budget: &Budget) -> Result<Self, StartError> {
        let began = Instant::now();
        let first = match pair.start(budget) {
            Ok(taken) => Ok(taken),
            Err(StartError::TooLong(too_long)) => Err(too_long),
            Err(error) => return Err(error),
        };
        Ok(Self { first, took: began.elapsed() })
    }

    /// Nanoseconds an iteration of either side took in it.
    pub fn iteration_ns(&self) -> [f64; 2] {
        match &self.first {
            Ok(taken) => taken.iteration_ns,
            Err(too_long) => too_long.iteration.map(|iteration| iteration.as_nanos() as f64),
        }
    }

    /// Goes on as [`settle`] does, of which this was the beginning.
    ///
    /// # Errors
    /// [`StartError`] of the first start that failed.
    pub fn settle(
        self,
        pair: &mut Pair,
        rule: &Rule,
        budget: &Budget,
        most: Duration,
    ) -> Result<Outcome, StartError> {
        let went_on = Instant::now();
        let took = self.took;
        let elapsed = || took + went_on.elapsed();
        let spent = || match interrupted() {
            true => f64::INFINITY,
            false => elapsed().as_secs_f64() / most.as_secs_f64(),
        };
        let placements = FEWEST_PLACEMENTS.min(pair.placements());
        let mut first = Some(self.first);
        let start = || match first.take() {
            Some(first) => first.map_err(StartError::TooLong),
            None => pair.start(budget),
        };
        let settled = settled(start, spent, rule, placements)?;
        Ok(settled.told(elapsed()))
    }
}

/// Compares `pair` by `rule`, for at most `most`, which the start under way may exceed.
///
/// # Errors
/// [`StartError`] of the first start that failed. One for which there is no room is no failure: it cannot be told then.
pub fn settle(pair: &mut Pair, rule: &Rule, budget: &Budget, most: Duration) -> Result<Outcome, StartError> {
    Begun::of(pair, budget)?.settle(pair, rule, budget, most)
}

/// A verdict, and what it was made of.
#[derive(Debug)]
struct Settled {
    verdict: Verdict,
    starts: Starts,
    /// Of a case for which there was no room.
    too_long: Option<TooLong>,
}

/// Starts until `rule` has its verdict or all of the budget is `spent`, a share that is asked for after each start. What differs
/// may do so by where the linker put it: that is asked of so many `placements`, and the verdict waits for them. To go on costs no
/// error, because each look pays for itself.
fn settled(
    mut start: impl FnMut() -> Result<Taken, StartError>,
    mut spent: impl FnMut() -> f64,
    rule: &Rule,
    placements: usize,
) -> Result<Settled, StartError> {
    let mut starts = Starts::default();
    loop {
        let too_long = match start() {
            Ok(taken) => {
                starts.taken.push(taken);
                None
            }
            Err(StartError::TooLong(too_long)) => Some(too_long),
            Err(error) => return Err(error),
        };
        if let Some(too_long) = too_long.filter(|_| starts.taken.is_empty()) {
            let verdict = Verdict::CannotTell(Err(Unknown::TooLong(too_long.to_string())));
            return Ok(Settled { verdict, starts, too_long: Some(too_long) });
        }
        let spent = if too_long.is_some() { f64::INFINITY } else { spent() };
        let is_over = spent > 1.0;
        let must_choose = is_over || starts.taken.len() >= rule.most_starts;
        starts.choose(if must_choose { 1.0 } else { spent });
        let Some(ratios) = starts.ratios() else { continue };
        let verdict = match decide(&ratios, rule) {
            Decision::Settled(verdict)
                if must_choose
                    || matches!(verdict, Verdict::Equal { .. })
                    || starts.of_placements().len() >= placements =>
            {
                verdict
            }
            // When time is up does not depend on the ratio, so this look is paid for like any other.
            _ if is_over => conclude(&ratios, rule),
            _ => continue,
        };
        return Ok(Settled { verdict, starts, too_long });
    }
}

impl Settled {
    fn told(self, took: Duration) -> Outcome {
        let Self { verdict, starts, too_long } = self;
        let mut causes = Causes::default();
        starts.taken.iter().for_each(|start| causes.add(&start.causes));
        let iteration_ns = |side: usize| {
            let of_starts = starts.taken.iter().map(|start| start.iteration_ns[side]);
            let untaken = too_long.filter(|_| starts.taken.is_empty());
            of_starts.chain(untaken.map(|too_long| too_long.iteration[side].as_nanos() as f64)).collect()
        };
        Outcome {
            verdict,
            starts: starts.taken.len(),
            causes,
            iteration_ns: [0, 1].map(|side| super::median(iteration_ns(side))),
            placements: starts.of_placements(),
            slowness: starts.slowness(),
            modes: starts.modes(),
            took,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::simulated::{hear, start, untold};
    use super::*;

    const RULE: Rule =
        Rule { tolerance: 0.02, precision: 0.005, false_alarm: 1e-3, most_starts: 45, by_ranks: false };

    const TOO_LONG: TooLong = TooLong {
        iteration: [Duration::from_secs(3), Duration::from_secs(4)],
        blocks: Duration::from_secs(84),
        allowed: Duration::from_secs(60),
    };

    /// What comes of starts like that of each number, from 0 on, of which each takes such a share of the budget.
    fn told(
        mut of: impl FnMut(usize) -> Result<Taken, StartError>,
        share: f64,
    ) -> Result<Outcome, StartError> {
        let (mut asked, mut spent) = (0, 0.0);
        let next = || {
            asked += 1;
            of(asked - 1)
        };
        let settled = settled(
            next,
            || {
                spent += share;
                spent
            },
            &RULE,
            PLACEMENTS,
        )?;
        Ok(settled.told(Duration::from_secs(1)))
    }

    /// Starts of one placement alone say what each of so many does.
    const PLACEMENTS: usize = 1;

    /// Now to this side, now to that.
    fn around(middle: f64, number: usize) -> f64 {
        middle + [0.0, 1e-4, -1e-4][number % 3]
    }

    #[test]
    fn it_stops_as_soon_as_both_are_shown_to_be_equal() {
        let outcome = told(|number| Ok(untold("equal", around(0.0, number))), 0.01).expect("no start fails");
        assert!(matches!(outcome.verdict, Verdict::Equal { .. }), "{}", outcome.verdict);
        assert_eq!((outcome.starts, outcome.causes.kept), (5, 30));
        assert_eq!((outcome.placements.len(), outcome.placements[0].starts), (1, 5));
    }

    #[test]
    fn it_ends_with_what_is_known_when_the_budget_is_spent() {
        let apart = |number: usize| if number.is_multiple_of(2) { 0.05 } else { -0.05 };
        let outcome = told(|number| Ok(untold("apart", apart(number))), 0.1).expect("no start fails");
        assert!(matches!(outcome.verdict, Verdict::CannotTell(Ok(_))), "{}", outcome.verdict);
        // Eleven tenths: the start under way may exceed it.
        assert_eq!(outcome.starts, 11);
        let patient = told(|number| Ok(untold("apart", apart(number))), 1e-9).expect("no start fails");
        assert_eq!(patient.starts, RULE.most_starts);
    }

    #[test]
    fn a_difference_waits_for_its_placements_and_equality_does_not() {
        let of = |middle: f64| {
            move |number: usize| Ok(untold(&format!("{}", number % 12), around(middle, number)))
        };
        let settled = |middle: f64, share: f64| {
            let mut spent = 0.0;
            let mut starts = (0..).map(of(middle));
            let next = || starts.next().expect("they do not end");
            let spend = || {
                spent += share;
                spent
            };
            let settled = settled(next, spend, &RULE, FEWEST_PLACEMENTS).expect("no start fails");
            settled.told(Duration::from_secs(1))
        };
        let slower = settled(0.3, 1e-9);
        assert!(slower.verdict.is_regression(RULE.tolerance), "{}", slower.verdict);
        assert_eq!((slower.starts, slower.placements.len()), (11, 11), "five starts would have shown it");
        assert_eq!(settled(0.0, 1e-9).starts, 5);
        let poor = settled(0.3, 0.15);
        assert_eq!((poor.starts, poor.placements.len()), (7, 7), "the budget is spent");
    }

    #[test]
    fn a_start_that_fails_ends_it() {
        let failure = || StartError::Side { which: 1, reason: "it died".to_owned() };
        let fails = |number| if number == 2 { Err(failure()) } else { Ok(untold("dies", 0.0)) };
        assert_eq!(told(fails, 0.01), Err(failure()));
    }

    #[test]
    fn what_has_no_room_cannot_be_told_and_says_why() {
        let outcome = told(|_| Err(StartError::TooLong(TOO_LONG)), 0.01).expect("it is no failure");
        let sentence = outcome.verdict.to_string();
        assert!(sentence.starts_with("cannot tell: an iteration takes 4.0 s"), "{sentence}");
        assert_eq!((outcome.starts, outcome.iteration_ns), (0, [3e9, 4e9]));
        // One that has room no longer, beside a neighbour, ends with what the others told.
        let later =
            |number| if number == 3 { Err(StartError::TooLong(TOO_LONG)) } else { Ok(untold("room", 0.0)) };
        let outcome = told(later, 0.01).expect("it is no failure");
        assert!(outcome.verdict.estimate().is_some_and(|known| known.starts == 3), "{}", outcome.verdict);
        assert_eq!((outcome.starts, outcome.iteration_ns), (3, [1.0; 2]));
    }

    #[test]
    fn no_look_is_made_before_it_is_chosen_which_quads_count() {
        hear("chosen first");
        // Every start would show 30 % more, were its quads beside the neighbour counted; four of five have quads enough without.
        let quads = [(6, 7_010.0, 0.0), (30, 11_000.0, 0.3)];
        let few = [(5, 7_010.0, 0.0), (30, 11_000.0, 0.3)];
        let of =
            |number: usize| Ok(start("chosen first", if number.is_multiple_of(5) { &few } else { &quads }));
        let outcome = told(of, 0.01).expect("no start fails");
        assert!(matches!(outcome.verdict, Verdict::Equal { .. }), "{}", outcome.verdict);
        // The fifth with quads enough is the seventh: the first and the sixth have none.
        assert_eq!(outcome.starts, 7);
        let of = |_| Ok(start("chosen first", &few));
        let outcome = told(of, 0.01).expect("no start fails");
        assert!(outcome.verdict.is_regression(RULE.tolerance), "{}", outcome.verdict);
        assert_eq!(outcome.starts, 11, "the full core is waited for, however clear the others are");
    }
}
