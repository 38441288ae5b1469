//! Which quads make the ratio: those that ran on the full core, where there are enough, because two loops lose differently to
//! a neighbour on it. Chosen once, by canaries and time, never by a ratio; and no look is made before.

use std::collections::BTreeMap;

use super::full_core::{Fastest, is_full};
use super::median;
use super::modes::Modes;
use super::quads::Quad;
use super::start::Taken;
use super::statistics::{FEWEST_QUADS, FIRST_LOOK, Start};

/// After so many starts with quads enough, the full core is not waited for any longer: those of the third look.
const PATIENCE: usize = 11;
/// Nor, where there are [`FIRST_LOOK`] of them, after this share of the budget.
const PATIENT_SHARE: f64 = 0.75;

/// How many times the fastest that this process ever heard the canaries took beside the quads of each start, the middle one:
/// 1 on the full core, more beside a neighbour on it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slowness {
    /// The middle start's.
    pub middle: f64,
    /// The fastest start's.
    pub least: f64,
    /// The slowest start's.
    pub most: f64,
}

/// What one placement of the builds makes of the ratio.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlacementRatio {
    /// The middle of its starts'.
    pub ratio: f64,
    /// How many these are: one start in ten is far off.
    pub starts: usize,
}

/// The quads that make the ratio.
#[derive(Debug, Clone, PartialEq)]
enum Chosen {
    /// Those that ran on the full core, by the canaries heard up to the choice.
    FullCore(Fastest),
    /// All that nothing disturbed: the host gave too few, or canaries do not tell.
    All,
}

/// All starts so far.
#[derive(Debug, Default)]
pub(super) struct Starts {
    pub(super) taken: Vec<Taken>,
    chosen: Option<Chosen>,
}

impl Starts {
    /// Chooses, if that is possible by now: it must be when all of the budget is `spent`, a share.
    pub(super) fn choose(&mut self, spent: f64) {
        if self.chosen.is_some() {
            return;
        }
        let usable = |chosen: &Chosen| {
            let starts = self.of(chosen);
            starts.iter().filter(|start| start.ratios.len() >= FEWEST_QUADS).count()
        };
        let full_core = Chosen::FullCore(Fastest::heard());
        let all = usable(&Chosen::All);
        let mut quads = self.taken.iter().flat_map(|start| &start.quads);
        let canaries_tell = quads.any(|quad| quad.canary_ns.is_some());
        if usable(&full_core) >= FIRST_LOOK {
            self.chosen = Some(full_core);
        } else if spent >= 1.0
            || all >= PATIENCE
            || (all >= FIRST_LOOK && spent >= PATIENT_SHARE)
            || (all > 0 && !canaries_tell)
        {
            self.chosen = Some(Chosen::All);
        }
    }

    /// The ratios that count, start by start; nothing while nothing is chosen.
    pub(super) fn ratios(&self) -> Option<Vec<Start>> {
        self.chosen.as_ref().map(|chosen| self.of(chosen))
    }

    fn of(&self, chosen: &Chosen) -> Vec<Start> {
        let of_start = |start| Start { ratios: chosen.quads(start).map(|quad| quad.log_ratio).collect() };
        self.taken.iter().map(of_start).collect()
    }

    /// What each placement of the builds makes of the ratio, by its starts with quads enough.
    pub(super) fn of_placements(&self) -> Vec<PlacementRatio> {
        let mut of_each: BTreeMap<_, Vec<f64>> = BTreeMap::new();
        for (taken, start) in self.taken.iter().zip(self.ratios().into_iter().flatten()) {
            if start.ratios.len() >= FEWEST_QUADS {
                of_each.entry(&taken.executables).or_default().push(median(start.ratios));
            }
        }
        let told = |starts: Vec<f64>| PlacementRatio { starts: starts.len(), ratio: median(starts).exp() };
        of_each.into_values().map(told).collect()
    }

    /// What the canaries beside the quads that count tell, by the fastest that was heard up to now. Nothing where they do not.
    pub(super) fn slowness(&self) -> Option<Slowness> {
        let (chosen, fastest) = (self.chosen.as_ref()?, Fastest::heard());
        let of_start = |start| {
            let told: Vec<f64> =
                chosen.quads(start).filter_map(|quad| slowness(quad, &fastest, start)).collect();
            (told.len() >= FEWEST_QUADS).then(|| median(told))
        };
        let of_all: Vec<f64> = self.taken.iter().filter_map(of_start).collect();
        (!of_all.is_empty()).then(|| Slowness {
            least: of_all.iter().copied().fold(f64::INFINITY, f64::min),
            most: of_all.iter().copied().fold(0.0, f64::max),
            middle: median(of_all),
        })
    }

    /// Either side's blocks whose mode the canaries tell.
    pub(super) fn modes(&self) -> [Modes; 2] {
        let fastest = Fastest::heard();
        [0, 1].map(|side| {
            let mut modes = Modes::default();
            for start in &self.taken {
                let build = &start.builds[side];
                modes.add(&start.in_one_mode[side], |ns| fastest.slowness(build, ns));
            }
            modes
        })
    }
}

impl Chosen {
    /// Those of `start` that count.
    fn quads<'a>(&'a self, start: &'a Taken) -> impl Iterator<Item = &'a Quad> {
        start.quads.iter().filter(|quad| match self {
            Self::All => true,
            Self::FullCore(fastest) => slowness(quad, fastest, start).is_some_and(is_full),
        })
    }
}

