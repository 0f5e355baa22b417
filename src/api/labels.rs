//! Label sets.

use crate::kernel::Symbol;

/// A set of labels, sorted by the number of the key, each key once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Labels(Vec<(Symbol, Symbol)>);

impl Labels {
    /// A set from pairs in any order; of equal keys the last wins.
    pub fn new(pairs: impl IntoIterator<Item = (Symbol, Symbol)>) -> Self {
        let mut labels = Self::default();
        for (key, value) in pairs {
            labels.set(key, value);
        }
        labels
    }

    /// The value of a key.
    pub fn get(&self, key: Symbol) -> Option<Symbol> {
        self.0.binary_search_by_key(&key, |pair| pair.0).ok().map(|place| self.0[place].1)
    }

    /// Adds a label or replaces its value.
    pub fn set(&mut self, key: Symbol, value: Symbol) {
        match self.0.binary_search_by_key(&key, |pair| pair.0) {
            Ok(place) => self.0[place].1 = value,
            Err(place) => self.0.insert(place, (key, value)),
        }
    }

    /// Takes a label away; whether it was there.
    pub fn remove(&mut self, key: Symbol) -> bool {
        let found = self.0.binary_search_by_key(&key, |pair| pair.0);
        if let Ok(place) = found {
            self.0.remove(place);
        }
        found.is_ok()
    }

    /// The pairs, by number of the key.
    pub fn iter(&self) -> impl Iterator<Item = (Symbol, Symbol)> + '_ {
        self.0.iter().copied()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
