//! The cluster's truth: every object, and an ordered log of their changes.
//!
//! Objects are immutable snapshots behind `Arc`; a write replaces the snapshot and appends a
//! [`Change`] to the log of its kind. Nobody but the API server (the functions of this layer that
//! write) touches the store; everybody else reads the log through a cursor ([`super::watch`]).

use std::sync::Arc;

use super::watch::{Kind, WatchLog};
use crate::api::{
    Deployment, DeploymentId, Node, NodeId, Pod, PodId, ReplicaSet, ReplicaSetId, SelectorOwner, Symbol,
};
use crate::kernel::LookupMap;

/// A change of one object: what it was and what it is. Without `old` it was created, without `new`
/// it is gone.
#[derive(Clone, Debug)]
pub enum Change {
    /// A node.
    Node {
        /// Before.
        old: Option<Arc<Node>>,
        /// After.
        new: Option<Arc<Node>>,
    },
    /// A pod.
    Pod {
        /// Before.
        old: Option<Arc<Pod>>,
        /// After.
        new: Option<Arc<Pod>>,
    },
    /// A ReplicaSet.
    ReplicaSet {
        /// Before.
        old: Option<Arc<ReplicaSet>>,
        /// After.
        new: Option<Arc<ReplicaSet>>,
    },
    /// A Deployment.
    Deployment {
        /// Before.
        old: Option<Arc<Deployment>>,
        /// After.
        new: Option<Arc<Deployment>>,
    },
    /// A Service, ReplicationController or StatefulSet appeared.
    SelectorOwner(Arc<SelectorOwner>),
}

impl Change {
    /// The log that the change belongs to.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Node { .. } => Kind::Node,
            Self::Pod { .. } => Kind::Pod,
            Self::ReplicaSet { .. } => Kind::ReplicaSet,
            Self::Deployment { .. } => Kind::Deployment,
            Self::SelectorOwner(_) => Kind::SelectorOwner,
        }
    }
}

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

/// The cluster's objects and the log of their changes.
#[derive(Clone, Debug, Default)]
pub struct Store {
    nodes: Table<Node>,
    pods: Table<Pod>,
    replica_sets: Table<ReplicaSet>,
    deployments: Table<Deployment>,
    replica_set_names: LookupMap<(Symbol, Arc<str>), ReplicaSetId>,
    log: WatchLog,
}

impl Store {
    /// The nodes.
    pub fn nodes(&self) -> &Table<Node> {
        &self.nodes
    }

    /// The pods.
    pub fn pods(&self) -> &Table<Pod> {
        &self.pods
    }

    /// The ReplicaSets.
    pub fn replica_sets(&self) -> &Table<ReplicaSet> {
        &self.replica_sets
    }

    /// The Deployments.
    pub fn deployments(&self) -> &Table<Deployment> {
        &self.deployments
    }

    /// A node, if it is there.
    pub fn node(&self, id: NodeId) -> Option<&Arc<Node>> {
        self.nodes.get(id.index())
    }

    /// A pod, if it is there.
    pub fn pod(&self, id: PodId) -> Option<&Arc<Pod>> {
        self.pods.get(id.index())
    }

    /// A ReplicaSet, if it is there.
    pub fn replica_set(&self, id: ReplicaSetId) -> Option<&Arc<ReplicaSet>> {
        self.replica_sets.get(id.index())
    }

    /// The ReplicaSet of this name.
    pub fn replica_set_named(&self, namespace: Symbol, name: &str) -> Option<&Arc<ReplicaSet>> {
        let id = self.replica_set_names.get(&(namespace, Arc::from(name)))?;
        self.replica_set(*id)
    }

    /// A Deployment, if it is there.
    pub fn deployment(&self, id: DeploymentId) -> Option<&Arc<Deployment>> {
        self.deployments.get(id.index())
    }

    /// The log.
    pub fn log(&self) -> &WatchLog {
        &self.log
    }

