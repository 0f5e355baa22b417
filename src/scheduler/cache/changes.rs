//! What changed in the cache, for those who keep something up to date from it.
//!
//! The cache itself reads none of it. The log holds the latest changes only; a reader that is further
//! behind than it reaches starts anew from the cache.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::api::{NodeId, PodSpec};

/// Changes that are kept: more than a reader that comes along once a cycle is ever behind.
const KEPT: usize = 1 << 13;

/// A change of one node.
#[derive(Clone, Debug)]
pub enum CacheChange {
    /// A pod came to a node, left it, or began to terminate there.
    Pod {
        /// The node.
        node: NodeId,
        /// The pod's spec.
        spec: Arc<PodSpec>,
        /// Pods of this spec on the node: one more, one fewer or as many.
        pods: i8,
        /// The same for pods that do not terminate.
        living: i8,
    },
    /// The node itself is another than before. (Nodes that come and go make a new list instead.)
    Node(NodeId),
}

/// The latest changes, numbered from 0 over the life of the cache.
#[derive(Clone, Debug, Default)]
pub struct ChangeLog {
    first: u64,
    entries: VecDeque<CacheChange>,
}

impl ChangeLog {
    pub(super) fn push(&mut self, change: CacheChange) {
        if self.entries.len() == KEPT {
            self.entries.pop_front();
            self.first += 1;
        }
        self.entries.push_back(change);
    }

    /// The number of the next change.
    pub fn end(&self) -> u64 {
        self.first + self.entries.len() as u64
    }

    /// The changes from a number on; `None` if some of them are no longer kept.
    pub fn since(&self, number: u64) -> Option<impl Iterator<Item = &CacheChange>> {
        let skipped = usize::try_from(number.checked_sub(self.first)?).ok()?;
        Some(self.entries.range(skipped.min(self.entries.len())..))
    }
}

/// Counters that grow when something that concerns every node changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Epochs {
    /// The list of nodes was made anew.
    pub list: u64,
    /// A namespace appeared or changed.
    pub namespaces: u64,
    /// An owner of a selector appeared, changed or went away.
    pub selector_owners: u64,
    /// A node with images appeared, changed or went away.
    pub images: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_latest_changes_are_kept() {
        let mut log = ChangeLog::default();
        for id in 0..(KEPT as u32 + 3) {
            log.push(CacheChange::Node(NodeId(id)));
        }
        assert_eq!(log.end(), KEPT as u64 + 3);
        assert!(log.since(2).is_none(), "number 2 is no longer kept");
        let nodes = |from| -> Vec<u32> {
            let entries = log.since(from).expect("kept");
            entries.map(|change| if let CacheChange::Node(id) = change { id.0 } else { u32::MAX }).collect()
        };
        assert_eq!((nodes(3).len(), nodes(3)[0]), (KEPT, 3));
        assert_eq!(nodes(KEPT as u64 + 1), [KEPT as u32 + 1, KEPT as u32 + 2]);
        assert!(nodes(log.end()).is_empty());
    }
}
