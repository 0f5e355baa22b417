//! What kube-scheduler sees of the cluster: each change that it watches goes to the cache, to the queue, or to
//! both (`eventhandlers.go` of v1.34).

use std::sync::Arc;

use super::SchedulerProcess;
use super::context::SchedulerContext;
use crate::api::{Namespace, Node, NodeId, Pod, ReplicaSet, SelectorOwner, WorkloadKind};
use crate::cluster::api_server::ApiServer;
use crate::cluster::store::Change;
use crate::cluster::store::kinds::unseen;
use crate::scheduler::framework::PluginSet;
use crate::scheduler::queue::ClusterEvent;

impl SchedulerProcess {
    /// Takes note of a change.
    pub fn observe(&mut self, change: &Change, api: &mut ApiServer<'_>) {
        self.changed = true;
        match change {
            Change::Node { old, new } => self.observe_node(old.as_ref(), new.as_ref(), api),
            Change::Pod { old, new } => self.observe_pod(old.as_ref(), new.as_ref(), api),
            Change::ReplicaSet { old, new } => self.observe_replica_set(old.as_deref(), new.as_deref(), api),
            Change::SelectorOwner { old, new } => self.observe_selector_owner(old.as_deref(), new.as_deref()),
            Change::Namespace { old, new } => self.observe_namespace(old.as_deref(), new.as_deref()),
            Change::Deployment { .. } | Change::DaemonSet { .. } => {
                unseen("kube-scheduler does not watch Deployments and DaemonSets");
            }
        }
    }

    fn observe_node(&mut self, old: Option<&Arc<Node>>, new: Option<&Arc<Node>>, api: &ApiServer<'_>) {
        let events = match (old, new) {
            (None, Some(new)) => vec![ClusterEvent::NodeAdd(Arc::clone(new))],
            (Some(old), Some(new)) => ClusterEvent::node_updates(old, new),
            (Some(old), None) => vec![ClusterEvent::NodeDelete(Arc::clone(old))],
            (None, None) => Vec::new(),
        };
        match (old, new) {
            (_, Some(new)) => self.cache.put_node(new),
            (Some(old), None) => self.cache.remove_node(old.id),
            (None, None) => {}
        }
        self.notify(&events, api);
    }

    /// Finished pods are not watched: for the scheduler a pod that ends is gone.
    fn observe_pod(&mut self, old: Option<&Arc<Pod>>, new: Option<&Arc<Pod>>, api: &ApiServer<'_>) {
        let old = old.filter(|pod| !pod.is_finished());
        let new = new.filter(|pod| !pod.is_finished());
        match (old, new) {
            (None, None) => {}
            (Some(old), _) if old.node.is_some() => self.observe_assigned(old, new, api),
            (_, Some(new)) if new.node.is_some() => {
                self.leave_queue(new, api);
                self.cache.put_pod(Arc::clone(new));
                self.notify(&[ClusterEvent::AssignedPodAdd(Arc::clone(new))], api);
            }
            (old, Some(new)) => self.observe_pending(old, new, api),
            (Some(old), None) => {
                self.before_pod_goes(old, api.now);
                self.leave_queue(old, api);
            }
        }
    }

    /// A pod is no longer to be scheduled (`deletePodFromSchedulingQueue`). If it waited at Permit, its room
    /// comes free; if it was nominated for a node, it is so no more.
    fn leave_queue(&mut self, pod: &Pod, api: &ApiServer<'_>) {
        self.pending.remove(&pod.id);
        self.queue.delete(pod.id);
        let nominated = self.cache.nominator().node_of(pod.id);
        self.cache.nominator_mut().delete(pod.id);
        if let Some(gone) = self.reject_gone(pod.id, api) {
            self.notify(&[ClusterEvent::AssignedPodDelete(gone)], api);
        } else if let Some(node) = nominated {
            self.notify_of_lost_nomination(pod, node, api);
        }
    }