    /// The log, to move cursors.
    pub fn log_mut(&mut self) -> &mut WatchLog {
        &mut self.log
    }

    /// The number for the next pod.
    pub fn next_pod_id(&self) -> PodId {
        PodId(self.pods.next_index())
    }

    /// The number for the next ReplicaSet.
    pub fn next_replica_set_id(&self) -> ReplicaSetId {
        ReplicaSetId(self.replica_sets.next_index())
    }

    /// Keeps a node's number, which the timeline will use, from being given to another.
    pub fn reserve_node(&mut self, id: NodeId) {
        self.nodes.reserve_below(id.index() + 1);
    }

    /// Keeps a pod's number, which the timeline will use, from being given to another.
    pub fn reserve_pod(&mut self, id: PodId) {
        self.pods.reserve_below(id.index() + 1);
    }

    /// Keeps a Deployment's number, which the timeline will use, from being given to another.
    pub fn reserve_deployment(&mut self, id: DeploymentId) {
        self.deployments.reserve_below(id.index() + 1);
    }

    /// Creates or replaces a node.
    pub fn put_node(&mut self, node: Node) -> Change {
        let new = Arc::new(node);
        let old = self.nodes.replace(new.id.index(), Some(Arc::clone(&new)));
        self.append(Change::Node { old, new: Some(new) })
    }

    /// Removes a node.
    pub fn remove_node(&mut self, id: NodeId) -> Option<Change> {
        let old = self.nodes.replace(id.index(), None)?;
        Some(self.append(Change::Node { old: Some(old), new: None }))
    }

    /// Creates or replaces a pod.
    pub fn put_pod(&mut self, pod: Pod) -> Change {
        let new = Arc::new(pod);
        let old = self.pods.replace(new.id.index(), Some(Arc::clone(&new)));
        self.append(Change::Pod { old, new: Some(new) })
    }

    /// Removes a pod.
    pub fn remove_pod(&mut self, id: PodId) -> Option<Change> {
        let old = self.pods.replace(id.index(), None)?;
        Some(self.append(Change::Pod { old: Some(old), new: None }))
    }

    /// Creates or replaces a ReplicaSet.
    pub fn put_replica_set(&mut self, replica_set: ReplicaSet) -> Change {
        let new = Arc::new(replica_set);
        self.replica_set_names.insert((new.namespace, Arc::clone(&new.name)), new.id);
        let old = self.replica_sets.replace(new.id.index(), Some(Arc::clone(&new)));
        self.append(Change::ReplicaSet { old, new: Some(new) })
    }

    /// Removes a ReplicaSet.
    pub fn remove_replica_set(&mut self, id: ReplicaSetId) -> Option<Change> {
        let old = self.replica_sets.replace(id.index(), None)?;
        self.replica_set_names.remove(&(old.namespace, Arc::clone(&old.name)));
        Some(self.append(Change::ReplicaSet { old: Some(old), new: None }))
    }

    /// Creates or replaces a Deployment.
    pub fn put_deployment(&mut self, deployment: Deployment) -> Change {
        let new = Arc::new(deployment);
        let old = self.deployments.replace(new.id.index(), Some(Arc::clone(&new)));
        self.append(Change::Deployment { old, new: Some(new) })
    }

    /// Removes a Deployment.
    pub fn remove_deployment(&mut self, id: DeploymentId) -> Option<Change> {
        let old = self.deployments.replace(id.index(), None)?;
        Some(self.append(Change::Deployment { old: Some(old), new: None }))
    }

    /// Makes a Service, ReplicationController or StatefulSet known.
    pub fn put_selector_owner(&mut self, owner: SelectorOwner) -> Change {
        self.append(Change::SelectorOwner(Arc::new(owner)))
    }

    fn append(&mut self, change: Change) -> Change {
        self.log.append(change.clone());
        change
    }
}
