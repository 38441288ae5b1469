//! One process start: its middle, and how well its own noise lets the middle be known.

/// The kept quads of one process start, in the order they were measured.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Start {
    /// A log ratio a quad: (ln B1 + ln B2 − ln A1 − ln A2) / 2.
    pub ratios: Vec<f64>,
}

/// A start with fewer kept quads is left out: below six the sign test has no 95 % interval, and the error of the
/// middle cannot be told. The number of quads says nothing of the ratio, so this chooses by cause, not by value.
pub const FEWEST_QUADS: usize = 6;

/// What a start comes down to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Middle {
    /// The median of its log ratios.
    pub(super) median: f64,
    /// The standard error of that median by the start's own noise.
    pub(super) error: f64,
    /// How many quads it is of.
    pub(super) quads: usize,
}

impl Start {
    /// Whether it has quads enough to count.
    pub(super) fn is_usable(&self) -> bool {
        self.ratios.len() >= FEWEST_QUADS
    }

    /// Median and error, or none of a start with too few quads.
    pub(super) fn middle(&self) -> Option<Middle> {
        if !self.is_usable() {
            return None;
        }
        let mut sorted = self.ratios.clone();
        sorted.sort_unstable_by(f64::total_cmp);
        let n = sorted.len();
        let median = (sorted[(n - 1) / 2] + sorted[n / 2]) / 2.0;
        let error = error_of_median(&sorted) * clustering(&self.ratios, median).sqrt();
        Some(Middle { median, error, quads: n })
    }
}

/// The standard error of the median of independent values: the length of its sign-test interval over that of a
/// normal one (McKean & Schrader, Communications in Statistics B 13, 1984). Knows nothing of the tails.
fn error_of_median(sorted: &[f64]) -> f64 {
    const Z: f64 = 1.959_963_984_540_054; // 97.5 % of the normal distribution
    let n = sorted.len();
    let rank = ((n as f64 + 1.0) / 2.0 - Z * (n as f64 / 4.0).sqrt()).round().max(1.0) as usize;
    (sorted[n - rank] - sorted[rank - 1]) / (2.0 * Z)
}

/// How many times the variance of the median grows because neighbouring quads err to the same side: one plus twice
/// the autocorrelations of the signs, weighted by Bartlett's kernel up to lag √n (Newey & West, Econometrica 55,
/// 1987). The median is the value that the signs sum to nothing at, so it is the signs that count.
fn clustering(ratios: &[f64], median: f64) -> f64 {
    let signs: Vec<f64> =
        ratios.iter().map(|ratio| if *ratio == median { 0.0 } else { (ratio - median).signum() }).collect();
    let product = |lag: usize| signs.iter().zip(&signs[lag..]).map(|(one, later)| one * later).sum::<f64>();
    let own = product(0);
    if own == 0.0 {
        return 1.0;
    }
    let lags = (ratios.len() as f64).sqrt() as usize;
    let weighted = |lag: usize| (1.0 - lag as f64 / (lags + 1) as f64) * product(lag) / own;
    (1.0 + 2.0 * (1..=lags).map(weighted).sum::<f64>()).max(1.0)
}

#[cfg(test)]
mod tests {
    use super::super::simulated::Random;
    use super::*;

    fn middle(ratios: &[f64]) -> Middle {
        Start { ratios: ratios.to_vec() }.middle().unwrap()
    }

    #[test]
    fn a_start_with_five_quads_is_left_out_and_one_with_six_is_not() {
        assert!(!Start { ratios: vec![0.0; 5] }.is_usable());
        assert_eq!(Start { ratios: vec![0.0; 5] }.middle(), None);
        assert_eq!(middle(&[0.5; 6]), Middle { median: 0.5, error: 0.0, quads: 6 });
    }

    #[test]
    fn the_error_of_the_median_is_that_of_the_formula() {
        // n = 25: rank round(13 − 1.96 · 2.5) = 8, so (x18 − x8) / 3.92. In this order signs alternate around the
        // median: they do not cluster.
        let ratios: Vec<f64> =
            (0..25_i32).map(|i| f64::from(if i % 2 == 0 { i / 2 } else { 24 - i / 2 })).collect();
        let Middle { median, error, quads } = middle(&ratios);
        assert_eq!((median, quads), (12.0, 25));
        assert!((error - 10.0 / 3.919_927_969_080_108).abs() < 1e-12, "{error}");
    }

    #[test]
    fn clustering_is_that_of_the_formula() {
        // Signs + + + + − − − − +: with themselves 9, at lags 1, 2 and 3 they sum to 4, 1 and −2.
        let ratios = [1.0, 1.0, 1.0, 1.0, -1.0, -1.0, -1.0, -1.0, 1.0];
        let expected = 1.0 + 2.0 * (0.75 * 4.0 + 0.5 * 1.0 + 0.25 * -2.0) / 9.0;
        assert!((clustering(&ratios, 0.0) - expected).abs() < 1e-12, "{}", clustering(&ratios, 0.0));
    }

    #[test]
    fn one_wild_quad_moves_nothing_far() {
        let mut ratios: Vec<f64> = (0..41_i32).map(|i| f64::from(i * 7 % 41 - 20) / 1000.0).collect();
        let before = middle(&ratios);
        ratios[5] = 1e9;
        let after = middle(&ratios);
        assert!((after.median - before.median).abs() <= 0.001, "{after:?}");
        assert!(after.error <= before.error + 0.001, "{after:?}");
    }

    #[test]
    fn the_error_is_what_repetition_shows_for_clustered_quads_too() {
        for coupling in [0.0, 0.5] {
            let mut random = Random(11);
            let mut last = 0.0;
            let starts: Vec<Middle> = (0..400)
                .map(|_| {
                    let mut quad = || {
                        last = coupling * last + random.normal();
                        last
                    };
                    middle(&(0..100).map(|_| quad()).collect::<Vec<f64>>())
                })
                .collect();
            let shown = (starts.iter().map(|start| start.median.powi(2)).sum::<f64>() / 400.0).sqrt();
            let claimed = (starts.iter().map(|start| start.error.powi(2)).sum::<f64>() / 400.0).sqrt();
            assert!((0.85..1.15).contains(&(claimed / shown)), "{coupling}: {claimed} for {shown}");
        }
    }
}
