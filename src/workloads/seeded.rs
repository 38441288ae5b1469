//! Numbers that look random and are the same everywhere: the inputs of workloads. Never used while measuring.

/// SplitMix64. Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014;
/// constants as in Vigna's public-domain C, <https://prng.di.unimi.it/splitmix64.c>.
pub(crate) struct SplitMix64(u64);

impl SplitMix64 {
    /// The generator of `seed`.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number, any u64.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// The next number below `bound`, which is not 0. Scaled by multiplication; the bias is below
    /// `bound` / 2^64.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(bound)) >> 64) as u64
    }

    /// Shuffles in place, by Fisher and Yates (Knuth, TAOCP 2, algorithm 3.4.2 P).
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last as u64 + 1) as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_gives_the_published_numbers_of_seed_1234567() {
        // Output of Vigna's C for this seed, as published at <https://rosettacode.org/wiki/Pseudo-random_numbers/Splitmix64>.
        let mut random = SplitMix64::new(1_234_567);
        let numbers: Vec<u64> = (0..5).map(|_| random.next()).collect();
        assert_eq!(
            numbers,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423,
                4_593_380_528_125_082_431,
                16_408_922_859_458_223_821
            ]
        );
    }

    #[test]
    fn a_shuffle_keeps_every_item_and_moves_most() {
        let mut items: Vec<usize> = (0..1_000).collect();
        SplitMix64::new(1).shuffle(&mut items);
        let unmoved = items.iter().enumerate().filter(|(at, item)| at == *item).count();
        assert!(unmoved < 10, "{unmoved} of 1,000 stayed in place");
        items.sort_unstable();
        assert!(items.iter().copied().eq(0..1_000));
    }
}
