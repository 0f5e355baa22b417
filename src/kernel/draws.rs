//! Random draws, keyed by what they are for.
//!
//! A keyed draw is a function of (seed, replication, use, identity, occurrence) and of nothing else:
//! ChaCha8 whose 256-bit key is `seed | replication | use | owner | revision | ordinal`
//! (little-endian) and whose stream number is the occurrence. No two different draws share key and
//! stream, so what one consumer takes moves nothing for another, and two variants of a scenario keep
//! the same luck for the same object.

use std::convert::Infallible;

use rand::{Rng, SeedableRng, TryRng};
use rand_chacha::ChaCha8Rng;

use super::sampling;

/// What the user gives; everything random follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seed(pub u64);

/// What a draw is used for. Numbers are given by the layers above and never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DrawUse(pub u32);

/// Who a draw is for, independent of the order in which things are made elsewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// A stable hash of the owner's name.
    pub owner: u64,
    /// Which revision of the owner.
    pub revision: u32,
    /// Which of the things that this revision made.
    pub ordinal: u32,
}

/// The draws of one replication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draws {
    seed: Seed,
    replication: u32,
}

impl Draws {
    /// The draws of replication `replication` under `seed`.
    pub fn new(seed: Seed, replication: u32) -> Self {
        Self { seed, replication }
    }

    /// The draw for one use, one identity, the `occurrence`-th time.
    pub fn keyed(&self, use_of_draw: DrawUse, who: Identity, occurrence: u64) -> Draw {
        let mut key = [0_u8; 32];
        key[0..8].copy_from_slice(&self.seed.0.to_le_bytes());
        key[8..12].copy_from_slice(&self.replication.to_le_bytes());
        key[12..16].copy_from_slice(&use_of_draw.0.to_le_bytes());
        key[16..24].copy_from_slice(&who.owner.to_le_bytes());
        key[24..28].copy_from_slice(&who.revision.to_le_bytes());
        key[28..32].copy_from_slice(&who.ordinal.to_le_bytes());
        let mut generator = ChaCha8Rng::from_seed(key);
        generator.set_stream(occurrence);
        Draw(generator)
    }

    /// A sequential stream for one use; `lane` tells several of the same use apart.
    pub fn stream(&self, use_of_draw: DrawUse, lane: u64) -> Draw {
        self.keyed(use_of_draw, Identity { owner: lane, revision: u32::MAX, ordinal: u32::MAX }, u64::MAX)
    }
}

/// A source of random numbers with kubecast's own sampling, which no library update can change. As it is a
/// [`Rng`] too, whatever samples from one can draw from it.
#[derive(Clone, Debug)]
pub struct Draw(ChaCha8Rng);

impl TryRng for Draw {
    type Error = Infallible;

    #[inline]
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.0.try_next_u32()
    }

    #[inline]
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.0.try_next_u64()
    }

    #[inline]
    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.try_fill_bytes(bytes)
    }
}

impl Draw {
    /// 64 random bits.
    pub fn u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// 32 random bits.
    pub fn u32(&mut self) -> u32 {
        self.0.next_u32()
    }

