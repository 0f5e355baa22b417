//! The caches that the controllers share: objects as the controller manager has seen them, and who owns whom.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::api::{
    DaemonSet, DaemonSetId, Deployment, DeploymentId, Node, NodeId, OwnerId, Pod, ReplicaSet, ReplicaSetId,
    Symbol,
};
use crate::cluster::store::kinds::unseen;
use crate::cluster::store::{Change, Table};
use crate::kernel::LookupMap;

/// What a Deployment owns.
#[derive(Default)]
struct Owned {
    replica_sets: BTreeSet<ReplicaSetId>,
    /// ReplicaSets seen so far: the revision ordinal of the next.
    made: u32,
}

/// Objects and indexes.
#[derive(Default)]
pub struct Caches {
    deployments: Table<Deployment>,
    replica_sets: Table<ReplicaSet>,
    by_deployment: LookupMap<DeploymentId, Owned>,
    /// The pods of each owner, by number: a list, since syncs list them again and again.
    by_owner: LookupMap<OwnerId, Vec<Arc<Pod>>>,
    /// The revision ordinal of each ReplicaSet, for the identity of its pods.
    ordinals: LookupMap<ReplicaSetId, u32>,
    /// Active pods of all of a Deployment's ReplicaSets on a node, by which a ReplicaSet picks pods to
    /// delete.
    active_on_node: LookupMap<(DeploymentId, NodeId), u32>,
    daemon_sets: Table<DaemonSet>,
    nodes: Table<Node>,
    /// The names of all nodes that were ever seen.
    node_names: Vec<Symbol>,
}

impl Caches {
    /// A Deployment, if it was seen.
    pub fn deployment(&self, id: DeploymentId) -> Option<&Arc<Deployment>> {
        self.deployments.get(id.index())
    }

    /// A ReplicaSet, if it was seen.
    pub fn replica_set(&self, id: ReplicaSetId) -> Option<&Arc<ReplicaSet>> {
        self.replica_sets.get(id.index())
    }

    /// The ReplicaSets of a Deployment, by number; those included that it had when it was seen to go.
    pub fn replica_sets_of(&self, id: DeploymentId) -> impl Iterator<Item = ReplicaSetId> {
        self.by_deployment.get(&id).into_iter().flat_map(|owned| owned.replica_sets.iter().copied())
    }

    /// The pods of an owner, by number.
    pub fn pods_of(&self, owner: OwnerId) -> &[Arc<Pod>] {
        self.by_owner.get(&owner).map_or(&[], Vec::as_slice)
    }

    /// Which of its Deployment's ReplicaSets this is, in the order in which they were seen.
    pub fn ordinal(&self, id: ReplicaSetId) -> u32 {
        self.ordinals.get(&id).copied().unwrap_or(0)
    }

    /// Active pods of all of a Deployment's ReplicaSets on a node.
    pub fn active_on_node(&self, deployment: DeploymentId, node: NodeId) -> u32 {
        self.active_on_node.get(&(deployment, node)).copied().unwrap_or(0)
    }

    /// A DaemonSet, if it was seen.
    pub fn daemon_set(&self, id: DaemonSetId) -> Option<&Arc<DaemonSet>> {
        self.daemon_sets.get(id.index())
    }

    /// The DaemonSets, by number.
    pub fn daemon_sets(&self) -> impl Iterator<Item = &Arc<DaemonSet>> {
        self.daemon_sets.iter()
    }

    /// The nodes, by number.
    pub fn nodes(&self) -> impl Iterator<Item = &Arc<Node>> {
        self.nodes.iter()
    }

    /// The name of a node that is there or was.
    pub fn node_name(&self, id: NodeId) -> Symbol {
        self.node_names.get(id.index()).copied().unwrap_or(Symbol(u32::MAX))
    }

    /// Takes note of a change.
    pub(super) fn observe(&mut self, change: &Change) {
        match change {
            Change::Deployment { old, new } => {
                if let Some(deployment) = new.as_ref().or(old.as_ref()) {
                    self.deployments.replace(deployment.id.index(), new.clone());
                }
            }
            Change::ReplicaSet { old, new } => self.observe_replica_set(old.as_ref(), new.as_ref()),
            Change::Pod { old, new } => self.observe_pod(old.as_ref(), new.as_ref()),
            Change::DaemonSet { old, new } => {
                if let Some(set) = new.as_ref().or(old.as_ref()) {
                    self.daemon_sets.replace(set.id.index(), new.clone());
                }
            }
            Change::Node { old, new } => {
                let Some(node) = new.as_ref().or(old.as_ref()) else { return };
                self.nodes.replace(node.id.index(), new.clone());
                if self.node_names.len() <= node.id.index() {
                    self.node_names.resize(node.id.index() + 1, Symbol(u32::MAX));
                }
                self.node_names[node.id.index()] = node.name;
            }
            Change::Namespace { .. } | Change::SelectorOwner { .. } => {
                unseen("no controller looks them up");
            }
        }
    }

    fn observe_replica_set(&mut self, old: Option<&Arc<ReplicaSet>>, new: Option<&Arc<ReplicaSet>>) {
        let Some(set) = new.or(old) else { return };
        let was_known = self.replica_sets.replace(set.id.index(), new.cloned()).is_some();
        if was_known != new.is_some() {
            // Pods count from the moment that their ReplicaSet is known, which may be after them.
            let pods = self.pods_of(OwnerId::ReplicaSet(set.id)).to_vec();
            for pod in &pods {
                self.count_active(set.deployment, Some(pod), if was_known { -1 } else { 1 });
            }
        }
        let Some(deployment) = set.deployment else { return };
        let owned = self.by_deployment.get_or_insert_with(deployment, Owned::default);
        if new.is_none() {
            owned.replica_sets.remove(&set.id);
        } else if owned.replica_sets.insert(set.id) && self.ordinals.get(&set.id).is_none() {
            self.ordinals.insert(set.id, owned.made);
            owned.made += 1;
        }
    }

    fn observe_pod(&mut self, old: Option<&Arc<Pod>>, new: Option<&Arc<Pod>>) {
        let Some(pod) = new.or(old) else { return };
        let Some(owner) = pod.owner() else { return };
        let pods = self.by_owner.get_or_insert_with(owner, Vec::new);
        match (pods.binary_search_by_key(&pod.id, |pod| pod.id), new) {
            (Ok(place), Some(new)) => pods[place] = Arc::clone(new),
            (Ok(place), None) => {
                pods.remove(place);
            }
            (Err(place), Some(new)) => pods.insert(place, Arc::clone(new)),
            (Err(_), None) => {}
        }
        let set = pod.replica_set().and_then(|set| self.replica_set(set));
        let Some(deployment) = set.and_then(|set| set.deployment) else { return };
        self.count_active(Some(deployment), old, -1);
        self.count_active(Some(deployment), new, 1);
    }

    /// Active pods of a Deployment's ReplicaSets are counted by node. `times`: 1 to add, -1 to take away.
    fn count_active(&mut self, deployment: Option<DeploymentId>, pod: Option<&Arc<Pod>>, times: i32) {
        let Some(deployment) = deployment else { return };
        let Some(node) = pod.filter(|pod| pod.is_active()).and_then(|pod| pod.node) else { return };
        let count = self.active_on_node.get_or_insert_with((deployment, node), || 0);
        *count = count.checked_add_signed(times).expect("pods are counted as they come and go");
    }
}
