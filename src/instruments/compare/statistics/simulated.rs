//! Seeded noise with a planted truth: what the statistics are tried on.

use super::Start;

/// What the blocks of a comparison suffer besides the planted effect. Sizes are of log times.
#[derive(Debug, Clone, Copy)]
pub(super) enum Noise {
    /// Normal, the same in every quad.
    Gaussian,
    /// Student's t with three degrees of freedom: its fourth moment does not exist.
    HeavyTailed,
    /// Each quad's error is half its predecessor's plus a new one.
    Autocorrelated,
    /// The ratio itself moves through the start, up or down, by two standard deviations; what moves both times alike
    /// has left no trace in a quad.
    Drifting,
    /// One block in ten, of A or of B, takes longer by up to 60 %.
    Contaminated,
    /// Normal, of blocks of 25 µs that a clock of whole nanoseconds tells.
    Clocked,
}

/// How starts differ from one another.
#[derive(Debug, Clone, Copy)]
pub(super) enum Between {
    /// Normal, with this standard deviation.
    Normal(f64),
    /// One of two states, this far to either side: an alignment that is met or missed.
    TwoStates(f64),
    /// Normal, with this standard deviation, and ten times that of one start in ten, as measured (`recorded`).
    Wild(f64),
    /// Normal, with this standard deviation, and one start in ten longer by up to ten times that: of B alone.
    Lopsided(f64),
}

/// A planted comparison.
#[derive(Debug, Clone, Copy)]
pub(super) struct Planted {
    pub(super) effect: f64,
    pub(super) noise: Noise,
    pub(super) between: Between,
    pub(super) quads: usize,
    /// The standard deviation of a quad's log ratio.
    pub(super) quad_noise: f64,
}

impl Between {
    /// What is drawn for one start, or for one placement.
    pub(super) fn drawn(self, random: &mut Random) -> f64 {
        match self {
            Self::Normal(spread) => spread * random.normal(),
            Self::TwoStates(distance) => distance * if random.uniform() < 0.5 { -1.0 } else { 1.0 },
            Self::Wild(spread) => spread * random.normal() * if random.uniform() < 0.1 { 10.0 } else { 1.0 },
            Self::Lopsided(spread) => {
                let longer = if random.uniform() < 0.1 { 10.0 * random.uniform() } else { 0.0 };
                spread * (random.normal() + longer)
            }
        }
    }
}

impl Planted {
    /// A start as the engine would hand it over.
    pub(super) fn start(&self, random: &mut Random) -> Start {
        self.start_at(self.between.drawn(random), random)
    }

    /// One whose own effect, of log ratios, is `layout`.
    pub(super) fn start_at(&self, layout: f64, random: &mut Random) -> Start {
        let mut last = random.normal();
        let drift = if random.uniform() < 0.5 { -2.0 } else { 2.0 } / self.quads as f64;
        let ratios = (0..self.quads).map(|quad| {
            let noise = match self.noise {
                Noise::Gaussian => random.normal(),
                Noise::HeavyTailed => random.heavy_tailed(),
                Noise::Autocorrelated => {
                    last = 0.5 * last + 0.75_f64.sqrt() * random.normal();
                    last
                }
                Noise::Drifting => drift * (quad as f64 - self.quads as f64 / 2.0) + random.normal(),
                Noise::Contaminated => random.normal() + random.contamination() / self.quad_noise,
                Noise::Clocked => {
                    return random.clocked(self.effect.ln_1p() + layout, self.quad_noise);
                }
            };
            self.effect.ln_1p() + layout + self.quad_noise * noise
        });
        Start { ratios: ratios.collect() }
    }
}

/// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014), and the distributions made of it.
pub(super) struct Random(pub(super) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// In (0, 1).
    pub(super) fn uniform(&mut self) -> f64 {
        ((self.next() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    /// Box & Muller (Annals of Mathematical Statistics 29, 1958).
    pub(super) fn normal(&mut self) -> f64 {
        (-2.0 * self.uniform().ln()).sqrt() * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// The log ratio of a quad of blocks that take 25 µs and so much more by B, told in whole nanoseconds.
    fn clocked(&mut self, log_ratio: f64, quad_noise: f64) -> f64 {
        let mut told = |log_ratio: f64| {
            let ns = 25_000.0 * (log_ratio + quad_noise * self.normal()).exp();
            (ns + self.uniform()).floor().ln()
        };
        (told(log_ratio) + told(log_ratio) - told(0.0) - told(0.0)) / 2.0
    }

    fn heavy_tailed(&mut self) -> f64 {
        let squares: f64 = (0..3).map(|_| self.normal().powi(2)).sum();
        self.normal() / (squares / 3.0).sqrt()
    }

    /// What four blocks, of which one in ten is disturbed, do to the quad's log ratio.
    fn contamination(&mut self) -> f64 {
        let mut blocks = [0.0; 4];
        for block in &mut blocks {
            if self.uniform() < 0.1 {
                *block = (0.6 * self.uniform()).ln_1p();
            }
        }
        (blocks[0] + blocks[1] - blocks[2] - blocks[3]) / 2.0
    }
}
