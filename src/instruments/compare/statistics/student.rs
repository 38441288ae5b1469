//! Student's t distribution: its tail and its quantile, exact far out, where verdicts are made.
//!
//! Forty lines of our own instead of a crate: those that have it bring matrices along, and whole degrees of freedom
//! need no gamma function.

/// P(T > t) for `freedom` degrees of freedom and t ≥ 0: half of I_x(ν/2, 1/2) at x = ν/(ν + t²) (Abramowitz &
/// Stegun 26.7.1). The relative error stays small in the far tail, where 1 − P would have no digits left.
pub(super) fn tail(t: f64, freedom: usize) -> f64 {
    let (a, b) = (freedom as f64 / 2.0, 0.5);
    let x = freedom as f64 / (freedom as f64 + t * t);
    let y = t * t / (freedom as f64 + t * t);
    let front = (a * x.ln() + b * y.ln()).exp() / beta_with_half(freedom);
    if t == 0.0 {
        0.5
    } else if x < (a + 1.0) / (a + b + 2.0) {
        0.5 * front * continued_fraction(a, b, x) / a
    } else {
        0.5 - 0.5 * front * continued_fraction(b, a, y) / b
    }
}

/// The t that P(T > t) = `tail_share` holds for, `tail_share` in (0, ½): Newton's method on ln P over ln t, which falls
/// ever more steeply, so that after one step every further one comes nearer from above.
pub(super) fn quantile(tail_share: f64, freedom: usize) -> f64 {
    let degrees = freedom as f64;
    let peak = 1.0 / (degrees.sqrt() * beta_with_half(freedom));
    let mut t: f64 = 1.0;
    for _ in 0..100 {
        let share = tail(t, freedom);
        let density = peak * (-(degrees + 1.0) / 2.0 * (t * t / degrees).ln_1p()).exp();
        let step = (share / tail_share).ln() * share / (t * density);
        t *= step.exp();
        if step.abs() < 1e-13 {
            break;
        }
    }
    t
}

/// B(ν/2, ½), from B(½, ½) = π and B(1, ½) = 2 by B(a + 1, ½) = B(a, ½) · a / (a + ½).
fn beta_with_half(freedom: usize) -> f64 {
    let (mut beta, mut twice_a) = if freedom % 2 == 1 { (std::f64::consts::PI, 1) } else { (2.0, 2) };
    while twice_a < freedom {
        beta *= twice_a as f64 / (twice_a + 1) as f64;
        twice_a += 2;
    }
    beta
}

/// The continued fraction of the incomplete beta function (DLMF 8.17.22) by Lentz's method (Thompson & Barnett,
/// Journal of Computational Physics 64, 1986).
fn continued_fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let nonzero = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / nonzero(1.0 - (a + b) * x / (a + 1.0));
    let mut value = d;
    for step in 1..300 {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let before = value;
        for term in [even, odd] {
            d = 1.0 / nonzero(1.0 + term * d);
            c = nonzero(1.0 + term / c);
            value *= c * d;
        }
        if (value / before - 1.0).abs() < 1e-15 {
            break;
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_close(ours: f64, theirs: f64) {
        assert!((ours / theirs - 1.0).abs() < 1e-6, "{ours} is not {theirs}");
    }

    #[test]
    fn tails_are_scipys() {
        // scipy.stats.t.sf(t, freedom), SciPy 1.17.1.
        for (t, freedom, share) in [
            (0.0, 3, 0.5),
            (2.0, 1, 0.147_583_617_650_433_26),
            (0.5, 2, 0.333_333_333_333_333_3),
            (2.776, 4, 0.025_011_389_159_988_21),
            (8.61, 4, 0.000_500_067_061_913_933_4),
            (1.0, 7, 0.175_308_331_410_103_7),
            (40.0, 10, 1.140_428_871_542_876_8e-12),
            (3.5, 31, 0.000_716_521_393_873_608_4),
            (6.0, 200, 4.557_560_174_405_173e-9),
        ] {
            assert_close(tail(t, freedom), share);
        }
    }

    #[test]
    fn quantiles_are_scipys() {
        // scipy.stats.t.isf(share, freedom), SciPy 1.17.1.
        for (share, freedom, t) in [
            (0.025, 1, 12.706_204_736_174_705),
            (0.025, 4, 2.776_445_105_197_794_3),
            (0.02, 10, 2.359_314_623_736_536_5),
            (0.000_25, 4, 10.306_254_681_807_758),
            (2.5e-5, 7, 8.782_509_216_429_82),
            (1e-6, 21, 6.484_802_426_702_139),
            (0.05, 44, 1.680_229_976_572_117_1),
            (0.000_5, 1000, 3.300_282_648_423_913_4),
        ] {
            assert_close(quantile(share, freedom), t);
        }
    }
}
