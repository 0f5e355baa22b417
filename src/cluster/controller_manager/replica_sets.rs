//! Syncs of the ReplicaSet controller, and the writes that they lead to.

use std::sync::Arc;

use super::ControllerManager;
use crate::api::{Pod, ReplicaSet, ReplicaSetId};
use crate::cluster::api_server::ApiServer;
use crate::cluster::draw_uses;
use crate::cluster::event::Event;
use crate::controllers::replica_set::{self, ReplicaSetView};
use crate::kernel::{EventQueue, Identity, stable_hash};

impl ControllerManager {
    /// One sync of a ReplicaSet.
    pub fn sync_replica_set(
        &mut self,
        id: ReplicaSetId,
        api: &mut ApiServer<'_>,
        queue: &mut EventQueue<Event>,
    ) {
        self.owned[id.index()].key.waits = false;
        let Some(replica_set) = self.replica_sets.get(id.index()).cloned() else { return };
        let who = self.identity(&replica_set, api);
        let pods = self.listed(&replica_set, who, api);
        let now = api.clock();
        let actions = replica_set::sync(
            &ReplicaSetView {
                replica_set: &replica_set,
                pods: &pods,
                related_active_on_node: &|node| {
                    let related = replica_set.deployment.map(|owner| (owner, node));
                    related.and_then(|key| self.active_on_node.get(&key)).copied().unwrap_or(0)
                },
                expectations_satisfied: self.owned[id.index()].expectations.satisfied(now),
                creations_accepted: None,
            },
            now,
            api.setup.behaviour.controllers,
        );
        let owned = &mut self.owned[id.index()];
        if actions.create > 0 {
            owned.expectations.expect_creations(actions.create, now);
        } else if !actions.delete.is_empty() {
            owned.expectations.expect_deletions(&actions.delete, now);
        }
        if api.setup.behaviour.controllers.availability_checks_on_time {
            // Every sync finds the next moment anew.
            owned.key.drop_later(queue);
        }
        if let Some(delay) = actions.recheck_after {
            owned.key.add_at(api.now.plus(delay), Event::RecheckReplicaSet(id), queue);
        }
        for _ in 0..actions.create {
            let ordinal = owned.created;
            owned.created += 1;
            api.create_pod_of(&replica_set, Identity { ordinal, ..who });
        }
        for pod in actions.delete {
            if api.store().pod(pod).is_none() {
                // Not found: nothing to be seen of this deletion.
                self.owned[id.index()].expectations.deletion_observed(pod);
            }
            api.delete_pod(pod);
        }
        if let Some(status) = actions.status {
            api.update(id, |replica_set: &mut ReplicaSet| replica_set.status = status);
        }
    }

    /// A ReplicaSet's time to be looked at again has come.
    pub fn recheck_replica_set(&mut self, id: ReplicaSetId) {
        self.owned[id.index()].key.later_came();
        if self.replica_sets.get(id.index()).is_some() {
            self.enqueue_replica_set(id);
        }
    }

    /// The owner part of the identity of a ReplicaSet's pods: the Deployment and which of its
    /// ReplicaSets this is, or the ReplicaSet itself.
    fn identity(&self, replica_set: &ReplicaSet, api: &ApiServer<'_>) -> Identity {
        let namespace = api.names.resolve(replica_set.namespace);
        let deployment = replica_set.deployment.and_then(|id| self.deployments.get(id.index()));
        let (owner, revision) = match deployment {
            Some(deployment) => {
                let ordinal = self.ordinals.get(&replica_set.id).copied().unwrap_or(0);
                (format!("deployment/{namespace}/{}", deployment.name), ordinal)
            }
            None => (format!("replicaset/{namespace}/{}", replica_set.name), 0),
        };
        Identity { owner: stable_hash(owner.as_bytes()), revision, ordinal: 0 }
    }

    /// The pods as this sync lists them: in an order of its own, as the iteration over a Go map gives
    /// Kubernetes. Only ties of the deletion ranking depend on it, so the order is drawn only where
    /// something may be deleted.
    fn listed(&mut self, replica_set: &ReplicaSet, who: Identity, api: &ApiServer<'_>) -> Vec<Arc<Pod>> {
        let owned = &mut self.owned[replica_set.id.index()];
        let mut pods: Vec<Arc<Pod>> =
            owned.pods.iter().filter_map(|id| self.pods.get(id.index()).cloned()).collect();
        if pods.len() > usize::try_from(replica_set.replicas).unwrap_or(0) {
            let mut draw = api.draws.keyed(draw_uses::REPLICA_SET_LIST, who, owned.lists);
            owned.lists += 1;
            draw.shuffle(&mut pods);
        }
        pods
    }
}
