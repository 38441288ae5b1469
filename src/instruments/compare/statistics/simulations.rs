//! The promises of the method, kept on simulated comparisons: coverage, false alarms, power. Each prints its figures:
//! `cargo test --release --lib statistics::simulations -- --nocapture --test-threads=1` (docs/method.md quotes them).

use super::simulated::{Between, Noise, Planted, Random};
use super::{Decision, Rule, Verdict, decide};

const NOISES: [Noise; 5] =
    [Noise::Gaussian, Noise::HeavyTailed, Noise::Autocorrelated, Noise::Drifting, Noise::Contaminated];

/// Normal spreads between starts of nothing, half a percent and two percent.
const BETWEEN: [Between; 3] = [Between::Normal(0.0), Between::Normal(0.005), Between::Normal(0.02)];

const RULE: Rule = Rule { tolerance: 0.02, precision: 0.01, false_alarm: 1e-3, most_starts: 32 };

/// Quads a start: few, so that noise within starts matters.
const QUADS: usize = 12;

/// What came of many trials of one planted comparison.
#[derive(Debug, Default)]
struct Tally {
    trials: usize,
    covered: usize,
    equal: usize,
    slower: usize,
    faster: usize,
    regressions: usize,
    improvements: usize,
    starts: usize,
}

impl Tally {
    fn of(planted: Planted, rule: Rule, trials: usize) -> Self {
        let mut random = Random(2026);
        let mut tally = Self { trials, ..Self::default() };
        for _ in 0..trials {
            let mut starts = Vec::new();
            let verdict = loop {
                starts.push(planted.start(&mut random));
                if let Decision::Settled(verdict) = decide(&starts, &rule) {
                    break verdict;
                }
            };
            let estimate = verdict.estimate().unwrap();
            let truth = 1.0 + planted.effect;
            tally.covered += usize::from((estimate.interval.low..=estimate.interval.high).contains(&truth));
            tally.starts += starts.len();
            tally.regressions += usize::from(verdict.is_regression(rule.tolerance));
            match verdict {
                Verdict::Equal { .. } => tally.equal += 1,
                Verdict::Slower(_) => tally.slower += 1,
                Verdict::Faster(estimate) => {
                    tally.faster += 1;
                    tally.improvements += usize::from(estimate.is_below(rule.tolerance));
                }
                Verdict::CannotTell(_) => {}
            }
        }
        let percent = |count: usize| 100.0 * count as f64 / trials as f64;
        println!(
            "{:14} {:16} {:5.1} % | covered {:5.1} % | equal {:5.1} slower {:5.1} faster {:5.2} | regressions {:6.2} % | {:4.1} starts",
            format!("{:?}", planted.noise),
            format!("{:?}", planted.between),
            planted.effect * 100.0,
            percent(tally.covered),
            percent(tally.equal),
            percent(tally.slower),
            percent(tally.faster),
            percent(tally.regressions),
            tally.starts as f64 / trials as f64,
        );
        tally
    }

    fn assert_coverage(&self) {
        let coverage = self.covered as f64 / self.trials as f64;
        assert!((0.93..=0.97).contains(&coverage), "{coverage}: {self:?}");
    }
}

fn planted(effect: f64, noise: Noise, between: Between) -> Planted {
    Planted { effect, noise, between, quads: QUADS }
}

/// Half the precision away from equal is the hardest for coverage: some trials stop because the ratio came out low.
fn coverage_under(noises: &[Noise], effect: f64) {
    for noise in noises {
        for between in BETWEEN {
            Tally::of(planted(effect, *noise, between), RULE, 2_000).assert_coverage();
        }
    }
}

#[test]
fn intervals_cover_the_truth_under_independent_noise() {
    coverage_under(&NOISES[..2], RULE.precision / 2.0);
}

#[test]
fn intervals_cover_the_truth_under_clustered_drifting_and_contaminated_noise() {
    coverage_under(&NOISES[2..], RULE.precision / 2.0);
}

#[test]
fn intervals_cover_the_truth_whatever_it_is() {
    for effect in [0.0, 0.01, 0.03, 0.05, 0.3] {
        coverage_under(&[Noise::Contaminated], effect);
    }
}

