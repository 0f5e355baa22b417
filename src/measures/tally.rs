//! Pods per domain, with the largest and the smallest domain at hand.

use std::collections::BTreeMap;

use crate::api::Symbol;

/// Domains and how many pods each holds. Every change costs a look-up, not a scan.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    counts: BTreeMap<Symbol, u32>,
    /// How many domains hold so many pods: gives largest and smallest without a scan.
    sizes: BTreeMap<u32, u32>,
}

impl Tally {
    /// Domains without a pod.
    pub(super) fn of(domains: impl IntoIterator<Item = Symbol>) -> Self {
        let counts: BTreeMap<Symbol, u32> = domains.into_iter().map(|domain| (domain, 0)).collect();
        let sizes =
            if counts.is_empty() { BTreeMap::new() } else { BTreeMap::from([(0, counts.len() as u32)]) };
        Self { counts, sizes }
    }

    /// Adds or takes away pods. A domain that was not there yet begins with none.
    pub(super) fn add(&mut self, domain: Symbol, pods: i32) {
        let count = self.counts.entry(domain).or_insert_with(|| {
            *self.sizes.entry(0).or_insert(0) += 1;
            0
        });
        let old = *count;
        *count = old.checked_add_signed(pods).expect("no domain holds less than no pod");
        let new = *count;
        let size = self.sizes.get_mut(&old).expect("the old size is counted");
        *size -= 1;
        if *size == 0 {
            self.sizes.remove(&old);
        }
        *self.sizes.entry(new).or_insert(0) += 1;
    }

    /// Pods in the largest domain; 0 without domains.
    pub(super) fn largest(&self) -> u32 {
        self.sizes.last_key_value().map_or(0, |(size, _)| *size)
    }

    /// Pods in the smallest domain; 0 without domains.
    pub(super) fn smallest(&self) -> u32 {
        self.sizes.first_key_value().map_or(0, |(size, _)| *size)
    }

    /// Domains and their pods, in the order of the domains' numbers.
    pub(super) fn counts(&self) -> &BTreeMap<Symbol, u32> {
        &self.counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn largest_and_smallest_follow_every_change() {
        let (a, b, c) = (Symbol(1), Symbol(2), Symbol(3));
        let mut tally = Tally::of([a, b, b]);
        assert_eq!((tally.largest(), tally.smallest()), (0, 0));
        tally.add(a, 3);
        tally.add(b, 1);
        assert_eq!((tally.largest(), tally.smallest()), (3, 1));
        tally.add(c, 2);
        tally.add(a, -2);
        tally.add(b, -1);
        // a = 1, b = 0, c = 2.
        assert_eq!((tally.largest(), tally.smallest()), (2, 0));
        assert_eq!(tally.counts().values().copied().collect::<Vec<_>>(), [1, 0, 2]);
        assert_eq!(Tally::default().largest(), 0);
    }
}
