//! Numbers for tests that make up their inputs.

/// `xorshift64*`: the same numbers on every machine.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// A number under `limit`; 0 where there is none.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(high).unwrap() % limit.max(1)
    }
}
