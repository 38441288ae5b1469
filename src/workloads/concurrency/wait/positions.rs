//! Where satellites are: real arithmetic to do while others wait. Steps along the orbit are checked against its closed
//! form.

/// The Earth's gravity, km³/s² (NIMA TR8350.2, World Geodetic System 1984, table 3.1, with the atmosphere).
const GRAVITY: f64 = 398_600.441_8;
/// Radius of the lowest orbit, km; each further satellite is one step higher.
const LOWEST: f64 = 6_778.0;
const HIGHER: f64 = 500.0;
/// Steps along the orbit, of a second each.
const STEPS: u32 = 1_000;
/// The leapfrog's error in phase is (ω·dt)² / 24 of the angle (Hairer, Lubich, Wanner, Geometric Numerical
/// Integration, 2nd ed., § I.5), here 4 × 10⁻⁴ km; ten times that is a mistake.
const TOLERANCE: f64 = 4e-3;

/// In the plane of the orbit, km from the Earth's centre.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Position {
    x: f64,
    y: f64,
}

fn radius(satellite: usize) -> f64 {
    LOWEST + HIGHER * satellite as f64
}

/// Where `satellite` is after [`STEPS`] seconds on a circular orbit, by leapfrog (Störmer and Verlet's method).
pub(super) fn of_satellite(satellite: usize) -> Position {
    let r = radius(satellite);
    let (mut x, mut y) = (r, 0.0);
    let (mut vx, mut vy) = (0.0, (GRAVITY / r).sqrt());
    let pull = |x: f64, y: f64| -GRAVITY / (x * x + y * y).powf(1.5);
    let mut towards = pull(x, y);
    for _ in 0..STEPS {
        vx += towards * x / 2.0;
        vy += towards * y / 2.0;
        x += vx;
        y += vy;
        towards = pull(x, y);
        vx += towards * x / 2.0;
        vy += towards * y / 2.0;
    }
    Position { x, y }
}

impl Position {
    /// Whether it lies where the orbit's closed form says: Kepler's third law gives the angle.
    pub(super) fn is_right(self, satellite: usize) -> bool {
        let r = radius(satellite);
        let angle = (GRAVITY / r.powi(3)).sqrt() * f64::from(STEPS);
        (self.x - r * angle.cos()).hypot(self.y - r * angle.sin()) < TOLERANCE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_end_where_the_closed_form_says() {
        for satellite in 0..5 {
            assert!(of_satellite(satellite).is_right(satellite), "{satellite}");
        }
    }

    #[test]
    fn ten_metres_beside_is_wrong() {
        let Position { x, y } = of_satellite(2);
        assert!(!Position { x: x + 0.01, y }.is_right(2));
    }
}
