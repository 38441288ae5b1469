//! What layout does to a case: how far the starts lie apart beyond their own noise.

use super::interval::Interval;
use super::student::quantile;

/// How much a start's own addresses move the ratio, beyond what the noise within starts explains.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Layout {
    /// The spread of the starts' own effects, of log ratios, as the standard deviation of a normal distribution with
    /// the same middle half; 0 where noise explains all that was seen.
    pub spread: f64,
    /// The layout band: where the effect of a single further start lies in 95 % of cases, as a factor on the ratio. A
    /// start that is far off now and then is no layout, and does not widen it.
    pub band: Interval,
}

/// The standard deviation of a normal distribution over its median absolute deviation, 1 / Φ⁻¹(¾) (Hampel, Journal of
/// the American Statistical Association 69, 1974).
const NORMAL: f64 = 1.482_602_2;

impl Layout {
    /// Of starts with these medians around `middle`, known each to `within` by its own noise. The median deviation is
    /// from the middle, not from the median: of two states that starts choose between, the median is either.
    pub(super) fn of(medians: &[f64], middle: f64, within: f64) -> Self {
        let count = medians.len() as f64;
        let deviation = super::super::median(medians.iter().map(|median| (median - middle).abs()).collect());
        let spread = ((NORMAL * deviation).powi(2) - within.powi(2)).max(0.0).sqrt();
        let reach = quantile(0.025, medians.len().max(2) - 1) * spread * (1.0 + 1.0 / count).sqrt();
        Self { spread, band: Interval::around(0.0, reach) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::simulated::Random;
    use super::*;

    #[test]
    fn the_band_is_that_of_the_formula() {
        let layout = Layout::of(&[0.01, 0.012, 0.008, 0.015, 0.005], 0.01, 0.0);
        // Deviations 0, 2, 2, 5, 5: the median is 2.
        assert!((layout.spread - 0.002 * NORMAL).abs() < 1e-12, "{layout:?}");
        let high = (2.776_445_105 * layout.spread * 1.2_f64.sqrt()).exp();
        assert!(
            (layout.band.high - high).abs() < 1e-9 && (layout.band.low - 1.0 / high).abs() < 1e-9,
            "{layout:?}"
        );
    }

    #[test]
    fn noise_and_a_wild_start_are_no_layout() {
        let medians = [0.01, 0.012, 0.008, 0.015, 0.005, 0.009, 0.011];
        assert_eq!(Layout::of(&medians, 0.01, 0.01).spread, 0.0);
        let quiet = Layout::of(&medians, 0.01, 0.0);
        let mut wild = medians;
        wild[0] = 0.5;
        assert!(Layout::of(&wild, 0.01, 0.0).spread <= 2.0 * quiet.spread, "{quiet:?}");
    }

    #[test]
    fn two_states_are_within_the_band() {
        let medians: Vec<f64> = (0..16_i32).map(|i| if i % 2 == 0 { 0.03 } else { -0.03 }).collect();
        let Layout { band, .. } = Layout::of(&medians, 0.0, 0.001);
        assert!(band.high > 1.03 && band.low < 0.97, "{band:?}");
    }

    #[test]
    fn a_further_start_lies_in_the_band_in_about_95_of_100_cases() {
        let mut random = Random(4);
        for count in [16, 45] {
            let trials = 2_000;
            let mut inside = 0;
            for _ in 0..trials {
                let medians: Vec<f64> = (0..count).map(|_| random.normal() / 100.0).collect();
                let middle = medians.iter().sum::<f64>() / f64::from(count);
                let band = Layout::of(&medians, middle, 0.0).band;
                let further = (random.normal() / 100.0 - middle).exp();
                inside += usize::from((band.low..=band.high).contains(&further));
            }
            let share = inside as f64 / f64::from(trials);
            println!("layout band of {count} starts: holds a further one in {:.1} %", share * 100.0);
            assert!((0.90..=0.97).contains(&share), "{share}");
        }
    }
}
