//! Counts per domain, for the plugins that count pods by the labels of their nodes.

use std::hash::Hash;

use crate::kernel::LookupMap;

/// Counts by domain. Emptied and filled again in each cycle; the memory is kept.
#[derive(Clone, Debug)]
pub struct TopologyCounts<K> {
    places: LookupMap<K, u32>,
    keys: Vec<K>,
    counts: Vec<i64>,
}

impl<K> Default for TopologyCounts<K> {
    fn default() -> Self {
        Self { places: LookupMap::default(), keys: Vec::new(), counts: Vec::new() }
    }
}

impl<K: Copy + Eq + Hash> TopologyCounts<K> {
    /// Forgets all domains.
    pub fn clear(&mut self) {
        for key in self.keys.drain(..) {
            self.places.remove(&key);
        }
        self.counts.clear();
    }

    /// Adds to a domain's count. Adding 0 makes the domain known.
    pub fn add(&mut self, domain: K, amount: i64) {
        let next = self.counts.len() as u32;
        let place = *self.places.get_or_insert_with(domain, || next);
        if place == next {
            self.keys.push(domain);
            self.counts.push(amount);
        } else {
            self.counts[place as usize] += amount;
        }
    }

    /// Adds to a domain's count, and forgets a domain with which nothing is left. The order of the others
    /// may change then.
    pub fn add_up(&mut self, domain: K, amount: i64) {
        self.add(domain, amount);
        let Some(&place) = self.places.get(&domain).filter(|place| self.counts[**place as usize] == 0) else {
            return;
        };
        self.places.remove(&domain);
        self.keys.swap_remove(place as usize);
        self.counts.swap_remove(place as usize);
        if let Some(moved) = self.keys.get(place as usize) {
            self.places.insert(*moved, place);
        }
    }

    /// A domain's count, if it is known.
    pub fn get(&self, domain: K) -> Option<i64> {
        self.places.get(&domain).map(|place| self.counts[*place as usize])
    }

    /// The domains with their counts, in the order in which they became known.
    pub fn iter(&self) -> impl Iterator<Item = (K, i64)> {
        self.keys.iter().copied().zip(self.counts.iter().copied())
    }

    /// The smallest count; `None` without domains.
    pub fn min(&self) -> Option<i64> {
        self.counts.iter().copied().min()
    }

    /// How many domains there are.
    pub fn len(&self) -> usize {
        self.counts.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_without_pods_is_a_domain() {
        let mut counts = TopologyCounts::default();
        counts.add('a', 2);
        counts.add('b', 0);
        counts.add('a', 3);
        assert_eq!((counts.get('a'), counts.get('b'), counts.get('c')), (Some(5), Some(0), None));
        assert_eq!((counts.min(), counts.len()), (Some(0), 2));
        counts.add('c', 1);
        counts.add_up('a', -5);
        assert_eq!((counts.get('a'), counts.get('b'), counts.get('c')), (None, Some(0), Some(1)));
        counts.add_up('b', 2);
        assert_eq!((counts.get('b'), counts.len()), (Some(2), 2));
        counts.clear();
        assert_eq!((counts.get('a'), counts.min(), counts.is_empty()), (None, None, true));
    }
}
