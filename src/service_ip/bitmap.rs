//! A set of numbers below a bound that finds the next one it lacks at a cost that does not grow with how
//! many it has.
//!
//! ```text
//! level 2   . . . . . . 1                     a bit is set when the 64 bits below it all are
//! level 1   1 1 . 1 1 1 1 | 1 1 1 1 1 1 1 …
//! level 0   words of 64 numbers each: a bit is set when the number is there
//! ```
//!
//! A search looks at the word of its start, climbs until a word has a clear bit further up, and descends
//! along clear bits: at most twice the number of levels (4 for a /12). Bits behind the bound are set on
//! every level, so that no search ends there.

/// Levels of the largest set: 64⁶ numbers.
const MOST_LEVELS: usize = 6;

/// The set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bitmap {
    bound: usize,
    /// All levels, the numbers themselves first.
    words: Vec<u64>,
    /// Where each level begins in `words`.
    starts: [usize; MOST_LEVELS],
    levels: usize,
}

impl Bitmap {
    /// The empty set of numbers below `bound`.
    pub fn new(bound: usize) -> Self {
        let mut bitmap = Self { bound, words: Vec::new(), starts: [0; MOST_LEVELS], levels: 0 };
        let mut bits = bound;
        loop {
            let words = bits.div_ceil(64).max(1);
            bitmap.starts[bitmap.levels] = bitmap.words.len();
            bitmap.levels += 1;
            bitmap.words.resize(bitmap.words.len() + words, 0);
            if bits < words * 64 {
                // What lies behind the bound counts as there.
                let last = bitmap.words.len() - 1;
                bitmap.words[last] = u64::MAX << (bits % 64);
            }
            if words == 1 {
                return bitmap;
            }
            bits = words;
        }
    }

    /// Numbers are below this.
    pub fn bound(&self) -> usize {
        self.bound
    }

    /// Whether a number is there.
    #[inline]
    pub fn contains(&self, number: usize) -> bool {
        assert!(number < self.bound, "a number of the set");
        self.words[number >> 6] & (1 << (number & 63)) != 0
    }

    /// How many numbers below `end` are there.
    pub fn count_below(&self, end: usize) -> usize {
        assert!(end <= self.bound, "an end within the bound");
        let whole: usize = self.words[..end >> 6].iter().map(|word| word.count_ones() as usize).sum();
        let rest = end & 63;
        let cut = if rest == 0 { 0 } else { self.words[end >> 6] & ((1 << rest) - 1) };
        whole + cut.count_ones() as usize
    }

    /// Adds a number; says whether it was not there.
    #[inline]
    pub fn insert(&mut self, number: usize) -> bool {
        assert!(number < self.bound, "a number of the set");
        let word = &mut self.words[number >> 6];
        let bit = 1 << (number & 63);
        if *word & bit != 0 {
            return false;
        }
        *word |= bit;
        if *word == u64::MAX {
            self.fill_above(number >> 6);
        }
        true
    }

    fn fill_above(&mut self, mut index: usize) {
        for level in 1..self.levels {
            let word = &mut self.words[self.starts[level] + (index >> 6)];
            *word |= 1 << (index & 63);
            if *word != u64::MAX {
                return;
            }
            index >>= 6;
        }
    }

    /// Takes a number out; says whether it was there.
    #[inline]
    pub fn remove(&mut self, number: usize) -> bool {
        assert!(number < self.bound, "a number of the set");
        let word = &mut self.words[number >> 6];
        let bit = 1 << (number & 63);
        if *word & bit == 0 {
            return false;
        }
        let was_full = *word == u64::MAX;
        *word &= !bit;
        if was_full {
            self.open_above(number >> 6);
        }
        true
    }

    fn open_above(&mut self, mut index: usize) {
        for level in 1..self.levels {
            let word = &mut self.words[self.starts[level] + (index >> 6)];
            let was_full = *word == u64::MAX;
            *word &= !(1 << (index & 63));
            if !was_full {
                return;
            }
            index >>= 6;
        }
    }

    /// The smallest number from `from` on that is not there.
    #[inline]
    pub fn first_missing_from(&self, from: usize) -> Option<usize> {
        if from >= self.bound {
            return None;
        }
        let missing = !self.words[from >> 6] & (u64::MAX << (from & 63));
        if missing != 0 {
            return Some((from & !63) | missing.trailing_zeros() as usize);
        }
        self.climb(from >> 6)
    }

    /// The smallest missing number behind word `index` of level 0.
    fn climb(&self, mut index: usize) -> Option<usize> {
        for level in 1..self.levels {
            let word = self.words[self.starts[level] + (index >> 6)];
            let missing = !word & (u64::MAX << (index & 63) << 1);
            if missing != 0 {
                let mut found = (index & !63) | missing.trailing_zeros() as usize;
                for below in (0..level).rev() {
                    let word = !self.words[self.starts[below] + found];
                    found = (found << 6) | word.trailing_zeros() as usize;
                }
                return Some(found);
            }
            index >>= 6;
        }
        None
    }

    /// How many numbers are there.
    pub fn count(&self) -> usize {
        let words = self.bound.div_ceil(64);
        let set: usize = self.words[..words].iter().map(|word| word.count_ones() as usize).sum();
        set - (words * 64 - self.bound)
    }

    /// Makes this set the same as another of the same bound, without allocating.
    pub fn copy_from(&mut self, other: &Self) {
        assert_eq!(self.bound, other.bound, "sets of the same bound");
        self.words.copy_from_slice(&other.words);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    #[test]
    fn sets_of_every_size_fill_up() {
        for bound in [0, 1, 2, 63, 64, 65, 127, 128, 4094, 4095, 4096, 4097, 262_143, 262_144, 262_145] {
            let mut bitmap = Bitmap::new(bound);
            for number in 0..bound {
                assert_eq!(bitmap.first_missing_from(0), Some(number), "{bound}");
                assert!(bitmap.insert(number) && !bitmap.insert(number));
            }
            assert_eq!((bitmap.first_missing_from(0), bitmap.count()), (None, bound));
            for number in (0..bound).rev() {
                assert!(bitmap.remove(number) && !bitmap.remove(number));
                assert_eq!(bitmap.first_missing_from(0), Some(number), "{bound}");
            }
            assert_eq!(bitmap, Bitmap::new(bound));
        }
    }

    proptest! {
        #[test]
        fn it_is_a_set(
            bound in prop_oneof![1_usize..200, 4_000_usize..4_200, Just(300_000)],
            runs in prop::collection::vec((0_usize..300_000, 1_usize..20_000, any::<bool>()), 0..12),
            asked in prop::collection::vec(0_usize..300_001, 1..50),
        ) {
            let (mut bitmap, mut set) = (Bitmap::new(bound), BTreeSet::new());
            for (first, length, add) in runs {
                for number in (first % bound)..bound.min(first % bound + length) {
                    if add {
                        prop_assert_eq!(bitmap.insert(number), set.insert(number));
                    } else {
                        prop_assert_eq!(bitmap.remove(number), set.remove(&number));
                    }
                }
            }
            prop_assert_eq!(bitmap.count(), set.len());
            for from in asked {
                let missing = (from..bound).find(|number| !set.contains(number));
                prop_assert_eq!(bitmap.first_missing_from(from), missing);
                if from < bound {
                    prop_assert_eq!(bitmap.contains(from), set.contains(&from));
                }
            }
        }
    }
}