    /// A whole number from 0 to `bound` − 1, each equally likely. `bound` is not 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        sampling::below(&mut self.0, bound)
    }

    /// A whole number from `low` to `high`, both included.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        sampling::between(&mut self.0, low, high)
    }

    /// A number from 0 (included) to 1 (excluded), a multiple of 2⁻⁵³.
    pub fn unit(&mut self) -> f64 {
        sampling::unit(&mut self.0)
    }

    /// Puts a list into random order (Fisher and Yates), each order equally likely.
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            let other = self.below(last as u64 + 1) as usize;
            list.swap(last, other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand::RngExt;

    #[test]
    fn the_generator_is_chacha8() {
        // ChaCha8, 256-bit key of zeros, stream 0: first bytes of the key stream, from
        // draft-strombergson-chacha-test-vectors-01 (TC1): 3e00ef2f895f40d67f5bb8e81f09a5a1.
        let mut draw = Draw(ChaCha8Rng::from_seed([0; 32]));
        assert_eq!(draw.u32().to_le_bytes(), [0x3e, 0x00, 0xef, 0x2f]);
        assert_eq!(draw.u32().to_le_bytes(), [0x89, 0x5f, 0x40, 0xd6]);
        assert_eq!(draw.u32().to_le_bytes(), [0x7f, 0x5b, 0xb8, 0xe8]);
    }

    #[test]
    fn first_draws_are_pinned() {
        // Part of every output: a change here changes all results and must be meant.
        let draws = Draws::new(Seed(1), 0);
        let who = Identity { owner: stable(), revision: 2, ordinal: 3 };
        let mut keyed = draws.keyed(DrawUse(7), who, 0);
        let mut stream = draws.stream(DrawUse(7), 0);
        assert_eq!([keyed.u64(), keyed.below(1000), stream.u64()], PINNED);
    }

    const PINNED: [u64; 3] = [4_043_971_779_579_368_902, 328, 10_600_878_336_576_212_876];

    fn stable() -> u64 {
        super::super::digest::stable_hash(b"a/b/c")
    }

    #[test]
    fn a_draw_is_a_source_of_rand() {
        let draw = Draws::new(Seed(1), 0).stream(DrawUse(7), 0);
        let (mut own, mut generic) = (draw.clone(), draw);
        let bits = [Rng::next_u64(&mut generic), Rng::next_u32(&mut generic).into()];
        assert_eq!(bits, [own.u64(), own.u32().into()]);
        let mut bytes = [0; 8];
        generic.fill_bytes(&mut bytes);
        assert_eq!(u64::from_le_bytes(bytes), own.u64());
        let percent = generic.random_range(0..100);
        assert!((0..100).contains(&percent));
    }

    #[test]
    fn below_is_uniform() {
        // Chi-square over 7 cells, 70,000 draws: 6 degrees of freedom, 0.1 % critical value 22.46.
        let mut draw = Draws::new(Seed(42), 0).stream(DrawUse(1), 0);
        let mut cells = [0_i64; 7];
        for _ in 0..70_000 {
            cells[draw.below(7) as usize] += 1;
        }
        let chi: f64 =
            cells.iter().map(|count| ((count - 10_000) * (count - 10_000)) as f64 / 10_000.0).sum();
        assert!(chi < 22.46, "chi-square {chi}, {cells:?}");
        assert_eq!(draw.between(5, 5), 5);
    }

    proptest! {
        #[test]
        fn draws_of_different_keys_differ(
            a in any::<(u64, u32, u32, u64)>(),
            b in any::<(u64, u32, u32, u64)>(),
        ) {
            let first = |(owner, revision, ordinal, occurrence): (u64, u32, u32, u64)| {
                let who = Identity { owner, revision, ordinal };
                Draws::new(Seed(9), 1).keyed(DrawUse(1), who, occurrence).u64()
            };
            prop_assert_eq!(a == b, first(a) == first(b));
        }

        #[test]
        fn one_use_does_not_move_another(taken in 0_usize..50) {
            let draws = Draws::new(Seed(3), 2);
            let mut one = draws.stream(DrawUse(1), 0);
            for _ in 0..taken {
                one.u64();
            }
            prop_assert_eq!(
                draws.stream(DrawUse(2), 0).u64(),
                Draws::new(Seed(3), 2).stream(DrawUse(2), 0).u64()
            );
            prop_assert_ne!(draws.stream(DrawUse(2), 0).u64(), draws.stream(DrawUse(2), 1).u64());
        }

        #[test]
        fn a_shuffle_keeps_the_elements(count in 0_usize..40, seed in any::<u64>()) {
            let mut list: Vec<usize> = (0..count).collect();
            Draws::new(Seed(seed), 0).stream(DrawUse(1), 0).shuffle(&mut list);
            list.sort_unstable();
            prop_assert_eq!(list, (0..count).collect::<Vec<_>>());
        }
    }
}
