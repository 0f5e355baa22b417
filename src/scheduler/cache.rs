//! What the scheduler has seen of the cluster (`pkg/scheduler/backend/cache` of kube-scheduler v1.34):
//! nodes with the pods on them, assumed ones included, images, namespaces, and owners of selectors.
//!
//! DIFFERENCE: Kubernetes takes a snapshot before each cycle; here a cycle reads the cache itself, as
//! nothing changes it while one is under way.

pub mod changes;
pub mod node_list;
pub mod node_set;
pub mod selector_owners;
pub mod snapshot;
mod undo;

use std::collections::BTreeMap;
use std::sync::Arc;

use self::changes::{CacheChange, ChangeLog, Epochs};
use self::node_list::NodeTree;
use self::node_set::NodeSet;
use self::selector_owners::SelectorOwners;
use self::undo::Undo;
use super::framework::nominator::Nominator;
use super::node_info::NodeInfo;
use super::well_known::WellKnown;
use crate::api::{DisruptionBudget, LabelSelector, Labels, Node, NodeId, Pod, PodId, SelectorOwner};
use crate::kernel::{Interner, LookupMap, Symbol};

/// An image, over all nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageState {
    /// Size in bytes, as the node that brought the image said.
    pub size_bytes: i64,
    /// Nodes that hold it.
    pub nodes: u32,
}

/// The scheduler's view of the cluster.
#[derive(Clone, Debug)]
pub struct Cache {
    known: WellKnown,
    infos: Vec<NodeInfo>,
    tree: NodeTree,
    list: Vec<NodeId>,
    list_is_stale: bool,
    /// The node that each pod is on.
    homes: LookupMap<PodId, NodeId>,
    with_affinity: NodeSet,
    with_required_anti_affinity: NodeSet,
    images: LookupMap<Symbol, ImageState>,
    namespaces: BTreeMap<Symbol, Labels>,
    owners: SelectorOwners,
    /// How many pods there are of each priority.
    priorities: BTreeMap<i32, usize>,
    changes: ChangeLog,
    epochs: Epochs,
    nominator: Nominator,
    budgets: Vec<DisruptionBudget>,
    /// What changes have replaced since the cache was forked.
    undo: Option<Vec<Undo>>,
}

impl Cache {
    /// An empty cluster.
    pub fn new(names: &mut Interner) -> Self {
        Self {
            known: WellKnown::new(names),
            infos: Vec::new(),
            tree: NodeTree::default(),
            list: Vec::new(),
            list_is_stale: false,
            homes: LookupMap::default(),
            with_affinity: NodeSet::default(),
            with_required_anti_affinity: NodeSet::default(),
            images: LookupMap::default(),
            namespaces: BTreeMap::new(),
            owners: SelectorOwners::default(),
            priorities: BTreeMap::new(),
            changes: ChangeLog::default(),
            epochs: Epochs::default(),
            nominator: Nominator::default(),
            budgets: Vec::new(),
            undo: None,
        }
    }

    /// Names that Kubernetes gives a meaning.
    pub fn known(&self) -> &WellKnown {
        &self.known
    }

    /// Brings the list of nodes up to date, as Kubernetes does before each cycle: it is made anew if a
    /// node came or went since.
    pub fn refresh(&mut self) {
        if std::mem::take(&mut self.list_is_stale) {
            self.keep(|cache| Undo::List(cache.list.clone()));
            self.tree.list(&mut self.list);
            self.epochs.list += 1;
        }
    }

    /// The latest changes of nodes and pods.
    pub fn changes(&self) -> &ChangeLog {
        &self.changes
    }

    /// How often what concerns every node has changed.
    pub fn epochs(&self) -> Epochs {
        self.epochs
    }

    /// The nodes, in the order in which cycles walk them, as of the last [`Cache::refresh`].
    pub fn nodes(&self) -> &[NodeId] {
        &self.list
    }

    /// A node with what is on it.
    pub fn node_info(&self, id: NodeId) -> &NodeInfo {
        &self.infos[id.index()]
    }

    /// A node, if it is there.
    pub fn node(&self, id: NodeId) -> Option<&Arc<Node>> {
        self.infos.get(id.index())?.node_if_there()
    }

    /// A number that no node has or had.
    pub fn unused_node_id(&self) -> NodeId {
        NodeId(u32::try_from(self.infos.len()).expect("fewer than 2^32 nodes"))
    }