    /// A nominated pod is gone: pods of no higher priority, for which it counted as if it were on its node,
    /// may fit there now.
    pub(super) fn notify_of_lost_nomination(&mut self, gone: &Pod, node: NodeId, api: &ApiServer<'_>) {
        let event = ClusterEvent::AssignedPodDelete(Arc::new(Pod { node: Some(node), ..Pod::clone(gone) }));
        let context = SchedulerContext::new(&self.cache, &self.setup, &api.names);
        let counted = |pod: &Pod| pod.spec.priority <= gone.spec.priority;
        self.queue.observe_for(&event, &counted, api.now, &context);
    }

    fn observe_assigned(&mut self, old: &Arc<Pod>, new: Option<&Arc<Pod>>, api: &ApiServer<'_>) {
        let events = match new {
            Some(new) => {
                self.cache.put_pod(Arc::clone(new));
                ClusterEvent::assigned_pod_updates(old, new)
            }
            None => {
                self.before_pod_goes(old, api.now);
                self.cache.remove_pod(old.id);
                vec![ClusterEvent::AssignedPodDelete(Arc::clone(old))]
            }
        };
        self.notify(&events, api);
    }

    fn observe_pending(&mut self, old: Option<&Arc<Pod>>, new: &Arc<Pod>, api: &ApiServer<'_>) {
        let Some(profile) = self.profile_of(new) else { return };
        let known = self.pending.insert(new.id, Arc::clone(new)).is_some();
        if self.cache.home_of(new.id).is_none() {
            self.observe_nomination(old, new, api);
        }
        let gated_by = match self.frameworks[profile].run_pre_enqueue(new, &api.names) {
            Ok(()) => PluginSet::default(),
            Err(status) => {
                let mut plugins = PluginSet::default();
                plugins.insert(status.plugin);
                plugins
            }
        };
        match old.filter(|_| known) {
            None => self.queue.add(Arc::clone(new), gated_by, api.now),
            // An assumed pod's binding is on its way; nothing about it is to be decided any more.
            Some(_) if self.cache.home_of(new.id).is_some() => {}
            Some(old) => {
                let context = SchedulerContext::new(&self.cache, &self.setup, &api.names);
                self.queue.update(old, Arc::clone(new), gated_by, api.now, &context);
            }
        }
    }

    /// ReplicaSets give their pods a selector for default spreading.
    fn observe_replica_set(
        &mut self,
        old: Option<&ReplicaSet>,
        new: Option<&ReplicaSet>,
        api: &mut ApiServer<'_>,
    ) {
        match (old, new) {
            (Some(old), None) => {
                let name = api.names.intern(&old.name);
                let owners = self.cache.selector_owners_mut();
                owners.remove(Some(WorkloadKind::ReplicaSet), old.namespace, name);
            }
            // Selectors cannot change.
            (None, Some(new)) => {
                let name = api.names.intern(&new.name);
                let (kind, selector) = (Some(WorkloadKind::ReplicaSet), Some(new.selector.clone()));
                self.cache.selector_owners_mut().put(kind, new.namespace, name, selector);
            }
            _ => {}
        }
    }

    /// Affinity terms select namespaces by their labels.
    fn observe_namespace(&mut self, old: Option<&Namespace>, new: Option<&Namespace>) {
        match (old, new) {
            (_, Some(new)) => self.cache.put_namespace(new.name, new.labels.clone()),
            (Some(old), None) => self.cache.remove_namespace(old.name),
            (None, None) => {}
        }
    }

    /// So do Services, ReplicationControllers and StatefulSets.
    fn observe_selector_owner(&mut self, old: Option<&SelectorOwner>, new: Option<&SelectorOwner>) {
        let owners = self.cache.selector_owners_mut();
        match (old, new) {
            (_, Some(new)) => owners.put(new.kind, new.namespace, new.name, new.selector.clone()),
            (Some(old), None) => owners.remove(old.kind, old.namespace, old.name),
            (None, None) => {}
        }
    }
}
