//! Starts that hang together by placement, simulated: what a verdict over starts makes of them, and what asking the placements
//! mends. Prints its figures, as `simulations` do.

use super::simulated::{Between, Noise, Planted, Random};
use super::simulations::SHIPPED;
use super::{Decision, Start, decide, placements_differ};

/// The middle ratio of each of `count` placements that starts were dealt in turn.
fn of_placements(starts: &[Start], count: usize) -> Vec<f64> {
    let middles: Vec<f64> = starts.iter().map(|start| start.middle().expect("quads enough").median).collect();
    let of = |placement: usize| {
        super::super::median(middles.iter().skip(placement).step_by(count).copied().collect()).exp()
    };
    (0..count).map(of).collect()
}

/// What is asked of placements before a regression is called one that instructions do not explain.
const BY_PLACEMENTS: f64 = 1e-3;

/// How many of `trials` are called a regression by their starts, and of these by their placements beyond the tolerance too, and
/// against equal. Each of `count` placements has an effect of its own, drawn once a comparison; starts are dealt them in turn.
fn hanging_together(effect: f64, count: usize, effects: Between, trials: usize) -> [usize; 3] {
    let between = Between::Wild(0.000_5);
    let own = Planted { effect, noise: Noise::Gaussian, between, quads: 6, quad_noise: 0.002 };
    let (mut random, mut called) = (Random(2027), [0; 3]);
    for _ in 0..trials {
        let effects: Vec<f64> = (0..count).map(|_| effects.drawn(&mut random)).collect();
        let mut starts = Vec::new();
        let verdict = loop {
            let layout = effects[starts.len() % count] + between.drawn(&mut random);
            starts.push(own.start_at(layout, &mut random));
            if let Decision::Settled(verdict) = decide(&starts, &SHIPPED) {
                break verdict;
            }
        };
        if verdict.is_regression(SHIPPED.tolerance) {
            let ratios = of_placements(&starts, count);
            let shows = |tolerance| usize::from(placements_differ(&ratios, tolerance) <= BY_PLACEMENTS);
            called[0] += 1;
            called[1] += shows(SHIPPED.tolerance);
            called[2] += shows(0.0);
        }
    }
    println!(
        "{count} placements, {effects:?}, truth {:.1} %: a regression by starts {}, by placements beyond the tolerance too {}, \
         by placements against equal {}, of {trials}",
        effect * 100.0,
        called[0],
        called[1],
        called[2],
    );
    called
}

/// Starts of one placement hang together: what they agree on may be their placements' and not the builds'.
#[test]
fn placements_that_differ_are_no_regression_and_what_all_of_twelve_show_is_one() {
    for effects in [Between::Normal(0.05), Between::TwoStates(0.05), Between::Wild(0.01)] {
        // Eight tell nothing at so small a level, whatever they show.
        for (count, trials) in [(8, 200), (12, 1_000)] {
            for effect in [0.0, SHIPPED.tolerance] {
                let [_, by_placements, _] = hanging_together(effect, count, effects, trials);
                assert!(by_placements * 1_000 <= trials, "{effects:?}, {effect}, {count}: {by_placements}");
            }
        }
    }
    let [_, found, _] = hanging_together(0.05, 12, Between::Normal(0.005), 100);
    assert!(found >= 95, "{found}");
}