    /// Nodes with a pod that has inter-pod affinity or anti-affinity.
    pub fn nodes_with_affinity(&self) -> &[NodeId] {
        self.with_affinity.members()
    }

    /// Nodes with a pod that has required anti-affinity.
    pub fn nodes_with_required_anti_affinity(&self) -> &[NodeId] {
        self.with_required_anti_affinity.members()
    }

    /// An image by its name, if some node holds it.
    pub fn image(&self, name: Symbol) -> Option<ImageState> {
        self.images.get(&name).copied()
    }

    /// The labels of a namespace, if it is known.
    pub fn namespace_labels(&self, namespace: Symbol) -> Option<&Labels> {
        self.namespaces.get(&namespace)
    }

    /// The known namespaces with their labels.
    pub fn namespaces(&self) -> impl Iterator<Item = (Symbol, &Labels)> {
        self.namespaces.iter().map(|(name, labels)| (*name, labels))
    }

    /// What Services and controllers of the pod require of labels together; empty if there are none.
    pub fn default_selector(&self, pod: &Pod) -> LabelSelector {
        self.owners.default_selector(pod)
    }

    /// The lowest priority of a pod on any node.
    pub fn lowest_priority(&self) -> Option<i32> {
        self.priorities.first_key_value().map(|(priority, _)| *priority)
    }

    /// The PodDisruptionBudgets.
    pub fn budgets(&self) -> &[DisruptionBudget] {
        &self.budgets
    }

    /// A PodDisruptionBudget appeared or changed.
    pub fn put_budget(&mut self, budget: DisruptionBudget) {
        let same =
            |held: &&mut DisruptionBudget| (held.namespace, held.name) == (budget.namespace, budget.name);
        match self.budgets.iter_mut().find(same) {
            Some(held) => *held = budget,
            None => self.budgets.push(budget),
        }
    }

    /// A PodDisruptionBudget is gone.
    pub fn remove_budget(&mut self, namespace: Symbol, name: Symbol) {
        self.budgets.retain(|held| (held.namespace, held.name) != (namespace, name));
    }

    /// The pods that preemption has promised a node.
    pub fn nominator(&self) -> &Nominator {
        &self.nominator
    }

    /// The same, to change them.
    pub fn nominator_mut(&mut self) -> &mut Nominator {
        &mut self.nominator
    }

    /// A node appeared or changed.
    pub fn put_node(&mut self, node: &Arc<Node>) {
        let id = node.id;
        self.grow(id);
        let before = self.infos[id.index()].node_if_there().cloned();
        let has_images = |node: &Arc<Node>| !node.images.is_empty();
        self.epochs.images += u64::from(has_images(node) || before.as_ref().is_some_and(has_images));
        self.log(CacheChange::Node(id));
        self.keep_info(id);
        match &before {
            Some(old) => {
                if NodeTree::moves(&self.known, old, node) {
                    self.keep_tree();
                }
                self.tree.update(&self.known, old, node);
                self.forget_images(id);
            }
            None => {
                self.keep_tree();
                self.tree.add(&self.known, node);
                self.list_is_stale = true;
            }
        }
        self.infos[id.index()].set_node(Some(Arc::clone(node)));
        for name in self.infos[id.index()].images().to_vec() {
            self.keep(|cache| Undo::Image(name, cache.image(name)));
            let size =
                node.images.iter().find(|image| image.name == name).map_or(0, |image| image.size_bytes);
            let state = self.images.get_or_insert_with(name, || ImageState { size_bytes: size, nodes: 0 });
            state.nodes += 1;
        }
        // Pods may be known of it already.
        self.mark(id);
    }

    /// A node is gone. Pods that are still on it stay known.
    pub fn remove_node(&mut self, id: NodeId) {
        let Some(node) = self.node(id).cloned() else { return };
        self.keep_info(id);
        self.keep_tree();
        self.tree.remove(&self.known, &node);
        self.epochs.images += u64::from(!node.images.is_empty());
        self.forget_images(id);
        self.infos[id.index()].set_node(None);
        self.list_is_stale = true;
        self.mark(id);
    }

