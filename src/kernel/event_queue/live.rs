//! Which events are due: one bit for each, from the oldest that is due to the newest.

use std::collections::VecDeque;

/// A set of sequence numbers that are given in rising order.
#[derive(Clone, Debug, Default)]
pub(super) struct LiveSet {
    /// The number of the first word.
    first: u64,
    words: VecDeque<u64>,
}

impl LiveSet {
    /// Adds a number, the next one after all before.
    pub(super) fn push(&mut self, seq: u64) {
        if self.words.is_empty() {
            self.first = seq / 64;
        }
        let word = (seq / 64 - self.first) as usize;
        if word == self.words.len() {
            self.words.push_back(0);
        }
        self.words[word] |= 1 << (seq % 64);
    }

    /// Whether a number is in the set.
    pub(super) fn contains(&self, seq: u64) -> bool {
        let word = (seq / 64).checked_sub(self.first).and_then(|word| self.words.get(word as usize));
        word.is_some_and(|word| word >> (seq % 64) & 1 != 0)
    }

    /// Takes a number out; whether it was there.
    pub(super) fn remove(&mut self, seq: u64) -> bool {
        if !self.contains(seq) {
            return false;
        }
        let word = (seq / 64 - self.first) as usize;
        self.words[word] &= !(1 << (seq % 64));
        // The newest word stays, so that numbers go on where it ends.
        while self.words.len() > 1 && self.words[0] == 0 {
            self.words.pop_front();
            self.first += 1;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn holds_what_a_plain_set_holds(steps in prop::collection::vec((any::<bool>(), any::<u64>()), 0..600)) {
            let (mut set, mut plain, mut next) = (LiveSet::default(), BTreeSet::new(), 0);
            for (is_push, number) in steps {
                if is_push {
                    set.push(next);
                    plain.insert(next);
                    next += 1;
                } else if next > 0 {
                    prop_assert_eq!(set.remove(number % next), plain.remove(&(number % next)));
                }
                prop_assert!((0..next + 70).all(|seq| set.contains(seq) == plain.contains(&seq)));
            }
            let span = plain.first().map_or(0, |first| (next - 1) / 64 - first / 64 + 1);
            prop_assert!(set.words.len() as u64 <= span.max(1), "what lies before the oldest is dropped");
        }
    }
}