/// How many times the fastest that was heard of their builds the canaries of `quad`, of `start`, took.
fn slowness(quad: &Quad, fastest: &Fastest, start: &Taken) -> Option<f64> {
    quad.slowness(fastest, &start.builds)
}

#[cfg(test)]
mod tests {
    use super::super::simulated::{hear, start, untold};
    use super::*;

    fn starts(count: usize, start: &Taken) -> Starts {
        Starts { taken: vec![start.clone(); count], chosen: None }
    }

    fn chosen(starts: &mut Starts, spent: f64) -> Option<Vec<f64>> {
        starts.choose(spent);
        Some(starts.ratios()?.into_iter().flat_map(|start| start.ratios).collect())
    }

    #[test]
    fn quads_on_the_full_core_alone_make_the_ratio_where_five_starts_have_enough() {
        hear("full core");
        let mixed = start("full core", &[(6, 7_010.0, 0.5), (20, 11_000.0, 0.1), (20, 7_350.0, 0.2)]);
        assert_eq!(chosen(&mut starts(4, &mixed), 0.9), None, "four are too few");
        let mut five = starts(5, &mixed);
        assert_eq!(chosen(&mut five, 0.1), Some(vec![0.5; 30]));
        let of_all = 7_010.0 / 7_000.0;
        assert_eq!(five.slowness(), Some(Slowness { middle: of_all, least: of_all, most: of_all }));
        // Once chosen, it stays.
        five.taken.push(start("full core", &[(9, 11_000.0, 0.1)]));
        assert_eq!(chosen(&mut five, 1.0).expect("it was chosen").len(), 30);
    }

    #[test]
    fn a_placement_that_was_heard_beside_a_neighbour_alone_is_held_against_its_build() {
        hear("one build");
        let of = |placement: &str, canary_ns: f64, log_ratio: f64| Taken {
            executables: [placement.into(), placement.into()],
            ..start("one build", &[(9, canary_ns, log_ratio)])
        };
        let mut starts = starts(5, &of("plain", 7_010.0, 0.1));
        starts.choose(0.1);
        // Placements that nobody had heard when it was chosen: beside a neighbour, a mild one, and nobody.
        starts.taken.extend([of("1", 11_000.0, 0.5), of("2", 7_350.0, 0.6), of("3", 7_020.0, 0.2)]);
        let counting: Vec<usize> =
            starts.ratios().expect("it was chosen").iter().map(|start| start.ratios.len()).collect();
        assert_eq!(counting, [9, 9, 9, 9, 9, 0, 0, 9]);
        let placements: Vec<usize> =
            starts.of_placements().iter().map(|placement| placement.starts).collect();
        assert_eq!(placements, [1, 5]);
        // Of a build that was never heard no quad is known to have run on the full core.
        let mut unheard = Starts { taken: vec![start("unheard", &[(9, 7_000.0, 0.1)]); 10], chosen: None };
        assert_eq!(chosen(&mut unheard, 0.5), None);
    }

    #[test]
    fn a_host_that_never_gives_its_core_is_not_waited_for_and_the_canaries_say_so() {
        hear("slowed");
        let slow = start("slowed", &[(5, 7_010.0, 0.5), (20, 11_200.0, 0.1)]);
        for (count, spent) in [(10, 0.7), (4, 0.9)] {
            assert_eq!(chosen(&mut starts(count, &slow), spent), None, "{count}");
        }
        for (count, spent) in [(11, 0.1), (5, 0.75), (2, 1.0)] {
            let mut starts = starts(count, &slow);
            assert_eq!(chosen(&mut starts, spent).expect("it had to be").len(), 25 * count);
            assert_eq!(starts.slowness(), Some(Slowness { middle: 1.6, least: 1.6, most: 1.6 }));
        }
    }

    #[test]
    fn each_placement_says_what_it_makes_of_the_ratio_and_by_how_many_starts() {
        let of = |placement: &str, ratio: f64| untold(placement, ratio.ln());
        let mut taken = vec![of("plain", 1.1); 3];
        taken.extend([of("moved", 0.9), of("moved", 0.95), of("moved", 0.7), of("seldom", 0.5)]);
        // Too few quads: no start.
        taken.push(start("seldom", &[(2, 0.0, 0.0)]));
        let mut starts = Starts { taken, chosen: None };
        assert!(starts.of_placements().is_empty(), "nothing is chosen");
        starts.choose(1.0);
        let told = starts.of_placements();
        assert_eq!(told.iter().map(|placement| placement.starts).collect::<Vec<_>>(), [3, 3, 1]);
        for (placement, ratio) in told.iter().zip([0.9, 1.1, 0.5]) {
            assert!((placement.ratio - ratio).abs() < 1e-12, "{told:?}");
        }
    }

    #[test]
    fn where_canaries_do_not_tell_all_quads_count_from_the_first_start_on() {
        let mut one = starts(1, &untold("long blocks", 0.3));
        assert_eq!(chosen(&mut one, 0.1), Some(vec![0.3; 6]));
        assert_eq!(one.slowness(), None);
        assert_eq!(chosen(&mut Starts::default(), 1.0), Some(Vec::new()));
    }
}