    /// A pod is on a node (bound or assumed to be), or changed there.
    pub fn put_pod(&mut self, pod: Arc<Pod>) {
        let Some(home) = pod.node else { return };
        self.grow(home);
        if let Some(&old_home) = self.homes.get(&pod.id) {
            if old_home == home && self.same_spec(&pod) {
                self.keep_info(home);
                let old = self.infos[home.index()].replace_pod(&pod).expect("the pod is on its node");
                if old.deleted.is_some() != pod.deleted.is_some() {
                    self.note(&pod, 0, if pod.deleted.is_some() { -1 } else { 1 });
                }
                return;
            }
            self.remove_pod(pod.id);
        }
        self.keep(|_| Undo::Home(pod.id, None));
        self.keep_priority(pod.spec.priority);
        self.keep_info(home);
        self.homes.insert(pod.id, home);
        *self.priorities.entry(pod.spec.priority).or_insert(0) += 1;
        self.note(&pod, 1, i8::from(pod.deleted.is_none()));
        self.infos[home.index()].add_pod(pod);
        self.mark(home);
    }

    /// A pod is no longer on its node; whether it was there.
    pub fn remove_pod(&mut self, id: PodId) -> bool {
        let Some(home) = self.homes.remove(&id) else { return false };
        self.keep(|_| Undo::Home(id, Some(home)));
        self.keep_info(home);
        let removed = self.infos[home.index()].remove_pod(id).expect("a pod is where it is known to be");
        let priority = removed.spec.priority;
        self.keep_priority(priority);
        let count = self.priorities.get_mut(&priority).expect("its priority was counted");
        *count -= 1;
        if *count == 0 {
            self.priorities.remove(&priority);
        }
        self.note(&removed, -1, -i8::from(removed.deleted.is_none()));
        self.mark(home);
        true
    }

    /// The node that a pod is on.
    pub fn home_of(&self, id: PodId) -> Option<NodeId> {
        self.homes.get(&id).copied()
    }

    /// A namespace appeared or changed.
    pub fn put_namespace(&mut self, name: Symbol, labels: Labels) {
        self.epochs.namespaces += 1;
        self.namespaces.insert(name, labels);
    }

    /// A namespace is gone.
    pub fn remove_namespace(&mut self, name: Symbol) {
        self.epochs.namespaces += 1;
        self.namespaces.remove(&name);
    }

    /// A Service or a controller appeared or changed.
    pub fn put_selector_owner(&mut self, owner: SelectorOwner) {
        self.epochs.selector_owners += 1;
        self.owners.put(owner.kind, owner.namespace, owner.name, owner.selector);
    }

    /// The owners of selectors, to change them.
    pub fn selector_owners_mut(&mut self) -> &mut SelectorOwners {
        self.epochs.selector_owners += 1;
        &mut self.owners
    }

    /// Logs what a pod that comes, goes or begins to terminate changes on its node.
    fn note(&mut self, pod: &Pod, pods: i8, living: i8) {
        if let Some(node) = pod.node {
            self.log(CacheChange::Pod { node, spec: Arc::clone(&pod.spec), pods, living });
        }
    }

    /// Logs a change, unless it is one of a fork.
    fn log(&mut self, change: CacheChange) {
        if self.undo.is_none() {
            self.changes.push(change);
        }
    }

    fn same_spec(&self, pod: &Pod) -> bool {
        let home = self.homes.get(&pod.id).expect("asked about a pod that is known");
        let held = self.infos[home.index()].pods().iter().find(|held| held.id == pod.id);
        held.is_some_and(|held| Arc::ptr_eq(&held.spec, &pod.spec))
    }

    fn grow(&mut self, id: NodeId) {
        if self.infos.len() <= id.index() {
            self.keep(|cache| Undo::Known(cache.infos.len()));
            self.infos.resize_with(id.index() + 1, NodeInfo::default);
        }
    }

    /// Brings the sets of nodes up to date for one of them.
    fn mark(&mut self, id: NodeId) {
        let info = &self.infos[id.index()];
        let there = info.node_if_there().is_some();
        let anti = there && !info.pods_with_required_anti_affinity().is_empty();
        let any = there && !info.pods_with_affinity().is_empty();
        if let Some(change) = self.with_affinity.set(id, any) {
            self.keep(|_| Undo::Affinity(id, change));
        }
        if let Some(change) = self.with_required_anti_affinity.set(id, anti) {
            self.keep(|_| Undo::RequiredAntiAffinity(id, change));
        }
    }

    fn forget_images(&mut self, id: NodeId) {
        for name in &self.infos[id.index()].images().to_vec() {
            self.keep(|cache| Undo::Image(*name, cache.image(*name)));
            if let Some(state) = self.images.get_mut(name) {
                state.nodes -= 1;
                if state.nodes == 0 {
                    self.images.remove(name);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
