//! Many verdicts at once: p values adjusted for how many there are.

/// The p values of a whole suite such that, if nothing differs, any lies below α with probability α at most: Holm's
/// step-down method (Scandinavian Journal of Statistics 6, 1979). Assumes nothing of how they hang together.
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let count = p_values.len();
    let mut adjusted = vec![0.0; count];
    let mut largest: f64 = 0.0;
    for (rank, index) in ascending(p_values).into_iter().enumerate() {
        largest = largest.max((p_values[index] * (count - rank) as f64).min(1.0));
        adjusted[index] = largest;
    }
    adjusted
}

/// The p values of a whole suite such that, of those below q, a share of q at most is wrong on average: Benjamini &
/// Hochberg's step-up method (Journal of the Royal Statistical Society B 57, 1995). Assumes that they are independent
/// or hang together positively, as cases measured on one machine do (Benjamini & Yekutieli, Annals of Statistics 29,
/// 2001).
pub fn benjamini_hochberg(p_values: &[f64]) -> Vec<f64> {
    let count = p_values.len();
    let mut adjusted = vec![0.0; count];
    let mut smallest: f64 = 1.0;
    for (rank, index) in ascending(p_values).into_iter().enumerate().rev() {
        smallest = smallest.min(p_values[index] * count as f64 / (rank + 1) as f64);
        adjusted[index] = smallest;
    }
    adjusted
}

/// Where the values stand, the smallest first.
fn ascending(p_values: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|one, other| p_values[*one].total_cmp(&p_values[*other]));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    const P_VALUES: [f64; 6] = [0.01, 0.04, 0.03, 0.005, 0.6, 0.0001];

    fn assert_all_close(ours: &[f64], theirs: &[f64]) {
        assert_eq!(ours.len(), theirs.len());
        for (one, other) in ours.iter().zip(theirs) {
            assert!((one - other).abs() < 1e-12, "{ours:?} is not {theirs:?}");
        }
    }

    #[test]
    fn holms_values_are_those_by_hand() {
        // Ranked and multiplied by 6, 5, 4, 3, 2, 1: 0.0006, 0.025, 0.04, 0.09, 0.08 (raised to 0.09), 0.6.
        assert_all_close(&holm(&P_VALUES), &[0.04, 0.09, 0.09, 0.025, 0.6, 0.0006]);
        assert_all_close(&holm(&[0.7, 0.9]), &[1.0, 1.0]);
        assert_all_close(&holm(&[]), &[]);
    }

    #[test]
    fn benjamini_and_hochbergs_values_are_scipys() {
        // scipy.stats.false_discovery_control, SciPy 1.17.1.
        assert_all_close(&benjamini_hochberg(&P_VALUES), &[0.02, 0.048, 0.045, 0.015, 0.6, 0.0006]);
        assert_all_close(&benjamini_hochberg(&[]), &[]);
    }
}
