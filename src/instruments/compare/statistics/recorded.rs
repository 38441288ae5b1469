//! The statistics on measured starts: cases of this catalogue against themselves, both sides in one process, on a 2-core
//! virtual machine that compiled four other things meanwhile, so that one quad of 24 or two were left of most starts, and of
//! most of 200 none. Worse than what a verdict is made of, which asks for six quads: half of them lie within 0.3 to 3 % of
//! nothing, and one in ten beyond 20 %.

use super::simulated::Random;
use super::{Decision, FEWEST_QUADS, Rule, Start, Verdict, conclude, decide};

/// Each case, and the log ratios of the starts of which any quad was kept, as they came.
const RECORDED: [(&str, &[f64]); 4] = [
    (
        "noop/noop@1",
        &[
            -0.0869400, 0.0011027, -0.0005434, 0.0017531, 0.0006720, 0.0043349, 0.0808756, -0.0863096,
            -0.2442261, 0.0048107, -0.0658933, -0.0027180, -0.0156403, -0.4567889, -0.0038258, -0.0013562,
            0.0466726, -0.0654249, 0.0024594,
        ],
    ),
    (
        "build-vec/push@100",
        &[
            -0.0057865, 0.0029731, 0.1155101, -0.0593314, 0.0098323, 0.0092687, -0.0028960, 0.2190736,
            0.2783868, -0.0026601, -0.0153779, 0.0123713, 0.0475345, 0.0017924, -0.0096915, -0.0708345,
            0.0302835, 0.0040539, 0.4462911, -0.0013703, 0.0158019, 0.0159358, -0.0042489, 0.0027889,
            -0.0003824, 0.0109346, 0.0064910, 0.4162349, 0.0120565,
        ],
    ),
    (
        "build-text/write@1000",
        &[
            0.1188729, -0.2088702, 0.2503823, -0.0154723, 0.0563729, 0.3109125, 0.0099227, -0.0319631,
            -0.0467891, 0.1321663, -0.0314524, 0.0721614, 0.0262094, -0.0569760, -0.0107724, 0.2385637,
            0.0392637, 0.0785529, 0.0183283, 0.0070878, -0.0293799, -0.2198765, 0.0161089, -0.0104199,
            -0.0058298, -0.0016097, -0.0036863, 0.0060939, 0.0122995, 0.0116864, 0.0185624,
        ],
    ),
    (
        "build-vec/collect@10000",
        &[
            -0.0778105, -0.0509472, 0.0936564, -0.0527534, -0.0747833, 0.2545306, 0.0631709, -0.0013362,
            -0.2326473, 0.0583499, -0.1332402, -0.1503163, 0.0443706, -0.0175773, 0.0217149, 0.0160665,
            -0.0248712, -0.0285066, -0.0338082, -0.0741045, 0.0050587, 0.0011964, 0.0751356, -0.0645433,
            -0.0012107,
        ],
    ),
];

const RULE: Rule =
    Rule { tolerance: 0.02, precision: 0.005, false_alarm: 1e-3, most_starts: 64, by_ranks: false };

fn start(ratio: f64) -> Start {
    Start { ratios: vec![ratio; FEWEST_QUADS] }
}

/// What `RULE` makes of starts drawn from these with either sign: whether a side is called A or B is nobody's doing.
fn drawn(recorded: &[f64], effect: f64, random: &mut Random) -> Verdict {
    let mut starts = Vec::new();
    loop {
        let ratio = recorded[(random.uniform() * recorded.len() as f64) as usize];
        starts.push(start(effect + if random.uniform() < 0.5 { ratio } else { -ratio }));
        if let Decision::Settled(verdict) = decide(&starts, &RULE) {
            return verdict;
        }
    }
}

#[test]
fn a_case_measured_against_itself_is_never_called_different() {
    for (case, recorded) in RECORDED {
        for most in 2..=recorded.len() {
            let starts: Vec<Start> = recorded[..most].iter().map(|ratio| start(*ratio)).collect();
            let verdict = conclude(&starts, &RULE);
            assert!(matches!(verdict, Verdict::CannotTell(_)), "{case}, {most} starts: {verdict}");
        }
    }
}

#[test]
fn intervals_hold_and_alarms_stay_rare_on_recorded_starts() {
    let (trials, mut alarms) = (1_000, 0);
    for (case, recorded) in RECORDED {
        let mut random = Random(31);
        let mut covered = 0;
        for _ in 0..trials {
            let verdict = drawn(recorded, 0.0, &mut random);
            let interval = verdict.estimate().expect("starts have quads").interval;
            covered += usize::from((interval.low..=interval.high).contains(&1.0));
            alarms += usize::from(!matches!(verdict, Verdict::CannotTell(_) | Verdict::Equal { .. }));
        }
        let coverage = covered as f64 / f64::from(trials);
        println!("{case}: the interval holds 1 in {:.1} %", coverage * 100.0);
        assert!((0.93..=0.97).contains(&coverage), "{case}: {coverage}");
    }
    println!("{alarms} false alarms of {}", 4 * trials);
    assert!(alarms <= 4, "{alarms}");
}

#[test]
fn on_recorded_starts_the_middle_errs_by_half_of_what_the_mean_does_or_less() {
    let (mut middles, mut means) = (0.0, 0.0);
    for (case, recorded) in RECORDED {
        let starts: Vec<Start> = recorded.iter().map(|ratio| start(*ratio)).collect();
        let middle = conclude(&starts, &RULE).estimate().expect("starts have quads").ratio.ln();
        let mean = recorded.iter().sum::<f64>() / recorded.len() as f64;
        println!("{case}: middle {:.2} %, mean {:.2} %", middle * 100.0, mean * 100.0);
        middles += middle.abs();
        means += mean.abs();
    }
    assert!(middles <= means / 2.0, "{middles} {means}");
}
