//! Hash tables that can be looked up but not iterated.
//!
//! The order in which a hash table lists its keys is no part of any model; a table without iteration
//! cannot leak it. The hash is fixed (`FxHasher`), so memory use is the same on every run too.

#![expect(clippy::disallowed_types, reason = "the one place with a hash map; nothing here iterates it")]

use std::borrow::Borrow;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use rustc_hash::FxBuildHasher;

/// A hash map without iteration.
#[derive(Clone, Debug)]
pub struct LookupMap<K, V>(HashMap<K, V, FxBuildHasher>);

impl<K, V> Default for LookupMap<K, V> {
    fn default() -> Self {
        Self(HashMap::default())
    }
}

impl<K: Eq + Hash, V> LookupMap<K, V> {
    /// The value of a key.
    pub fn get<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.0.get(key)
    }

    /// The value of a key, to change it.
    pub fn get_mut<Q: Eq + Hash + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        self.0.get_mut(key)
    }

    /// The value of a key, made first if it is missing.
    pub fn get_or_insert_with(&mut self, key: K, make: impl FnOnce() -> V) -> &mut V {
        self.0.entry(key).or_insert_with(make)
    }

    /// Sets a value; the one before.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        self.0.insert(key, value)
    }

    /// Takes a key away; its value.
    pub fn remove<Q: Eq + Hash + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.0.remove(key)
    }

    /// Whether a key is there.
    pub fn contains_key<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.0.contains_key(key)
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes all keys away.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

/// A hash set without iteration.
#[derive(Clone, Debug)]
pub struct LookupSet<K>(HashSet<K, FxBuildHasher>);

impl<K> Default for LookupSet<K> {
    fn default() -> Self {
        Self(HashSet::default())
    }
}

impl<K: Eq + Hash> LookupSet<K> {
    /// Adds a key; whether it was new.
    pub fn insert(&mut self, key: K) -> bool {
        self.0.insert(key)
    }

    /// Takes a key away; whether it was there.
    pub fn remove(&mut self, key: &K) -> bool {
        self.0.remove(key)
    }

    /// Whether a key is there.
    pub fn contains(&self, key: &K) -> bool {
        self.0.contains(key)
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
