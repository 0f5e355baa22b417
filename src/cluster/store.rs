//! The cluster's truth: every object, and an ordered log of their changes.
//!
//! Objects are immutable snapshots behind `Arc`; a write replaces the snapshot and appends a
//! [`Change`] to the log of its kind. Nobody but the API server (the functions of this layer that
//! write) touches the store; everybody else reads the log through a cursor ([`super::watch`]).

pub mod kinds;
mod outcome;
mod table;

use std::sync::Arc;

pub use self::kinds::{AnyObject, Change, Kind, Object, ObjectId, ObjectNumber};
pub use self::table::Table;

use self::kinds::{Tables, unseen};
use super::watch::WatchLog;
use crate::api::{Deployment, DeploymentId, Node, NodeId, Pod, PodId, ReplicaSet, ReplicaSetId, Symbol};
use crate::kernel::LookupMap;

/// The cluster's objects and the log of their changes.
#[derive(Clone, Debug, Default)]
pub struct Store {
    tables: Tables,
    replica_set_names: LookupMap<(Symbol, Arc<str>), ReplicaSetId>,
    log: WatchLog,
}

impl Store {
    /// All objects of a kind.
    pub fn all<T: Object>(&self) -> &Table<T> {
        T::table(&self.tables)
    }

    /// An object, if it is there.
    pub fn get<T: Object>(&self, id: T::Id) -> Option<&Arc<T>> {
        self.all::<T>().get(id.place())
    }

    /// The number for the next object of a kind.
    pub fn next_id<T: Object>(&self) -> T::Id {
        T::Id::from_place(self.all::<T>().next_index())
    }

    /// Keeps a number, which the timeline will use, from being given to another.
    pub fn reserve<T: Object>(&mut self, id: T::Id) {
        T::table_mut(&mut self.tables).reserve_below(id.place() + 1);
    }

    /// Creates or replaces an object.
    pub fn put<T: Object>(&mut self, object: T) -> Change {
        let new = Arc::new(object);
        let old = T::table_mut(&mut self.tables).replace(new.id().place(), Some(Arc::clone(&new)));
        self.append(T::change(old, Some(new)))
    }

    /// Removes an object.
    pub fn remove<T: Object>(&mut self, id: T::Id) -> Option<Change> {
        let old = T::table_mut(&mut self.tables).replace(id.place(), None)?;
        Some(self.append(T::change(Some(old), None)))
    }

    /// The nodes.
    pub fn nodes(&self) -> &Table<Node> {
        self.all()
    }

    /// The pods.
    pub fn pods(&self) -> &Table<Pod> {
        self.all()
    }

    /// The ReplicaSets.
    pub fn replica_sets(&self) -> &Table<ReplicaSet> {
        self.all()
    }

    /// The Deployments.
    pub fn deployments(&self) -> &Table<Deployment> {
        self.all()
    }

    /// A node, if it is there.
    pub fn node(&self, id: NodeId) -> Option<&Arc<Node>> {
        self.get(id)
    }

    /// A pod, if it is there.
    pub fn pod(&self, id: PodId) -> Option<&Arc<Pod>> {
        self.get(id)
    }

    /// A ReplicaSet, if it is there.
    pub fn replica_set(&self, id: ReplicaSetId) -> Option<&Arc<ReplicaSet>> {
        self.get(id)
    }

    /// A Deployment, if it is there.
    pub fn deployment(&self, id: DeploymentId) -> Option<&Arc<Deployment>> {
        self.get(id)
    }

    /// The ReplicaSet of this name.
    pub fn replica_set_named(&self, namespace: Symbol, name: &str) -> Option<&Arc<ReplicaSet>> {
        let id = self.replica_set_names.get(&(namespace, Arc::from(name)))?;
        self.replica_set(*id)
    }

    /// The log.
    pub fn log(&self) -> &WatchLog {
        &self.log
    }

    /// The log, to move cursors.
    pub fn log_mut(&mut self) -> &mut WatchLog {
        &mut self.log
    }

    fn append(&mut self, change: Change) -> Change {
        self.index_names(&change);
        self.log.append(change.clone());
        change
    }

    /// Names by which controllers look objects up.
    fn index_names(&mut self, change: &Change) {
        let (old, new) = match change {
            Change::ReplicaSet { old, new } => (old, new),
            Change::Namespace { .. }
            | Change::Node { .. }
            | Change::Pod { .. }
            | Change::Deployment { .. }
            | Change::DaemonSet { .. }
            | Change::SelectorOwner { .. } => return unseen("nobody looks these up by name"),
        };
        let Some(set) = new.as_ref().or(old.as_ref()) else { return };
        let name = (set.namespace, Arc::clone(&set.name));
        if new.is_some() {
            self.replica_set_names.insert(name, set.id);
        } else {
            self.replica_set_names.remove(&name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{SelectorOwner, SelectorOwnerId};
    use crate::cluster::watch::Reader;

    fn service(store: &Store, name: u32) -> SelectorOwner {
        let id = store.next_id::<SelectorOwner>();
        SelectorOwner { id, kind: None, namespace: Symbol(0), name: Symbol(name), selector: None }
    }

    #[test]
    fn what_selects_is_created_replaced_and_removed_like_any_other_object() {
        let mut store = Store::default();
        store.reserve::<SelectorOwner>(SelectorOwnerId(1));
        let first = service(&store, 7);
        assert_eq!(first.id, SelectorOwnerId(2), "the numbers below are kept for the timeline");
        store.put(first.clone());
        store.put(SelectorOwner { selector: Some(crate::api::LabelSelector::default()), ..first });
        assert!(store.remove::<SelectorOwner>(SelectorOwnerId(0)).is_none(), "it was never there");
        store.remove::<SelectorOwner>(SelectorOwnerId(2)).expect("it was there");
        assert!(store.all::<SelectorOwner>().is_empty());
        let states: Vec<(bool, bool)> = std::iter::from_fn(|| {
            let change = store.log_mut().next(Reader::Scheduler, Kind::SelectorOwner)?;
            let Change::SelectorOwner { old, new } = change else { panic!("in the log of its kind") };
            Some((old.is_some(), new.is_some()))
        })
        .collect();
        assert_eq!(states, [(false, true), (true, true), (true, false)]);
    }
}
