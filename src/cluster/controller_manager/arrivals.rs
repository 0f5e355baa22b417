//! The keys of a work queue in the order in which they came (client-go v1.36, `util/workqueue`).
//!
//! A key that waits is not put in a second time. One whose sync is under way is put in when that is done.

use std::collections::{BTreeSet, VecDeque};

use super::key::Key;

/// Keys that wait, and keys whose syncs are under way.
#[derive(Debug, Default)]
pub(super) struct Arrivals {
    queue: VecDeque<Key>,
    dirty: BTreeSet<Key>,
    processing: BTreeSet<Key>,
}

impl Arrivals {
    /// Puts a key in.
    pub(super) fn add(&mut self, key: Key) {
        if self.dirty.insert(key) && !self.processing.contains(&key) {
            self.queue.push_back(key);
        }
    }

    /// The next key, if fewer than so many syncs are under way: its sync begins.
    pub(super) fn get(&mut self, workers: usize) -> Option<Key> {
        if self.processing.len() >= workers {
            return None;
        }
        let key = self.queue.pop_front()?;
        self.dirty.remove(&key);
        self.processing.insert(key);
        Some(key)
    }

    /// A key's sync is done.
    pub(super) fn done(&mut self, key: Key) {
        self.processing.remove(&key);
        if self.dirty.contains(&key) {
            self.queue.push_back(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_out_as_they_came_and_never_twice_at_a_time() {
        let mut arrivals = Arrivals::default();
        for key in [4, 9, 4, 2] {
            arrivals.add(Key(key));
        }
        let (first, second, third) = (arrivals.get(2), arrivals.get(2), arrivals.get(2));
        assert_eq!((first, second, third), (Some(Key(4)), Some(Key(9)), None), "two workers are busy");
        arrivals.add(Key(9));
        arrivals.add(Key(9));
        assert_eq!(arrivals.get(3), Some(Key(2)), "9 is worked on");
        arrivals.done(Key(9));
        arrivals.done(Key(4));
        assert_eq!((arrivals.get(3), arrivals.get(3)), (Some(Key(9)), None));
    }
}
