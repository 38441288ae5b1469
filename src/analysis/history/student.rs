//! Student's t distribution: how often chance alone gives so large a quotient.

/// The probability that |T| is `t` or more with `freedom` degrees of freedom, by the finite sums of Abramowitz and
/// Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4.
pub(super) fn two_sided(t: f64, freedom: usize) -> f64 {
    let freedom = freedom.max(1);
    let angle = (t.abs() / (freedom as f64).sqrt()).atan();
    let (sine, cosine) = angle.sin_cos();
    // Even: 1 + ½ c² + (1·3)/(2·4) c⁴ + …; odd: c + ⅔ c³ + (2·4)/(3·5) c⁵ + …; up to the power `freedom − 2`.
    let first = freedom % 2;
    let mut term = if first == 1 { cosine } else { 1.0 };
    let mut sum = 0.0;
    let mut power = first;
    while power + 2 <= freedom {
        sum += term;
        term *= cosine * cosine * (power + 1) as f64 / (power + 2) as f64;
        power += 2;
    }
    let within = match first {
        0 => sine * sum,
        _ => 2.0 / std::f64::consts::PI * (angle + sine * sum),
    };
    (1.0 - within).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_gives_the_printed_tables_figures() {
        // Two-sided 5 %, 1 % and 0.1 % points, as printed in any table of t (Fisher and Yates, table III).
        for (freedom, points) in [
            (1, [12.706, 63.657, 636.62]),
            (2, [4.303, 9.925, 31.599]),
            (3, [3.182, 5.841, 12.924]),
            (4, [2.776, 4.604, 8.610]),
            (10, [2.228, 3.169, 4.587]),
            (29, [2.045, 2.756, 3.659]),
            (60, [2.000, 2.660, 3.460]),
        ] {
            for (point, probability) in points.into_iter().zip([0.05, 0.01, 0.001]) {
                let found = two_sided(point, freedom);
                assert!((found / probability - 1.0).abs() < 0.002, "{freedom}: {point} gives {found}");
            }
        }
        assert!((two_sided(0.0, 5) - 1.0).abs() < 1e-12);
    }
}
