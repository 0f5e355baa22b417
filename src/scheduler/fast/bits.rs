//! Sets of places in the node list, one bit each.

/// A set of places.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Bits {
    words: Vec<u64>,
}

impl Bits {
    /// The empty set, for so many places.
    pub(super) fn new(places: usize) -> Self {
        Self { words: vec![0; places.div_ceil(64)] }
    }

    /// Whether a place is in the set.
    pub(super) fn contains(&self, place: usize) -> bool {
        self.words[place / 64] >> (place % 64) & 1 != 0
    }

    /// Puts a place in, or takes it out.
    pub(super) fn set(&mut self, place: usize, member: bool) {
        let bit = 1 << (place % 64);
        if member {
            self.words[place / 64] |= bit;
        } else {
            self.words[place / 64] &= !bit;
        }
    }

    /// The places, 64 a word, lowest bit first.
    pub(super) fn words(&self) -> &[u64] {
        &self.words
    }

    /// Keeps only the members that are in another set too.
    pub(super) fn keep(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word &= other);
    }

    /// The members, in rising order.
    pub(super) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.words.iter().enumerate().flat_map(|(place, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                let bit = (left != 0).then(|| left.trailing_zeros() as usize)?;
                left &= left - 1;
                Some(place * 64 + bit)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_come_in_order() {
        let mut set = Bits::new(130);
        for place in [129, 0, 63, 64, 7] {
            set.set(place, true);
        }
        set.set(7, false);
        assert_eq!(set.iter().collect::<Vec<_>>(), [0, 63, 64, 129]);
        assert!(set.contains(64) && !set.contains(7));
        let mut other = Bits::new(130);
        other.set(64, true);
        other.set(65, true);
        set.keep(&other);
        assert_eq!(set.iter().collect::<Vec<_>>(), [64]);
    }
}
