//! Amdahl's law and the Universal Scalability Law, fitted by least squares.

use std::fmt;

/// Fewest points that a fit of two parameters may rest on.
const FEWEST_POINTS: usize = 6;
/// Fewest different numbers of workers: contention and coherency differ in their curvature alone.
const FEWEST_COUNTS: usize = 4;

/// What was fitted, and how far off it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Laws {
    /// Amdahl's serial share σ, of S(n) = 1 / (σ + (1 − σ)/n). Amdahl, "Validity of the single processor approach",
    /// AFIPS 1967.
    pub serial_share: f64,
    /// The most that any speed-up of Amdahl's fit is off, as a share of the measured one.
    pub amdahl_error: f64,
    /// The Universal Scalability Law's contention α, of S(n) = n / (1 + α(n − 1) + βn(n − 1)). Gunther, Guerrilla
    /// Capacity Planning, Springer 2007, chapter 4.
    pub contention: f64,
    /// Its coherency β; where it is positive, more workers than √((1 − α)/β) make it slower.
    pub coherency: f64,
    /// The most that any speed-up of the law's fit is off, as a share of the measured one.
    pub universal_error: f64,
}

/// Why there is no fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    /// Points that are not oversubscribed.
    pub points: usize,
    /// Different numbers of workers among them.
    pub worker_counts: usize,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "no law is fitted: that takes {FEWEST_POINTS} points at {FEWEST_COUNTS} or more different numbers of \
             workers within the cores, and there are {} at {}",
            self.points, self.worker_counts
        )
    }
}

impl Laws {
    /// Fits both laws to pairs of workers and speed-up.
    ///
    /// # Errors
    /// [`Refusal`] where the points identify no law.
    pub fn fit(points: &[(f64, f64)]) -> Result<Self, Refusal> {
        let mut counts: Vec<f64> = points.iter().map(|(workers, _)| *workers).collect();
        counts.sort_unstable_by(f64::total_cmp);
        counts.dedup();
        if points.len() < FEWEST_POINTS || counts.len() < FEWEST_COUNTS {
            return Err(Refusal { points: points.len(), worker_counts: counts.len() });
        }
        let serial_share = amdahl(points);
        let (contention, coherency) = universal(points);
        Ok(Self {
            serial_share,
            amdahl_error: error(points, |n| 1.0 / (serial_share + (1.0 - serial_share) / n)),
            contention,
            coherency,
            universal_error: error(points, |n| {
                n / (1.0 + contention * (n - 1.0) + coherency * n * (n - 1.0))
            }),
        })
    }

    /// The number of workers beyond which the Universal Scalability Law says that more make it slower.
    pub fn best_workers(&self) -> Option<f64> {
        (self.coherency > 0.0 && self.contention < 1.0)
            .then(|| ((1.0 - self.contention) / self.coherency).sqrt())
    }
}

/// σ of 1/S − 1/n = σ (1 − 1/n), a line through the origin.
fn amdahl(points: &[(f64, f64)]) -> f64 {
    let terms = points.iter().map(|(n, speedup)| (1.0 - 1.0 / n, 1.0 / speedup - 1.0 / n));
    let (xy, xx) = terms.fold((0.0, 0.0), |(xy, xx), (x, y)| (xy + x * y, xx + x * x));
    xy / xx
}

/// α and β of n/S − 1 = α(n − 1) + βn(n − 1), a plane through the origin, by its normal equations.
fn universal(points: &[(f64, f64)]) -> (f64, f64) {
    let [mut uu, mut uv, mut vv, mut uy, mut vy] = [0.0; 5];
    for (n, speedup) in points {
        let (u, v, y) = (n - 1.0, n * (n - 1.0), n / speedup - 1.0);
        uu += u * u;
        uv += u * v;
        vv += v * v;
        uy += u * y;
        vy += v * y;
    }
    let determinant = uu * vv - uv * uv;
    ((uy * vv - vy * uv) / determinant, (uu * vy - uv * uy) / determinant)
}

/// The largest deviation of `law`, as a share of what was measured.
fn error(points: &[(f64, f64)], law: impl Fn(f64) -> f64) -> f64 {
    points.iter().map(|(n, speedup)| (law(*n) / speedup - 1.0).abs()).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gunther's ray-tracing benchmark (Guerrilla Capacity Planning, table 5.1): processors and throughput.
    const RAY_TRACING: [(f64, f64); 11] = [
        (1.0, 20.0),
        (4.0, 78.0),
        (8.0, 130.0),
        (12.0, 170.0),
        (16.0, 190.0),
        (20.0, 200.0),
        (24.0, 210.0),
        (28.0, 230.0),
        (32.0, 260.0),
        (48.0, 280.0),
        (64.0, 310.0),
    ];

    #[test]
    fn the_published_benchmark_gives_the_published_parameters() {
        // Published, rounded: α = 0.05, β = 5e-6. The further digits were computed apart, from the same equations.
        let laws = Laws::fit(&RAY_TRACING.map(|(n, throughput)| (n, throughput / 20.0))).expect("11 points");
        assert!((laws.contention - 0.050_024).abs() < 1e-6, "{laws:?}");
        assert!((laws.coherency - 4.708_2e-6).abs() < 1e-9, "{laws:?}");
        let best = laws.best_workers().expect("it has a peak");
        assert!((best - 449.2).abs() < 0.1, "{best}");
    }

    #[test]
    fn a_planted_serial_share_is_found() {
        let speedup = |n: f64| 1.0 / (0.1 + 0.9 / n);
        let points = [1.0, 2.0, 3.0, 4.0, 6.0, 8.0].map(|n| (n, speedup(n)));
        let laws = Laws::fit(&points).expect("six points");
        assert!((laws.serial_share - 0.1).abs() < 1e-12 && laws.amdahl_error < 1e-12, "{laws:?}");
        assert!((laws.contention - 0.1).abs() < 1e-9 && laws.coherency.abs() < 1e-9, "{laws:?}");
    }

    #[test]
    fn too_few_points_or_counts_are_refused_in_words() {
        let refusal = Laws::fit(&[(1.0, 1.0), (2.0, 1.9)]).expect_err("two points");
        assert!(refusal.to_string().ends_with("and there are 2 at 2"), "{refusal}");
        let repeated = [(1.0, 1.0), (2.0, 1.9), (3.0, 2.7), (1.0, 1.0), (2.0, 1.8), (3.0, 2.6)];
        assert_eq!(Laws::fit(&repeated), Err(Refusal { points: 6, worker_counts: 3 }));
    }
}
