//! Where allocators get their random numbers: Go's `math/rand` by its function names.
//!
//! Recorded vectors script the numbers; runs take them from a stream of the kernel.
//!
//! DIFFERENCE: Kubernetes seeds its generator with the clock. Here the numbers are as uniform, but
//! others, and the same for the same seed.

use crate::kernel::Draw;

/// A source of random numbers.
pub trait RandomSource {
    /// From 0 to `bound` − 1 (`rand.Intn`).
    fn intn(&mut self, bound: u64) -> u64;
    /// From 0 to `bound` − 1 (`rand.Int63n`).
    fn int63n(&mut self, bound: u64) -> u64;
    /// 64 bits (`rand.Uint64`).
    fn uint64(&mut self) -> u64;
}

impl RandomSource for Draw {
    #[inline]
    fn intn(&mut self, bound: u64) -> u64 {
        self.below(bound)
    }

    #[inline]
    fn int63n(&mut self, bound: u64) -> u64 {
        self.below(bound)
    }

    fn uint64(&mut self) -> u64 {
        self.u64()
    }
}