#[test]
fn at_most_one_verdict_in_a_thousand_is_a_false_alarm_where_nothing_differs() {
    let states = [BETWEEN[1], BETWEEN[2], Between::TwoStates(0.03), Between::TwoStates(0.06)];
    let mut alarms = 0;
    let mut trials = 0;
    for (noise, between) in NOISES.into_iter().flat_map(|noise| states.map(|between| (noise, between))) {
        let tally = Tally::of(planted(0.0, noise, between), Rule { most_starts: 16, ..RULE }, 1_000);
        alarms += tally.regressions + tally.improvements;
        trials += tally.trials;
    }
    assert_eq!(trials, 20_000);
    assert!(alarms * 1_000 <= trials, "{alarms} false alarms of {trials}");
}

#[test]
fn at_most_one_verdict_in_a_thousand_is_a_false_alarm_at_the_tolerance_itself() {
    let mut alarms = 0;
    let mut trials = 0;
    for (noise, between) in NOISES.into_iter().flat_map(|noise| BETWEEN.map(|between| (noise, between))) {
        let tally = Tally::of(planted(RULE.tolerance, noise, between), Rule { most_starts: 16, ..RULE }, 400);
        alarms += tally.regressions;
        trials += tally.trials;
        assert_eq!(tally.improvements, 0, "a wrong sign: {tally:?}");
    }
    assert!(alarms * 1_000 <= trials, "{alarms} false alarms of {trials}");
}

#[test]
fn planted_effects_are_found_and_never_with_the_wrong_sign() {
    let fine = Rule { precision: 0.0025, ..RULE };
    for (effect, quads, rule, regression) in [
        (0.005, 60, fine, false),
        (0.01, 60, fine, false),
        (0.02, QUADS, RULE, false),
        (0.05, QUADS, RULE, true),
    ] {
        for noise in NOISES {
            let quiet = Planted { effect, noise, between: Between::Normal(0.001), quads };
            let tally = Tally::of(quiet, rule, 100);
            assert!(tally.slower >= 95, "{effect} found in {tally:?}");
            assert_eq!(tally.faster, 0, "{effect} has the wrong sign in {tally:?}");
            assert_eq!(tally.regressions, if regression { 100 } else { 0 }, "{effect}: {tally:?}");
        }
    }
}

#[test]
fn layout_of_two_percent_between_starts_hides_half_a_percent_and_the_verdict_says_how_much_it_hides() {
    let mut random = Random(5);
    let hidden = planted(0.005, Noise::Contaminated, Between::Normal(0.02));
    let mut starts = Vec::new();
    let verdict = loop {
        starts.push(hidden.start(&mut random));
        if let Decision::Settled(verdict) = decide(&starts, &RULE) {
            break verdict;
        }
    };
    let Verdict::CannotTell(Some(estimate)) = verdict else { panic!("{verdict:?}") };
    assert_eq!(starts.len(), RULE.most_starts);
    assert!((0.01..0.04).contains(&estimate.smallest_effect), "{estimate:?}");
    // The planted band is ±3.9 %.
    let band = estimate.layout.unwrap().band;
    assert!((1.03..1.06).contains(&band.high) && (0.94..0.97).contains(&band.low), "{band:?}");
}

/// The smallest effect is a promise: planted, it is found in 95 of 100 trials.
#[test]
fn an_effect_of_the_smallest_size_is_found_in_95_of_100_trials() {
    let rule = Rule { precision: 1e-9, most_starts: 16, ..RULE };
    let quiet = |effect| planted(effect, Noise::Gaussian, Between::Normal(0.01));
    let mut random = Random(3);
    let mut smallest: Vec<f64> = (0..101)
        .map(|_| {
            let starts: Vec<_> = (0..16).map(|_| quiet(0.0).start(&mut random)).collect();
            super::conclude(&starts, &rule).estimate().unwrap().smallest_effect
        })
        .collect();
    smallest.sort_unstable_by(f64::total_cmp);
    let tally = Tally::of(quiet(smallest[50]), Rule { tolerance: 0.5, ..rule }, 500);
    assert!((0.92..0.99).contains(&(tally.slower as f64 / 500.0)), "{tally:?}");
}
