//! A ReplicaSet's sync in time: batches of creations that double, each begun when the slowest of the one before is
//! answered; deletions all at once; then the status, of the pods that were listed at the beginning
//! (`replica_set.go` of v1.36).

use std::sync::Arc;

use crate::api::{NodeId, Pod, PodId, ReplicaSet, ReplicaSetStatus};
use crate::cluster::api_server::ApiServer;
use crate::cluster::api_server::requests::{Answer, PlannedEvent, Refused, Request};
use crate::cluster::controller_manager::cache::Caches;
use crate::cluster::controller_manager::controller::Context;
use crate::cluster::request::Verb;
use crate::cluster::store::ObjectId;
use crate::controllers::controller_utils::slow_start::SLOW_START_INITIAL_BATCH_SIZE;
use crate::controllers::replica_set::sync::ReplicaSetView;
use crate::kernel::{Identity, stable_hash};

/// The reason of the events that tell of created pods.
const CREATED: &str = "SuccessfulCreate";
/// Of deleted ones.
const DELETED: &str = "SuccessfulDelete";
/// A status that is refused is written once more (`statusUpdateRetries`).
const STATUS_TRIES: u32 = 2;

/// A sync that waits.
pub(super) struct Course {
    /// As read at the beginning; after a refused write, as read again.
    pub(super) held: Arc<ReplicaSet>,
    pub(super) replica_set: Arc<ReplicaSet>,
    /// The pods listed at the beginning.
    pub(super) pods: Vec<Arc<Pod>>,
    pub(super) who: Identity,
    /// [`ReplicaSetView::keeps_order`].
    pub(super) keeps_order: bool,
    pub(super) stage: Stage,
}

/// What a sync waits for.
pub(super) enum Stage {
    /// A batch of creations; what is left after it, and the size of the next.
    Creating {
        /// Pods still to be made.
        left: usize,
        /// The size of the next batch.
        next: usize,
    },
    /// The deletions.
    Deleting(Vec<PodId>),
    /// The status.
    Status {
        /// What is written.
        status: ReplicaSetStatus,
        /// How often it was tried.
        tries: u32,
    },
    /// The ReplicaSet, read again.
    Reading(ReplicaSetStatus),
    /// The time that a failure takes to be told.
    Failing,
}

impl Course {
    /// What the controller knows of its ReplicaSet and pods.
    pub(super) fn view<'v>(
        &'v self,
        related: &'v dyn Fn(NodeId) -> u32,
        satisfied: bool,
    ) -> ReplicaSetView<'v> {
        ReplicaSetView {
            replica_set: &self.replica_set,
            pods: &self.pods,
            related_active_on_node: related,
            expectations_satisfied: satisfied,
            creations_accepted: None,
            keeps_order: self.keeps_order,
        }
    }

    /// The first of so many creations.
    pub(super) fn create(&mut self, count: usize, ordinals: &mut u32) -> Vec<Request> {
        self.batch(count, SLOW_START_INITIAL_BATCH_SIZE, ordinals)
    }

    /// The next batch of creations, empty if all are made.
    pub(super) fn batch(&mut self, left: usize, size: usize, ordinals: &mut u32) -> Vec<Request> {
        let size = size.min(left);
        self.stage = Stage::Creating { left: left - size, next: 2 * size };
        (0..size)
            .map(|_| {
                let who = Identity { ordinal: *ordinals, ..self.who };
                *ordinals += 1;
                self.creation(who)
            })
            .collect()
    }

    fn creation(&self, who: Identity) -> Request {
        let set = Arc::clone(&self.replica_set);
        let about = ObjectId::ReplicaSet(set.id);
        let act = move |api: &mut ApiServer<'_>| Ok(api.create_pod_of(&set, who).into());
        let event = Some(PlannedEvent { about, reason: CREATED, message: None });
        Request { verb: Verb::Post, resource: "pods", object: None, act: Box::new(act), event }
    }

    /// The deletions, all at once.
    pub(super) fn delete(&mut self, pods: Vec<PodId>) -> Vec<Request> {
        let about = ObjectId::ReplicaSet(self.replica_set.id);
        let requests = pods
            .iter()
            .map(|&pod| {
                let act = move |api: &mut ApiServer<'_>| {
                    if api.store().pod(pod).is_none() {
                        return Err(Refused::NotFound);
                    }
                    api.delete_pod(pod);
                    Ok(pod.into())
                };
                let message = Some(stable_hash(format!("{DELETED} {}", pod.0).as_bytes()));
                let event = Some(PlannedEvent { about, reason: DELETED, message });
                let object = Some(ObjectId::Pod(pod));
                Request { verb: Verb::Delete, resource: "pods", object, act: Box::new(act), event }
            })
            .collect();
        self.stage = Stage::Deleting(pods);
        requests
    }

    /// The status is written.
    pub(super) fn write(&mut self, status: ReplicaSetStatus, tries: u32) -> Request {
        let (id, held, new) = (self.held.id, Arc::clone(&self.held), status.clone());
        let act = move |api: &mut ApiServer<'_>| {
            if !api.store().replica_set(id).is_some_and(|stored| Arc::ptr_eq(stored, &held)) {
                return Err(Refused::Conflict);
            }
            if held.status != new {
                api.update(id, |set: &mut ReplicaSet| set.status = new);
            }
            Ok(id.into())
        };
        self.stage = Stage::Status { status, tries };
        let (resource, object) = ("replicasets/status", Some(id.into()));
        Request { verb: Verb::Put, resource, object, act: Box::new(act), event: None }
    }

    /// After a refused status: the ReplicaSet is read again, unless it was tried often enough.
    pub(super) fn read_again(&mut self, status: ReplicaSetStatus, tries: u32) -> Option<Request> {
        if tries >= STATUS_TRIES {
            return None;
        }
        let id = self.held.id;
        let act = move |api: &mut ApiServer<'_>| match api.store().replica_set(id) {
            Some(_) => Ok(id.into()),
            None => Err(Refused::NotFound),
        };
        self.stage = Stage::Reading(status);
        let (resource, object) = ("replicasets", Some(id.into()));
        Some(Request { verb: Verb::Get, resource, object, act: Box::new(act), event: None })
    }
}

/// Active pods of all of a Deployment's ReplicaSets on a node, as far as a ReplicaSet asks.
pub(super) fn related<'c>(set: &ReplicaSet, caches: &'c Caches) -> impl Fn(NodeId) -> u32 + use<'c> {
    let deployment = set.deployment;
    move |node| deployment.map_or(0, |owner| caches.active_on_node(owner, node))
}

/// Whether an answer is that the object is not there.
pub(super) fn is_missing(answer: &Answer) -> bool {
    *answer == Answer::NotFound
}

/// The store as it answers a request that has just been carried out.
pub(super) fn read(set: &ReplicaSet, context: &Context<'_, '_>) -> Option<Arc<ReplicaSet>> {
    context.api.store().replica_set(set.id).cloned()
}
