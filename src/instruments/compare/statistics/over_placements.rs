//! Whether a difference is one of builds or of a few of their placements: each placement is one observation.

use super::interval::RESOLUTION;
use super::signed_rank::WalshAverages;

/// The two-sided exact p value of Wilcoxon's signed-rank test against "B is within ±`tolerance` of A", of one ratio a
/// placement. Starts of one placement hang together, so placements are the independent observations where layout moves a
/// case; all that is supposed of them is that each errs to either side alike. n of them tell at 2^(1 − n) at best: eight
/// at 0.8 %, eleven at 0.1 %. 1 of fewer than two.
pub fn placements_differ(ratios: &[f64], tolerance: f64) -> f64 {
    if ratios.len() < 2 {
        return 1.0;
    }
    let logarithms: Vec<f64> = ratios.iter().map(|ratio| ratio.ln()).collect();
    let averages = WalshAverages::of(&logarithms);
    let (above, below) = (tolerance.ln_1p() + RESOLUTION, (-tolerance).ln_1p() - RESOLUTION);
    let one_sided = averages.above(above).min(averages.below(below));
    (2.0 * one_sided).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placements_of_one_sign_tell_as_much_as_that_many_coins() {
        let slower: Vec<f64> = (1..=12_i32).map(|step| 1.0 + f64::from(step) / 1_000.0).collect();
        assert_eq!(placements_differ(&slower, 0.0), 2.0 / 4_096.0);
        let faster: Vec<f64> = slower.iter().map(|ratio| ratio.recip()).collect();
        assert_eq!(placements_differ(&faster, 0.0), 2.0 / 4_096.0);
        assert_eq!(placements_differ(&slower[..8], 0.0), 2.0 / 256.0);
        assert_eq!(placements_differ(&slower[..2], 0.0), 0.5);
    }

    #[test]
    fn one_that_does_not_show_it_costs_its_rank() {
        // The largest of twelve to the other side: T ≤ 12 of ranks 1 … 12 has 1 + 1 + 1 + 2 + 2 + 3 + 4 + 5 + 6 + 8 + 10 + 12
        // + 15 = 70 of 4,096 ways; the smallest: T ≤ 1, two ways.
        let mut ratios: Vec<f64> = (1..=12_i32).map(|step| (f64::from(step) / 1_000.0).exp()).collect();
        ratios[11] = (-0.012_5_f64).exp();
        assert!((placements_differ(&ratios, 0.0) - 140.0 / 4_096.0).abs() < 1e-12);
        ratios[11] = 0.012_5_f64.exp();
        ratios[0] = (-0.000_5_f64).exp();
        assert!((placements_differ(&ratios, 0.0) - 4.0 / 4_096.0).abs() < 1e-12);
    }

    #[test]
    fn beyond_a_tolerance_is_told_to_either_side() {
        let all = |ratio: f64| placements_differ(&[ratio; 12], 0.02);
        assert_eq!((all(1.03), all(0.97)), (2.0 / 4_096.0, 2.0 / 4_096.0));
        assert_eq!((all(1.019), all(0.981)), (1.0, 1.0));
    }

    #[test]
    fn nothing_and_one_placement_tell_nothing_and_equal_ones_no_difference() {
        assert_eq!((placements_differ(&[], 0.0), placements_differ(&[1.5], 0.0)), (1.0, 1.0));
        assert_eq!(placements_differ(&[1.0; 12], 0.0), 1.0);
        assert_eq!(placements_differ(&[1.000_005; 12], 0.0), 1.0, "less than the clock tells");
        // Ranks 1 and 3 are slower, 2 and 4 faster: T ≤ 4 in seven of sixteen ways.
        assert_eq!(placements_differ(&[1.1, 0.9, 1.2, 0.8], 0.0), 14.0 / 16.0);
    }
}
