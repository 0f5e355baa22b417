//! Objects of one kind, by their dense numbers.

use std::sync::Arc;

/// Objects of one kind by number. A number that is not (or no longer) in use is empty.
#[derive(Clone, Debug)]
pub struct Table<T> {
    rows: Vec<Option<Arc<T>>>,
    live: usize,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), live: 0 }
    }
}

impl<T> Table<T> {
    /// The object of this number.
    pub fn get(&self, index: usize) -> Option<&Arc<T>> {
        self.rows.get(index)?.as_ref()
    }

    /// The objects, by number.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<T>> {
        self.rows.iter().flatten()
    }

    /// How many objects there are.
    pub fn len(&self) -> usize {
        self.live
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.live == 0
    }

    /// The next number that was never given.
    pub fn next_index(&self) -> u32 {
        u32::try_from(self.rows.len()).expect("fewer than 2^32 objects of a kind in a run")
    }

    /// Keeps the numbers below `count` from being given again.
    pub fn reserve_below(&mut self, count: usize) {
        if self.rows.len() < count {
            self.rows.resize(count, None);
        }
    }

    /// Puts an object in its place, or empties the place; what was there before.
    pub fn replace(&mut self, index: usize, new: Option<Arc<T>>) -> Option<Arc<T>> {
        self.reserve_below(index + 1);
        self.live += usize::from(new.is_some());
        let old = std::mem::replace(&mut self.rows[index], new);
        self.live -= usize::from(old.is_some());
        old
    }
}
