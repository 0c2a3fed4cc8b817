//! Where the variety comes from: `SplitMix64`, written out.
//!
//! Policy: a seed means the same traffic in every version and on every machine. Sample files, golden tests and bench
//! figures all hang on that. `fastrand` is not used here because it promises a reproducible stream only for
//! one version of itself; nine lines that never change are the smaller dependency. No floats: their functions
//! differ between platforms.

/// A small, fast, entirely predictable generator. Not for secrets.
#[derive(Debug, Clone)]
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from 0 up to, but not including, `bound`; 0 if `bound` is 0.
    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        // The upper half of a 64-bit product: it is below `bound`, so it always fits.
        let product = (self.bits() >> 32) * u64::from(bound);
        u32::try_from(product >> 32).unwrap_or_default()
    }

    /// A number from `low` up to, but not including, `high`.
    pub(crate) fn between(&mut self, low: u32, high: u32) -> u32 {
        low + self.below(high.saturating_sub(low))
    }

    /// True once in `n` times.
    pub(crate) fn one_in(&mut self, n: u32) -> bool {
        self.below(n) == 0
    }

    /// One entry of a table that has at least one.
    pub(crate) fn pick<'a, T>(&mut self, table: &'a [T]) -> &'a T {
        let len = u32::try_from(table.len()).unwrap_or(u32::MAX);
        &table[self.below(len) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_the_published_splitmix64() {
        let mut rng = Rng::new(1_234_567);
        let stream: Vec<u64> = (0..3).map(|_| rng.bits()).collect();
        assert_eq!(stream, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn numbers_stay_below_their_bound_and_reach_it() {
        let mut rng = Rng::new(7);
        let drawn: Vec<u32> = (0..200).map(|_| rng.below(5)).collect();
        assert!((0..5).all(|n| drawn.contains(&n)));
        assert!(drawn.iter().all(|n| *n < 5));
    }
}
