//! What changed at which place of the node list, for the columns and templates that catch up with it.

use super::classes::ClassId;

/// A change at one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// The place in the node list.
    pub(super) place: u32,
    /// The class of the pods that came or went; `None` if the node itself changed.
    pub(super) class: Option<ClassId>,
    /// How many came (below 0: went).
    pub(super) pods: i8,
    /// How many pods that do not terminate came or went.
    pub(super) living: i8,
}

/// The latest changes, numbered from 0. Whoever is further behind starts anew.
#[derive(Clone, Debug, Default)]
pub(super) struct Log {
    first: u64,
    entries: Vec<Entry>,
    kept: usize,
}

impl Log {
    /// A log for so many places. To make a column anew costs about as much as to catch up with twice
    /// as many changes as there are places, so more than that are not kept.
    pub(super) fn new(places: usize) -> Self {
        Self { first: 0, entries: Vec::new(), kept: (2 * places).max(16) }
    }

    /// Adds a change.
    pub(super) fn push(&mut self, entry: Entry) {
        if self.entries.len() == 2 * self.kept {
            self.entries.drain(..self.kept);
            self.first += self.kept as u64;
        }
        self.entries.push(entry);
    }

    /// The number of the next change.
    pub(super) fn end(&self) -> u64 {
        self.first + self.entries.len() as u64
    }

    /// The changes from a number on; `None` if they are no longer kept.
    pub(super) fn since(&self, number: u64) -> Option<&[Entry]> {
        let skipped = usize::try_from(number.checked_sub(self.first)?).ok()?;
        self.entries.get(skipped..)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_changes_stay() {
        let mut log = Log::new(1);
        for place in 0..3000 {
            log.push(Entry { place, class: None, pods: 0, living: 0 });
        }
        // 16 are kept for a place: at every 32 entries the first 16 are dropped, the last time at number 2992.
        assert_eq!((log.end(), log.since(2975)), (3000, None));
        assert_eq!(log.since(2976).map(|entries| (entries.len(), entries[0].place)), Some((24, 2976)));
        assert_eq!(log.since(3000), Some(&[][..]));
    }
}
