//! The watch log and the cursors of its readers.
//!
//! Each kind of object has its own log, in the order of the writes. A reader (scheduler, controller
//! manager, kubelets) has one cursor on each log and sees a change when its cursor passes it. Without
//! lag the cursor is moved to the head after every write; with lag each change gets its own delay,
//! but never overtakes an earlier one of the same kind: changes of *different* kinds may arrive in
//! another order than they were written, as with Kubernetes' informers.

use std::collections::VecDeque;

use super::store::kinds::{Change, Kind, KindSet};

/// Who reads the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reader {
    /// kube-controller-manager.
    ControllerManager,
    /// kube-scheduler.
    Scheduler,
    /// The kubelets.
    Kubelet,
}

impl Reader {
    /// All readers, in the order in which they see a change that reaches them at the same time.
    pub const ALL: [Self; 3] = [Self::ControllerManager, Self::Scheduler, Self::Kubelet];

    /// Whether a reader watches a kind. Of the others it needs no news.
    pub const fn watches(self, kind: Kind) -> bool {
        match kind {
            Kind::Pod => true,
            Kind::Namespace | Kind::Node | Kind::ReplicaSet | Kind::SelectorOwner => {
                !matches!(self, Self::Kubelet)
            }
            Kind::Deployment | Kind::DaemonSet => matches!(self, Self::ControllerManager),
        }
    }
}

const READERS: usize = Reader::ALL.len();

/// One kind's log: entries not yet seen by everyone, and how far each reader is.
#[derive(Clone, Debug, Default)]
struct KindLog {
    first: u64,
    entries: VecDeque<Change>,
    cursors: [u64; READERS],
}

impl KindLog {
    fn head(&self) -> u64 {
        self.first + self.entries.len() as u64
    }

    fn next(&mut self, reader: Reader) -> Option<Change> {
        let cursor = self.cursors[reader as usize];
        if cursor == self.head() {
            return None;
        }
        let change = self.entries[(cursor - self.first) as usize].clone();
        self.cursors[reader as usize] = cursor + 1;
        self.truncate();
        Some(change)
    }

    fn truncate(&mut self) {
        let seen_by_all = self.cursors.iter().copied().min().expect("there are readers");
        while self.first < seen_by_all {
            self.entries.pop_front();
            self.first += 1;
        }
    }
}

/// The logs of all kinds.
#[derive(Clone, Debug, Default)]
pub struct WatchLog {
    kinds: [KindLog; Kind::ALL.len()],
    /// For each reader, the kinds that were written since it asked last.
    written: [KindSet; READERS],
    writes: u64,
}

impl WatchLog {
    /// Adds a change at the head of its log.
    pub fn append(&mut self, change: Change) {
        self.writes += 1;
        for written in &mut self.written {
            written.insert(change.kind());
        }
        self.kinds[change.kind() as usize].entries.push_back(change);
    }

    /// A kind that was written since this reader asked for it last, in the order of the kinds.
    pub fn next_written(&mut self, reader: Reader) -> Option<Kind> {
        self.written[reader as usize].pop_first()
    }

    /// How many changes were ever written.
    pub fn writes(&self) -> u64 {
        self.writes
    }

    /// Moves a reader's cursor over the next change of a kind and returns that change.
    pub fn next(&mut self, reader: Reader, kind: Kind) -> Option<Change> {
        self.kinds[kind as usize].next(reader)
    }

    /// How far the log of a kind is written.
    pub fn head(&self, kind: Kind) -> u64 {
        self.kinds[kind as usize].head()
    }

    /// How far a reader has seen the log of a kind.
    pub fn seen(&self, reader: Reader, kind: Kind) -> u64 {
        self.kinds[kind as usize].cursors[reader as usize]
    }

    /// Changes of a kind that a reader has not seen.
    pub fn behind(&self, reader: Reader, kind: Kind) -> u64 {
        let log = &self.kinds[kind as usize];
        log.head() - log.cursors[reader as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{SelectorOwner, SelectorOwnerId, Symbol};
    use std::sync::Arc;

    fn change(number: u32) -> Change {
        let name = Symbol(number);
        let id = SelectorOwnerId(number);
        let owner = SelectorOwner { id, kind: None, namespace: name, name, selector: None };
        Change::SelectorOwner { old: None, new: Some(Arc::new(owner)) }
    }

    fn number(change: Option<Change>) -> Option<u32> {
        let Change::SelectorOwner { new, .. } = change? else { return None };
        new.map(|owner| owner.name.0)
    }

    #[test]
    fn each_reader_sees_every_change_once_and_in_order() {
        let mut log = WatchLog::default();
        log.append(change(1));
        log.append(change(2));
        let kind = Kind::SelectorOwner;
        assert_eq!(number(log.next(Reader::Scheduler, kind)), Some(1));
        log.append(change(3));
        assert_eq!(log.behind(Reader::Kubelet, kind), 3);
        for expected in 1..=3 {
            assert_eq!(number(log.next(Reader::Kubelet, kind)), Some(expected));
            assert_eq!(number(log.next(Reader::ControllerManager, kind)), Some(expected));
        }
        assert_eq!(number(log.next(Reader::Scheduler, kind)), Some(2));
        assert_eq!(number(log.next(Reader::Scheduler, kind)), Some(3));
        assert_eq!(number(log.next(Reader::Scheduler, kind)), None);
        assert_eq!(
            (log.next_written(Reader::Kubelet), log.next_written(Reader::Kubelet)),
            (Some(kind), None)
        );
        assert!(log.kinds[kind as usize].entries.is_empty(), "what all have seen is dropped");
    }
}
