//! A sparse set of numbers of up to 128 bits, held as runs of adjacent ones.
//!
//! The next number that is not there is found in one look-up, however many there are: it is the number
//! itself, or the one behind its run.

use std::collections::BTreeMap;

/// The set: the first number of each run with its last. Runs never touch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Runs(BTreeMap<u128, u128>);

impl Runs {
    /// The run that holds a number.
    fn run_of(&self, number: u128) -> Option<(u128, u128)> {
        let (&first, &last) = self.0.range(..=number).next_back()?;
        (number <= last).then_some((first, last))
    }

    /// Whether a number is there.
    pub fn contains(&self, number: u128) -> bool {
        self.run_of(number).is_some()
    }

    /// Adds a number; says whether it was not there.
    pub fn insert(&mut self, number: u128) -> bool {
        let before = self.0.range(..=number).next_back().map(|(first, last)| (*first, *last));
        if before.is_some_and(|(_, last)| number <= last) {
            return false;
        }
        // The run behind, if it begins right behind the number, is joined.
        let last = number.checked_add(1).and_then(|next| self.0.remove(&next)).unwrap_or(number);
        match before {
            Some((first, end)) if end.checked_add(1) == Some(number) => self.0.insert(first, last),
            _ => self.0.insert(number, last),
        };
        true
    }

    /// Takes a number out; says whether it was there.
    pub fn remove(&mut self, number: u128) -> bool {
        let Some((first, last)) = self.run_of(number) else { return false };
        if first < number {
            self.0.insert(first, number - 1);
        } else {
            self.0.remove(&first);
        }
        if number < last {
            self.0.insert(number + 1, last);
        }
        true
    }

    /// The smallest number from `from` to `to` that is not there.
    pub fn first_missing(&self, from: u128, to: u128) -> Option<u128> {
        let found = match self.run_of(from) {
            Some((_, last)) => last.checked_add(1)?,
            None => from,
        };
        (found <= to).then_some(found)
    }

    /// The numbers, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u128> {
        self.0.iter().flat_map(|(first, last)| *first..=*last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_largest_number_is_one_like_others() {
        let mut runs = Runs::default();
        assert!(runs.insert(u128::MAX) && !runs.insert(u128::MAX) && runs.insert(u128::MAX - 1));
        assert_eq!(runs.first_missing(u128::MAX - 1, u128::MAX), None);
        assert!(runs.remove(u128::MAX));
        assert_eq!(runs.first_missing(u128::MAX - 1, u128::MAX), Some(u128::MAX));
        assert!(runs.remove(u128::MAX - 1) && runs == Runs::default());
    }

    proptest! {
        #[test]
        fn it_is_a_set(changes in prop::collection::vec((0_u128..40, any::<bool>()), 0..120)) {
            let (mut runs, mut set) = (Runs::default(), BTreeSet::new());
            for (number, add) in changes {
                if add {
                    prop_assert_eq!(runs.insert(number), set.insert(number));
                } else {
                    prop_assert_eq!(runs.remove(number), set.remove(&number));
                }
            }
            prop_assert_eq!(runs.iter().collect::<BTreeSet<_>>(), set.clone());
            for from in 0..40 {
                let missing = (from..=35).find(|number| !set.contains(number));
                prop_assert_eq!(runs.first_missing(from, 35), missing);
                prop_assert_eq!(runs.contains(from), set.contains(&from));
            }
        }
    }
}
